"""What tells the rows of a table apart: single columns, or two or three of them together.

A key is exact: every row has it, and no two rows have the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from vernctl.engine.database import count_of
from vernctl.engine.formats import ColumnFormat
from vernctl.engine.joins import names_id
from vernctl.engine.profile import ColumnProfile, TableProfile
from vernctl.engine.readers.table import BLANKS

if TYPE_CHECKING:
    import duckdb

#: Kinds that name a thing by their nature, the likeliest first, and those that measure or tell.
_NAMING = ("uuid", "integer", "code", "email", "url", "domain", "iban")
_MEASURES = ("number", "money", "percent", "date", "datetime", "time", "json", "boolean")
_UNIQUE_BY_NATURE = ("uuid", "email", "url", "iban")
#: In so many rows nothing is unique by accident.
_MANY_ROWS = 100
_LONGEST = 100
#: Columns of which combinations are tried, and the first rows that most of these fail on.
_TRIED = 12
_FIRST_ROWS = 5_000
_ENOUGH = 3
#: Wider tables are not searched for equal rows.
_WIDEST = 1_000


class Keys(NamedTuple):
    """Keys by their columns, the likeliest first; ``doubles`` rows are equal to another one.

    ``doubles`` is None where the table is too wide to be searched.
    """

    keys: tuple[tuple[str, ...], ...]
    doubles: int | None


def find_keys(
    con: duckdb.DuckDBPyConnection,
    as_name: str,
    table: TableProfile,
    formats: Sequence[ColumnFormat],
) -> Keys:
    """The keys of the loaded table ``as_name``: single columns, or the smallest sets of them."""
    pairs = list(zip(table.columns, formats, strict=True))
    single = [pair for pair in pairs if table.rows > 1 and _tells_apart(pair[0], table)]
    single.sort(key=lambda pair: _rank(*pair))
    if single:
        telling = _likely([pair for pair in single if _may_name(*pair)], table.rows)
        if telling:
            return Keys(tuple((column.name,) for column in telling), 0)
    doubles = _doubles(con, as_name, table) if not single else 0
    if doubles or table.rows < 2:
        return Keys((), doubles)
    usable = [
        column
        for column, found in pairs
        if column.filled == table.rows and 1 < column.distinct < table.rows
        and _may_name(column, found)
    ]  # fmt: skip
    return Keys(tuple(_together(con, as_name, table.rows, usable)), doubles)


def _likely(pairs: Sequence[tuple[ColumnProfile, ColumnFormat]], rows: int) -> list[ColumnProfile]:
    """Those that are unique by no accident, as a dozen amounts or surnames are beside an id."""
    by_nature = [
        column
        for column, found in pairs
        if names_id(column.name) or found.kind in _UNIQUE_BY_NATURE or rows >= _MANY_ROWS
    ]
    return by_nature or [column for column, _ in pairs]


def _tells_apart(column: ColumnProfile, table: TableProfile) -> bool:
    return column.unique and column.filled == table.rows


def _may_name(column: ColumnProfile, found: ColumnFormat) -> bool:
    """Whether values are of a kind that names things: a measure is unique by chance."""
    return found.kind not in _MEASURES and column.longest <= _LONGEST


def _rank(column: ColumnProfile, found: ColumnFormat) -> tuple[bool, int, int]:
    kind = _NAMING.index(found.kind) if found.kind in _NAMING else len(_NAMING)
    return (not names_id(column.name), kind, column.index)


def _doubles(con: duckdb.DuckDBPyConnection, as_name: str, table: TableProfile) -> int | None:
    """How many rows are, trimmed, equal to an earlier one."""
    if len(table.columns) > _WIDEST:
        return None
    cells = ", ".join(_cell(column) for column in table.columns)
    return table.rows - count_of(
        con, f"SELECT count(*) FROM (SELECT DISTINCT {cells} FROM {as_name})"
    )


def _together(
    con: duckdb.DuckDBPyConnection, as_name: str, rows: int, columns: Sequence[ColumnProfile]
) -> list[tuple[str, ...]]:
    """Pairs that are keys; where there are none, triples. At most three of them."""
    by_distinct = sorted(columns, key=lambda column: (-column.distinct, column.index))[:_TRIED]
    tried = sorted(by_distinct, key=lambda column: (not names_id(column.name), column.index))
    for size in (2, 3):
        found: list[tuple[str, ...]] = []
        for chosen in combinations(tried, size):
            product = 1
            for column in chosen:
                product *= column.distinct
            if product >= rows and _is_together(con, as_name, rows, chosen):
                inorder = sorted(chosen, key=lambda column: column.index)
                found.append(tuple(column.name for column in inorder))
                if len(found) == _ENOUGH:
                    break
        if found:
            return found
    return []


def _is_together(
    con: duckdb.DuckDBPyConnection, as_name: str, rows: int, chosen: Sequence[ColumnProfile]
) -> bool:
    cells = ", ".join(_cell(column) for column in chosen)
    # Most fail on the first rows already; what passes there is counted whole.
    for some in (min(_FIRST_ROWS, rows), rows):
        part = f"(SELECT * FROM {as_name} WHERE _row < {some})"
        if count_of(con, f"SELECT count(*) FROM (SELECT DISTINCT {cells} FROM {part})") < some:
            return False
    return True


def _cell(column: ColumnProfile) -> str:
    return f"trim(c{column.index}, {BLANKS})"
