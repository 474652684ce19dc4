"""From matched rows to changes: cells, rows, order, validity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter

from vernctl.diff.kinds import Pair
from vernctl.diff.match import Side
from vernctl.diff.values import AddedRow, CellChange, ChangeKind, RemovedRow, RowChange, Validity
from vernctl.snapshot.rows import Row, Sheet

#: (column position, old cell, new cell)
_Cell = tuple[int, str, str]
#: (new row, old row, key, unequal cells)
Changed = tuple[int, int, Row, list[_Cell]]
Counts = dict[str, Counter[Pair]]


def projected(sheet: Sheet, columns: Sequence[str]) -> Sequence[Row]:
    """The sheet's rows under other columns; a column that it has not is blank."""
    if sheet.columns == tuple(columns):
        return sheet.rows
    at = {name: i for i, name in enumerate(sheet.columns)}
    blank = len(sheet.columns)
    places = [at.get(name, blank) for name in columns]
    if len(places) < 2:
        return [tuple((*row, "")[i] for i in places) for row in sheet.rows]
    pick = itemgetter(*places)
    return [pick((*row, "")) for row in sheet.rows]


def marks_of(sheet: Sheet) -> dict[int, tuple[str, ...]]:
    """Row → its invalid columns, sorted."""
    return {
        row: tuple(sorted(columns)) for row, columns in sheet.invalid_by_row().items() if row >= 0
    }


def changed_cells(old: Side, new: Side, partner: Sequence[int]) -> list[Changed]:
    """The matched rows with unequal cells, in the order of the new table."""
    changed: list[Changed] = []
    old_rows = old.rows
    for row, (cells, other) in enumerate(zip(new.rows, partner, strict=True)):
        if other >= 0 and (before := old_rows[other]) != cells:
            changed.append((row, other, _key(new, row), unequal_cells(before, cells)))
    return changed


def unequal_cells(old: Row, new: Row) -> list[_Cell]:
    """The places where two rows of one width differ."""
    return [(i, a, b) for i, a, b in zip(range(len(new)), old, new, strict=True) if a != b]


def count_changes(changed: Sequence[Changed], columns: Sequence[str]) -> Counts:
    """Column → how often each (old, new) occurs; only columns with changes, in their order."""
    pairs: list[list[Pair]] = [[] for _ in columns]
    for _, _, _, cells in changed:
        for i, old, new in cells:
            pairs[i].append((old, new))
    return {name: Counter(found) for name, found in zip(columns, pairs, strict=True) if found}


def changed_rows(
    changed: Sequence[Changed],
    kinds: Mapping[str, Mapping[Pair, ChangeKind]],
    columns: Sequence[str],
) -> tuple[RowChange, ...]:
    """The changed rows with the kind of each change."""
    kinds_at = [kinds.get(name, {}) for name in columns]
    return tuple(
        [
            RowChange(
                key,
                other,
                row,
                tuple([CellChange(columns[i], a, b, kinds_at[i][a, b]) for i, a, b in cells]),
            )
            for row, other, key, cells in changed
        ]
    )


def added_rows(new: Side, partner: Sequence[int]) -> tuple[AddedRow, ...]:
    """The rows that only the new table has."""
    return tuple(
        AddedRow(key=_key(new, row), new_row=row, cells=new.rows[row])
        for row, other in enumerate(partner)
        if other < 0
    )


def removed_rows(sheet: Sheet, old: Side, partner: Sequence[int]) -> tuple[RemovedRow, ...]:
    """The rows that only the old table had, with all cells that they had there."""
    kept = set(partner)
    return tuple(
        RemovedRow(key=_key(old, row), old_row=row, cells=sheet.rows[row])
        for row in range(len(sheet.rows))
        if row not in kept
    )


def order_of(partner: Sequence[int], changed: Sequence[Changed]) -> tuple[int, ...]:
    """The old rows of the unchanged rows in their new order; empty where that is the old one."""
    altered = {row for row, *_ in changed}
    order = [other for row, other in enumerate(partner) if other >= 0 and row not in altered]
    return tuple(order) if order != sorted(order) else ()


def validity_changes(
    old: Sheet, new: Sheet, side: Side, partner: Sequence[int]
) -> tuple[Validity, ...]:
    """Cells of matched rows that became invalid, then those that stopped being so."""
    if not (old.invalid or new.invalid):
        return ()
    before, after = old.invalid_by_row(), new.invalid_by_row()
    found = _unplaced(old, new)
    for row, other in enumerate(partner):
        was, now = before.get(other, {}), after.get(row, {})
        if other < 0 or was.keys() == now.keys():
            continue
        for column in was.keys() ^ now.keys():
            found.append(
                Validity(
                    key=_key(side, row),
                    column=column,
                    message=now[column] if column in now else was[column],
                    now_invalid=column in now,
                    new_row=row,
                )
            )
    at = {name: i for i, name in enumerate(new.columns)}
    found.sort(
        key=lambda v: (
            not v.now_invalid,
            at.get(v.column, len(at)),
            v.column,
            -1 if v.new_row is None else v.new_row,
            v.message,
        )
    )
    return tuple(found)


def _unplaced(old: Sheet, new: Sheet) -> list[Validity]:
    """Invalid cells that no row is known of: they count by column and message."""
    was, now = (
        Counter((cell.column, cell.message) for cell in sheet.invalid if cell.row < 0)
        for sheet in (old, new)
    )
    return [
        Validity(key=(), column=column, message=message, now_invalid=now_invalid)
        for changes, now_invalid in ((now - was, True), (was - now, False))
        for column, message in changes.elements()
    ]


def _key(side: Side, row: int) -> Row:
    return side.keys[row] if side.keys else ()
