"""A sheet as one statement: the union of its inputs, then its steps in layers.

A step reads what the steps before it wrote. Steps over different columns share a layer; a step
over rows ends one. No row leaves before the end: a dropped row carries the number of the step
that dropped it, so that every row read is accounted for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from vernctl.engine.compile.inputs import DROP, HASH, IDENTITY, INPUT, ROW, compile_inputs
from vernctl.engine.compile.lookups import POSITION, lookup_join, spelling_join
from vernctl.engine.compile.tables import Catalogue, Stored, cell
from vernctl.engine.model import EngineError
from vernctl.engine.recipe.base import (
    both,
    call,
    cases,
    choose,
    filled,
    folded,
    labelled,
    missing,
    name,
    number,
    text,
)
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import (
    CellStep,
    DedupeStep,
    DropStep,
    FillStep,
    MendStep,
    Step,
    looked_into,
    touches,
)
from vernctl.engine.recipe.values import FromColumn, FromTarget, Lookup, Value, lookups

#: No table has as many rows: a number that parts the rows of one input from those of the next.
_MOST_ROWS = 1 << 40


@dataclass
class Layer:
    """One SELECT over the layer before: which cells it rewrites, and the joins that it needs.

    ``steps``: the indices of the steps that rewrite them, by the cells' positions.
    """

    cells: dict[int, exp.Expr] = field(default_factory=dict)
    steps: dict[int, int] = field(default_factory=dict)
    drop: exp.Expr | None = None
    joins: list[exp.Expr] = field(default_factory=list)


class Base(NamedTuple):
    """The table of a sheet after its first ``steps`` steps: the steps after them build on it."""

    stored: Stored
    steps: int


def compile_sheet(
    sheet: SheetRecipe, catalogue: Catalogue, base: Base | None = None, *, hashed: bool = True
) -> exp.Select:
    """A query of ``_input, _row, _hash, _drop, _pos, c0 … cN`` with one row per row read.

    ``_drop`` is the index of the step that dropped the row, or NULL; ``_pos`` orders the rows that
    stay as they stood in the files, and is NULL for the others. ``hashed`` as in
    :func:`.inputs.compile_inputs`; a step that compares whole rows has the hash in any case.
    Raises EngineError where the recipe names a table or column that is not there.
    """
    query: exp.Query
    if base is None:
        query = compile_inputs(sheet, catalogue, hashed or _compares_rows(sheet))
    else:
        query = exp.select("*", copy=False).from_(base.stored.table, copy=False)
    width = len(sheet.all_columns)
    for layer in layers_of(sheet, catalogue, base.steps if base is not None else 0):
        query = _select(layer, width, query)
    before = exp.Mul(this=name(INPUT), expression=number(_MOST_ROWS))
    place = exp.Add(this=before, expression=name(ROW))
    position = choose(missing(name(DROP)), place, exp.null())
    return exp.select(
        *(name(column) for column in (*IDENTITY, DROP)),
        labelled(position, POSITION),
        *(name(cell(i)) for i in range(width)),
        copy=False,
    ).from_(query.subquery("p", copy=False), copy=False)


def _compares_rows(sheet: SheetRecipe) -> bool:
    return any(isinstance(step, DedupeStep) and not step.dedupe for step in sheet.steps)


def keeps_order(sheet: SheetRecipe) -> bool:
    """Whether the sheet is made row by row, so that a table of it holds its rows in their order.

    Joins and windows hand rows out in any order.
    """
    joined = any(item.joins for item in sheet.inputs) or looked_into(sheet.steps)
    return not joined and not any(isinstance(step, DedupeStep) for step in sheet.steps)


def layers_of(sheet: SheetRecipe, catalogue: Catalogue, done: int = 0) -> list[Layer]:
    """The steps after the first ``done``, as few layers as keep every step behind those it reads.

    Raises EngineError as :func:`compile_sheet` does.
    """
    layers: list[Layer] = []
    ready = [0] * len(sheet.all_columns)  # the first layer in which a column may be touched again
    floor = 0
    for index, step in list(enumerate(sheet.steps))[done:]:
        reads = [_position(sheet, column) for column in columns_read(step, sheet)]
        level = max([floor, *(ready[i] for i in reads)])
        while len(layers) <= level:
            layers.append(Layer())
        _add(layers[level], index, step, sheet, catalogue)
        layers[level].steps |= {_position(sheet, column): index for column in touches(step)}
        if isinstance(step, DropStep | DedupeStep):
            floor = level = len(layers)
        for i in reads:
            ready[i] = level + 1
    return layers


def columns_read(step: Step, sheet: SheetRecipe) -> tuple[str, ...]:
    """The columns that a step reads or writes."""
    match step:
        case CellStep(columns=columns, where=where):
            return (*columns, *(condition.column for condition in where))
        case FillStep(fill=column, value=value, where=where):
            own = [leaf.target for leaf in value.leaves() if isinstance(leaf, FromTarget)]
            tested = [condition.column for condition in where]
            return (column, *own, *tested, *(leaf.by for leaf in lookups(value)))
        case MendStep(mend=column):
            return (column,)
        case DropStep(drop_rows=conditions):
            return tuple(condition.column for condition in conditions)
        case DedupeStep(dedupe=columns, keep=keep):
            return sheet.columns if keep == "fullest" else columns


def _position(sheet: SheetRecipe, column: str) -> int:
    if column not in sheet.all_columns:
        raise EngineError(f'A step of {sheet.template} names column "{column}", which it has not.')
    return sheet.all_columns.index(column)


def _add(layer: Layer, index: int, step: Step, sheet: SheetRecipe, catalogue: Catalogue) -> None:
    def own(column: str) -> exp.Expr:
        return name(cell(_position(sheet, column)), "p")

    match step:
        case CellStep(columns=columns, where=where):
            for column in columns:
                tests = [condition.build(own(condition.column)) for condition in where]
                layer.cells[_position(sheet, column)] = step.build(own(column), *tests)
        case FillStep(fill=column, value=value, where=where):
            filling = _resolved(value, layer, sheet, catalogue)
            tests = [condition.build(own(condition.column)) for condition in where]
            layer.cells[_position(sheet, column)] = step.build(own(column), filling, *tests)
        case MendStep(mend=column, like=like):
            alias = f"l{len(layer.joins)}"
            layer.joins.append(spelling_join(like, alias, own(column), catalogue))
            layer.cells[_position(sheet, column)] = step.build(own(column), name("w", alias))
        case DropStep(drop_rows=conditions):
            met = both(*(each.build(own(each.column)) for each in conditions))
            layer.drop = _dropped(met, index)
        case DedupeStep():
            layer.drop = _dropped(_double(step, sheet, catalogue), index)


def _dropped(condition: exp.Expr, index: int) -> exp.Expr:
    there = missing(name(DROP, "p"))
    return choose(both(there, condition), number(index), name(DROP, "p"))


def _double(step: DedupeStep, sheet: SheetRecipe, catalogue: Catalogue) -> exp.Expr:
    """Whether another row with the same key goes before this one."""
    positions = [_position(sheet, column) for column in step.dedupe]
    cells = [name(cell(i), "p") for i in positions]
    keys: list[exp.Expr] = [folded(each) for each in cells] or [
        name(HASH, "p"),
        _shape(sheet, catalogue),
    ]
    order: list[exp.Expr] = []
    if step.keep == "fullest":
        fullness = [
            choose(filled(name(cell(i), "p")), number(1), number(0))
            for i in range(len(sheet.columns))
        ]
        total = call("LIST_SUM", exp.Array(expressions=fullness))
        order.append(exp.Ordered(this=total, desc=True))
    backwards = step.keep == "last"
    order += [exp.Ordered(this=name(column, "p"), desc=backwards) for column in (INPUT, ROW)]
    rank = exp.Window(
        this=exp.RowNumber(),
        partition_by=[missing(name(DROP, "p")), *keys],
        order=exp.Order(expressions=order),
    )
    return both(*(filled(each) for each in cells), exp.GT(this=rank, expression=number(1)))


def _shape(sheet: SheetRecipe, catalogue: Catalogue) -> exp.Expr:
    """Rows of two inputs are alike only where both have the same columns, used the same way."""
    shapes = [(catalogue.source(item.table).columns, item.values) for item in sheet.inputs]
    branches: list[tuple[exp.Expr, exp.Expr]] = []
    for position, shape in enumerate(shapes):
        one = exp.EQ(this=name(INPUT, "p"), expression=number(position))
        branches.append((one, number(shapes.index(shape))))
    return cases(branches, number(-1))


def _resolved(value: Value, layer: Layer, sheet: SheetRecipe, catalogue: Catalogue) -> exp.Expr:
    def resolve(leaf: FromColumn | FromTarget | Lookup) -> exp.Expr:
        if isinstance(leaf, FromTarget):
            return name(cell(_position(sheet, leaf.target)), "p")
        if isinstance(leaf, FromColumn):
            raise EngineError("A step reads columns of its sheet; name a helper column instead.")
        alias = f"l{len(layer.joins)}"
        by = name(cell(_position(sheet, leaf.by)), "p")
        layer.joins.append(lookup_join(leaf, alias, by, catalogue))
        return exp.Coalesce(this=name("v", alias), expressions=[text("")])

    return value.build(resolve)


def _select(layer: Layer, width: int, query: exp.Query) -> exp.Select:
    drop = layer.drop if layer.drop is not None else name(DROP, "p")
    columns = [name(column, "p") for column in IDENTITY]
    columns.append(labelled(drop, DROP))
    columns += [labelled(layer.cells.get(i, name(cell(i), "p")), cell(i)) for i in range(width)]
    # Nothing is shared between layers, so nothing needs a copy; copies would cost the most here.
    select = exp.select(*columns, copy=False).from_(query.subquery("p", copy=False), copy=False)
    for join in layer.joins:
        select = select.join(join, copy=False)
    return select
