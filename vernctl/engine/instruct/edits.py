"""Recipe edits: what messages and answers become. Typed, closed, and applied by one function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from vernctl.engine.recipe.base import RecipeValue
from vernctl.engine.recipe.dates import Order
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import AnyStep
from vernctl.engine.recipe.values import Value


class MapTo(RecipeValue):
    """A column starts from these values, per table; from nothing in the tables not named."""

    sheet: str
    column: str
    values: Mapping[str, Value] = {}


class Help(RecipeValue):
    """A helper column that later steps read, with its value per table."""

    sheet: str
    helper: str
    values: Mapping[str, Value]


class UseOrder(RecipeValue):
    """The date order of a column, or of every column of the sheet."""

    sheet: str
    column: str | None = None
    order: Order


class UseRegion(RecipeValue):
    """The country (ISO 3166) of a column's phone numbers that have no country's code."""

    sheet: str
    column: str
    region: str


class UseNumbers(RecipeValue):
    """How the numbers of a column are written; what is left None stays open."""

    sheet: str
    column: str
    decimal: Literal[".", ","] | None = None
    beside: Literal["remove", "keep"] | None = None
    percent: Literal["share", "number"] | None = None


#: Kinds of heals as messages name them.
HealKind = Literal[
    "spelling",
    "nothing",
    "letters",
    "numbers",
    "dates",
    "phones",
    "web addresses",
    "case",
    "white space",
]


class Leave(RecipeValue):
    """A column stays as it was found: heals of one kind, or of any, are taken back."""

    sheet: str
    column: str
    heal: HealKind | None = None
    because: str = ""


class Do(RecipeValue):
    """One more step of a sheet."""

    sheet: str
    step: AnyStep


Edit = MapTo | Help | UseOrder | UseNumbers | UseRegion | Leave | Do

_E = TypeVar("_E", MapTo, Help, UseOrder, UseNumbers, UseRegion, Leave, Do)


def of_kind(edits: Iterable[Edit], kind: type[_E], sheet: str) -> list[_E]:
    """The edits of one kind that concern a sheet, in order."""
    return [edit for edit in edits if isinstance(edit, kind) and edit.sheet == sheet]


def remap(sheet: SheetRecipe, edits: Iterable[Edit]) -> SheetRecipe:
    """The sheet with its columns starting where the edits say; the last word on a column counts."""
    edits = tuple(edits)
    inputs = list(sheet.inputs)
    helpers = list(sheet.helpers)
    sources: list[MapTo | Help] = [*of_kind(edits, MapTo, sheet.template)]
    sources += of_kind(edits, Help, sheet.template)
    for edit in sources:
        column = edit.column if isinstance(edit, MapTo) else edit.helper
        if isinstance(edit, Help) and column not in helpers:
            helpers.append(column)
        for i, item in enumerate(inputs):
            values = {name: value for name, value in item.values.items() if name != column}
            if item.table in edit.values:
                values[column] = edit.values[item.table]
            inputs[i] = item.model_copy(update={"values": values})
    order = {name: i for i, name in enumerate((*sheet.columns, *helpers))}
    inputs = [
        item.model_copy(
            update={"values": dict(sorted(item.values.items(), key=lambda pair: order[pair[0]]))}
        )
        for item in inputs
    ]
    return sheet.model_copy(update={"inputs": tuple(inputs), "helpers": tuple(helpers)})


def settled_columns(edits: Iterable[Edit], sheet: str) -> frozenset[str]:
    """The columns whose source the edits decide."""
    return frozenset(edit.column for edit in of_kind(edits, MapTo, sheet))
