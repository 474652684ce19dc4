"""What the server mended on the way to a preview, held against what was approved before."""

from __future__ import annotations

from vernctl.snapshot.model import Snapshot
from vernctl.workflow.outcome import HealedColumn


def heals_of(snapshot: Snapshot, base: Snapshot | None) -> tuple[HealedColumn, ...]:
    """Every heal of a preview, sheet by sheet; those that ``base`` tells alike are approved, and
    all of them where ``base`` approves this very preview."""
    same = base is not None and base.digest == snapshot.digest
    known = {
        (sheet.slug, heal.column, heal.what, heal.cells)
        for sheet in (base.sheets if base else ())
        for heal in sheet.heals
    }
    return tuple(
        HealedColumn(
            slug=sheet.slug,
            **heal._asdict(),
            approved=same or (sheet.slug, heal.column, heal.what, heal.cells) in known,
        )
        for sheet in snapshot.sheets
        for heal in sheet.heals
    )
