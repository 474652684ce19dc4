"""Queries over the rows of a sheet that stay: where heals, questions and rules look."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from sqlglot import exp

from vernctl.engine.compile.inputs import DROP
from vernctl.engine.compile.tables import Stored, cell, sql
from vernctl.engine.recipe.base import call, labelled, missing, name, number


def kept(
    stored: Stored, alias: str, *columns: exp.Expr, where: Sequence[exp.Expr] = ()
) -> exp.Select:
    """``columns`` of the rows that stay and meet every condition; the sheet goes by ``alias``."""
    return (
        exp.select(*columns, copy=False)
        .from_(exp.alias_(exp.to_table(stored.table), alias, table=True), copy=False)
        .where(missing(name(DROP, alias)), *where, copy=False)
    )


def different(con: duckdb.DuckDBPyConnection, stored: Stored, column: str) -> str:
    """A table of the different cells ``v`` of a column, and how many rows that stay have each,
    ``n``: what is asked of cells is asked once of each value. Made when first asked for."""
    position = stored.columns.index(column)
    table = f"{_prefix(stored)}{position}"
    grouped = kept(
        stored,
        "s",
        labelled(name(cell(position), "s"), "v"),
        labelled(exp.Count(this=exp.Star()), "n"),
    ).group_by(name(cell(position), "s"), copy=False)
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} AS {sql(grouped)}")
    return table


def forget(con: duckdb.DuckDBPyConnection, stored: Stored) -> None:
    """Drop a sheet's table, and what was made of it."""
    found = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, ?)",
        [_prefix(stored)],
    ).fetchall()
    for table in (stored.table, *(each for (each,) in found)):
        con.execute(f"DROP TABLE {table}")


def cells(condition: exp.Expr | None = None) -> exp.Expr:
    """How many cells the rows of :func:`different` stand for, where a condition holds."""
    total: exp.Expr = exp.Sum(this=name("n"))
    if condition is not None:
        total = exp.Filter(this=total, expression=exp.Where(this=condition))
    return call("COALESCE", total, number(0))


def _prefix(stored: Stored) -> str:
    return f"{stored.table}_values_"
