"""Previews: small sheets whole, large ones as a sample that recipe edits do not reshuffle."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from vernctl.engine.compile.tables import Stored, cell
from vernctl.engine.database import count_of, rows_of
from vernctl.engine.model import FlaggedCell, SheetPreview, Template

SAMPLE_ROWS = 2_000


def preview_sheet(
    con: duckdb.DuckDBPyConnection, template: Template, stored: Stored, flags: str
) -> SheetPreview:
    """The sheet in source order, at most SAMPLE_ROWS of it: those whose input row hashes lowest.

    ``flags`` is the table that :func:`.validate.flag_cells` made of the whole sheet.
    """
    total = count_of(con, f"SELECT count(*) FROM {stored.table} WHERE _drop IS NULL")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _sample AS SELECT _pos AS pos, "
        f"row_number() OVER (ORDER BY _pos) - 1 AS place FROM (SELECT _pos FROM {stored.table} "
        f"WHERE _drop IS NULL ORDER BY _hash, _pos LIMIT {SAMPLE_ROWS})"
    )
    cells = ", ".join(f"s.{cell(i)}" for i in range(len(template.columns)))
    rows = rows_of(
        con,
        f"SELECT {cells} FROM {stored.table} s JOIN _sample ON s._pos = pos ORDER BY place",
    )
    return SheetPreview(
        slug=template.slug,
        name=template.name,
        columns=tuple(column.name for column in template.columns),
        rows=tuple(tuple(str(value) for value in row) for row in rows),
        invalid=tuple(_flagged(con, template, flags)),
        of=total,
    )


def _flagged(
    con: duckdb.DuckDBPyConnection, template: Template, flags: str
) -> Sequence[FlaggedCell]:
    found = con.execute(
        f"SELECT DISTINCT place, col, rule, message FROM {flags} f JOIN _sample ON f._pos = pos "
        "ORDER BY place, col, rule, message"
    ).fetchall()
    return [
        FlaggedCell(row=place, column=template.columns[column].name, message=message)
        for place, column, _, message in found
    ]
