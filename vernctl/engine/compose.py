"""Targets that are a part of one source column, or that several source columns make up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vernctl.engine.addresses import addresses_apart
from vernctl.engine.model import Column
from vernctl.engine.names import name_of
from vernctl.engine.profile import ColumnProfile, TableProfile

_PERSON = ("full name", "name", "contact", "customer", "employee", "user", "owner")
#: Parts of an address in the order in which they are written one after another.
_ADDRESS = ("street", "house number", "street 2", "zip", "city", "state", "country")

#: How the sources of an amount go together: the first less the second, the second says the sign.
LESS, SIGNED = "less", "signed"
_MINUS = frozenset(
    ("d", "db", "dr", "dbit", "debit", "debet", "soll", "s", "af", "out", "-", "outgoing", "débit",
     "debito", "débito", "addebito", "cargo", "wn", "obciążenie", "výdaj", "uttag", "outflow",
     "withdrawal", "payment out")
)  # fmt: skip
_PLUS = frozenset(
    ("c", "cr", "crdt", "credit", "kredit", "haben", "h", "bij", "in", "+", "incoming", "crédit",
     "credito", "crédito", "accredito", "abono", "ma", "uznanie", "příjem", "insättning", "inflow",
     "deposit", "payment in")
)  # fmt: skip

_IN_CURRENCY = re.compile(r"\s*[(\[/][A-Z]{3}[)\]]?$")


class Composed(NamedTuple):
    """A proposal: source columns by position, the part that is meant (''), score, and why."""

    sources: tuple[int, ...]
    part: str
    score: float
    why: str


def compose(
    table: TableProfile, columns: Sequence[Column], chosen: Mapping[int, int]
) -> dict[int, Composed]:
    """Proposals for targets that nothing fills yet; ``chosen``: target → source, by position."""
    concepts = [name_of(column.name).units for column in columns]
    found: dict[int, Composed] = {}
    found.update(_names_apart(table, concepts, chosen))
    found.update(_names_together(table, concepts, chosen))
    found.update(_addresses(table, concepts, chosen))
    for split in addresses_apart(table, concepts, chosen):
        found[split.target] = Composed((split.source,), split.piece, split.score, split.why)
    found.update(_amounts(table, concepts, chosen))
    return found


def _names_apart(
    table: TableProfile, concepts: Sequence[tuple[str, ...]], chosen: Mapping[int, int]
) -> dict[int, Composed]:
    """First and last name out of one column that holds whole names."""
    wanted = {
        units[0]: index
        for index, units in enumerate(concepts)
        if units in (("first name",), ("last name",)) and index not in chosen
    }
    if len(wanted) != 2:
        return {}
    whole = [
        (share, column)
        for column in table.columns
        if (share := _whole_names(column)) > 0.5 and column.index not in chosen.values()
    ]
    if not whole:
        return {}
    share, column = max(whole, key=lambda pair: (pair[0], -pair[1].index))
    score = round(0.6 + 0.28 * share, 4)
    return {
        index: Composed((column.index,), part, score, f'"{column.name}" holds whole names')
        for part, index in wanted.items()
    }


def _whole_names(column: ColumnProfile) -> float:
    """How much a column looks like names of persons, by its name and by words per value."""
    units = name_of(column.name).units
    if not units or not set(units) <= {*_PERSON, "default"}:
        return 0.0
    if not column.sample:
        return 0.0
    several = sum(1 for value in column.sample if 2 <= len(value.replace(",", " ").split()) <= 4)
    named = 1.0 if "full name" in units else 0.75
    return named * several / len(column.sample) * min(1.0, column.share("name", "words") + 0.2)


def _names_together(
    table: TableProfile, concepts: Sequence[tuple[str, ...]], chosen: Mapping[int, int]
) -> dict[int, Composed]:
    """A whole name out of first and last name."""
    parts = _positions(table)
    if "first name" not in parts or "last name" not in parts:
        return {}
    if any(units in (("first name",), ("last name",)) for units in concepts):
        return {}
    taken = [
        index
        for index, units in enumerate(concepts)
        if units and set(units) <= set(_PERSON) and set(units) & {"full name", "name"}
    ]
    sources = (parts["first name"], parts["last name"])
    return {
        index: Composed(sources, "", 0.88, "first and last name make up the whole name")
        for index in taken[:1]
        if index not in chosen or chosen[index] in sources
    }


def _addresses(
    table: TableProfile, concepts: Sequence[tuple[str, ...]], chosen: Mapping[int, int]
) -> dict[int, Composed]:
    """One address out of street, postal code, city, …, as far as no target has them for itself."""
    parts = _positions(table)
    free = [
        parts[part] for part in _ADDRESS if part in parts and parts[part] not in chosen.values()
    ]
    target = next((index for index, units in enumerate(concepts) if units == ("address",)), None)
    if target is None or "street" not in parts:
        return {}
    street = parts["street"]
    if chosen.get(target) not in (None, street):
        return {}
    sources = tuple(dict.fromkeys([street, *free])) if street not in free else tuple(free)
    if len(sources) < 2:
        return {}
    return {target: Composed(sources, "", 0.8, "its parts make up the address")}


def _amounts(
    table: TableProfile, concepts: Sequence[tuple[str, ...]], chosen: Mapping[int, int]
) -> dict[int, Composed]:
    """An amount with its sign, out of money in and money out, or out of a number and a word."""
    target = next((index for index, units in enumerate(concepts) if units == ("amount",)), None)
    parts = _positions(table)
    if target is None:
        return {}
    taken = {source for index, source in chosen.items() if index != target}
    if "inflow" in parts and "outflow" in parts:
        sources = (parts["inflow"], parts["outflow"])
        if not taken & set(sources) and chosen.get(target) in (None, *sources):
            return {target: Composed(sources, LESS, 0.85, "money in, less money out")}
    sign = parts.get("debit credit", parts.get("transaction type"))
    amount = chosen.get(target)
    if sign is None or amount is None or not minus_words(table.columns[sign]):
        return {}
    if any(value.lstrip().startswith(("-", "−", "(")) for value in table.columns[amount].sample):
        return {}
    why = f'"{table.columns[sign].name}" says which amounts are taken off'
    return {target: Composed((amount, sign), SIGNED, 0.85, why)}


def minus_words(column: ColumnProfile) -> tuple[str, ...]:
    """The words of a column that say "taken off", where it says that or its opposite alone."""
    values = {value.casefold() for value, _ in column.top}
    if not values or column.distinct > len(_MINUS | _PLUS) or not values <= _MINUS | _PLUS:
        return ()
    return tuple(sorted(value for value, _ in column.top if value.casefold() in _MINUS))


def _positions(table: TableProfile) -> dict[str, int]:
    """The first column of every concept that is the whole of a column's name, but for a currency
    ("Deposits (SGD)")."""
    found: dict[str, int] = {}
    for column in table.columns:
        units = name_of(_IN_CURRENCY.sub("", column.name) or column.name).units
        if len(units) == 1:
            found.setdefault(units[0], column.index)
    if "first" in found and "last" in found:
        found.setdefault("first name", found["first"])
        found.setdefault("last name", found["last"])
    return found
