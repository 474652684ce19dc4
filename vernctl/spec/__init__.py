"""What the user wrote: specs, vernctl.yaml, answer rules."""
