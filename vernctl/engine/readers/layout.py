"""Where a table begins in what was read: lines before the header, the header, how wide it is."""

from __future__ import annotations

import re
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
#: How a line begins that only rules off a header.
RULES = ("---", "===", "+-")
#: How spreadsheets are told that digits are text: ="01234".
PROTECTED = re.compile(r'="([^"]*)"')
_SAMPLE_ROWS = 200
#: How far below the first full row a header is looked for.
_PREAMBLE_ROWS = 30


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
    lengths = [len(row) if extent else 0 for row, extent in zip(rows, extents, strict=True)]
    # A text file's records tell their width themselves; a sheet's rows are all as wide as it is.
    ragged = len(set(lengths) - {0}) > 1
    body = _common_width(lengths if ragged else extents)
    first = _first_row(rows, lengths if ragged else extents, body)
    header = tuple(cell.strip() for cell in rows[first])
    named = _header_score(header, rows[first + 1 :]) > 0.0
    width = max(len(header) if named else body, extents[first])
    below = [extent for extent in extents[first + 1 :] if extent]
    wider = [extent for extent in below if extent > width]
    if 2 * len(wider) > len(below):
        # Not torn rows but a header that is too short: its columns get numbers for names.
        width = max(width, _common_width(wider))
    return Layout(first, header if named else None, width)


def _extent(row: Sequence[str]) -> int:
    """How far the row reaches: the position after its last cell that is not blank."""
    return next((index for index in range(len(row), 0, -1) if row[index - 1].strip()), 0)


def _common_width(widths: Sequence[int]) -> int:
    counts = Counter(width for width in widths if width)
    return max(counts, key=lambda width: (counts[width] * width, width))


def _first_row(rows: Sequence[Sequence[str]], widths: Sequence[int], body: int) -> int:
    """The row where the table starts: full enough, and a better header than any row near it."""
    enough = 1 if body == 1 else max(2, (body + 1) // 2)
    full = [
        index
        for index, row in enumerate(rows)
        if widths[index] >= enough and _filled(row) >= min(enough, 2) and not _is_comment(row)
    ]
    wide = [index for index in full if _filled(rows[index]) >= enough] or full
    if not wide:
        return next(index for index, width in enumerate(widths) if width)
    first = wide[0]
    best = _header_score(rows[first], rows[first + 1 :])
    for index in wide[1:]:
        if index > first + _PREAMBLE_ROWS:
            break
        # Rows above a header are narrower than it; data never makes a header of a row below.
        narrower = widths[first] < body == widths[index]
        score = _header_score(rows[index], rows[index + 1 :])
        if narrower and score >= max(1.0, best + 0.25):
            return index
    return first


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _is_comment(row: Sequence[str]) -> bool:
    return row[0].lstrip().startswith("#") and _extent(row) == 1


def _header_score(header: Sequence[str], below: Sequence[Sequence[str]]) -> float:
    """How much the row looks like names of columns: untyped words above typed values."""
    score = 0.0
    for index, raw in enumerate(header):
        cell = raw.strip()
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
    return score


def _is_typed(text: str) -> bool:
    if text.isdigit() and len(text) == 4 and text[:2] in ("19", "20"):
        return False  # a year is a value and, as often, the name of a column
    return not _TYPED.isdisjoint(kinds_of(text))
