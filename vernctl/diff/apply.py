"""A diff applied: the proof that nothing is missing from it."""

from __future__ import annotations

from vernctl.diff.changes import projected
from vernctl.diff.model import SheetDiff
from vernctl.snapshot.sheet import Row, Sheet


def apply_diff(old: Sheet, diff: SheetDiff) -> Sheet:
    """The new table (columns and rows; no invalid cells) from the old one and the diff to it."""
    rows = projected(old, diff.columns)
    gone = {row.old_row for row in diff.removed} | {change.old_row for change in diff.changed}
    placed: dict[int, Row] = {row.new_row: row.cells for row in diff.added}
    at = {name: i for i, name in enumerate(diff.columns)}
    for change in diff.changed:
        cells = list(rows[change.old_row])
        for cell in change.cells:
            cells[at[cell.column]] = cell.new
        placed[change.new_row] = tuple(cells)
    unchanged = iter(diff.order or [row for row in range(len(rows)) if row not in gone])
    new = tuple(placed[row] if row in placed else rows[next(unchanged)] for row in range(diff.rows))
    return Sheet(slug=diff.slug, name=diff.name, columns=diff.columns, rows=new)
