"""A recipe as a whole, and its YAML."""

from __future__ import annotations

from collections.abc import Mapping

import yaml
from pydantic import TypeAdapter, ValidationError

from vernctl.engine import ENGINE_VERSION
from vernctl.engine.model import EngineError
from vernctl.engine.recipe.base import RecipeValue
from vernctl.engine.recipe.steps import AnyStep, Step, touches
from vernctl.engine.recipe.values import FromColumn, Value, source_columns

RECIPE_FORMAT = 1


class Join(RecipeValue):
    """A second table beside the first: its first row whose columns equal, ``on`` left to right.

    ``name`` is what values call it, where that is not the table: it may be joined by several keys.
    """

    table: str
    on: tuple[tuple[str, str], ...]
    name: str = ""

    @property
    def called(self) -> str:
        """What values call the joined row."""
        return self.name or self.table


class Input(RecipeValue):
    """One table that feeds a sheet, and the value that each column starts from in its rows."""

    table: str
    joins: tuple[Join, ...] = ()
    values: Mapping[str, Value] = {}

    def table_of(self, source: FromColumn) -> str:
        """The table that has a source column: this one, or a joined one."""
        named = {join.called: join.table for join in self.joins}
        return self.table if source.table is None else named.get(source.table, source.table)


class SheetRecipe(RecipeValue):
    """One sheet: the tables that feed it (a union), its columns, and the steps in order.

    ``helpers`` are columns that steps read and that are not part of the sheet.
    """

    template: str
    inputs: tuple[Input, ...] = ()
    columns: tuple[str, ...]
    helpers: tuple[str, ...] = ()
    steps: tuple[AnyStep, ...] = ()

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Columns of the sheet, then helpers: the positions that compiled SQL uses."""
        return (*self.columns, *self.helpers)

    def with_steps(self, *steps: Step) -> SheetRecipe:
        """The same sheet with more steps at the end."""
        return self.model_copy(update={"steps": (*self.steps, *steps)})

    def steps_of(self, column: str) -> tuple[Step, ...]:
        """The steps that may change the cells of a column, in order."""
        return tuple(step for step in self.steps if column in touches(step))

    def sources_of(self, column: str) -> tuple[tuple[str, FromColumn], ...]:
        """(table, source column) for everything that a column starts from."""
        return tuple(
            (item.table_of(source), source)
            for item in self.inputs
            if (value := item.values.get(column)) is not None
            for source in source_columns(value)
        )


class Split(RecipeValue):
    """A table whose column ``by`` says what a row is: each kind of row is a table of its own.

    ``parts``: name of such a table → the values of its rows, compared trimmed and in any case.
    Rows of other values are in none.
    """

    table: str
    by: str
    parts: Mapping[str, tuple[str, ...]]


class Recipe(RecipeValue):
    """How files become sheets; portable, and the same again through YAML."""

    format: int = RECIPE_FORMAT
    engine: int = ENGINE_VERSION
    splits: tuple[Split, ...] = ()
    sheets: tuple[SheetRecipe, ...] = ()

    def sheet(self, template: str) -> SheetRecipe | None:
        """The sheet of that template, or None."""
        return next((sheet for sheet in self.sheets if sheet.template == template), None)

    def with_sheet(self, sheet: SheetRecipe) -> Recipe:
        """The same recipe with one sheet replaced."""
        sheets = tuple(sheet if old.template == sheet.template else old for old in self.sheets)
        return self.model_copy(update={"sheets": sheets})


def recipe_to_yaml(recipe: Recipe) -> str:
    """The recipe for a person and for git: block style, keys in their own order, no defaults."""
    data = {"format": recipe.format, "engine": recipe.engine, **_plain_model(recipe)}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Quotes text that holds line ends and marks which YAML's plainer styles would change."""


def _quoted(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if value.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _quoted)


def _plain_model(model: RecipeValue) -> dict[str, object]:
    fields = type(model).model_fields
    return {
        name: _plain(value)
        for name, value in model
        if name == "op" or fields[name].is_required() or value != fields[name].default
    }


def _plain(value: object) -> object:
    if isinstance(value, RecipeValue):
        return _plain_model(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def recipe_from_yaml(text: str) -> Recipe:
    """Read a recipe; EngineError in one sentence where it is not one."""
    try:
        return TypeAdapter(Recipe).validate_python(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise EngineError(f"The recipe is not YAML: {str(error).splitlines()[0]}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise EngineError(f"The recipe is wrong at {place}: {first['msg']}.") from error
