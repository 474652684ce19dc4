"""Every change of a sheet as one line of the page's table: kind, row, key, column, before, after.

Lines are short lists, not objects: a page may hold a hundred thousand of them, and parses those of
a sheet only when the sheet is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pydantic import JsonValue

from vernctl.diff.model import SheetDiff
from vernctl.snapshot.sheet import Row

#: Lines of all sheets of a page. What is beyond stands in the groups, and in ``--format csv``.
MOST_LINES = 200_000
#: Characters of a cell that a page holds; of a longer pair, those around the first difference.
MOST_CHARACTERS = 2_000
_BEFORE_DIFFERENCE = 200
_MOST_KEY = 200

#: Kinds of lines in the order in which a reviewer wants them, with their words.
KINDS: dict[str, str] = {
    "removed": "row removed",
    "added": "row added",
    "now_invalid": "now invalid",
    "now_valid": "no longer invalid",
    "blanked": "blanked",
    "edited": "edited",
    "mapped": "mapped",
    "filled": "filled",
    "format": "written otherwise",
    "case": "upper or lower case",
    "white_space": "white space",
}
_PLACE = {kind: place for place, kind in enumerate(KINDS)}

#: [kind, row (from 1), key, column or −1, before, after]; of a whole row, a list of cells.
Line = list[JsonValue]


class Lines:
    """Collects the lines of all sheets as blocks of JSON, within one budget."""

    def __init__(self) -> None:
        self.blocks: dict[str, dict[str, JsonValue]] = {}
        self._left = MOST_LINES

    def add(self, sheet: SheetDiff) -> tuple[str, int, int]:
        """The block's name, the lines in it, and those that had no room."""
        found: list[JsonValue] = [*islice(_lines(sheet), self._left)]
        self._left -= len(found)
        name = f"lines-{len(self.blocks)}"
        self.blocks[name] = {
            "columns": [clip(column) for column in columns_of(sheet)],
            "columns_before": [clip(column) for column in sheet.columns_before],
            "lines": found,
        }
        return name, len(found), count_lines(sheet) - len(found)


def columns_of(sheet: SheetDiff) -> Row:
    """The columns that lines may name: those of the new table, then the dropped ones."""
    return (*sheet.columns, *sheet.dropped_columns)


def count_lines(sheet: SheetDiff) -> int:
    """How many lines a sheet has."""
    return len(sheet.removed) + len(sheet.added) + len(sheet.validity) + sheet.cells


def clip(text: str, start: int = 0, most: int = MOST_CHARACTERS) -> str:
    """The part of a long text that a page holds, from ``start``, saying what is left out."""
    if len(text) <= most:
        return text
    kept = text[start : start + most]
    left = len(text) - len(kept)
    return f"{'…' if start else ''}{kept}… ({left:,} characters left out)"


def _lines(sheet: SheetDiff) -> Iterator[Line]:
    place = {name: i for i, name in enumerate(columns_of(sheet))}
    for gone in sheet.removed:
        cells: list[JsonValue] = [clip(cell) for cell in gone.cells]
        yield [_PLACE["removed"], gone.old_row + 1, _key(gone.key), -1, cells, ""]
    for new in sheet.added:
        cells = [clip(cell) for cell in new.cells]
        yield [_PLACE["added"], new.new_row + 1, _key(new.key), -1, "", cells]
    for cell in sheet.validity:
        row = 0 if cell.new_row is None else cell.new_row + 1
        told = ["", clip(cell.message)]
        kind = "now_invalid" if cell.now_invalid else "now_valid"
        before, after = told if cell.now_invalid else reversed(told)
        yield [_PLACE[kind], row, _key(cell.key), place.get(cell.column, -1), before, after]
    for changed in sheet.changed:
        row, key = changed.new_row + 1, _key(changed.key)
        for change in changed.cells:
            old, new_value = clip_pair(change.old, change.new)
            yield [_PLACE[change.kind], row, key, place.get(change.column, -1), old, new_value]


def clip_pair(old: str, new: str) -> tuple[str, str]:
    """Both cells; where one is too long for a page, the part around their first difference."""
    if len(old) <= MOST_CHARACTERS and len(new) <= MOST_CHARACTERS:
        return old, new
    same = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b),
        min(len(old), len(new)),
    )
    start = max(0, same - _BEFORE_DIFFERENCE)
    return clip(old, start), clip(new, start)


def _key(key: Row) -> str:
    return clip(" / ".join(key), most=_MOST_KEY) if key else ""
