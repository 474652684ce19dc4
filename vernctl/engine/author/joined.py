"""What the joins of a recipe find and do not find, counted for a person."""

from __future__ import annotations

from sqlglot import exp

from vernctl.engine.compile.tables import sql
from vernctl.engine.database import count_of
from vernctl.engine.questions.wording import counted
from vernctl.engine.recipe.base import filled, folded
from vernctl.engine.recipe.model import Input, Join, Recipe
from vernctl.engine.recipe.values import source_columns
from vernctl.engine.workspace import Workspace


def without_idle_joins(item: Input) -> Input:
    """The input with the joins that a value reads."""
    read = {leaf.table for value in item.values.values() for leaf in source_columns(value)}
    joins = tuple(join for join in item.joins if join.called in read)
    return item.model_copy(update={"joins": joins})


def join_notes(work: Workspace, recipe: Recipe) -> list[str]:
    """A remark for every join that leaves rows without a partner: their cells stay blank."""
    notes = []
    for sheet in recipe.sheets:
        for item in sheet.inputs:
            for join in item.joins:
                alone = _alone(work, item, join)
                if alone:
                    key, match = join.on[0]
                    notes.append(
                        f'{sheet.template}: {counted(alone, "row")} of {item.table} name by "{key}"'
                        f' no row of {join.table} ("{match}"); what it would bring stays blank.'
                    )
    return notes


def _alone(work: Workspace, item: Input, join: Join) -> int:
    """How many rows have a key that the joined table does not hold."""
    ours, theirs = work.loaded.stored[item.table], work.loaded.stored[join.table]
    key, match = join.on[0]
    value = ours.column(key, "t")
    held = (
        exp.select(folded(theirs.column(match, "r")))
        .from_(exp.alias_(exp.to_table(theirs.table), "r", table=True))
        .where(filled(theirs.column(match, "r")))
    )
    query = (
        exp.select(exp.Count(this=exp.Star()))
        .from_(exp.alias_(exp.to_table(ours.table), "t", table=True))
        .where(filled(value), exp.Not(this=exp.In(this=folded(value), query=held.subquery())))
    )
    return count_of(work.con, sql(query))
