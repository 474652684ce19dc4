"""Which source row became which row of a sheet, told by the distinctive values that they share.

A value speaks for a pair of rows only where few rows of its columns have it, and the more the
longer it is: an e-mail address says much, a running number little. Rows that nothing distinctive
connects stay unaligned; what they became is not guessed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from vernctl.diff.kinds import fold_spaces
from vernctl.snapshot.sheet import Row

#: A value that more rows than this have, in its column, is not distinctive.
FEW = 3
#: Values of this length and more weigh 1.
LONG = 6
#: What a pair of rows must weigh at least to be believed.
LEAST = 0.5
#: Two columns speak for rows only where they share this part of the smaller one's distinct values.
COMMON = 0.1

#: sheet row → source row → weight
Votes = dict[int, dict[int, float]]
_Places = dict[str, list[int]]

_PHONE = re.compile(r"[\d\s()+./–-]{7,}")
_NO_DIGITS = re.compile(r"\D")


class Alignment:
    """Rows of one table against rows of one sheet. ``partner``: sheet row → source row."""

    def __init__(self, votes: Votes) -> None:
        self.votes = votes
        self.partner: dict[int, int] = {}

    def weight(self, row: int) -> float:
        """How much the best source row of a sheet row weighs."""
        return max(self.votes.get(row, {}).values(), default=0.0)

    def settle(self, rows: Sequence[int], sheet: Sequence[Row], table: Sequence[Row]) -> None:
        """Give each of these sheet rows its source row: the heaviest pairs first, of equal ones
        those with most cells alike (doubles share what is distinctive, and one of them was kept),
        each source row once. A sheet row that is left then shares its heaviest source row.
        """
        pairs: list[tuple[float, int, int, int]] = []
        for row in rows:
            found = [
                (s, weight) for s, weight in self.votes.get(row, {}).items() if weight >= LEAST
            ]
            own = set(map(_told, sheet[row])) if len(found) > 1 else set()
            for source, weight in found:
                same = len(own.intersection(map(_told, table[source]))) if own else 0
                pairs.append((-round(weight, 6), -same, row, source))
        pairs.sort()
        used: set[int] = set()
        for _, _, row, source in pairs:
            if row not in self.partner and source not in used:
                self.partner[row] = source
                used.add(source)
        for _, _, row, source in pairs:
            self.partner.setdefault(row, source)


def align(sheet: Sequence[Row], tables: Sequence[Sequence[Row]]) -> tuple[Alignment, ...]:
    """Align a sheet's rows with those of the tables that it was made of: one source row at most
    for each sheet row, of the table that speaks loudest for it.
    """
    index = _index(sheet)
    alignments = tuple(Alignment(_votes(index, table)) for table in tables)
    owned = _owners(len(sheet), alignments)
    few = max(1, len(sheet) // 50)
    kept = [n for n, rows in owned.items() if len(rows) >= few]
    for n, rows in _owners(len(sheet), alignments, kept).items():
        alignments[n].settle(rows, sheet, tables[n])
    return alignments


def _told(cell: str) -> str:
    return fold_spaces(cell).casefold()


def _owners(
    rows: int, alignments: Sequence[Alignment], among: Sequence[int] | None = None
) -> dict[int, list[int]]:
    """Table number → the sheet rows for which it weighs most; the earlier of equals."""
    numbers = range(len(alignments)) if among is None else among
    owned: defaultdict[int, list[int]] = defaultdict(list)
    for row in range(rows):
        weights = [(alignments[n].weight(row), -n) for n in numbers]
        best, number = max(weights, default=(0.0, 0))
        if best >= LEAST:
            owned[-number].append(row)
    return dict(owned)


def _index(sheet: Sequence[Row]) -> dict[str, list[tuple[int, list[int]]]]:
    """Token → (column, its few rows)."""
    index: defaultdict[str, list[tuple[int, list[int]]]] = defaultdict(list)
    for column, cells in enumerate(zip(*sheet, strict=True)):
        for token, rows in _places(_few(cells)).items():
            index[token].append((column, rows))
    return index


def _votes(index: Mapping[str, list[tuple[int, list[int]]]], table: Sequence[Row]) -> Votes:
    votes: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    targets = Counter(column for found in index.values() for column, _ in found)
    for cells in zip(*table, strict=True):
        few = _few(cells)
        places = _places(few, index)
        shared = Counter(column for token in places for column, _ in index[token])
        telling = {
            column
            for column, count in shared.items()
            if count >= COMMON * min(len(few), targets[column])
        }
        for token, sources in places.items():
            for column, rows in index[token]:
                if column in telling:
                    weight = min(1.0, len(token) / LONG) / (len(rows) * len(sources))
                    for row in rows:
                        for source in sources:
                            votes[row][source] += weight
    return {row: dict(sources) for row, sources in votes.items()}


def _few(cells: Iterable[str]) -> dict[str, list[int]]:
    """Cell → its rows, where those are few. What many rows have is dropped before anything is made
    of its text: a file may be large.
    """
    equal: defaultdict[str, list[int]] = defaultdict(list)
    for row, cell in enumerate(cells):
        equal[cell].append(row)
    return {cell: rows for cell, rows in equal.items() if len(rows) <= FEW}


def _places(few: Mapping[str, list[int]], wanted: Container[str] | None = None) -> _Places:
    """Token → the rows that have it, where those are few; of ``wanted`` tokens only."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for cell, rows in few.items():
        for token in tokens_of(cell):
            if wanted is None or token in wanted:
                places[token] += rows
    return {token: sorted(rows) for token, rows in places.items() if len(rows) <= FEW}


def tokens_of(cell: str) -> tuple[str, ...]:
    """What a cell is known by: its text without case and outer space, the end of a phone number."""
    text = (" ".join(cell.split()) if cell.isascii() else fold_spaces(cell)).casefold()
    if not text:
        return ()
    if _PHONE.fullmatch(text):
        digits = _NO_DIGITS.sub("", text)
        return (text, f"#{digits[-7:]}") if len(digits) >= 7 else (text,)
    return (text,)
