"""Queries over the rows of a sheet that stay: where heals, questions and rules look."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from vernctl.engine.compile.inputs import DROP
from vernctl.engine.compile.tables import Stored
from vernctl.engine.recipe.base import missing, name


def kept(
    stored: Stored, alias: str, *columns: exp.Expr, where: Sequence[exp.Expr] = ()
) -> exp.Select:
    """``columns`` of the rows that stay and meet every condition; the sheet goes by ``alias``."""
    return (
        exp.select(*columns, copy=False)
        .from_(exp.alias_(exp.to_table(stored.table), alias, table=True), copy=False)
        .where(missing(name(DROP, alias)), *where, copy=False)
    )
