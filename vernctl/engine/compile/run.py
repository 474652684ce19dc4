"""Performing a recipe: every sheet as a table, in an order in which lookups find what they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
from sqlglot import exp

from vernctl.engine.compile.sheet import compile_sheet
from vernctl.engine.compile.tables import Catalogue, Stored, sql
from vernctl.engine.model import EngineError
from vernctl.engine.recipe.model import Recipe, SheetRecipe
from vernctl.engine.recipe.steps import looked_into


class Runner:
    """Keeps the table of each sheet, and builds it anew only where its recipe has changed."""

    def __init__(self, con: duckdb.DuckDBPyConnection, sources: Mapping[str, Stored]) -> None:
        self._con = con
        self._sources = sources
        self._built: dict[str, _Built] = {}
        self._tables = 0

    def run(self, recipe: Recipe) -> dict[str, Stored]:
        """A table of every sheet, as :func:`.sheet.compile_sheet` has it."""
        made: dict[str, Stored] = {}
        for sheet in in_order(recipe.sheets):
            reads = tuple(made[other] for other in looked_into(sheet.steps) if other in made)
            old = self._built.get(sheet.template)
            if old is None or (old.sheet, old.reads) != (sheet, reads):
                old = _Built(sheet, reads, self._build(sheet, made, old))
                self._built[sheet.template] = old
            made[sheet.template] = old.stored
        return {sheet.template: made[sheet.template] for sheet in recipe.sheets}

    def _build(self, sheet: SheetRecipe, made: Mapping[str, Stored], old: _Built | None) -> Stored:
        if old is not None:
            self._con.execute(f"DROP TABLE {old.stored.table}")
        stored = Stored(f"sheet_work_{self._tables}", sheet.all_columns)
        self._tables += 1
        query = compile_sheet(sheet, Catalogue(self._sources, made))
        table = exp.to_table(stored.table)
        self._con.execute(sql(exp.Create(this=table, kind="TABLE", expression=query)))
        return stored


class _Built(NamedTuple):
    sheet: SheetRecipe
    reads: tuple[Stored, ...]
    stored: Stored


def run_recipe(
    con: duckdb.DuckDBPyConnection, recipe: Recipe, sources: Mapping[str, Stored]
) -> dict[str, Stored]:
    """Make a table of every sheet of a recipe and say which is which."""
    return Runner(con, sources).run(recipe)


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
        for other in looked_into(sheet.steps):
            if other in by_template:
                visit(by_template[other], (*path, sheet.template))
        done[sheet.template] = sheet

    for sheet in sheets:
        visit(sheet, ())
    return list(done.values())
