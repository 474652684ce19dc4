"""Coverage: how full and how distinct each column of the inputs and outputs is; never a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
from pydantic import JsonValue
from sqlglot import exp

from vernctl.engine.compile.tables import Stored, cell, sql
from vernctl.engine.loaded import Loaded
from vernctl.engine.recipe.base import call, choose, filled, labelled, name
from vernctl.engine.recipe.model import Input, Recipe, SheetRecipe
from vernctl.engine.recipe.steps import DedupeStep, DropStep
from vernctl.engine.recipe.values import FromColumn

#: Columns whose different values are counted in one statement: each keeps a table of them.
_AT_ONCE = 8


def coverage_of(
    con: duckdb.DuckDBPyConnection,
    loaded: Loaded,
    recipe: Recipe,
    sheets: Mapping[str, Stored],
) -> dict[str, JsonValue]:
    """``{"inputs": {table: {"rows", "columns": {name: {"filled", "distinct"}}}}, "outputs": …}``.

    Tables go by their names, outputs by the slugs of their templates. A column that its sheet has
    as it stands in the file is counted there, once for both.
    """
    inputs = {
        table: _coverage(con, stored, stored.columns, {}) for table, stored in loaded.stored.items()
    }
    outputs: dict[str, JsonValue] = {}
    for sheet in recipe.sheets:
        known = {
            column: inputs[item.table].columns[source]
            for item in sheet.inputs
            for column, source in _unchanged(sheet, item).items()
        }
        stored = sheets[sheet.template]
        outputs[sheet.template] = _coverage(con, stored, sheet.columns, known).as_json()
    return {"inputs": {table: each.as_json() for table, each in inputs.items()}, "outputs": outputs}


class _Coverage(NamedTuple):
    """``columns``: (filled, distinct) by column."""

    rows: int
    columns: dict[str, tuple[int, int]]

    def as_json(self) -> JsonValue:
        """As the report has it."""
        columns: dict[str, JsonValue] = {
            column: {"filled": filled, "distinct": distinct}
            for column, (filled, distinct) in self.columns.items()
        }
        return {"rows": self.rows, "columns": columns}


def _unchanged(sheet: SheetRecipe, item: Input) -> dict[str, str]:
    """Columns of a sheet that hold exactly the cells of a column of its one table, and which."""
    if len(sheet.inputs) > 1 or any(isinstance(s, DropStep | DedupeStep) for s in sheet.steps):
        return {}
    return {
        column: value.column
        for column, value in item.values.items()
        if isinstance(value, FromColumn) and value.table is None and not sheet.steps_of(column)
    }


def _coverage(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    columns: Sequence[str],
    known: Mapping[str, tuple[int, int]],
) -> _Coverage:
    rows = _numbers(con, stored, [exp.Count(this=exp.Star())])[0]
    found = {**known}
    open_ = [i for i, column in enumerate(columns) if column not in known]
    for start in range(0, len(open_), _AT_ONCE):
        counts: list[exp.Expr] = []
        at_once = open_[start : start + _AT_ONCE]
        for i in at_once:
            value = name(cell(i))
            present = choose(filled(value), value, exp.null())
            counts.append(call("COUNT_IF", filled(value)))
            counts.append(exp.Count(this=exp.Distinct(expressions=[present])))
        numbers = _numbers(con, stored, counts)
        for nth, i in enumerate(at_once):
            found[columns[i]] = (numbers[2 * nth], numbers[2 * nth + 1])
    return _Coverage(rows, {column: found[column] for column in columns})


def _numbers(
    con: duckdb.DuckDBPyConnection, stored: Stored, counts: Sequence[exp.Expr]
) -> list[int]:
    named = [labelled(count, f"n{i}") for i, count in enumerate(counts)]
    query = exp.select(*named, copy=False).from_(stored.table, copy=False)
    # COUNT_IF of no rows at all is NULL: a sheet that nothing feeds has none.
    return [int(number or 0) for number in con.execute(sql(query)).fetchone() or ()]
