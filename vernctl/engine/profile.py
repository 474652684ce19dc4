"""What a table holds, column by column: how full, how distinct, what the values look like.

Counts that decide something (filled, distinct, top, lengths) are exact; what values look like is
told from an even sample of rows, so that a table of millions costs what a small one does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

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
#: A query costs more than counting a small table: so many columns and cells share one.
_AT_ONCE = 100
_CELLS_AT_ONCE = 200_000


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
    counted = [counts for group in column_groups(table) for counts in _count(con, target, group)]
    columns = tuple(
        _profile_column(index, name, counts, samples[index])
        for index, (name, counts) in enumerate(zip(table.columns, counted, strict=True))
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


class _Counts(NamedTuple):
    filled: int = 0
    distinct: int = 0
    shortest: int = 0
    longest: int = 0
    sketch: Sequence[int] | None = None
    top: Sequence[tuple[str, int]] = ()


def column_groups(table: SourceTable) -> list[range]:
    """The columns that one query looks at: many of a table of few rows, one of a large one."""
    at_once = max(1, min(_AT_ONCE, _CELLS_AT_ONCE // max(1, table.row_count)))
    width = len(table.columns)
    return [range(first, min(width, first + at_once)) for first in range(0, width, at_once)]


def trimmed_sql(cell: str) -> str:
    """SQL for a cell without blanks at its edges; cheap where it has none, as nearly all."""
    edged = f"{cell} < '!' OR {cell} > '~' OR {cell}[-1] < '!' OR {cell}[-1] > '~'"
    return f"CASE WHEN {edged} THEN trim({cell}, {BLANKS}) ELSE {cell} END"


def cells_sql(target: str, indices: Sequence[int]) -> str:
    """A query of the cells ``v`` of these columns of ``target`` (an SQL name), ``k`` being each
    column's place among them from 0."""
    if len(indices) == 1:
        return f"SELECT 0 AS k, c{indices[0]} AS v FROM {target}"
    cells = ", ".join(f"c{index}" for index in indices)
    return f"SELECT unnest(range({len(indices)})) AS k, unnest([{cells}]) AS v FROM {target}"


def _count(con: duckdb.DuckDBPyConnection, target: str, indices: Sequence[int]) -> list[_Counts]:
    """What the whole columns hold, trimmed and without blank values."""
    each = f"SELECT k, v, count(*) AS n FROM ({cells_sql(target, indices)}) GROUP BY 1, 2"
    # Counted as they are, then trimmed: trimming each distinct value once is far cheaper.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE _values AS SELECT k, v, sum(n)::BIGINT AS n FROM (SELECT k, "
        f"{trimmed_sql('v')} AS v, n FROM ({each})) WHERE v <> '' GROUP BY 1, 2"
    )
    counts = con.execute(
        "SELECT k, sum(n)::BIGINT, count(*), min(length(v)), max(length(v)), "
        f"min(hash(lower(v)), {_SKETCH}) FROM _values GROUP BY 1"
    ).fetchall()
    tops = con.execute(
        "SELECT k, v, n FROM _values QUALIFY row_number() OVER (PARTITION BY k ORDER BY n DESC, v)"
        f" <= {_TOP} ORDER BY k, n DESC, v"
        if len(indices) > 1
        else f"SELECT k, v, n FROM _values ORDER BY n DESC, v LIMIT {_TOP}"
    ).fetchall()
    con.execute("DROP TABLE _values")
    top: dict[int, list[tuple[str, int]]] = {}
    for at, value, count in tops:
        top.setdefault(at, []).append((value, count))
    found = {
        at: _Counts(filled, distinct, shortest, longest, sketch, top[at])
        for at, filled, distinct, shortest, longest, sketch in counts
    }
    return [found.get(at, _Counts()) for at in range(len(indices))]


def _profile_column(index: int, name: str, counts: _Counts, sample: Sequence[str]) -> ColumnProfile:
    kinds = _count_kinds(sample)
    return ColumnProfile(
        name=name,
        index=index,
        filled=counts.filled,
        distinct=counts.distinct,
        top=tuple(counts.top),
        kinds=kinds,
        checked=len(sample),
        shortest=counts.shortest,
        longest=counts.longest,
        sample=tuple(dict.fromkeys(sample))[:_SAMPLE_VALUES],
        sketch=tuple(sorted(set(counts.sketch or ()))),
    )


def _count_kinds(sample: Sequence[str]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for value, count in Counter(sample).items():
        for kind in kinds_of(value):
            counts[kind] += count
    return {kind: counts[kind] for kind in KINDS if counts[kind]}
