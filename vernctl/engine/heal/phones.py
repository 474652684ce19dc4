"""Heals of phone numbers: E.164, or as their country dials them, where their country is certain.

A number with ``+`` or ``00`` tells its country. One without is of the country that its row names,
or that somebody said, or that all the others of its column are of; else it stays as it is.
A column that is written in one way all through is left alone, unless a rule or the template's
description asks for another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import duckdb
import re2

from vernctl.engine.compile.kept import different
from vernctl.engine.compile.tables import Stored, cell
from vernctl.engine.database import rows_of
from vernctl.engine.heal.meaning import country_of
from vernctl.engine.heal.names import words
from vernctl.engine.heal.regions import (
    Numbering,
    invalid_among,
    numbering_of,
    regions_of,
    valid_share,
)
from vernctl.engine.heal.rules import PHONE_WORDS
from vernctl.engine.model import Column
from vernctl.engine.recipe.phones import EXTENSION, Phone
from vernctl.engine.recipe.steps import HEALED, CellStep, Condition

_COUNTRY_WORDS = frozenset(("country", "land", "pays", "nation", "pais"))
#: Different numbers of a column that are looked at one by one.
_LOOKED_AT = 20_000
#: International numbers that must be of one country before the others are held to be of it,
_TELLING = 5
#: and the share of these others that must be valid numbers there.
_VALID = 0.95
#: Countries of a column that get a step of their own, and spellings of one.
_MOST_COUNTRIES, _MOST_SPELLINGS = 60, 40
#: A column of which this share is written alike has a form of its own.
_ALIKE = 0.95

Wanted = Literal["e164", "national"]


class Phones(NamedTuple):
    """The steps that certainly mend, and numbers that no numbering plan knows."""

    steps: tuple[CellStep, ...]
    unknown: tuple[str, ...] = ()


class _Numbers(NamedTuple):
    """Cells by number: those that tell their country, and the others."""

    abroad: Mapping[str, int]
    within: Mapping[str, int]


def is_phone(column: Column) -> bool:
    """Whether a column is one of phone numbers, by its name."""
    plain = not (column.one_of or column.link or column.schema_ is not None or column.unique)
    return plain and bool(PHONE_WORDS & set(words(column.name)))


def heal_phones(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    column: Column,
    columns: Sequence[Column],
    said: str | None,
) -> Phones:
    """Settle the phone numbers of a column. ``columns`` are those of the sheet; ``said`` is the
    region that somebody gave for numbers without a country's code.
    """
    found = _numbers(con, stored, column.name)
    country = _country_beside(column, columns)
    named = _named(con, stored, column.name, country.name) if country is not None else {}
    places: list[tuple[str, tuple[Condition, ...]]] = []
    if country is not None and named:
        places = [(region, (_is_of(country, spelled),)) for region, spelled in named.items()]
        rest = tuple(spelling for spelled in named.values() for spelling in spelled)
        others = _is_of(country, rest).model_copy(update={"negated": True})
        places += [(said, (others,))] if said else []
    else:
        places = [(region, ()) for region in ([said] if said else _told(found))]
    plans = [(plan, where) for at, where in places if (plan := numbering_of(at)) is not None]
    wanted = _wanted(con, stored, column, [plan for plan, _ in plans])
    if wanted is None:
        return Phones(())
    steps = [_step(column, Phone(form="e164"))] if wanted == "e164" else []
    for plan, where in plans:
        steps.append(_step(column, Phone(form=wanted, **plan._asdict()), where))
    return Phones(tuple(steps), tuple(invalid_among(found.abroad, None)))


def _is_of(country: Column, spelled: tuple[str, ...]) -> Condition:
    return Condition(column=country.name, test="equals", values=spelled)


def _step(column: Column, do: Phone, where: tuple[Condition, ...] = ()) -> CellStep:
    return CellStep(columns=(column.name,), do=do, rule=column.strict, where=where, because=HEALED)


def _numbers(con: duckdb.DuckDBPyConnection, stored: Stored, column: str) -> _Numbers:
    """The commonest numbers of a column; of equally common ones those that sort first."""
    rows = rows_of(
        con,
        f"SELECT trim(v) AS t, sum(n) FROM {different(con, stored, column)} "
        "WHERE regexp_matches(v, '\\d{3}|\\d.*\\d.*\\d') GROUP BY t ORDER BY 2 DESC, 1 "
        f"LIMIT {_LOOKED_AT}",
    )
    abroad: dict[str, int] = {}
    within: dict[str, int] = {}
    for value, cells in rows:
        number = re2.sub(EXTENSION, "", str(value))
        if re2.match(r"^\s*(?:\+|00)", number):
            number = re2.sub(r"^\s*00", "+", number)
            abroad[number] = abroad.get(number, 0) + int(str(cells))
        else:
            within[number] = within.get(number, 0) + int(str(cells))
    return _Numbers(abroad, within)


def _told(found: _Numbers) -> list[str]:
    """The one country that all international numbers of a column are of, if the others fit it."""
    regions = regions_of(found.abroad)
    if len(regions) != 1 or "" in regions:
        return []
    ((region, cells),) = regions.items()
    certain = cells >= _TELLING and valid_share(found.within, region) >= _VALID
    return [region] if certain else []


def _country_beside(column: Column, columns: Sequence[Column]) -> Column | None:
    """The sheet's column that names the country of a phone number's row, where it is one."""
    named = [each for each in columns if _COUNTRY_WORDS & set(words(each.name))]
    if len(named) > 1:  # Billing Phone, Billing Country
        own = set(words(column.name)) - PHONE_WORDS - {"number", "no"}
        named = [each for each in named if own and own <= set(words(each.name))]
    return named[0] if len(named) == 1 else None


def _named(
    con: duckdb.DuckDBPyConnection, stored: Stored, phone: str, country: str
) -> dict[str, tuple[str, ...]]:
    """Region → the spellings of its country beside filled phones, the commonest regions first."""
    at, beside = (cell(stored.columns.index(name)) for name in (country, phone))
    rows = rows_of(
        con,
        f"SELECT lower(trim({at})) AS c, count(*) FROM {stored.table} WHERE _drop IS NULL AND "
        f"trim({at}) <> '' AND trim({beside}) <> '' GROUP BY c ORDER BY 2 DESC, 1 LIMIT 1000",
    )
    found: dict[str, list[str]] = {}
    for value, _ in rows:
        region = country_of(str(value))
        if region is not None and numbering_of(region) is not None:
            found.setdefault(region, []).append(str(value))
    kept = list(found.items())[:_MOST_COUNTRIES]
    return {region: tuple(spelled[:_MOST_SPELLINGS]) for region, spelled in kept}


def _wanted(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    column: Column,
    plans: Sequence[Numbering],
) -> Wanted | None:
    """The form that the rule or the description asks for; that of a mixed column is E.164."""
    rule = column.strict
    if rule is not None:
        if re2.search(rule, "+4930123456") and re2.search(rule, "+14155552671"):
            return "e164"
        # Where the trunk prefix is the country's code (+1), numbers are written without it.
        trunks = {"" if plan.trunk == plan.calling_code else plan.trunk for plan in plans}
        fits = any(re2.search(rule, f"{trunk}2012345678") for trunk in trunks)
        return "national" if fits else None
    said = column.description.casefold()
    if re2.search(r"e\.?164|international", said):
        return "e164"
    if re2.search(r"\bnational\b|without (?:the )?country code", said):
        return "national"
    return None if _written_alike(con, stored, column.name) else "e164"


def _written_alike(con: duckdb.DuckDBPyConnection, stored: Stored, column: str) -> bool:
    """Whether nearly all numbers have the same signs between their digits."""
    rows = rows_of(
        con,
        "SELECT regexp_replace(trim(v), '\\d+', '9', 'g') AS mask, sum(n) AS cells FROM "
        f"{different(con, stored, column)} WHERE regexp_matches(v, '\\d') "
        "GROUP BY mask ORDER BY cells DESC, mask",
    )
    counts = [int(str(cells)) for _, cells in rows]
    return not counts or counts[0] >= _ALIKE * sum(counts)
