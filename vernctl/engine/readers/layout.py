"""Where a table begins in what was read: lines before the header, the header, how wide it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from vernctl.engine.kinds import kinds_of

#: Kinds that a column's name hardly ever is.
_TYPED = frozenset(
    ("email", "url", "phone", "uuid", "ip", "iban", "integer", "decimal", "decimal_comma", "money",
     "percent", "date_iso", "date_dmy", "date_mdy", "date_ymd", "date_text", "datetime", "time",
     "json")
)  # fmt: skip
_SAMPLE_ROWS = 200


class Layout(NamedTuple):
    """``first``: index of the first record that belongs to the table (its header, if it has one);
    ``header``: that record's cells, None where the file has no header; ``width``: its columns."""

    first: int
    header: tuple[str, ...] | None
    width: int


def find_layout(rows: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of a table from its first records; None where every cell is blank."""
    rows = rows[:_SAMPLE_ROWS]
    extents = [_extent(row) for row in rows]
    if not any(extents):
        return None
    body = _body_width(extents)
    first = _first_full_row(rows, extents, body)
    header = tuple(cell.strip() for cell in rows[first])
    below = [row for row in rows[first + 1 :] if any(cell.strip() for cell in row)]
    named = _is_header(header, below)
    wider = [extent for extent in extents[first:] if extent > len(header)]
    width = max(len(header) if named else body, extents[first])
    if len(wider) > 0.1 * len(extents[first:]):
        # Not a few torn rows but a header that is too short: its columns get numbers for names.
        width = max(width, _common_max(wider))
    return Layout(first, header if named else None, width)


def _extent(row: Sequence[str]) -> int:
    """How far the row reaches: the position after its last cell that is not blank."""
    return next((index for index in range(len(row), 0, -1) if row[index - 1].strip()), 0)


def _body_width(extents: Sequence[int]) -> int:
    counts = Counter(extent for extent in extents if extent)
    return max(counts, key=lambda extent: (counts[extent] * extent, extent))


def _common_max(extents: Sequence[int]) -> int:
    counts = Counter(extents)
    often = [extent for extent, count in counts.items() if count >= max(counts.values()) * 0.5]
    return max(often)


def _first_full_row(rows: Sequence[Sequence[str]], extents: Sequence[int], body: int) -> int:
    """The first row that fills enough of the body's width to be a header or data of it."""
    enough = 1 if body == 1 else max(2, (body + 1) // 2)
    for index, row in enumerate(rows):
        filled = sum(1 for cell in row if cell.strip())
        if filled >= enough and extents[index] >= enough and not _is_comment(row):
            return index
    return next(index for index, extent in enumerate(extents) if extent)


def _is_comment(row: Sequence[str]) -> bool:
    return row[0].lstrip().startswith("#") and _extent(row) == 1


def _is_header(header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row names columns: untyped words above typed values, distinct from them."""
    score = 0.0
    for index, cell in enumerate(header):
        if not cell:
            continue
        values = [row[index].strip() for row in below if index < len(row) and row[index].strip()]
        typed = _is_typed(cell)
        share = sum(map(_is_typed, values[:60])) / len(values[:60]) if values else 0.0
        if typed:
            score -= 2.0 if share > 0.5 or not values else 0.5
        elif share > 0.5:
            score += 2.0
        elif values.count(cell) > max(1, len(values) // 50):
            score -= 1.0
        else:
            score += 0.1
    return score > 0.0


def _is_typed(text: str) -> bool:
    if text.isdigit() and len(text) == 4 and text[:2] in ("19", "20"):
        return False  # a year is a value and, as often, the name of a column
    return not _TYPED.isdisjoint(kinds_of(text))
