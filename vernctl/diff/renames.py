"""What was renamed: confirmed by the spec, or proposed where the data says so. Nothing is guessed:
a proposal changes nothing until ``review.moved`` confirms it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from vernctl.diff.match import Side
from vernctl.diff.pairs import pair_rows
from vernctl.diff.values import Rename
from vernctl.snapshot.rows import Row, Sheet

#: A dropped and an added column are proposed as one where this part of their values is shared.
SHARED = 0.6
#: Rows that share this part of their filled cells, beside the key, are proposed as one.
ALIKE = 0.75
#: Above so many rows removed or added nobody confirms them one by one.
MOST_ROWS = 500


def rename_columns(old: Sheet, new: Sheet, renames: Mapping[str, str]) -> Sheet:
    """The old sheet under the new names, as far as a rename took place between these two."""
    took = {a: b for a, b in renames.items() if is_renamed(a, b, old.columns, new.columns)}
    if not took:
        return old
    return old.model_copy(
        update={
            "columns": tuple(took.get(name, name) for name in old.columns),
            "invalid": tuple(
                cell._replace(column=took.get(cell.column, cell.column)) for cell in old.invalid
            ),
        }
    )


def is_renamed(old: str, new: str, before: Collection[str], after: Collection[str]) -> bool:
    """True where the old name is only in the old table and the new one only in the new table."""
    return old in before and old not in after and new in after and new not in before


def rename_keys(keys: Sequence[Row], renames: Mapping[str, str]) -> Sequence[Row]:
    """The keys of the old rows under their new names; only keys of one column have names."""
    if not renames:
        return keys
    return [(renames.get(key[0], key[0]),) if len(key) == 1 else key for key in keys]


def propose_columns(old: Sheet, new: Sheet, partner: Sequence[int]) -> tuple[Rename, ...]:
    """Dropped and added columns that hold the same values: in matched rows where there are any,
    else by how often each value occurs. Each column in one proposal at most, the surest first.
    """
    dropped = [name for name in old.columns if name not in new.columns]
    added = [name for name in new.columns if name not in old.columns]
    if not (dropped and added):
        return ()
    found: list[tuple[float, Rename]] = []
    matched = [(row, other) for row, other in enumerate(partner) if other >= 0]
    for a in dropped:
        before = [row[old.columns.index(a)] for row in old.rows]
        for b in added:
            after = [row[new.columns.index(b)] for row in new.rows]
            if matched:
                pairs = [(before[other], after[row]) for row, other in matched]
                shared = sum(x == y != "" for x, y in pairs)
                filled = sum(bool(x or y) for x, y in pairs)
            else:
                counts = Counter(filter(None, before)), Counter(filter(None, after))
                shared = (counts[0] & counts[1]).total()
                filled = max(counts[0].total(), counts[1].total())
            if shared and shared >= SHARED * filled:
                found.append((-shared / filled, Rename(old=a, new=b, shared=shared, of=filled)))
    return _once(found)


def propose_keys(
    old: Side, new: Side, partner: Sequence[int], key: Sequence[int]
) -> tuple[Rename, ...]:
    """Removed and added rows that are alike in all but the key. ``key``: the place of its one
    column."""
    kept = set(partner)
    removed = [row for row in range(len(old.rows)) if row not in kept]
    added = [row for row, other in enumerate(partner) if other < 0]
    if len(key) != 1 or not (removed and added) or len(removed) + len(added) > MOST_ROWS:
        return ()
    at = key[0]
    before = [_without(old.rows[row], at) for row in removed]
    after = [_without(new.rows[row], at) for row in added]
    found: list[tuple[float, Rename]] = []
    for row, other in pair_rows(before, after, range(len(before)), range(len(after))).items():
        cells = list(zip(before[other], after[row], strict=True))
        shared, filled = sum(x == y != "" for x, y in cells), sum(bool(x or y) for x, y in cells)
        names = old.rows[removed[other]][at], new.rows[added[row]][at]
        if shared >= 2 and shared >= ALIKE * filled and all(map(str.strip, names)):
            rename = Rename(old=names[0], new=names[1], shared=shared, of=filled)
            found.append((-shared / filled, rename))
    return _once(found)


def _without(row: Row, at: int) -> Row:
    return row[:at] + row[at + 1 :]


def _once(found: list[tuple[float, Rename]]) -> tuple[Rename, ...]:
    """The surest proposals, each name on either side once."""
    chosen: list[Rename] = []
    for _, rename in sorted(found, key=lambda entry: (entry[0], entry[1].old, entry[1].new)):
        if all(rename.old != one.old and rename.new != one.new for one in chosen):
            chosen.append(rename)
    return tuple(chosen)
