"""Where everything came from: files and preview laid side by side, with no word from the agent.

Works on any server. Rows are aligned by the distinctive values that they share, then every column
is explained by the source columns beside it. It says what the data shows and no more: what two
source columns would explain alike, or none does, is ``unknown``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from vernctl.diff.align import Alignment, align, tokens_of
from vernctl.diff.compare import paused_collector
from vernctl.diff.kinds import may_be_equal
from vernctl.diff.model import (
    ColumnOrigin,
    Provenance,
    Recoding,
    SheetOrigin,
    UnfedTable,
    UnusedColumn,
)
from vernctl.diff.origins import ALIKE, Found, alike, read_column
from vernctl.diff.readings import HOWS, decides, shared_words
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.sheet import Row, Sheet

#: A source column that shares words with an unknown one in this part of the rows may be its source.
MAYBE = 0.1
#: Why a row is not in a sheet that its table feeds, where a column says which sheet a row is of.
ELSEWHERE = "in another sheet"
#: Why a row is in no sheet where none of its table is.
UNFED = "its table feeds no sheet"
#: A source column of so few values may well have become a constant.
FEW_VALUES = 3


@dataclass(frozen=True)
class SourceData:
    """One table of an input file (a workbook has several), every cell as text."""

    file: str
    table: str
    columns: tuple[str, ...]
    rows: Sequence[Row]


class LostRow(NamedTuple):
    """A source row that is no row of the sheet: 0-based row of its table, its cells, and why.

    ``slug`` is '' for a row whose table feeds no sheet.
    """

    slug: str
    file: str
    table: str
    row: int
    cells: Row
    why: str


@dataclass(frozen=True)
class _Feed:
    """One table as far as it feeds one sheet."""

    table: SourceData
    alignment: Alignment
    found: Mapping[str, Found]

    @property
    def rows(self) -> int:
        return len(self.alignment.partner)


def read_off(tables: Sequence[SourceData], snapshot: Snapshot) -> Provenance:
    """Provenance of every sheet of a preview, and the source columns that went nowhere.

    Rows read and lost are counted only where the preview is known to be whole: of a sample nobody
    can say what the rest became.
    """
    with paused_collector():
        feeds = {sheet.slug: _feeds(sheet, tables) for sheet in snapshot.sheets}
        origins = tuple(_sheet_origin(sheet, feeds) for sheet in snapshot.sheets)
        return Provenance(
            sheets=origins,
            unused=tuple(_unused(tables, snapshot, feeds, origins)),
            unfed=tuple(
                UnfedTable(file=table.file, table=table.table, rows=_filled(table))
                for table in _unfed(tables, snapshot, feeds)
            ),
        )


def lost_rows(tables: Sequence[SourceData], snapshot: Snapshot) -> tuple[LostRow, ...]:
    """The rows of the files that feed a sheet and are none of its rows, sheet by sheet; last those
    of tables that feed none.

    ``why`` is ``double "COLUMN"`` where the row shares an identifying value with one that is there,
    ``double`` where it equals one in every cell, else ``unexplained``. Sampled sheets have none.
    A row that is in another sheet, and no double of one here, is not lost.
    """
    with paused_collector():
        feeds = {sheet.slug: _feeds(sheet, tables) for sheet in snapshot.sheets}
        lost = (row for sheet in snapshot.sheets for row in _lost(sheet, feeds))
        unfed = (
            LostRow("", table.file, table.table, row, cells, UNFED)
            for table in _unfed(tables, snapshot, feeds)
            for row, cells in enumerate(table.rows)
            if any(map(str.strip, cells))
        )
        return (*(row for row in lost if row.why != ELSEWHERE), *unfed)


def _feeds(sheet: Sheet, tables: Sequence[SourceData]) -> list[_Feed]:
    """The tables that feed the sheet, the one with most rows first."""
    feeds: list[_Feed] = []
    alignments = align(sheet.rows, [table.rows for table in tables])
    for table, alignment in zip(tables, alignments, strict=True):
        pairs = sorted(alignment.partner.items())
        if pairs:
            old = [
                [table.rows[source][i] for _, source in pairs] for i in range(len(table.columns))
            ]
            found = {
                name: read_column(
                    name, [sheet.rows[row][i] for row, _ in pairs], old, table.columns
                )
                for i, name in enumerate(sheet.columns)
            }
            feeds.append(_Feed(table, alignment, found))
    return sorted(feeds, key=lambda feed: -feed.rows)


def _sheet_origin(sheet: Sheet, all_feeds: Mapping[str, Sequence[_Feed]]) -> SheetOrigin:
    feeds = all_feeds[sheet.slug]
    lost = Counter(row.why.split(" ")[0] for row in _lost(sheet, all_feeds))
    return SheetOrigin(
        slug=sheet.slug,
        name=sheet.name,
        rows=len(sheet.rows),
        sample_of=sheet.sample_of,
        files=tuple(dict.fromkeys(feed.table.file for feed in feeds)),
        rows_read=sum(_filled(feed.table) for feed in feeds),
        doubles=lost["double"],
        elsewhere=lost[ELSEWHERE.split(" ")[0]],
        unexplained=lost["unexplained"],
        columns=tuple(_column_origin(sheet, i, feeds) for i in range(len(sheet.columns))),
    )


def _column_origin(sheet: Sheet, i: int, feeds: Sequence[_Feed]) -> ColumnOrigin:
    name = sheet.columns[i]
    values = Counter(row[i] for row in sheet.rows if row[i].strip())
    base = ColumnOrigin(column=name, filled=values.total(), distinct=len(values))
    if not values:
        return base.model_copy(update={"how": "from no column"})
    if len(values) == 1 and values.total() == len(sheet.rows) > 1:
        return _constant(base, next(iter(values)), feeds)
    read = [(feed, found.reading) for feed in feeds if (found := feed.found[name]).reading]
    read = [(feed, reading) for feed, reading in read if reading]
    if not read:
        return base.model_copy(update={"how": "unknown"})
    sources = dict.fromkeys(feed.table.columns[s] for feed, r in read if r for s in r.sources)
    readings = [reading for _, reading in read if reading]
    compared = sum(feed.rows for feed in feeds)
    explained = sum(reading.explained for reading in readings)
    return base.model_copy(
        update={
            "file": ", ".join(dict.fromkeys(feed.table.file for feed, _ in read)),
            "sources": tuple(sources),
            "how": max((reading.how for reading in readings), key=HOWS.index),
            "share": (Decimal(explained) / max(1, compared)).quantize(Decimal("0.001")),
            "edited": sum(reading.edited for reading in readings),
            "blanked": sum(reading.blanked for reading in readings),
            "filled_in": sum(reading.filled_in for reading in readings),
            "recodings": _merged(recoding for r in readings for recoding in r.recodings),
        }
    )


def _constant(base: ColumnOrigin, value: str, feeds: Sequence[_Feed]) -> ColumnOrigin:
    """The same value in every row: the source column that has it, too, and whose name is the most
    like this one's; or no column at all."""
    found: list[tuple[float, str, str, str]] = []
    for feed in feeds:
        for i, name in enumerate(feed.table.columns):
            cells = {feed.table.rows[row][i] for row in feed.alignment.partner.values()}
            likeness = alike(base.column, name)
            if likeness >= ALIKE and len(cells) == 1 and may_be_equal(cell := cells.pop(), value):
                how = "unchanged" if cell == value else "reformatted"
                found.append((likeness, feed.table.file, name, how))
    best = max((likeness for likeness, *_ in found), default=0.0)
    first = [entry for entry in found if entry[0] == best]
    if len({name for _, _, name, _ in first}) != 1:
        return base.model_copy(update={"how": "constant", "share": Decimal("1.000")})
    _, file, name, how = first[0]
    told = {"file": file, "sources": (name,), "how": how, "share": Decimal("1.000")}
    return base.model_copy(update=told)


def _merged(recodings: Iterable[Recoding]) -> tuple[Recoding, ...]:
    """Recodings of several tables as one list, most frequent first."""
    olds: defaultdict[str, dict[str, None]] = defaultdict(dict)
    counts: Counter[str] = Counter()
    for recoding in recodings:
        olds[recoding.new].update(dict.fromkeys(recoding.old))
        counts[recoding.new] += recoding.count
    merged = [Recoding(old=tuple(olds[new]), new=new, count=n) for new, n in counts.items()]
    return tuple(sorted(merged, key=lambda recoding: (-recoding.count, recoding.new)))


def _lost(sheet: Sheet, feeds: Mapping[str, Sequence[_Feed]]) -> Iterator[LostRow]:
    if sheet.sample_of != len(sheet.rows):
        return
    taken: defaultdict[int, set[int]] = defaultdict(set)
    for slug, others in feeds.items():
        for feed in others if slug != sheet.slug else ():
            taken[id(feed.table)].update(feed.alignment.partner.values())
    for feed in feeds[sheet.slug]:
        kept = set(feed.alignment.partner.values())
        rows = feed.table.rows
        equal = {rows[row] for row in kept}
        known = {
            source: {token for row in kept for token in tokens_of(rows[row][source])}
            for source in _identifying(sheet, feed)
        }
        for row, cells in enumerate(rows):
            if row in kept or not any(map(str.strip, cells)):
                continue
            shared = [
                source
                for source, seen in known.items()
                if not seen.isdisjoint(tokens_of(cells[source]))
            ]
            why = f'double "{feed.table.columns[shared[0]]}"' if shared else "unexplained"
            why = "double" if cells in equal else why
            if why == "unexplained" and row in taken[id(feed.table)]:
                why = ELSEWHERE
            yield LostRow(sheet.slug, feed.table.file, feed.table.table, row, cells, why)


def _identifying(sheet: Sheet, feed: _Feed) -> list[int]:
    """Source columns whose target values tell rows apart: mostly filled, and no value twice."""
    sources: dict[int, None] = {}
    for i, name in enumerate(sheet.columns):
        reading = feed.found[name].reading
        values = [row[i] for row in sheet.rows if row[i].strip()]
        if reading is None or reading.direct < 0.9 or len(values) * 2 < len(sheet.rows):
            continue
        if len(set(values)) == len(values):
            sources.update(dict.fromkeys(reading.sources))
    return list(sources)


def _unfed(
    tables: Sequence[SourceData], snapshot: Snapshot, feeds: Mapping[str, Sequence[_Feed]]
) -> Iterator[SourceData]:
    """Tables none of whose rows is in a sheet; told only where it is known of every row of every
    sheet what table it came from."""
    for sheet in snapshot.sheets:
        known = {row for feed in feeds[sheet.slug] for row in feed.alignment.partner}
        if sheet.sample_of != len(sheet.rows) or len(known) < len(sheet.rows):
            return
    feeding = {id(feed.table) for each in feeds.values() for feed in each}
    for table in tables:
        if id(table) not in feeding and _filled(table):
            yield table


def _filled(table: SourceData) -> int:
    """How many rows of the table are not blank."""
    return sum(any(map(str.strip, row)) for row in table.rows)


def _unused(
    tables: Sequence[SourceData],
    snapshot: Snapshot,
    feeds: Mapping[str, Sequence[_Feed]],
    read: Sequence[SheetOrigin],
) -> Iterator[UnusedColumn]:
    """Source columns that no column came from, as far as every column beside them is known."""
    origins = {(sheet.slug, origin.column): origin for sheet in read for origin in sheet.columns}
    for table in tables:
        feeding = [
            (sheet, feed)
            for sheet in snapshot.sheets
            for feed in feeds[sheet.slug]
            if feed.table is table
        ]
        for i, name in enumerate(table.columns):
            filled = sum(bool(row[i].strip()) for row in table.rows)
            named = any(
                table.file in (origin.file or "").split(", ") and name in origin.sources
                for origin in origins.values()
            )
            if named or any(_may_feed(sheet, feed, i, origins) for sheet, feed in feeding):
                continue
            share = (Decimal(filled) / max(1, len(table.rows))).quantize(Decimal("0.01"))
            if feeding:
                yield UnusedColumn(file=table.file, column=name, filled=share)


def _may_feed(
    sheet: Sheet, feed: _Feed, source: int, origins: Mapping[tuple[str, str], ColumnOrigin]
) -> bool:
    """True where the source column could be that of a column whose origin is not certain."""
    pairs = feed.alignment.partner.items()
    old = [feed.table.rows[row][source] for _, row in pairs]
    if not any(map(str.strip, old)):
        return False
    for i, name in enumerate(sheet.columns):
        how, new = origins[sheet.slug, name].how, [sheet.rows[row][i] for row, _ in pairs]
        if source in feed.found[name].suspects:
            return True
        if how == "unknown" and (decides(old, new) or shared_words(old, new) >= MAYBE):
            return True
        if how == "constant" and (
            new[0] in old
            or len(set(old)) <= FEW_VALUES
            or alike(name, feed.table.columns[source]) >= ALIKE
        ):
            return True
    return False
