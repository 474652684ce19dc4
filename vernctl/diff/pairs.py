"""Rows without a key: equal ones first, then the most similar, in time linear in the rows.

Every step is deterministic and takes rows in their order. A similarity is the part of the filled
cells that two rows share; two rows are never paired for what both leave blank.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence

from vernctl.snapshot.rows import Row

#: Rows that share less than this part of their filled cells are different rows.
THRESHOLD = 0.5
#: A cell that more rows than this have says nothing about which row it is.
COMMON = 64
#: Upper bound of the candidates looked at, over all rows: keeps huge remainders linear.
BUDGET = 8_000_000

Marks = Mapping[int, Hashable]


def pair_rows(
    old: Sequence[Row],
    new: Sequence[Row],
    old_rows: Iterable[int],
    new_rows: Iterable[int],
    *,
    marks: tuple[Marks, Marks] = ({}, {}),
    same_key: bool = False,
) -> dict[int, int]:
    """New row → old row for every pair found among the given rows of two tables of one width.

    ``marks`` tell equal rows apart (their invalid columns). With ``same_key`` the rows are known
    to be of one kind: what is left is paired in order, however little it shares.
    """
    left_old, left_new = list(old_rows), list(new_rows)
    found: dict[int, int] = {}

    def take(pairs: Mapping[int, int]) -> None:
        nonlocal left_old, left_new
        if pairs:
            found.update(pairs)
            used = set(pairs.values())
            left_old = [row for row in left_old if row not in used]
            left_new = [row for row in left_new if row not in pairs]

    old_marks, new_marks = marks
    if old_marks or new_marks:
        before = {row: (old[row], old_marks.get(row)) for row in left_old}
        after = {row: (new[row], new_marks.get(row)) for row in left_new}
        take(_in_order(before, after))
    take(_in_order({row: old[row] for row in left_old}, {row: new[row] for row in left_new}))
    width = len(new[left_new[0]]) if left_new else 0
    for i in range(width):
        if not (left_old and left_new):
            break
        take(_in_order(_without(old, left_old, i), _without(new, left_new, i)))
    take(_most_similar(old, new, left_old, left_new))
    if same_key:
        take(dict(zip(left_new, left_old, strict=False)))
    return found


def _in_order(old: Mapping[int, Hashable], new: Mapping[int, Hashable]) -> dict[int, int]:
    """Pair rows of equal value, first with first."""
    waiting: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row, value in old.items():
        waiting[value].append(row)
    for rows in waiting.values():
        rows.reverse()
    pairs: dict[int, int] = {}
    for row, value in new.items():
        rows = waiting.get(value, [])
        if rows:
            pairs[row] = rows.pop()
    return pairs


def _without(table: Sequence[Row], rows: Iterable[int], i: int) -> dict[int, Hashable]:
    """The rows without column ``i``, as far as anything is left of them."""
    cut = {row: table[row][:i] + table[row][i + 1 :] for row in rows}
    return {row: cells for row, cells in cut.items() if any(cells)}


def _most_similar(
    old: Sequence[Row], new: Sequence[Row], old_rows: Sequence[int], new_rows: Sequence[int]
) -> dict[int, int]:
    """Pair by shared cells, best first; candidates come from the cells that few rows have."""
    width = len(new[new_rows[0]]) if new_rows else 0
    common = min(COMMON, max(2, BUDGET // max(1, len(new_rows) * width)))
    having: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for row in old_rows:
        for cell in enumerate(old[row]):
            if cell[1]:
                having[cell].append(row)
    scored: list[tuple[float, int, int]] = []
    for row in new_rows:
        shared: Counter[int] = Counter()
        for cell in enumerate(new[row]):
            rows = having.get(cell, ()) if cell[1] else ()
            if len(rows) <= common:
                shared.update(rows)
        for candidate in shared:
            likeness = _similarity(old[candidate], new[row])
            if likeness >= THRESHOLD:
                scored.append((-likeness, candidate, row))
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, candidate, row in sorted(scored):
        if candidate not in used and row not in pairs:
            used.add(candidate)
            pairs[row] = candidate
    return pairs


def _similarity(old: Row, new: Row) -> float:
    shared = sum(a == b != "" for a, b in zip(old, new, strict=True))
    return shared / max(1, sum(map(bool, old)), sum(map(bool, new)))
