"""Changes as CSV (RFC 4180), one line per cell: data for other programs, so every cell is exact.

Nothing is made safe for an eye here. A cell that begins with ``=`` is one that a spreadsheet would
calculate: import the file as text there.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

from vernctl.diff.model import AddedRow, RemovedRow, SheetDiff
from vernctl.snapshot.sheet import Row
from vernctl.workflow.outcome import SpecOutcome

COLUMNS = ("sheet", "key", "column", "kind", "before", "after")

Record = tuple[str, str, str, str, str, str]


def render_outcomes(outcomes: Sequence[SpecOutcome]) -> str:
    """Every change of every spec; where there are several, a last column ``spec`` tells them apart.

    ``kind`` is one of the kinds of change, or ``added`` and ``removed`` (a line for each filled
    cell of the row), ``now_invalid`` and ``now_valid`` (the rule's words on their side).
    """
    several = len(outcomes) > 1
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*COLUMNS, "spec") if several else COLUMNS)
    for outcome in outcomes:
        for sheet in outcome.diff.sheets if outcome.diff else ():
            records = _records(sheet)
            writer.writerows((*r, outcome.name) for r in records) if several else (
                writer.writerows(records)
            )
    return text.getvalue()


def render_sheet_diff(sheet: SheetDiff) -> str:
    """``diff`` of two CSV files."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_records(sheet))
    return text.getvalue()


def _records(sheet: SheetDiff) -> Iterator[Record]:
    slug = sheet.slug
    for gone in sheet.removed:
        key = _key(gone.key, gone.old_row)
        for column, value in _filled(sheet.columns_before, gone):
            yield slug, key, column, "removed", value, ""
    for new in sheet.added:
        key = _key(new.key, new.new_row)
        for column, value in _filled(sheet.columns, new):
            yield slug, key, column, "added", "", value
    for cell in sheet.validity:
        key = _key(cell.key, cell.new_row)
        if cell.now_invalid:
            yield slug, key, cell.column, "now_invalid", "", cell.message
        else:
            yield slug, key, cell.column, "now_valid", cell.message, ""
    for changed in sheet.changed:
        key = _key(changed.key, changed.new_row)
        for change in changed.cells:
            yield slug, key, change.column, change.kind, change.old, change.new


def _filled(columns: Row, row: AddedRow | RemovedRow) -> Iterator[tuple[str, str]]:
    """The filled cells; of a row without any, its first, so that the row is not left out."""
    pairs = list(zip(columns, row.cells, strict=True))
    return iter([pair for pair in pairs if pair[1]] or pairs[:1])


def _key(key: Row, row: int | None) -> str:
    """One key cell as it is, several as a JSON list; without a key, ``row N`` counted from 1."""
    if not key:
        return "" if row is None else f"row {row + 1}"
    return key[0] if len(key) == 1 else json.dumps(key, ensure_ascii=False)
