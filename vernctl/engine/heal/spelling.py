"""Heals by spelling: a value that can only be meant for one allowed or linked value becomes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
import re2
from sqlglot import exp

from vernctl.engine.compile.inputs import DROP
from vernctl.engine.compile.kept import cells, different
from vernctl.engine.compile.lookups import spelling_join
from vernctl.engine.compile.tables import Catalogue, Stored, sql
from vernctl.engine.database import count_of
from vernctl.engine.heal.meaning import codes_for, same_meaning
from vernctl.engine.heal.names import words
from vernctl.engine.model import Column
from vernctl.engine.recipe.base import (
    call,
    cases,
    filled,
    labelled,
    matches,
    missing,
    name,
    number,
    spelled,
    trimmed,
)
from vernctl.engine.recipe.ops import MapValues
from vernctl.engine.recipe.steps import HEALED, CellStep, MendStep, SheetColumn

#: More different values than this are not an enumeration with typos in it.
MAX_VALUES = 5_000


class Outside(NamedTuple):
    """A value (trimmed) that an allowed set does not hold, with the number of its cells."""

    value: str
    cells: int


class Spelling(NamedTuple):
    """Which values certainly mean which allowed ones, and which stay outside."""

    steps: tuple[CellStep, ...]
    outside: tuple[Outside, ...]
    valid: Mapping[str, int]


def heal_allowed(con: duckdb.DuckDBPyConnection, stored: Stored, column: Column) -> Spelling:
    """Settle the values of a ``one_of`` column: by spelling first, then by one small typo."""
    counted = _values(con, stored, column.name)
    allowed = frozenset(column.one_of)
    valid = {value: cells for value, cells in counted if value in allowed}
    others = [Outside(value, cells) for value, cells in counted if value not in allowed]
    looked_at = [each.value for each in others[:MAX_VALUES]]
    meant = same_meaning(looked_at, column.one_of, " ".join(words(column.name)))
    meant |= _meant(con, [value for value in looked_at if value not in meant], column.one_of)
    outside = tuple(each for each in others if each.value not in meant)
    for each in others:
        if each.value in meant:
            target = meant[each.value]
            valid[target] = valid.get(target, 0) + each.cells
    if not meant:
        return Spelling((), outside, valid)
    step = CellStep(columns=(column.name,), do=MapValues(values=meant), because=HEALED)
    return Spelling((step,), outside, valid)


def heal_codes(
    con: duckdb.DuckDBPyConnection, stored: Stored, column: Column
) -> tuple[CellStep, ...]:
    """Write countries and currencies as the codes that the column's pattern asks for."""
    rule, said = column.strict, " ".join(words(column.name))
    if rule is None or column.one_of or not re2.search(r"country|currency|nation", said):
        return ()
    wrong = [value for value, _ in _values(con, stored, column.name) if not re2.search(rule, value)]
    meant = codes_for(wrong[:MAX_VALUES], rule, said)
    if not meant:
        return ()
    return (CellStep(columns=(column.name,), do=MapValues(values=meant), because=HEALED),)


def _values(con: duckdb.DuckDBPyConnection, stored: Stored, column: str) -> list[tuple[str, int]]:
    value = name("v")
    query = (
        exp.select(labelled(trimmed(value), "value"), labelled(cells(), "cells"), copy=False)
        .from_(different(con, stored, column), copy=False)
        .where(filled(value), copy=False)
        .group_by("value", copy=False)
        .order_by(
            exp.Ordered(this=name("cells"), desc=True), exp.Ordered(this=name("value")), copy=False
        )
    )
    return [(str(value), int(times)) for value, times in con.execute(sql(query)).fetchall()]


def _meant(
    con: duckdb.DuckDBPyConnection, values: Sequence[str], allowed: Sequence[str]
) -> dict[str, str]:
    """Value → the one allowed value it spells; ties and two readings stay out."""
    if not values:
        return {}
    con.execute("CREATE OR REPLACE TEMP TABLE _found (v VARCHAR)")
    con.execute("INSERT INTO _found SELECT unnest(?::VARCHAR[])", [list(values)])
    con.execute("CREATE OR REPLACE TEMP TABLE _allowed (w VARCHAR, nth INTEGER)")
    con.execute(
        "INSERT INTO _allowed SELECT w, row_number() OVER () FROM unnest(?::VARCHAR[]) t(w)",
        [list(dict.fromkeys(allowed))],
    )
    v, w = exp.column("v"), exp.column("w")
    a, b = spelled(v), spelled(w)
    distance = call("DAMERAU_LEVENSHTEIN", a, b)
    # A typo: one slip in a word of four letters and more, two from nine, three from sixteen, four
    # from twenty-four on; digits never slip.
    length = call("LEAST", call("LENGTH", a), call("LENGTH", b))
    slips = cases(
        (
            (matches(call("CONCAT", a, b), r"\d"), number(0)),
            (exp.GTE(this=length, expression=number(24)), number(4)),
            (exp.GTE(this=length.copy(), expression=number(16)), number(3)),
            (exp.GTE(this=length.copy(), expression=number(9)), number(2)),
            (exp.GTE(this=length.copy(), expression=number(4)), number(1)),
        ),
        number(0),
    )
    query = (
        exp.select("v", "w", labelled(distance, "d"), labelled(slips, "most"), copy=False)
        .from_("_found", copy=False)
        .join("_allowed", join_type="cross", copy=False)
        .where(
            exp.LTE(this=distance.copy(), expression=exp.Mul(this=slips, expression=number(2))),
            exp.GT(this=call("LENGTH", a), expression=number(0)),
            copy=False,
        )
        .order_by("v", "d", "nth", copy=False)
    )
    near: dict[str, list[_Near]] = {}
    for value, target, slip, most in con.execute(sql(query)).fetchall():
        near.setdefault(str(value), []).append(_Near(str(target), int(slip), int(most)))
    order = {value: i for i, value in enumerate(values)}
    sure = {value: target for value, found in near.items() if (target := _one_of(found))}
    return {value: sure[value] for value in sorted(sure, key=order.__getitem__)}


class _Near(NamedTuple):
    target: str
    slips: int
    most: int


def _one_of(near: Sequence[_Near]) -> str | None:
    """The one value that is meant, nearest first: spelled alike, or a typo with no rival."""
    best, rivals = near[0], near[1:]
    if best.slips == 0:
        return None if rivals and rivals[0].slips == 0 else best.target
    if best.slips > best.most or any(other.slips <= other.most for other in rivals):
        return None
    if best.slips > 2 and any(other.slips < 2 * best.slips for other in rivals):
        return None
    return best.target


def heal_links(
    con: duckdb.DuckDBPyConnection, stored: Stored, column: Column, sheets: Mapping[str, Stored]
) -> tuple[MendStep, ...]:
    """Mend values that spell exactly one value of the linked columns; typos are not mended here.

    A sheet that links to itself is mended by its own values as they are before.
    """
    like = tuple(
        SheetColumn(sheet=link.template, column=link.column)
        for link in column.link
        if link.template in sheets
    )
    if not like:
        return ()
    step = MendStep(mend=column.name, like=like, because=HEALED)
    value = stored.column(column.name, "s")
    mended = step.build(value, name("w", "l"))
    query = (
        exp.select(exp.Count(this=exp.Star()), copy=False)
        .from_(exp.alias_(exp.to_table(stored.table), "s", table=True), copy=False)
        .join(spelling_join(like, "l", value, Catalogue({}, sheets)), copy=False)
        .where(missing(name(DROP, "s")), exp.NEQ(this=mended, expression=value.copy()), copy=False)
    )
    return (step,) if count_of(con, sql(query)) else ()
