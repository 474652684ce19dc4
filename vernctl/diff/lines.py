"""Two CSV files compared by a key, record by record, without parsing what is equal.

Both files are read side by side, so that only what differs is held. It is exact or it says that it
cannot tell: keys that are blank, or stand twice on a side, are left to the comparison of whole
tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count, zip_longest
from typing import cast

from vernctl.diff.changes import Changed, changed_rows, count_changes, unequal_cells
from vernctl.diff.groups import group_changes
from vernctl.diff.kinds import classify
from vernctl.diff.match import Side, match_distinct
from vernctl.diff.records import KeyCutter, Piece, RecordReader, UncertainError, parse_all
from vernctl.diff.renames import propose_keys
from vernctl.diff.values import AddedRow, RemovedRow, SheetDiff
from vernctl.snapshot.rows import KeySource, Row, Sheet

_NO_PIECE = Piece([], False)


def diff_by_record(
    old: RecordReader,
    new: RecordReader,
    key: Sequence[str],
    source: KeySource,
    ignore: Sequence[str],
    sheet: Sheet,
) -> SheetDiff:
    """The same as comparing both tables by the key, without statistics of columns. ``sheet`` is an
    empty one with the name of the new file. Raises UncertainError where it cannot tell.
    """
    met = _Meeting(KeyCutter(new.columns, key))
    for one, two in zip_longest(old.pieces(), new.pieces(), fillvalue=_NO_PIECE):
        met.add(one, two)
    met.check_old_keys()
    return _diff(met, new.columns, key, source, ignore, sheet)


class _Meeting:
    """Records of both files as they meet their equals. ``waiting_*``: record → row of those that
    have not; ``partner``: the old row of each new one, -1 for none.
    """

    def __init__(self, cutter: KeyCutter) -> None:
        self._cutter = cutter
        self._keys: set[str | Row] = set()
        self.waiting_old: dict[str, int] = {}
        self.waiting_new: dict[str, int] = {}
        self.partner: list[int] = []
        self.old_rows = 0

    def add(self, old: Piece, new: Piece) -> None:
        """The next records of both files. Raises UncertainError for a key that does not tell."""
        keys = self._cutter.keys(new)
        self._keys.update(keys)
        first = len(self.partner)
        unmet = dict(zip(old.records, count(self.old_rows), strict=False))
        if len(self._keys) < first + len(new.records) or len(unmet) < len(old.records):
            raise UncertainError
        if not _are_filled(keys):
            raise UncertainError
        self.old_rows += len(old.records)
        take = unmet.pop
        found = [take(record, -1) for record in new.records]
        self.partner += found
        self._wait(unmet, [(first + i, new.records[i]) for i, row in enumerate(found) if row < 0])

    def _wait(self, old: dict[str, int], new: Sequence[tuple[int, str]]) -> None:
        """Those that did not meet in their piece meet who waits, or wait themselves."""
        for row, record in new:
            met = self.waiting_old.pop(record, None)
            if met is None:
                self.waiting_new[record] = row
            else:
                self.partner[row] = met
        for record, row in old.items():
            other = self.waiting_new.pop(record, None)
            if other is not None:
                self.partner[other] = row
            elif self.waiting_old.setdefault(record, row) != row:
                raise UncertainError

    def check_old_keys(self) -> None:
        """Old keys tell apart too: each is filled, stands once, and on no row that has met."""
        old, new = (self._keys_of(side) for side in (self.waiting_old, self.waiting_new))
        distinct = set(old)
        if len(distinct) < len(old) or not _are_filled(old):
            raise UncertainError
        if not (distinct & self._keys).issubset(new):
            raise UncertainError
        self._keys.clear()

    def _keys_of(self, waiting: Mapping[str, int]) -> list[str] | list[Row]:
        quoted = any('"' in record for record in waiting)
        return self._cutter.keys(Piece(list(waiting), quoted))


def _are_filled(keys: Sequence[str] | Sequence[Row]) -> bool:
    if keys and isinstance(keys[0], str):
        return all(map(str.strip, cast("Sequence[str]", keys)))
    return all(any(map(str.strip, key)) for key in keys)


def _diff(
    met: _Meeting,
    columns: Row,
    key: Sequence[str],
    source: KeySource,
    ignore: Sequence[str],
    sheet: Sheet,
) -> SheetDiff:
    """The diff from the records that met nobody."""
    kept = [i for i, name in enumerate(columns) if name not in ignore]
    names = tuple(columns[i] for i in kept)
    at = [names.index(name) for name in key]
    old_rows, old = _side(met.waiting_old, len(columns), kept, at)
    new_rows, new = _side(met.waiting_new, len(columns), kept, at)
    partner = match_distinct(old, new, source)
    changed: list[Changed] = []
    for i, j in enumerate(partner):
        if j < 0:
            continue
        cells = unequal_cells(old.rows[j], new.rows[i])
        if cells:
            changed.append((new_rows[i], old_rows[j], new.keys[i], cells))
        else:
            met.partner[new_rows[i]] = old_rows[j]
    counts = count_changes(changed, names)
    kinds = {name: classify(pairs) for name, pairs in counts.items()}
    gone = set(range(len(old_rows))).difference(partner)
    order = [row for row in met.partner if row >= 0]
    return SheetDiff(
        slug=sheet.slug,
        name=sheet.name,
        key=tuple(key),
        key_source=source,
        columns=names,
        columns_before=names,
        rows=len(met.partner),
        rows_before=met.old_rows,
        added=tuple(
            AddedRow(new.keys[i], new_rows[i], new.rows[i]) for i, j in enumerate(partner) if j < 0
        ),
        removed=tuple(RemovedRow(old.keys[j], old_rows[j], old.rows[j]) for j in sorted(gone)),
        changed=changed_rows(changed, kinds, names),
        order=() if order == sorted(order) else tuple(order),
        groups=group_changes(counts, kinds),
        proposed_keys=propose_keys(old, new, partner, at),
    )


def _side(
    waiting: dict[str, int], width: int, kept: Sequence[int], at: Sequence[int]
) -> tuple[list[int], Side]:
    """The records that wait as a table, with the row of each; they wait in the file's order."""
    records, places = list(waiting), list(waiting.values())
    waiting.clear()
    rows = parse_all(records, width)
    if len(kept) < width:
        rows = [tuple([row[i] for i in kept]) for row in rows]
    if len(at) == 1:
        keys = [(row[at[0]],) for row in rows]
        return places, Side(rows, keys, {})
    return places, Side(rows, [tuple([row[i] for i in at]) for row in rows], {})
