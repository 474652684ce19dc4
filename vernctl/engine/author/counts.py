"""Counting a finished sheet: rows in = rows out + rows accounted for."""

from __future__ import annotations

import duckdb

from vernctl.engine.compile.tables import Stored
from vernctl.engine.database import count_of, rows_of
from vernctl.engine.model import SheetCount, Template
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import DedupeStep, DropStep


def count_sheet(
    con: duckdb.DuckDBPyConnection,
    template: Template,
    sheet: SheetRecipe,
    stored: Stored,
    flags: str,
) -> SheetCount:
    """Rows read, written, invalid, and dropped by the reason of the step that dropped them."""
    dropped: dict[str, int] = {}
    kept = 0
    for index, rows in rows_of(
        con, f"SELECT _drop, count(*) FROM {stored.table} GROUP BY 1 ORDER BY 1 NULLS FIRST"
    ):
        number = int(str(rows))
        if index is None:
            kept = number
            continue
        step = sheet.steps[int(str(index))]
        reason = step.reason if isinstance(step, DropStep | DedupeStep) else "dropped"
        dropped[reason] = dropped.get(reason, 0) + number
    return SheetCount(
        slug=template.slug,
        name=template.name,
        rows=kept,
        invalid_rows=count_of(con, f"SELECT count(DISTINCT _pos) FROM {flags}"),
        rows_read=kept + sum(dropped.values()),
        dropped=dropped,
    )
