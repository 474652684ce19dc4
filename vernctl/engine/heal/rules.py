"""Heals of cells that break their column's rule, where one operation makes them keep it.

Only cells that break the rule are touched, and only where the outcome keeps it: no valid cell is
ever changed here. Words for nothing and mangled letters are mended in columns without rules too.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import re2
from sqlglot import exp

from vernctl.engine.compile.kept import cells, different
from vernctl.engine.compile.tables import Stored, sql
from vernctl.engine.database import rows_of
from vernctl.engine.heal.names import words
from vernctl.engine.model import Column
from vernctl.engine.recipe.base import (
    call,
    filled,
    folded,
    labelled,
    matches,
    name,
    text,
    trimmed,
)
from vernctl.engine.recipe.ops import CellOp, Collapse, Domain, Lower, Upper
from vernctl.engine.recipe.phones import Phone
from vernctl.engine.recipe.repairs import Blank, Unmangle, WebAddress, mangled_letters
from vernctl.engine.recipe.steps import HEALED, CellStep

#: Written for nothing by databases and spreadsheets; a person writes none of them as a value.
_NOTHING = ("NULL", "(null)", "<null>", "[NULL]", "\\N", "#N/A", "#NULL!", "<NULL>")
#: Written for nothing by people as well: only where the rule of the column refuses them.
_NOTHING_TO_A_RULE = (
    "null", "(null)", "<null>", "[null]", "\\n", "#n/a", "#null!", "n/a", "na", "n.a.", "nan",
    "none", "nil", "-", "--", "---", "—", "–", "?", ".", "undefined", "#value!", "#ref!",
)  # fmt: skip
_WEB = frozenset(("url", "website", "web", "link", "homepage", "site", "page", "uri"))
_HOST = frozenset(("domain", "host", "hostname", "website", "web"))
PHONE_WORDS = frozenset(
    ("phone", "mobile", "tel", "telephone", "fax", "cell", "cellphone", "whatsapp")
)


def heal_nothing(
    con: duckdb.DuckDBPyConnection, stored: Stored, columns: Sequence[Column]
) -> list[CellStep]:
    """Blank the words that say "nothing", where they are certainly meant so."""
    found = {column.name: _nothing_in(con, stored, column) for column in columns}
    plain = [
        (column, word) for column in columns for word in found[column.name] if word in _NOTHING
    ]
    times = sum(found[column.name][word] for column, word in plain)
    steps = []
    for column in columns:
        chosen = [
            word
            for word in found[column.name]
            if word not in column.one_of
            and not column.required
            and (_refused(column, word) or (word in _NOTHING and times > 1))
        ]
        if chosen:
            blank = Blank(words=tuple(sorted(chosen)))
            steps.append(CellStep(columns=(column.name,), do=blank, because=HEALED))
    return steps


def _refused(column: Column, word: str) -> bool:
    if column.link:
        return word in _NOTHING  # no row goes by such a name
    if column.one_of or column.schema_ is not None:
        return word in _NOTHING or word.casefold() in ("n/a", "null", "nan", "#n/a")
    return column.strict is not None and not re2.search(column.strict, word)


def _nothing_in(con: duckdb.DuckDBPyConnection, stored: Stored, column: Column) -> dict[str, int]:
    value = name("v")
    wanted = sorted({word.casefold() for word in (*_NOTHING, *_NOTHING_TO_A_RULE)})
    query = (
        exp.select(labelled(trimmed(value), "word"), labelled(cells(), "cells"), copy=False)
        .from_(different(con, stored, column.name), copy=False)
        .where(
            exp.LTE(this=call("LENGTH", value), expression=exp.Literal.number(24)),
            exp.In(this=folded(value), expressions=[text(word) for word in wanted]),
            copy=False,
        )
        .group_by("word", copy=False)
        .order_by("word", copy=False)
    )
    return {str(word): int(times) for word, times in con.execute(sql(query)).fetchall()}


def heal_letters(
    con: duckdb.DuckDBPyConnection, stored: Stored, columns: Sequence[Column]
) -> list[CellStep]:
    """Put right what was UTF-8 and has been read in a Western code page, letter by letter."""
    known = mangled_letters()
    pattern = "|".join(_plain(mangled) for mangled in known)
    steps = []
    for column in columns:
        value = name("v")
        query = (
            exp.select(call("UNNEST", call("REGEXP_EXTRACT_ALL", value, text(pattern))), copy=False)
            .distinct(copy=False)
            .from_(different(con, stored, column.name), copy=False)
            .where(matches(value, "[ÂÃÄÅâ]"), copy=False)
        )
        found = {str(row[0]) for row in con.execute(sql(query)).fetchall()}
        letters = {mangled: letter for mangled, letter in known.items() if mangled in found}
        if letters:
            do = Unmangle(letters=letters)
            steps.append(CellStep(columns=(column.name,), do=do, because=HEALED))
    return steps


def _plain(mangled: str) -> str:
    return "".join(rf"\x{{{ord(sign):X}}}" for sign in mangled)


def heal_by_rule(
    con: duckdb.DuckDBPyConnection, stored: Stored, column: Column, before: Sequence[CellStep]
) -> list[CellStep]:
    """The operations that make cells keep the column's pattern, each where it helps any cell.

    ``before`` are the heals of the column that come first.
    """
    rule = column.strict
    if rule is None or column.one_of or column.schema_ is not None:
        return []
    value = name("v")
    for done in before:
        value = done.build(value)
    inner = exp.select(labelled(value, "v"), copy=False).from_(
        different(con, stored, column.name), copy=False
    )
    if before:
        inner = inner.distinct(copy=False)
    # Few cells break a rule: what mends them is tried on their different values alone.
    broken = (
        exp.select("v", copy=False)
        .from_(inner.subquery("d", copy=False))
        .where(exp.Not(this=matches(exp.column("v"), rule)), filled(exp.column("v")), copy=False)
    )
    con.execute(
        sql(exp.Create(this=exp.to_table("_broken"), kind="TABLE", expression=broken, replace=True))
    )
    steps = []
    for operation in _candidates(column):
        step = CellStep(columns=(column.name,), do=operation, rule=rule, because=HEALED)
        mended = exp.NEQ(this=step.build(exp.column("v")), expression=exp.column("v"))
        if rows_of(con, f"DELETE FROM _broken WHERE {sql(mended)} RETURNING v"):
            steps.append(step)
    return steps


def _candidates(column: Column) -> list[CellOp]:
    named = set(words(column.name))
    found: list[CellOp] = [Collapse()]
    if named & _WEB:
        found.append(WebAddress())
    if named & _HOST:
        found.append(Domain())
    if named & PHONE_WORDS:
        found.append(Phone())
    return [*found, Upper(), Lower()]
