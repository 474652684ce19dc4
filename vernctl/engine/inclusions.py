"""Columns whose values stand in another table's key: orders.customer_id ⊆ customers.id, counted.

Names and sketches say where to look (``joins.find_paths``); what is told was counted over all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vernctl.engine.joins import JoinPath, find_paths
from vernctl.engine.model import EngineValue
from vernctl.engine.profile import TableProfile
from vernctl.engine.readers.mending import NOTHING
from vernctl.engine.readers.table import BLANKS, sql_text

if TYPE_CHECKING:
    import duckdb

_EXAMPLES = 3


class Inclusion(EngineValue):
    """A column of one table that names rows of another, by the tables' places in what was read.

    ``rows`` and ``values`` (distinct): what the column holds, without words for nothing.
    ``orphan_rows`` and ``orphan_values``: what of it stands nowhere in the other column;
    ``examples`` of the commonest. Values are compared trimmed and in any case of letters, as links
    are.
    """

    table: int
    column: str
    in_table: int
    in_column: str
    rows: int
    values: int
    orphan_rows: int
    orphan_values: int
    examples: tuple[str, ...] = ()


def find_inclusions(
    con: duckdb.DuckDBPyConnection, loaded: Sequence[str], profiles: Sequence[TableProfile]
) -> tuple[Inclusion, ...]:
    """The inclusions between all tables; ``loaded`` are their names in the database."""
    # Files of different folders may bear one name: here a table is known by its place.
    placed = [
        profile.model_copy(update={"table": str(place)}) for place, profile in enumerate(profiles)
    ]
    found = [
        _counted(con, loaded, placed, place, path)
        for place, profile in enumerate(placed)
        for path in find_paths(profile, placed)
    ]
    return tuple(each for each in found if each.rows and each.orphan_values < each.values)


def _counted(
    con: duckdb.DuckDBPyConnection,
    loaded: Sequence[str],
    profiles: Sequence[TableProfile],
    place: int,
    path: JoinPath,
) -> Inclusion:
    other = int(path.table)
    key = _index(profiles[place], path.key)
    match = _index(profiles[other], path.match)
    nothing = ", ".join(sql_text(word) for word in NOTHING)
    ours = (
        f"SELECT lower(trim(c{key}, {BLANKS})) AS v, min(trim(c{key}, {BLANKS})) AS shown, "
        f"count(*) AS n FROM {loaded[place]} GROUP BY 1 HAVING v NOT IN ({nothing})"
    )
    theirs = f"SELECT lower(trim(c{match}, {BLANKS})) AS v FROM {loaded[other]}"
    row = con.execute(
        f"WITH ours AS ({ours}), lost AS (SELECT * FROM ours ANTI JOIN ({theirs}) AS t USING (v)) "
        "SELECT (SELECT coalesce(sum(n), 0)::BIGINT FROM ours), (SELECT count(*) FROM ours), "
        "(SELECT coalesce(sum(n), 0)::BIGINT FROM lost), (SELECT count(*) FROM lost), "
        f"(SELECT list(shown) FROM (SELECT shown FROM lost ORDER BY n DESC, v LIMIT {_EXAMPLES}))"
    ).fetchone()
    assert row is not None  # scalars always give one row
    return Inclusion(
        table=place,
        column=path.key,
        in_table=other,
        in_column=path.match,
        rows=row[0],
        values=row[1],
        orphan_rows=row[2],
        orphan_values=row[3],
        examples=tuple(row[4] or ()),
    )


def _index(table: TableProfile, name: str) -> int:
    return next(column.index for column in table.columns if column.name == name)
