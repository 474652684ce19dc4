"""Heals of numbers: the notation of a column, told from all of its values, and what stands beside.

A column whose values prove one decimal sign is read with it. A value that both notations can
mean, in a column that proves neither, is asked about. Units and currencies go where they are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar

import duckdb
import re2
from sqlglot import exp

from vernctl.engine.compile.kept import cells, different, kept
from vernctl.engine.compile.tables import Stored, sql
from vernctl.engine.database import count_of
from vernctl.engine.instruct.edits import UseNumbers
from vernctl.engine.model import Column
from vernctl.engine.recipe.base import (
    SPACE,
    call,
    filled,
    labelled,
    matches,
    name,
    regex_replace,
    trimmed,
)
from vernctl.engine.recipe.numbers import EITHER, Notation, Number, bare_number, certain
from vernctl.engine.recipe.steps import HEALED, CellStep

#: More different words beside the numbers of a column than this are text, not units.
_MOST_WORDS = 24
_UNITS = (
    ("oz", "ounce", "ounces"), ("lb", "lbs", "pound", "pounds"), ("g", "gr", "gram", "grams"),
    ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"), ("t", "ton", "tons", "tonnes"),
    ("l", "liter", "liters", "litre", "litres", "ltr"), ("ml", "milliliter", "millilitre"),
    ("m", "meter", "meters", "metre", "metres", "mtr"), ("cm",), ("mm",), ("km",),
    ("in", "inch", "inches"), ("ft", "feet", "foot"), ("mi", "mile", "miles"),
    ("h", "hr", "hrs", "hour", "hours", "std"), ("min", "mins", "minute", "minutes"),
    ("s", "sec", "secs", "second", "seconds"), ("d", "day", "days", "tage"),
    ("pc", "pcs", "piece", "pieces", "stk", "stück", "st", "unit", "units", "ea"),
    ("€", "eur", "euro", "euros"), ("£", "gbp"), ("us$", "usd"), ("chf", "sfr", "fr"),
)  # fmt: skip
_SAME = {word: group[0] for group in _UNITS for word in group}
#: Numbers that a rule for numbers takes, by how many decimals it wants; and what it refuses.
_NUMBERS = (("7", "1234"), ("7.5", "1234.5"), ("7.50", "1234.50"), ("0.5", "0.05"))
_OTHERS = ("x", "A-1", "7 kg", "1/2", "12-34", "+49 30")


_T = TypeVar("_T", bound=str)


class Beside(NamedTuple):
    """Words beside numbers, spelled as found, and the numbers of their cells by meaning."""

    words: tuple[str, ...]
    cells: Mapping[str, int]


class NumberDoubt(NamedTuple):
    """A column whose numbers an answer must settle.

    ``kind``: ``notation`` (``cells`` can be read both ways), ``units`` (several stand beside), or
    ``percent`` (whether ``5 %`` is 5 or 0.05).
    """

    column: str
    kind: str
    cells: Mapping[str, int]


class NumberHeal(NamedTuple):
    """What certainly mends a column's numbers, and what is open."""

    steps: tuple[CellStep, ...]
    doubt: NumberDoubt | None


def is_number_rule(column: Column) -> bool:
    """Whether a column's pattern takes numbers of several lengths, and nothing but numbers."""
    rule = column.strict
    if rule is None or column.one_of or column.link:
        return False
    takes = [all(re2.search(rule, text) for text in group) for group in _NUMBERS]
    return any(takes) and not any(re2.search(rule, text) for text in _OTHERS)


def heal_numbers(
    con: duckdb.DuckDBPyConnection, stored: Stored, column: Column, said: Sequence[UseNumbers]
) -> NumberHeal:
    """Settle the numbers of a column with a rule for numbers, or find what is in doubt.

    ``said`` is what messages, knowledge and answers say of them; the last word counts.
    """
    rule = column.strict
    assert rule is not None  # asked for number columns only
    if not _breaks(con, stored, column, rule):
        return NumberHeal((), None)
    beside = _beside(con, stored, column)
    about = _last(each.beside for each in said)
    if about == "keep":
        beside = Beside((), {})
    step = Number(beside=beside.words, short=_short(rule))
    if len(beside.cells) > 1 and about is None:
        return NumberHeal((), NumberDoubt(column.name, "units", beside.cells))
    if "%" in beside.cells:
        meant = _last(each.percent for each in said)
        share = _percent(con, stored, column) if meant is None else meant == "share"
        if share is None:
            return NumberHeal((), NumberDoubt(column.name, "percent", beside.cells))
        step = step.model_copy(update={"percent": share})
    return _by_notation(con, stored, column, step, _last(each.decimal for each in said))


def _last(said: Iterable[_T | None]) -> _T | None:
    found = [each for each in said if each is not None]
    return found[-1] if found else None


def _by_notation(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    column: Column,
    step: Number,
    said: Literal[".", ","] | None,
) -> NumberHeal:
    found = _notations(con, stored, column, step.beside)
    rule = column.strict
    decimal: Notation = "any" if found.point and found.comma else "," if found.comma else "."
    open_cells = {
        label: cells
        for label, cells in (("1,234", found.either_comma), ("1.234", found.either_point))
        if cells
    }
    settled = bool(found.point) != bool(found.comma)
    if not settled and not found.comma and rule is not None and not re2.search(rule, "1234.567"):
        # Three decimals break the rule, so what looks like them are thousands.
        if found.either_point and not found.either_comma:
            decimal, settled = ",", True
        settled = settled or not found.either_point
    if not settled and not found.comma and not found.either_comma:
        settled = True  # a point and three digits keeps the rule as it stands
    if open_cells and not settled and said is None:
        return NumberHeal((), NumberDoubt(column.name, "notation", open_cells))
    # What each cell proves goes by itself; what is said decides the cells that prove nothing.
    notations: list[Notation] = [decimal]
    if open_cells and not settled and said is not None:
        notations = [said, decimal] if decimal == "any" else [said]
    return NumberHeal(tuple(_step(column, step, each) for each in notations), None)


def _step(column: Column, step: Number, decimal: Notation) -> CellStep:
    # A column with decimal commas holds 1.234 for 1234, which keeps the rule and is wrong.
    guard = None if decimal == "," else column.strict
    do = step.model_copy(update={"decimal": decimal})
    return CellStep(columns=(column.name,), do=do, rule=guard, because=HEALED)


class _Notations(NamedTuple):
    point: int
    comma: int
    either_point: int
    either_comma: int


def _notations(
    con: duckdb.DuckDBPyConnection, stored: Stored, column: Column, beside: tuple[str, ...]
) -> _Notations:
    patterns = (certain("."), certain(","), EITHER["."], EITHER[","])
    counts = [cells(matches(name("b"), pattern)) for pattern in patterns]
    inner = exp.select(labelled(bare_number(name("v"), beside), "b"), name("n"), copy=False).from_(
        different(con, stored, column.name), copy=False
    )
    query = exp.select(*counts, copy=False).from_(inner.subquery("d", copy=False), copy=False)
    return _Notations(*(int(count) for count in con.execute(sql(query)).fetchone() or ()))


def _breaks(con: duckdb.DuckDBPyConnection, stored: Stored, column: Column, rule: str) -> bool:
    value = name("v")
    query = (
        exp.select(exp.Count(this=exp.Star()), copy=False)
        .from_(different(con, stored, column.name), copy=False)
        .where(filled(value), exp.Not(this=matches(value, rule)), copy=False)
    )
    return count_of(con, sql(query)) > 0


def _beside(con: duckdb.DuckDBPyConnection, stored: Stored, column: Column) -> Beside:
    """What stands before or after the numbers of the cells that break the rule."""
    value = name("v")
    around = regex_replace(value, rf"^({_SIDE})[-+(−–]?[\d.,'’\s\p{{Z}}]+\)?-?({_SIDE})$", r"\1\2")
    shape = rf"^{_SIDE}[-+(−–]?[.,]?\d[\d.,'’\s\p{{Z}}]*\)?-?{_SIDE}$"
    rest = regex_replace(call("LOWER", trimmed(around)), rf"{SPACE}+|\.$")
    trims = exp.select(labelled(trimmed(value), "v"), name("n"), copy=False).from_(
        different(con, stored, column.name), copy=False
    )
    query = (
        exp.select(labelled(rest, "w"), labelled(cells(), "cells"), copy=False)
        .from_(trims.subquery("d", copy=False), copy=False)
        .where(exp.Not(this=matches(value, column.strict or "")), matches(value, shape), copy=False)
        .group_by("w", copy=False)
        .order_by(
            exp.Ordered(this=name("cells"), desc=True), exp.Ordered(this=name("w")), copy=False
        )
        .limit(_MOST_WORDS + 1, copy=False)
    )
    found = [(str(word), int(times)) for word, times in con.execute(sql(query)).fetchall() if word]
    if len(found) > _MOST_WORDS:
        return Beside((), {})
    meant: dict[str, int] = {}
    for word, count in found:
        meaning = _SAME.get(word, word)
        meant[meaning] = meant.get(meaning, 0) + count
    return Beside(tuple(sorted((word for word, _ in found), key=lambda w: (-len(w), w))), meant)


#: What may stand at a number: one word, sign or abbreviation, no digits.
_SIDE = r"[^\d.,'’()+−–-]{0,12}\.?"


def _percent(con: duckdb.DuckDBPyConnection, stored: Stored, column: Column) -> bool | None:
    """Whether percents are shares among the column's plain numbers; None where nothing tells.

    Where plain numbers are as large as those with the sign, the sign adds nothing.
    """
    value = trimmed(stored.column(column.name, "s"))
    number = exp.TryCast(
        this=regex_replace(value, rf"{SPACE}*%$"), to=exp.DataType.build("DOUBLE", dialect="duckdb")
    )
    marked = matches(value, "%$")
    query = kept(
        stored,
        "s",
        exp.Filter(this=call("MEDIAN", number), expression=exp.Where(this=marked)),
        exp.Filter(
            this=call("MEDIAN", number), expression=exp.Where(this=exp.Not(this=marked.copy()))
        ),
    )
    signed, plain = con.execute(sql(query)).fetchone() or (None, None)
    if not signed or not plain:
        return None
    ratio = abs(signed / plain)
    return False if 0.2 <= ratio <= 5 else True if 20 <= ratio <= 500 else None


def _short(rule: str) -> bool:
    """Whether a rule takes 12 and 12.5, and refuses 12.0."""
    return bool(re2.search(rule, "12")) and not re2.search(rule, "12.0")
