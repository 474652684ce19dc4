"""Counting a finished sheet: rows in = rows out + rows accounted for."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from vernctl.engine.compile.tables import Stored
from vernctl.engine.database import count_of, rows_of
from vernctl.engine.model import SheetCount, Template
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import DedupeStep, DropStep

#: How many rows each step dropped, by its index; None: how many stay.
Drops = Mapping[int | None, int]


def drops_of(con: duckdb.DuckDBPyConnection, stored: Stored) -> Drops:
    """What became of every row of a sheet's table that still holds the dropped ones."""
    found = rows_of(
        con, f"SELECT _drop, count(*) FROM {stored.table} GROUP BY 1 ORDER BY 1 NULLS FIRST"
    )
    return {None if step is None else int(str(step)): int(str(rows)) for step, rows in found}


def count_sheet(
    con: duckdb.DuckDBPyConnection,
    template: Template,
    sheet: SheetRecipe,
    drops: Drops,
    flags: str,
) -> SheetCount:
    """Rows read, written, invalid, and dropped by the reason of the step that dropped them."""
    dropped: dict[str, int] = {}
    for index, rows in drops.items():
        if index is None:
            continue
        step = sheet.steps[index]
        reason = step.reason if isinstance(step, DropStep | DedupeStep) else "dropped"
        dropped[reason] = dropped.get(reason, 0) + rows
    return SheetCount(
        slug=template.slug,
        name=template.name,
        rows=drops.get(None, 0),
        invalid_rows=count_of(con, f"SELECT count(DISTINCT _pos) FROM {flags}"),
        rows_read=sum(drops.values()),
        dropped=dropped,
    )
