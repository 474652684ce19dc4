"""What heals are decided on: exact counts over every value of a column, made in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import duckdb
from sqlglot import exp

from vernctl.engine.compile.kept import cells, different
from vernctl.engine.compile.tables import Stored, sql
from vernctl.engine.recipe.base import (
    SPACE,
    both,
    call,
    filled,
    labelled,
    matches,
    missing,
    name,
    number,
    text,
    trimmed,
)
from vernctl.engine.recipe.dates import (
    ORDERED,
    PLAIN_SHAPES,
    SERIAL,
    WORDED,
    in_english,
    read_date,
    read_time,
)

_EMAIL = r"^[^\s@]+@[^\s@]+\.[^\s@]+$"
_DATELIKE = (
    r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|^(?i:\d{1,2}(?:st|nd|rd|th)?[ -])?[A-Za-z]{3,9}\.?,?[ -]\d"
    rf"|{WORDED}"
)
#: Columns that are counted in one query.
_AT_ONCE = 64


class CellFacts(NamedTuple):
    """Counts of filled cells: with white space at an end, odd white space inside, …"""

    filled: int
    edges: int
    inner: int
    emails: int
    upper_emails: int
    datelike: int
    serials: int


_NONE = (0,) * len(CellFacts._fields)


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
    found = [
        facts
        for first in range(0, len(columns), _AT_ONCE)
        for facts in _facts_of(con, stored, columns[first : first + _AT_ONCE])
    ]
    return dict(zip(columns, found, strict=True))


def _facts_of(
    con: duckdb.DuckDBPyConnection, stored: Stored, columns: Sequence[str]
) -> list[CellFacts]:
    """In one query: preparing the patterns costs more than reading a small table."""
    value, clean = name("v"), name("clean")
    parts: list[exp.Query] = [
        exp.select(labelled(number(at), "at"), value, name("n"), copy=False).from_(
            different(con, stored, column), copy=False
        )
        for at, column in enumerate(columns)
    ]
    every = parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False, copy=False)
    trims = exp.select(
        name("at"), value, name("n"),
        labelled(trimmed(value), "clean"), labelled(filled(value), "full"),
        copy=False,
    ).from_(every.subquery("c", copy=False), copy=False)  # fmt: skip
    odd = rf"{SPACE}{{2,}}|[^ \S]|[\v\x{{85}}\x{{A0}}\x{{200B}}\x{{2060}}\x{{FEFF}}]"
    email = matches(clean, _EMAIL)
    upper = exp.NEQ(this=call("LOWER", value), expression=value)
    tests = (
        name("full"),
        both(name("full"), exp.NEQ(this=clean, expression=value)),
        matches(clean, odd),
        email,
        both(email, upper),
        matches(clean, _DATELIKE),
        matches(clean, SERIAL),
    )
    query = exp.select(name("at"), *(cells(test) for test in tests), copy=False)
    query = query.from_(trims.subquery("d", copy=False), copy=False).group_by("at", copy=False)
    found = {at: counts for at, *counts in con.execute(sql(query)).fetchall()}
    return [CellFacts(*map(int, found.get(at, _NONE))) for at in range(len(columns))]


def date_facts(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    columns: Sequence[str],
    months: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> dict[str, DateFacts]:
    """The counts of dates of several columns; heavier than the others, so asked for by name.

    ``months``: of a column, the months in other languages than English.
    """
    return {column: _dates_of(con, stored, column, months.get(column, {})) for column in columns}


def month_words(con: duckdb.DuckDBPyConnection, stored: Stored, column: str) -> list[str]:
    """The different words, in lower case, that stand where a date's month would."""
    word = call("LOWER", call("REGEXP_EXTRACT", trimmed(name("v")), text(WORDED), number(2)))
    query = (
        exp.select(labelled(word, "w"), copy=False)
        .distinct()
        .from_(different(con, stored, column), copy=False)
    )
    return sorted(str(row[0]) for row in con.execute(sql(query)).fetchall() if row[0])


def _dates_of(
    con: duckdb.DuckDBPyConnection, stored: Stored, column: str, months: Mapping[str, str]
) -> DateFacts:
    """In layers, so that a cell is read once for all that is counted on it."""
    value = name("v")
    table = different(con, stored, column)
    english = labelled(in_english(trimmed(value), months), "v")
    trims = exp.select(english, name("n"), copy=False).from_(table, copy=False)
    plain = [read_date(value, shape) for shape in PLAIN_SHAPES]
    dates = exp.select(
        value,
        name("n"),
        labelled(exp.Coalesce(this=plain[0], expressions=plain[1:]), "plain"),
        labelled(read_date(value, ORDERED["dmy"]), "day"),
        labelled(read_date(value, ORDERED["mdy"]), "month"),
        labelled(read_time(value), "time"),
        copy=False,
    ).from_(trims.subquery("t", copy=False), copy=False)
    day, month, time = name("day"), name("month"), name("time")
    read = _there(exp.Coalesce(this=name("plain"), expressions=[day, month]))
    four = matches(value, r"(?:^|[^\d])\d{4}(?:[^\d]|$)")
    tests = [
        read,
        both(read, four),
        matches(value, r"^\d{4}-\d{2}-\d{2}$"),
        both(_there(day), missing(month)),
        both(_there(month), missing(day)),
        both(_there(day), _there(month), exp.NEQ(this=day, expression=month)),
        both(matches(time, "^T"), exp.Not(this=matches(time, "^T00:00:00"))),
    ]
    return DateFacts(*_counts(con, dates, tests))


def _there(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Paren(this=missing(value)))


def _counts(
    con: duckdb.DuckDBPyConnection, values: exp.Select, tests: Sequence[exp.Expr]
) -> list[int]:
    """How many cells meet each test."""
    query = exp.select(*(cells(test) for test in tests), copy=False)
    found = con.execute(sql(query.from_(values.subquery("d", copy=False), copy=False))).fetchone()
    return [int(count) for count in found or ()]
