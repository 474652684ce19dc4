"""The rules of a template over a whole sheet, as one set-based statement.

Source of the rules: the Migration API. Each applies whenever it is present; a bad cell never
blocks an import, it is flagged. ``one_of`` is exposed as a strict pattern and worded as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
from sqlglot import exp

from vernctl.engine.compile.kept import kept
from vernctl.engine.compile.lookups import POSITION
from vernctl.engine.compile.tables import Stored, cell, sql
from vernctl.engine.database import chunks_of
from vernctl.engine.model import Column, Template
from vernctl.engine.recipe.base import (
    blank,
    call,
    filled,
    folded,
    labelled,
    matches,
    name,
    number,
    text,
)
from vernctl.engine.structured import accepts

REQUIRED = "Required field is empty"
PATTERN = "Value does not match required pattern"
SCHEMA = "Value does not match required schema"


def flag_cells(
    con: duckdb.DuckDBPyConnection,
    template: Template,
    templates: Sequence[Template],
    sheets: Mapping[str, Stored],
    table: str,
) -> None:
    """Make ``table`` of (``_pos``, ``col``, ``rule``, ``message``), a row per broken rule."""
    stored = sheets[template.slug]
    checks = [
        check
        for i, column in enumerate(template.columns)
        for check in _checks(i, column, stored, templates, sheets)
    ]
    con.execute(sql(_empty_table(table)))
    for check in checks:
        con.execute(sql(exp.insert(check, exp.to_table(table))))
    for i, column in enumerate(template.columns):
        if column.schema_ is not None:
            _flag_schema(con, i, column, stored, table)


def _empty_table(table: str) -> exp.Expr:
    kinds = {POSITION: "BIGINT", "col": "INTEGER", "rule": "INTEGER", "message": "VARCHAR"}
    columns = [labelled(exp.cast(exp.null(), kind), key) for key, kind in kinds.items()]
    nothing = exp.select(*columns, copy=False).where(exp.false(), copy=False)
    return exp.Create(this=exp.to_table(table), kind="TABLE", expression=nothing, replace=True)


def _checks(
    i: int,
    column: Column,
    stored: Stored,
    templates: Sequence[Template],
    sheets: Mapping[str, Stored],
) -> Iterator[exp.Select]:
    value = name(cell(i), "s")
    if column.required:
        yield _flag(stored, i, 0, text(REQUIRED), blank(value))
    if column.unique:
        yield _duplicates(stored, i)
    if column.schema_ is None and column.strict is not None:
        fails = exp.Not(this=matches(value, column.strict))
        yield _flag(stored, i, 2, text(PATTERN), filled(value), fails)
    if column.one_of and column.schema_ is None:
        allowed = exp.In(this=value.copy(), expressions=[text(each) for each in column.one_of])
        yield _flag(stored, i, 2, text(PATTERN), filled(value), exp.Not(this=allowed))
    if column.link:
        yield from _dangling(i, column, stored, templates, sheets)


def _flag(
    stored: Stored, i: int, rule: int, message: exp.Expr, *conditions: exp.Expr
) -> exp.Select:
    return kept(
        stored, "s", name(POSITION, "s"), number(i), number(rule), message, where=[*conditions]
    )


def _duplicates(stored: Stored, i: int) -> exp.Select:
    """Grouping and looking the few doubles up costs less than a window over all rows."""
    value = name(cell(i), "g")
    doubles = (
        kept(
            stored,
            "g",
            labelled(folded(value), "k"),
            labelled(exp.Count(this=exp.Star()), "n"),
            where=[filled(value)],
        )
        .group_by("k", copy=False)
        .having(exp.GT(this=exp.Count(this=exp.Star()), expression=number(1)), copy=False)
    )
    message = call(
        "CONCAT",
        text('Duplicate value: "'),
        name("k", "d"),
        text('" appears '),
        name("n", "d"),
        text(" times"),
    )
    value = name(cell(i), "s")
    same = exp.EQ(this=folded(value), expression=name("k", "d"))
    return _flag(stored, i, 1, message, filled(value)).join(
        doubles.subquery("d", copy=False), on=same, copy=False
    )


def _flag_schema(
    con: duckdb.DuckDBPyConnection, i: int, column: Column, stored: Stored, table: str
) -> None:
    """Flag the cells of a structured column; each different value is looked at once."""
    accepted = accepts(column.schema_)
    value = name(cell(i), "s")
    different = kept(stored, "s", labelled(value, "v"), where=[filled(value)]).distinct(copy=False)
    con.execute("CREATE OR REPLACE TEMP TABLE _refused (v VARCHAR)")
    with con.cursor() as reading:  # of its own, so that writing does not end the reading
        for chunk in chunks_of(reading, sql(different)):
            refused = [str(text_) for (text_,) in chunk if not accepted(str(text_))]
            if refused:
                con.execute("INSERT INTO _refused SELECT unnest(?::VARCHAR[])", [refused])
    known = exp.select("v", copy=False).from_("_refused", copy=False).subquery(copy=False)
    flag = _flag(stored, i, 2, text(SCHEMA), exp.In(this=value.copy(), query=known))
    con.execute(sql(exp.insert(flag, exp.to_table(table))))


def _dangling(
    i: int,
    column: Column,
    stored: Stored,
    templates: Sequence[Template],
    sheets: Mapping[str, Stored],
) -> Iterator[exp.Select]:
    names = {template.slug: template.name for template in templates}
    places = [link for link in column.link if link.template in sheets]
    if not places:
        return  # the linked sheets are not part of this migration: there is nothing to look in
    known = [known_keys(sheets[link.template], link.column) for link in places]
    query: exp.Query = known[0]
    for other in known[1:]:
        query = exp.union(query, other, distinct=False)
    where = " or ".join(f"{link.column} column from {names[link.template]}" for link in places)
    value = name(cell(i), "s")
    message = call("CONCAT", text('Value "'), value, text(f'" not found in {where}'))
    missing = exp.Not(this=exp.In(this=folded(value), query=query.subquery(copy=False)))
    yield _flag(stored, i, 3, message, filled(value), missing)


def known_keys(target: Stored, column: str) -> exp.Select:
    """The folded values of a sheet's column, of rows that stay."""
    value = target.column(column, "k")
    return kept(target, "k", folded(value), where=[filled(value)])
