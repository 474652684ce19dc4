"""Coverage: how full and how distinct each column of the inputs and outputs is; never a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
from pydantic import JsonValue
from sqlglot import exp

from vernctl.engine.compile.inputs import DROP
from vernctl.engine.compile.tables import Stored, cell, sql
from vernctl.engine.model import Template
from vernctl.engine.recipe.base import call, choose, filled, name
from vernctl.engine.workspace import Loaded

#: Columns whose different values are counted in one statement: each keeps a table of them.
_AT_ONCE = 8


def coverage_of(
    con: duckdb.DuckDBPyConnection,
    loaded: Loaded,
    templates: Sequence[Template],
    sheets: Mapping[str, Stored],
) -> dict[str, JsonValue]:
    """``{"inputs": {table: {"rows", "columns": {name: {"filled", "distinct"}}}}, "outputs": …}``.

    Tables go by their names, outputs by the slugs of their templates.
    """
    inputs: dict[str, JsonValue] = {
        table: _coverage(con, stored, stored.columns, []) for table, stored in loaded.stored.items()
    }
    outputs: dict[str, JsonValue] = {
        template.slug: _coverage(
            con,
            sheets[template.slug],
            [column.name for column in template.columns],
            [name(DROP).is_(exp.null())],
        )
        for template in templates
    }
    return {"inputs": inputs, "outputs": outputs}


def _coverage(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    columns: Sequence[str],
    where: Sequence[exp.Expr],
) -> JsonValue:
    rows = _numbers(con, stored, [exp.Count(this=exp.Star())], where)[0]
    found: dict[str, JsonValue] = {}
    for start in range(0, len(columns), _AT_ONCE):
        counts: list[exp.Expr] = []
        for i in range(start, min(start + _AT_ONCE, len(columns))):
            value = name(cell(i))
            present = choose(filled(value), value, exp.null())
            counts.append(call("COUNT_IF", filled(value)))
            counts.append(exp.Count(this=exp.Distinct(expressions=[present])))
        numbers = _numbers(con, stored, counts, where)
        for i, column in enumerate(columns[start : start + _AT_ONCE]):
            found[column] = {"filled": numbers[2 * i], "distinct": numbers[2 * i + 1]}
    return {"rows": rows, "columns": found}


def _numbers(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    counts: Sequence[exp.Expr],
    where: Sequence[exp.Expr],
) -> list[int]:
    named = [exp.alias_(count, f"n{i}", quoted=True) for i, count in enumerate(counts)]
    query = exp.select(*named).from_(stored.table).where(*where)
    return [int(number) for number in con.execute(sql(query)).fetchone() or ()]
