"""What heals are decided on: exact counts over every value of a column, made in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
from sqlglot import exp

from vernctl.engine.compile.inputs import DROP
from vernctl.engine.compile.tables import Stored, sql
from vernctl.engine.recipe.base import SPACE, call, filled, matches, name, trimmed
from vernctl.engine.recipe.dates import (
    ORDERED,
    PLAIN_SHAPES,
    read_date,
    read_time,
)

_EMAIL = r"^[^\s@]+@[^\s@]+\.[^\s@]+$"
_DATELIKE = (
    r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|^(?i:\d{1,2}(?:st|nd|rd|th)?[ -])?[A-Za-z]{3,9}\.?,?[ -]\d"
)


class CellFacts(NamedTuple):
    """Counts of filled cells: with white space at an end, odd white space inside, …"""

    filled: int
    edges: int
    inner: int
    emails: int
    upper_emails: int
    datelike: int


class DateFacts(NamedTuple):
    """Counts of cells that are dates. ``day_first`` can only be day-month, ``month_first`` only
    month-day, ``either`` means another day in each order; ``timed`` has a time but midnight."""

    read: int
    four_digits: int
    iso: int
    day_first: int
    month_first: int
    either: int
    timed: int


def cell_facts(
    con: duckdb.DuckDBPyConnection, stored: Stored, columns: Sequence[str]
) -> dict[str, CellFacts]:
    """The counts of several columns of a sheet's table, over the rows that stay."""
    found = _count(con, stored, {column: _cell_tests(stored, column) for column in columns})
    return {column: CellFacts(*counts) for column, counts in found.items()}


def _cell_tests(stored: Stored, column: str) -> list[exp.Expr]:
    value = stored.column(column, "s")
    clean = trimmed(value)
    odd = rf"{SPACE}{{2,}}|[^ \S]|[\v\x{{85}}\x{{A0}}\x{{200B}}\x{{2060}}\x{{FEFF}}]"
    email = matches(clean, _EMAIL)
    upper = exp.NEQ(this=call("LOWER", value), expression=value.copy())
    return [
        filled(value),
        exp.and_(filled(value), exp.NEQ(this=clean, expression=value.copy())),
        matches(clean, odd),
        email,
        exp.and_(email, upper),
        matches(clean, _DATELIKE),
    ]


def date_facts(
    con: duckdb.DuckDBPyConnection, stored: Stored, columns: Sequence[str]
) -> dict[str, DateFacts]:
    """The counts of dates of several columns; heavier than the others, so asked for by name."""
    found = _count(con, stored, {column: _date_tests(stored, column) for column in columns})
    return {column: DateFacts(*counts) for column, counts in found.items()}


def _date_tests(stored: Stored, column: str) -> list[exp.Expr]:
    value = trimmed(stored.column(column, "s"))
    plain = [read_date(value, shape) for shape in PLAIN_SHAPES]
    day, month = read_date(value, ORDERED["dmy"]), read_date(value, ORDERED["mdy"])
    read = exp.Coalesce(this=plain[0], expressions=[*plain[1:], day, month])
    is_day, is_month = _there(day), _there(month)
    four = matches(value, r"(?:^|[^\d])\d{4}(?:[^\d]|$)")
    time = read_time(value)
    return [
        _there(read),
        exp.and_(_there(read), four),
        matches(value, r"^\d{4}-\d{2}-\d{2}$"),
        exp.and_(is_day, exp.Not(this=is_month)),
        exp.and_(is_month, exp.Not(this=is_day)),
        exp.and_(is_day, is_month, exp.NEQ(this=day.copy(), expression=month.copy())),
        exp.and_(matches(time, "^T"), exp.Not(this=matches(time, "^T00:00:00"))),
    ]


def _there(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Paren(this=value.copy().is_(exp.null())))


def _count(
    con: duckdb.DuckDBPyConnection, stored: Stored, tests: Mapping[str, Sequence[exp.Expr]]
) -> dict[str, list[int]]:
    counts = [
        exp.alias_(call("COUNT_IF", test), f"n{i}", quoted=True, copy=False)
        for i, test in enumerate(test for each in tests.values() for test in each)
    ]
    if not counts:
        return {}
    query = (
        exp.select(*counts, copy=False)
        .from_(exp.alias_(exp.to_table(stored.table), "s", table=True), copy=False)
        .where(name(DROP, "s").is_(exp.null()), copy=False)
    )
    row = [int(count) for count in con.execute(sql(query)).fetchone() or ()]
    found: dict[str, list[int]] = {}
    for column, each in tests.items():
        found[column], row = row[: len(each)], row[len(each) :]
    return found
