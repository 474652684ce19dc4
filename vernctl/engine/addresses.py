"""Targets that are parts of an address that stands whole in one source column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from vernctl.engine.heal.meaning import country_of
from vernctl.engine.names import name_of
from vernctl.engine.profile import ColumnProfile, TableProfile
from vernctl.engine.recipe.addresses import (
    PIECES,
    AddressForm,
    AddressParts,
    AddressPiece,
    forms_of,
    has_piece,
    last_piece,
)

#: The share of addresses that must be told apart before a split is proposed, and asked about,
_LEAST = 0.5
#: and before it is made.
_MOST = 0.8
_CALLED: Mapping[str, AddressPiece] = {"address": "street", **{piece: piece for piece in PIECES}}


class Split(NamedTuple):
    """A target (by position) that is a part of a source column's addresses, with score and why."""

    target: int
    source: int
    piece: AddressPiece
    score: float
    why: str


def addresses_apart(
    table: TableProfile, concepts: Sequence[tuple[str, ...]], chosen: Mapping[int, int]
) -> list[Split]:
    """Street, city, … out of one column that holds whole addresses, where nothing else has them.

    ``concepts``: what the targets' names mean; ``chosen``: target → source, by position. Targets
    that are called alike ("Billing City", "Billing Zip") belong together.
    """
    groups: dict[tuple[str, ...], dict[AddressPiece, int]] = {}
    for target, units in enumerate(concepts):
        if units and units[-1] in _CALLED:
            groups.setdefault(units[:-1], {}).setdefault(_CALLED[units[-1]], target)
    found: list[Split] = []
    for called, targets in groups.items():
        source = _source(table, called, alone=len(groups) == 1)
        if source is not None:
            found += _split(source, targets, concepts, chosen)
    return found


def parts_of(addresses: Iterable[str]) -> tuple[AddressParts, float]:
    """How these addresses are taken apart, and the share of them that can be."""
    addresses = tuple(addresses)
    countries = countries_in(map(last_piece, addresses))
    counts = forms_of(addresses, countries)
    forms = tuple(form for form in counts if form is not None)
    ordered: tuple[AddressForm, ...] = tuple(sorted(forms, key=lambda form: (-counts[form], form)))
    share = 1 - counts.get(None, 0) / len(addresses) if addresses else 0.0
    return AddressParts(forms=ordered, countries=countries), share


def countries_in(pieces: Iterable[str]) -> tuple[str, ...]:
    """Those of the pieces that name a country, each spelling once, the longest first."""
    found = {piece for piece in pieces if piece and country_of(piece) is not None}
    return tuple(sorted(found, key=lambda piece: (-len(piece), piece)))


def _source(table: TableProfile, called: tuple[str, ...], *, alone: bool) -> ColumnProfile | None:
    """The one column that may hold the addresses of targets that are so called."""
    named = [(name_of(column.name).units, column) for column in table.columns]
    whole = [(units, column) for units, column in named if units and units[-1] in _WHOLE]
    own = [column for units, column in whole if units[:-1] == called]
    others = [column for _, column in whole] if alone and not own else []
    return next(iter(own or others), None) if len(own or others) == 1 else None


#: What a column of whole addresses is called; a "street" may hold more than it says.
_WHOLE = frozenset(("address", "street", "location"))


def _split(
    source: ColumnProfile,
    targets: Mapping[AddressPiece, int],
    concepts: Sequence[tuple[str, ...]],
    chosen: Mapping[int, int],
) -> list[Split]:
    free = {
        piece: target
        for piece, target in targets.items()
        if chosen.get(target, source.index) == source.index
    }
    if not free.keys() & {"city", "zip"}:
        return []
    parts, share = parts_of(source.sample)
    if share < _LEAST:
        return []
    made = {piece for form in parts.forms for piece in PIECES if has_piece(form, piece)}
    lost = made - {"country"} - free.keys() - {"street"}
    if lost and "street" in free and concepts[free["street"]][-1] == "address":
        del free["street"]  # a whole address may as well stay whole
    score = 0.6 + 0.3 * share if share >= _MOST else 0.55
    why = f'"{source.name}" holds whole addresses, {round(100 * share)} % of them told apart'
    return [
        Split(target, source.index, piece, round(score, 4), why)
        for piece, target in free.items()
        if piece in made and (piece != "country" or parts.countries)
    ]
