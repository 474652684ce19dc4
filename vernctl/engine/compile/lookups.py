"""Joins that steps make with other sheets; none of them multiplies rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from vernctl.engine.compile.kept import kept
from vernctl.engine.compile.tables import Catalogue, Stored
from vernctl.engine.model import EngineError
from vernctl.engine.recipe.base import (
    call,
    filled,
    folded,
    labelled,
    name,
    number,
    spelled,
    text,
    trimmed,
)
from vernctl.engine.recipe.steps import SheetColumn
from vernctl.engine.recipe.values import Lookup

#: Orders the rows that stay as they stood in the files; NULL for a dropped row.
POSITION = "_pos"


def lookup_join(leaf: Lookup, alias: str, by: exp.Expr, catalogue: Catalogue) -> exp.Expr:
    """The join that brings ``v``: the value of the first filled row with the same key."""
    other = _sheet(leaf.sheet, catalogue)
    key, value = folded(other.column(leaf.match, "o")), other.column(leaf.take, "o")
    first = exp.Window(
        this=exp.RowNumber(),
        partition_by=[key],
        order=exp.Order(expressions=[exp.Ordered(this=name(POSITION, "o"))]),
    )
    inner = kept(
        other, "o", labelled(key, "k"), labelled(value, "v"), where=[filled(value)]
    ).qualify(exp.EQ(this=first, expression=number(1)), copy=False)
    on = exp.EQ(this=folded(by), expression=name("k", alias))
    return exp.Join(this=inner.subquery(alias, copy=False), on=on, side="LEFT")


def spelling_join(
    like: Sequence[SheetColumn], alias: str, cell: exp.Expr, catalogue: Catalogue
) -> exp.Expr:
    """The join that brings ``w``: the one value that the linked columns have of a spelling."""
    found = [_values(_sheet(each.sheet, catalogue), each.column) for each in like]
    union: exp.Query = found[0]
    for other in found[1:]:
        union = exp.union(union, other, distinct=False, copy=False)
    one = exp.EQ(this=exp.Count(this=exp.Distinct(expressions=[name("f")])), expression=number(1))
    inner = (
        exp.select(name("k"), labelled(call("MIN", name("v")), "w"), copy=False)
        .from_(union.subquery("u", copy=False))
        .where(exp.NEQ(this=name("k"), expression=text("")), copy=False)
        .group_by(name("k"), copy=False)
        .having(one, copy=False)
    )
    on = exp.EQ(this=spelled(cell), expression=name("k", alias))
    return exp.Join(this=inner.subquery(alias, copy=False), on=on, side="LEFT")


def _values(stored: Stored, column: str) -> exp.Select:
    """(``k`` spelling, ``f`` folded, ``v`` trimmed) of every filled cell of a sheet's column."""
    value = stored.column(column, "o")
    return kept(
        stored,
        "o",
        labelled(spelled(value), "k"),
        labelled(folded(value), "f"),
        labelled(trimmed(value), "v"),
        where=[filled(value)],
    )


def _sheet(slug: str, catalogue: Catalogue) -> Stored:
    other = catalogue.sheets.get(slug)
    if other is None:
        raise EngineError(f"A step looks into {slug}, which the recipe does not make first.")
    return other
