"""Performing a recipe: every sheet as a table, in an order in which lookups find what they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import duckdb
from sqlglot import exp

from vernctl.engine.compile.kept import forget
from vernctl.engine.compile.sheet import Base, compile_sheet
from vernctl.engine.compile.tables import Catalogue, Stored, sql
from vernctl.engine.model import EngineError
from vernctl.engine.recipe.model import Recipe, SheetRecipe
from vernctl.engine.recipe.steps import MendStep, looked_into

#: Puts a finished sheet somewhere: (sheet, where its rows are to lie, its query) → where they lie.
Keep = Callable[[SheetRecipe, Stored, exp.Query], Stored]


class Runner:
    """Keeps the table of each sheet, and builds it anew only where its recipe has changed.

    ``keep`` takes over what becomes of finished sheets; without it each is a table that also holds
    the rows that steps dropped, with the hash of every row.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        sources: Mapping[str, Stored],
        keep: Keep | None = None,
    ) -> None:
        self._con = con
        self._sources = sources
        self._keep = keep
        self._built: dict[str, _Built] = {}
        self._seen: dict[str, Catalogue] = {}
        self._tables = 0

    def run(self, recipe: Recipe) -> dict[str, Stored]:
        """A table of every sheet, as :func:`.sheet.compile_sheet` has it."""
        circular = in_circles(recipe.sheets)
        plain = {
            sheet.template: self._made(f"{sheet.template} before mending", without_mends(sheet), {})
            for sheet in recipe.sheets
            if sheet.template in circular and not looked_into(without_mends(sheet).steps)
        }
        made: dict[str, Stored] = {}
        for sheet in in_order([*recipe.sheets], frozenset(plain)):
            seen = {**made, **plain} if sheet.template in plain else made
            self._seen[sheet.template] = Catalogue(self._sources, dict(seen))
            made[sheet.template] = self._made(sheet.template, sheet, seen)
        return {sheet.template: made[sheet.template] for sheet in recipe.sheets}

    def seen_by(self, template: str) -> Catalogue:
        """What the sheet of that template could read when it was last made."""
        return self._seen[template]

    def _made(self, key: str, sheet: SheetRecipe, seen: Mapping[str, Stored]) -> Stored:
        reads = tuple(seen[other] for other in looked_into(sheet.steps) if other in seen)
        old = self._built.get(key)
        if old is None or (old.sheet, old.reads) != (sheet, reads):
            old = _Built(sheet, reads, self._build(key, sheet, seen, old))
            self._built[key] = old
        return old.stored

    def _build(
        self, key: str, sheet: SheetRecipe, made: Mapping[str, Stored], old: _Built | None
    ) -> Stored:
        stored = Stored(f"sheet_work_{self._tables}", sheet.all_columns)
        self._tables += 1
        base = old.base_of(sheet) if old is not None else None
        hashed = self._keep is None
        query = compile_sheet(sheet, Catalogue(self._sources, made), base, hashed=hashed)
        if self._keep is not None and key == sheet.template:
            return self._keep(sheet, stored, query)
        keep_whole(self._con, stored, query)
        if old is not None:
            forget(self._con, old.stored)
        return stored


def keep_whole(con: duckdb.DuckDBPyConnection, stored: Stored, query: exp.Query) -> None:
    """Make the table of a sheet: every row read, dropped ones included."""
    table = exp.to_table(stored.table)
    con.execute(sql(exp.Create(this=table, kind="TABLE", expression=query)))


class _Built(NamedTuple):
    sheet: SheetRecipe
    reads: tuple[Stored, ...]
    stored: Stored

    def base_of(self, sheet: SheetRecipe) -> Base | None:
        """This table, where the sheet is the same with more steps, and nothing it read moved."""
        steps = self.sheet.steps
        same = self.sheet.model_copy(update={"steps": ()}) == sheet.model_copy(update={"steps": ()})
        if not same or sheet.steps[: len(steps)] != steps or looked_into(steps):
            return None
        return Base(self.stored, len(steps))


def run_recipe(
    con: duckdb.DuckDBPyConnection, recipe: Recipe, sources: Mapping[str, Stored]
) -> dict[str, Stored]:
    """Make a table of every sheet of a recipe and say which is which."""
    return Runner(con, sources).run(recipe)


def without_mends(sheet: SheetRecipe) -> SheetRecipe:
    """The sheet as it is before its links are mended."""
    steps = tuple(step for step in sheet.steps if not isinstance(step, MendStep))
    return sheet.model_copy(update={"steps": steps})


def in_circles(sheets: Sequence[SheetRecipe]) -> frozenset[str]:
    """The sheets that look into themselves, straight or by way of others."""
    looks = {sheet.template: looked_into(sheet.steps) for sheet in sheets}

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        waiting = list(looks[start])
        while waiting:
            other = waiting.pop()
            if other in looks and other not in found:
                found.add(other)
                waiting += looks[other]
        return found

    return frozenset(template for template in looks if template in reached(template))


def in_order(
    sheets: Sequence[SheetRecipe], ready: frozenset[str] = frozenset()
) -> list[SheetRecipe]:
    """The sheets so that each comes after those it looks into; EngineError for a circle.

    Sheets that look into each other in a circle only to mend links read one another as they are
    before mending; those are ``ready`` for one another.
    """
    by_template = {sheet.template: sheet for sheet in sheets}
    done: dict[str, SheetRecipe] = {}

    def visit(sheet: SheetRecipe, path: tuple[str, ...]) -> None:
        if sheet.template in done:
            return
        if sheet.template in path:
            circle = " → ".join([*path, sheet.template])
            raise EngineError(f"The sheets look into each other in a circle: {circle}.")
        for other in looked_into(sheet.steps):
            if other in by_template and not (other in ready and sheet.template in ready):
                visit(by_template[other], (*path, sheet.template))
        done[sheet.template] = sheet

    for sheet in sheets:
        visit(sheet, ())
    return list(done.values())
