"""What single steps change: every cell before and after each of them, in one pass over a sheet.

Only what the steps asked for depend on is computed; rows that other steps drop are still there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlglot import exp

from vernctl.engine.compile.inputs import INPUT, ROW, compile_inputs
from vernctl.engine.compile.sheet import Layer, columns_read, layers_of
from vernctl.engine.compile.tables import Catalogue, cell
from vernctl.engine.recipe.base import choose, labelled, name
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import DedupeStep, DropStep, Step, touches


class Change(NamedTuple):
    """Where :func:`compile_changes` puts the cells that one step changes in one column.

    ``before`` and ``after`` name columns of the query that are NULL where nothing changed.
    """

    step: int
    column: str
    before: str
    after: str


def compile_changes(
    sheet: SheetRecipe, catalogue: Catalogue, steps: Collection[int]
) -> tuple[exp.Query, list[Change]]:
    """A query of ``_input, _row`` and two columns per change, one row per row read.

    ``steps`` are indices of steps that change cells. Raises EngineError as ``compile_sheet`` does.
    """
    kept = _needed(sheet, steps)
    slim = sheet.model_copy(update={"steps": tuple(kept.values())})
    index_of = list(kept)
    query = compile_inputs(slim, catalogue, hashed=False)
    changes: list[Change] = []
    for layer in layers_of(slim, catalogue):
        asked = {at: index_of[i] for at, i in layer.steps.items() if index_of[i] in steps}
        earlier = [each for change in changes for each in (change.before, change.after)]
        found = [
            Change(step, slim.all_columns[at], f"b{len(changes) + n}", f"a{len(changes) + n}")
            for n, (at, step) in enumerate(sorted(asked.items()))
        ]
        query = _compared(query, layer, len(slim.all_columns), earlier, sorted(asked), found)
        changes += found
    return query, changes


def _needed(sheet: SheetRecipe, steps: Collection[int]) -> Mapping[int, Step]:
    """The steps over cells that these steps, or anything that they read, come after."""
    columns: set[str] = set()
    found: dict[int, Step] = {}
    for index, step in reversed(list(enumerate(sheet.steps))):
        if isinstance(step, DropStep | DedupeStep):
            continue
        if index in steps or columns & set(touches(step)):
            found[index] = step
            columns |= set(columns_read(step, sheet))
    return dict(sorted(found.items()))


def _compared(
    query: exp.Query,
    layer: Layer,
    width: int,
    earlier: list[str],
    asked: list[int],
    found: list[Change],
) -> exp.Query:
    """The layer, its cells beside those that it found, and then the pairs that differ."""
    cells = [labelled(layer.cells.get(i, name(cell(i), "p")), cell(i)) for i in range(width)]
    done = exp.select(
        name(INPUT, "p"),
        name(ROW, "p"),
        *(name(each, "p") for each in earlier),
        *(labelled(name(cell(at), "p"), f"o{at}") for at in asked),
        *cells,
        copy=False,
    ).from_(query.subquery("p", copy=False), copy=False)
    for join in layer.joins:
        done = done.join(join, copy=False)
    pairs: list[exp.Expr] = []
    for at, change in zip(asked, found, strict=True):
        old, new = f"o{at}", cell(at)
        for label, shown in ((change.before, old), (change.after, new)):
            differ = exp.NEQ(this=name(old), expression=name(new))
            pairs.append(labelled(choose(differ, name(shown), exp.null()), label))
    return exp.select(
        name(INPUT),
        name(ROW),
        *(name(each) for each in earlier),
        *pairs,
        *(name(cell(i)) for i in range(width)),
        copy=False,
    ).from_(done.subquery("q", copy=False), copy=False)
