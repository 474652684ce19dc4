"""Heals of single cells: white space, the case of e-mails, dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
import re2

from vernctl.engine.compile.tables import Stored
from vernctl.engine.heal.facts import CellFacts, DateFacts, cell_facts, date_facts, month_words
from vernctl.engine.heal.months import months_of
from vernctl.engine.heal.names import words
from vernctl.engine.model import Column, Template
from vernctl.engine.recipe.dates import DateOp, Order
from vernctl.engine.recipe.ops import CellOp, Collapse, Lower, Trim
from vernctl.engine.recipe.steps import HEALED, CellStep

_DATE_WORDS = frozenset(
    [
        "date",
        "day",
        "birthday",
        "dob",
        "datum",
        "born",
        "since",
        "until",
        "deadline",
        "expiry",
        "expires",
    ]
)
_MOMENT_WORDS = frozenset(["at", "on", "time", "timestamp", "created", "updated", "modified"])


#: Fewer numbers than this are no column of spreadsheet days.
_LEAST_SERIALS = 3


class DateDoubt(NamedTuple):
    """A column whose date order its own values do not tell."""

    column: str
    facts: DateFacts


class Healed(NamedTuple):
    """The steps that certainly mend, and the date columns that only an answer can settle."""

    steps: tuple[CellStep, ...]
    doubts: tuple[DateDoubt, ...]


def heal_cells(
    con: duckdb.DuckDBPyConnection,
    template: Template,
    stored: Stored,
    columns: Sequence[str],
    orders: Mapping[str, Order],
) -> Healed:
    """Propose the heals of a sheet's mapped columns. ``orders``: date orders already settled."""
    wanted = [column for column in template.columns if column.name in columns]
    facts = cell_facts(con, stored, [column.name for column in wanted])
    groups: dict[str, tuple[CellOp, list[str]]] = {}
    for column in wanted:
        for operation in _mended(column, facts[column.name]):
            groups.setdefault(operation.op, (operation, []))[1].append(column.name)
    steps = [
        CellStep(columns=tuple(names), do=operation, because=HEALED)
        for operation, names in groups.values()
    ]
    dated = [column for column in wanted if _may_hold_dates(column, facts[column.name])]
    months = {
        column.name: months_of(month_words(con, stored, column.name))
        for column in dated
        if facts[column.name].datelike
    }
    dates = date_facts(con, stored, [column.name for column in dated], months)
    doubts: list[DateDoubt] = []
    for column in dated:
        found = dates[column.name]
        if not _is_date_column(column, facts[column.name], found):
            continue
        order = orders.get(column.name) or order_of(found)
        if order is None:
            doubts.append(DateDoubt(column.name, found))
        keep = found.timed > 0 and _accepts(column, "2024-01-31T13:45:00")
        operation = DateOp(
            order=order or "dmy",
            time=keep,
            months=months.get(column.name, {}),
            serial=_is_serial(column, facts[column.name], found),
        )
        steps.append(CellStep(columns=(column.name,), do=operation, because=HEALED))
    return Healed(tuple(steps), tuple(doubts))


def order_of(facts: DateFacts) -> Order | None:
    """The date order that a column's own values prove, or None where they leave it open."""
    if facts.month_first and not facts.day_first:
        return "mdy"
    if facts.either and bool(facts.day_first) == bool(facts.month_first):
        return None
    return "dmy"


def is_email(column: Column, facts: CellFacts) -> bool:
    """Whether a column holds e-mail addresses, by its name or by nearly all of its values."""
    named = bool({"email", "mail"} & set(words(column.name)))
    return named or (facts.filled > 0 and facts.emails >= 0.9 * facts.filled)


def _mended(column: Column, facts: CellFacts) -> list[CellOp]:
    found: list[CellOp] = []
    email = is_email(column, facts)
    identifier = email or column.unique or bool(column.one_of) or bool(column.link)
    if facts.inner and identifier:
        found.append(Collapse())
    elif facts.edges:
        found.append(Trim())
    if email and facts.upper_emails:
        found.append(Lower())
    return found


def _may_hold_dates(column: Column, facts: CellFacts) -> bool:
    if column.one_of or column.link or not facts.filled:
        return False
    if facts.datelike >= 0.5 * facts.filled:
        return True
    return (facts.datelike > 0 or facts.serials > 0) and _named_date(column)


def _is_serial(column: Column, facts: CellFacts, dates: DateFacts) -> bool:
    """Whether numbers are a spreadsheet's days: in a column of dates that has nothing else."""
    enough = facts.serials >= _LEAST_SERIALS and facts.serials + dates.read == facts.filled
    return enough and _named_date(column) and _accepts(column, "2024-01-31")


def _is_date_column(column: Column, facts: CellFacts, dates: DateFacts) -> bool:
    if _is_serial(column, facts, dates):
        return True
    if not dates.read or dates.iso == facts.filled or not _accepts(column, "2024-01-31"):
        return False
    return _named_date(column) or dates.four_digits >= 0.9 * facts.filled


def _named_date(column: Column) -> bool:
    if column.strict is not None:
        others = ("x", "A-1", "12345", "123-45-67")
        return not any(_accepts(column, other) for other in others)
    named = set(words(column.name))
    return bool(named & (_DATE_WORDS | _MOMENT_WORDS)) or "date" in words(column.description)


def _accepts(column: Column, value: str) -> bool:
    return column.strict is None or bool(re2.search(column.strict, value))
