"""What a table holds, column by column: how full, how distinct, what the values look like.

Counts that decide something (filled, distinct, top, lengths) are exact; what values look like is
told from an even sample of rows, so that a table of millions costs what a small one does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vernctl.engine.kinds import KINDS, kinds_of
from vernctl.engine.model import EngineValue
from vernctl.engine.readers import SourceTable
from vernctl.engine.readers.table import BLANKS

if TYPE_CHECKING:
    import duckdb

_TOP = 20
_SAMPLE_ROWS = 5_000
_SAMPLE_CELLS = 600_000
_SAMPLE_VALUES = 200
_SKETCH = 256


class ColumnProfile(EngineValue):
    """A source column. Values are counted trimmed; blank ones are not ``filled``.

    ``top``: the commonest values with their counts, ties by value. ``kinds``: of ``checked`` filled
    cells, how many look like each kind (a cell may be of several). ``sample``: distinct values in
    row order. ``sketch``: the smallest hashes of all distinct values, case folded, for estimating
    what two columns share.
    """

    name: str
    index: int
    filled: int
    distinct: int
    top: tuple[tuple[str, int], ...] = ()
    kinds: Mapping[str, int] = {}
    checked: int = 0
    shortest: int = 0
    longest: int = 0
    sample: tuple[str, ...] = ()
    sketch: tuple[int, ...] = ()

    def share(self, *kinds: str) -> float:
        """The share of checked cells of the likeliest of these kinds, 0 to 1."""
        if not self.checked:
            return 0.0
        return max(self.kinds.get(kind, 0) for kind in kinds) / self.checked

    @property
    def unique(self) -> bool:
        """Whether no filled value stands twice (and there is one)."""
        return self.filled > 0 and self.distinct == self.filled


class TableProfile(EngineValue):
    """A source table: its name, its number of rows, its columns in file order.

    Of a part of a split table, ``part_of`` is that table, ``parted_by`` the column that says what
    its rows are, ``sheet_of`` the template that they are of ('' for none), and ``which`` says in
    words which rows they are.
    """

    table: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    file: str = ""
    sheet: str | None = None
    sheet_of: str | None = None
    which: str = ""
    part_of: str = ""
    parted_by: str = ""

    @property
    def whole(self) -> str:
        """The table as the file has it."""
        return self.part_of or self.table


def profile_table(con: duckdb.DuckDBPyConnection, as_name: str, table: SourceTable) -> TableProfile:
    """Profile the table that ``load_table`` created as ``as_name``."""
    target = _quoted(as_name)
    samples = sample_cells(con, as_name, table)
    columns = tuple(
        _profile_column(con, target, index, name, samples[index])
        for index, name in enumerate(table.columns)
    )
    return TableProfile(
        table=table.name,
        rows=table.row_count,
        columns=columns,
        file=table.file,
        sheet=table.sheet,
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def sample_cells(
    con: duckdb.DuckDBPyConnection, as_name: str, table: SourceTable
) -> list[tuple[str, ...]]:
    """Filled cells of evenly spaced rows, by column, trimmed, in row order."""
    target = _quoted(as_name)
    width = len(table.columns)
    wanted = max(200, min(_SAMPLE_ROWS, _SAMPLE_CELLS // max(1, width)))
    step = max(1, -(-table.row_count // wanted))
    cells = ", ".join(f"trim(c{index}[:1000], {BLANKS})" for index in range(width))
    rows = con.execute(
        f"SELECT {cells} FROM {target} WHERE _row % {step} = 0 ORDER BY _row"
    ).fetchall()
    return [tuple(row[index] for row in rows if row[index]) for index in range(width)]


def _profile_column(
    con: duckdb.DuckDBPyConnection, target: str, index: int, name: str, sample: Sequence[str]
) -> ColumnProfile:
    # Counted as they are, then trimmed: trimming each distinct value once is far cheaper.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _values AS SELECT v, sum(n)::BIGINT AS n FROM (SELECT "
        f"CASE WHEN v < '!' OR v > '~' OR v[-1] < '!' OR v[-1] > '~' THEN trim(v, {BLANKS}) "
        f"ELSE v END AS v, n FROM (SELECT c{index} AS v, count(*) AS n FROM {target} GROUP BY 1)) "
        "WHERE v <> '' GROUP BY 1"
    )
    counts = con.execute(
        "SELECT coalesce(sum(n), 0)::BIGINT, count(*), coalesce(min(length(v)), 0), "
        f"coalesce(max(length(v)), 0), min(hash(lower(v)), {_SKETCH}) FROM _values"
    ).fetchone()
    assert counts is not None  # an aggregate always gives one row
    filled, distinct, shortest, longest, sketch = counts
    top = con.execute(f"SELECT v, n FROM _values ORDER BY n DESC, v LIMIT {_TOP}").fetchall()
    con.execute("DROP TABLE _values")
    kinds = _count_kinds(sample)
    return ColumnProfile(
        name=name,
        index=index,
        filled=filled,
        distinct=distinct,
        top=tuple((value, count) for value, count in top),
        kinds=kinds,
        checked=len(sample),
        shortest=shortest,
        longest=longest,
        sample=tuple(dict.fromkeys(sample))[:_SAMPLE_VALUES],
        sketch=tuple(sorted(set(sketch or ()))),
    )


def _count_kinds(sample: Sequence[str]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for value, count in Counter(sample).items():
        for kind in kinds_of(value):
            counts[kind] += count
    return {kind: counts[kind] for kind in KINDS if counts[kind]}
