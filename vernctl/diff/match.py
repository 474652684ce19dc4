"""Which row of the new table is which row of the old one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count
from typing import NamedTuple

from vernctl.diff.kinds import fold_spaces
from vernctl.diff.pairs import Marks, pair_rows
from vernctl.snapshot.keys import is_blank
from vernctl.snapshot.rows import KeySource, Row
from vernctl.snapshot.tokenform import value_of


class Side(NamedTuple):
    """One table of a match: rows of one width, their keys (empty: none), their invalid columns."""

    rows: Sequence[Row]
    keys: Sequence[Row]
    marks: Marks


class Matching(NamedTuple):
    """``partner`` has the old row of every new one, -1 for a row that is new."""

    partner: list[int]
    duplicate_keys: int


def match_rows(old: Side, new: Side, source: KeySource) -> Matching:
    """Match two tables by key, or by likeness where they have none.

    Rows of one key are matched with each other; several of them are counted and aligned within
    the group. A key that differs in case and white space alone is the same row, where it is so on
    one row of each side. Rows whose key is blank, and the rest under a key that was only found,
    are matched by likeness.
    """
    partner = [-1] * len(new.rows)
    if source == "none":
        _pair(partner, old, new, range(len(old.rows)), range(len(new.rows)))
        return Matching(partner, 0)
    if _tell_apart(old.keys) and _tell_apart(new.keys):
        partner = _by_distinct_key(old, new)
        duplicates = 0
    else:
        duplicates = _match_groups(partner, old, new)
    left_old, left_new = _left(partner, len(old.rows))
    if left_old and left_new:
        _match_rewritten(partner, old, new, left_old, left_new)
        left_old, left_new = _left(partner, len(old.rows))
        if source != "found":
            left_old = [row for row in left_old if is_blank(old.keys[row])]
            left_new = [row for row in left_new if is_blank(new.keys[row])]
        _pair(partner, old, new, left_old, left_new)
    return Matching(partner, duplicates)


def match_distinct(old: Side, new: Side, source: KeySource) -> list[int]:
    """The partners of two tables whose keys are known to be filled and to stand once on a side."""
    partner = _by_distinct_key(old, new)
    left_old, left_new = _left(partner, len(old.rows))
    _match_rewritten(partner, old, new, left_old, left_new)
    if source == "found":
        _pair(partner, old, new, *_left(partner, len(old.rows)))
    return partner


def _by_distinct_key(old: Side, new: Side) -> list[int]:
    row_of = dict(zip(old.keys, count(), strict=False))
    return [row_of.get(key, -1) for key in new.keys]


def _tell_apart(keys: Sequence[Row]) -> bool:
    distinct = set(keys)
    return len(distinct) == len(keys) and not any(map(is_blank, distinct))


def _match_groups(partner: list[int], old: Side, new: Side) -> int:
    """Match rows key by key; returns how many keys stand on several rows of a side."""
    before, after = _rows_by_key(old.keys), _rows_by_key(new.keys)
    for key, new_rows in after.items():
        old_rows = before.get(key, [])
        if len(old_rows) == len(new_rows) == 1:
            partner[new_rows[0]] = old_rows[0]
        elif old_rows:
            _pair(partner, old, new, old_rows, new_rows, same_key=True)
    return sum(
        len(before.get(key, ())) > 1 or len(after.get(key, ())) > 1 for key in before | after
    )


def _rows_by_key(keys: Sequence[Row]) -> dict[Row, list[int]]:
    rows: defaultdict[Row, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if not is_blank(key):
            rows[key].append(row)
    return dict(rows)


def _match_rewritten(
    partner: list[int], old: Side, new: Side, left_old: Iterable[int], left_new: Iterable[int]
) -> None:
    """Match what is left where only the writing of the key has changed."""
    before, after = _rows_by_folded_key(old.keys, left_old), _rows_by_folded_key(new.keys, left_new)
    for key, new_rows in after.items():
        old_rows = before.get(key, [])
        if len(old_rows) == len(new_rows) == 1:
            partner[new_rows[0]] = old_rows[0]


def _rows_by_folded_key(keys: Sequence[Row], rows: Iterable[int]) -> dict[Row, list[int]]:
    found: defaultdict[Row, list[int]] = defaultdict(list)
    for row in rows:
        if not is_blank(keys[row]):
            found[tuple(map(_folded, keys[row]))].append(row)
    return dict(found)


def _folded(cell: str) -> str:
    return value_of(cell) or fold_spaces(cell).casefold()


def _pair(
    partner: list[int],
    old: Side,
    new: Side,
    old_rows: Iterable[int],
    new_rows: Iterable[int],
    *,
    same_key: bool = False,
) -> None:
    pairs = pair_rows(
        old.rows, new.rows, old_rows, new_rows, marks=(old.marks, new.marks), same_key=same_key
    )
    for row, other in pairs.items():
        partner[row] = other


def _left(partner: Sequence[int], old_count: int) -> tuple[list[int], list[int]]:
    """Old and new rows that have no partner yet."""
    used = set(partner)
    left_old = [row for row in range(old_count) if row not in used]
    return left_old, [row for row, other in enumerate(partner) if other < 0]
