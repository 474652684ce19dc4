"""What vernctl does: plan, approve, apply, and everything that must survive a crash in between."""
