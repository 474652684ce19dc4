"""Heals by spelling: a value that can only be meant for one allowed or linked value becomes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
from sqlglot import exp

from vernctl.engine.compile.inputs import DROP
from vernctl.engine.compile.tables import Stored, sql
from vernctl.engine.model import Column, Link
from vernctl.engine.recipe.base import (
    call,
    cases,
    filled,
    folded,
    matches,
    name,
    number,
    spelled,
    text,
    trimmed,
)
from vernctl.engine.recipe.ops import MapValues
from vernctl.engine.recipe.steps import HEALED, CellStep
from vernctl.engine.validate import known_keys

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
    meant = _meant(con, [each.value for each in others[:MAX_VALUES]], column.one_of)
    outside = tuple(each for each in others if each.value not in meant)
    for each in others:
        if each.value in meant:
            target = meant[each.value]
            valid[target] = valid.get(target, 0) + each.cells
    if not meant:
        return Spelling((), outside, valid)
    step = CellStep(columns=(column.name,), do=MapValues(values=meant), because=HEALED)
    return Spelling((step,), outside, valid)


def _values(con: duckdb.DuckDBPyConnection, stored: Stored, column: str) -> list[tuple[str, int]]:
    value = stored.column(column, "s")
    query = (
        exp.select(exp.alias_(trimmed(value), "v"), exp.alias_(exp.Count(this=exp.Star()), "n"))
        .from_(exp.alias_(exp.to_table(stored.table), "s", table=True))
        .where(name(DROP, "s").is_(exp.null()), filled(value))
        .group_by("v")
        .order_by(exp.Ordered(this=exp.column("n"), desc=True), exp.Ordered(this=exp.column("v")))
    )
    return [(str(value), int(cells)) for value, cells in con.execute(sql(query)).fetchall()]


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
    # A typo: one slip in a word of four letters and more, two from nine on; digits never slip.
    length = call("LEAST", call("LENGTH", a), call("LENGTH", b))
    slips = cases(
        (
            (matches(call("CONCAT", a, b), r"\d"), number(0)),
            (exp.GTE(this=length, expression=number(9)), number(2)),
            (exp.GTE(this=length.copy(), expression=number(4)), number(1)),
        ),
        number(0),
    )
    query = (
        exp.select("v", "w", exp.alias_(distance, "d"), exp.alias_(call("LENGTH", a), "size"))
        .from_("_found")
        .join("_allowed", join_type="cross")
        .where(exp.LTE(this=distance.copy(), expression=slips))
        .order_by("v", "d", "nth")
    )
    near: dict[str, list[tuple[str, int]]] = {}
    for value, target, slip, size in con.execute(sql(query)).fetchall():
        if size:
            near.setdefault(str(value), []).append((str(target), int(slip)))
    order = {value: i for i, value in enumerate(values)}
    sure = {
        value: found[0][0]
        for value, found in near.items()
        if len(found) == 1 or (found[0][1] < found[1][1] and found[0][1] == 0)
    }
    return {value: sure[value] for value in sorted(sure, key=order.__getitem__)}


def heal_links(
    con: duckdb.DuckDBPyConnection, stored: Stored, column: Column, sheets: Mapping[str, Stored]
) -> tuple[CellStep, ...]:
    """Mend dangling values that spell exactly one value of the linked columns; no typos here."""
    links = [link for link in column.link if link.template in sheets]
    if not links:
        return ()
    targets: exp.Query = _targets(sheets, links[0])
    known: exp.Query = known_keys(sheets[links[0].template], links[0].column)
    for link in links[1:]:
        targets = exp.union(targets, _targets(sheets, link), distinct=True)
        known = exp.union(known, known_keys(sheets[link.template], link.column), distinct=True)
    value = stored.column(column.name, "s")
    missing = (
        exp.select(exp.alias_(folded(value), "v"))
        .distinct()
        .from_(exp.alias_(exp.to_table(stored.table), "s", table=True))
        .where(
            name(DROP, "s").is_(exp.null()),
            filled(value),
            exp.Not(this=exp.In(this=folded(value), query=known.subquery())),
        )
    )
    same = exp.EQ(this=spelled(exp.column("v", "m")), expression=exp.column("k", "t"))
    query = (
        exp.select("m.v", call("MIN", exp.column("w", "t")))
        .from_(missing.subquery("m"))
        .join(targets.subquery("t"), on=same)
        .where(exp.NEQ(this=exp.column("k", "t"), expression=text("")))
        .group_by("m.v")
        .having(exp.EQ(this=call("COUNT", exp.column("w", "t")), expression=number(1)))
        .order_by("m.v")
        .limit(MAX_VALUES)
    )
    meant = {str(value): str(target) for value, target in con.execute(sql(query)).fetchall()}
    if not meant:
        return ()
    return (CellStep(columns=(column.name,), do=MapValues(values=meant), because=HEALED),)


def _targets(sheets: Mapping[str, Stored], link: Link) -> exp.Select:
    """(``k``, ``w``): the spelling of every value of a linked column, once per folded value."""
    target = sheets[link.template]
    value = target.column(link.column, "o")
    return (
        exp.select(
            exp.alias_(spelled(value), "k"),
            exp.alias_(call("MIN", trimmed(value)), "w"),
        )
        .from_(exp.alias_(exp.to_table(target.table), "o", table=True))
        .where(name(DROP, "o").is_(exp.null()), filled(value))
        .group_by(spelled(value), folded(value))
    )
