"""Merged cells of a sheet: headers over several rows become one, values stand in each row."""

from __future__ import annotations

from collections.abc import Sequence

#: ((first row, first column), (last row, last column)), from 0 within the sheet.
Area = tuple[tuple[int, int], tuple[int, int]]

_DEEPEST_HEADER = 6
_TOP = 40


def fill_down(rows: list[list[str]], areas: Sequence[Area], above: int, left: int) -> int:
    """Repeat values of cells that are merged downwards; how many areas. Offsets: the used range."""
    filled = 0
    for (top, first), (bottom, _) in areas:
        row, column = top - above, first - left
        if bottom > top and 0 <= row < len(rows) and 0 <= column < len(rows[row]):
            value = rows[row][column]
            filled += bool(value)
            for below in range(row + 1, min(bottom - above + 1, len(rows))):
                rows[below][column] = value
    return filled


def fold_header(
    rows: list[list[str]], areas: Sequence[Area], above: int, left: int
) -> tuple[int, int]:
    """Write a header of several rows, told by its merged cells, into the last of them.

    The result is the rows (first, last) that were folded, from 0; (0, -1) where there are none.
    """
    nearby = [_moved(area, above, left) for area in areas if area[0][0] - above < _TOP]
    top = [list(row) for row in rows[:_TOP]]
    for (first_row, first), (last_row, last) in nearby:
        value = top[first_row][first] if first_row < len(top) and first < len(top[0]) else ""
        for row in range(first_row, min(last_row + 1, len(top))):
            for column in range(first, min(last + 1, len(top[row]))):
                top[row][column] = value
    start = next((index for index, row in enumerate(top) if _is_full(row)), None)
    if start is None:
        return 0, -1
    end = start
    while end < min(len(top) - 1, start + _DEEPEST_HEADER):
        here = [area for area in nearby if area[0][0] <= end <= area[1][0]]
        named = _has_own_names(top[end], here)
        across = any(
            # Columns under one heading have names below it, unless their row has names already.
            area[1][1] > area[0][1] and area[1][0] == end and (area[0][0] == end or not named)
            for area in here
        )
        below = max((area[1][0] for area in here), default=end)
        if below == end and not across:
            break
        end = max(below, end + 1)
    if end == start or end >= len(top):
        return 0, -1
    for column in range(len(top[end])):
        texts = (top[row][column].strip() for row in range(start, end + 1))
        rows[end][column] = " ".join(dict.fromkeys(text for text in texts if text))
    return start, end


def _has_own_names(row: Sequence[str], areas: Sequence[Area]) -> bool:
    """Whether the row has texts that no merged area brings into it."""
    covered = {column for (_, first), (_, last) in areas for column in range(first, last + 1)}
    return any(cell.strip() for column, cell in enumerate(row) if column not in covered)


def _moved(area: Area, above: int, left: int) -> Area:
    (top, first), (bottom, last) = area
    return (top - above, first - left), (bottom - above, last - left)


def _is_full(row: Sequence[str]) -> bool:
    """Whether half of the row is filled, with more than one text (a title is one)."""
    filled = [cell for cell in row if cell.strip()]
    return len(filled) * 2 >= len(row) and len(set(filled)) > 1
