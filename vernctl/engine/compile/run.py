"""Performing a recipe: every sheet as a table, in an order in which lookups find what they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
from sqlglot import exp

from vernctl.engine.compile.sheet import compile_sheet
from vernctl.engine.compile.tables import Catalogue, Stored, sql
from vernctl.engine.model import EngineError
from vernctl.engine.recipe.model import Recipe, SheetRecipe
from vernctl.engine.recipe.steps import FillStep
from vernctl.engine.recipe.values import lookups


def run_recipe(
    con: duckdb.DuckDBPyConnection, recipe: Recipe, sources: Mapping[str, Stored], prefix: str
) -> dict[str, Stored]:
    """Make a table of every sheet (``<prefix>0`` …, see compile_sheet) and say which is which."""
    made: dict[str, Stored] = {}
    numbers = {sheet.template: i for i, sheet in enumerate(recipe.sheets)}
    for sheet in in_order(recipe.sheets):
        stored = Stored(f"{prefix}{numbers[sheet.template]}", sheet.all_columns)
        query = compile_sheet(sheet, Catalogue(sources, made))
        create = exp.Create(
            this=exp.to_table(stored.table), kind="TABLE", expression=query, replace=True
        )
        con.execute(sql(create))
        made[sheet.template] = stored
    return {sheet.template: made[sheet.template] for sheet in recipe.sheets}


def in_order(sheets: Sequence[SheetRecipe]) -> list[SheetRecipe]:
    """The sheets so that each comes after those it looks into; EngineError for a circle."""
    by_template = {sheet.template: sheet for sheet in sheets}
    done: dict[str, SheetRecipe] = {}

    def visit(sheet: SheetRecipe, path: tuple[str, ...]) -> None:
        if sheet.template in done:
            return
        if sheet.template in path:
            circle = " → ".join([*path, sheet.template])
            raise EngineError(f"The sheets look into each other in a circle: {circle}.")
        for other in looked_into(sheet):
            if other in by_template:
                visit(by_template[other], (*path, sheet.template))
        done[sheet.template] = sheet

    for sheet in sheets:
        visit(sheet, ())
    return list(done.values())


def looked_into(sheet: SheetRecipe) -> tuple[str, ...]:
    """The templates whose sheets a sheet's steps read, each once."""
    found = [
        leaf.sheet
        for step in sheet.steps
        if isinstance(step, FillStep)
        for leaf in lookups(step.value)
    ]
    return tuple(dict.fromkeys(found))
