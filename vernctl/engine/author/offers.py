"""What could fill a column: candidates as values of a recipe, and stand-ins for a missing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vernctl.engine.addresses import parts_of
from vernctl.engine.compose import LESS, SIGNED, minus_words
from vernctl.engine.database import rows_of
from vernctl.engine.evidence import suits
from vernctl.engine.heal.names import words
from vernctl.engine.match import MARGIN, Candidate, ColumnMatch, SheetMatch
from vernctl.engine.model import Column
from vernctl.engine.names import name_of
from vernctl.engine.profile import ColumnProfile
from vernctl.engine.questions.sources import Offer, satisfies
from vernctl.engine.recipe.addresses import PIECES, AddressParts
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.ops import Prefix, Trim
from vernctl.engine.recipe.repairs import Blank
from vernctl.engine.recipe.values import (
    AddressPart,
    Changed,
    FirstOf,
    FromColumn,
    Joined,
    Part,
    Signed,
    Value,
)
from vernctl.engine.workspace import Workspace

#: Different addresses that are looked at for how they are written.
_ADDRESSES = 50_000
#: What the one of two columns of money holds where the other one counts.
_ZEROS = ("0", "0.0", "0.00", "0,0", "0,00", "-", "0.000", "0,000")


def value_of(work: Workspace, column: str, candidate: Candidate) -> Value:
    """One source column as it is, several together, or the part of a name that is meant."""
    joined = candidate.via.name if candidate.via is not None else None
    if candidate.part in (LESS, SIGNED):
        return _amount(work, candidate)
    if len(candidate.sources) > 1:
        address = bool({"address", "location"} & set(words(column)))
        parts = tuple(FromColumn(column=source, table=joined) for source in candidate.sources)
        return Joined(join=parts, separator=", " if address else " ")
    source = FromColumn(column=candidate.sources[0], table=joined)
    if not candidate.part:
        return source
    piece = next((piece for piece in PIECES if piece == candidate.part), None)
    if piece is not None:
        written = address_parts(work, candidate.home, source.column)
        return AddressPart(address_part=piece, of=source, parts=written)
    last = candidate.part == "last name"
    profile = work.profile(candidate.home, source.column)
    commas = sum("," in value for value in profile.sample)
    if commas * 2 > len(profile.sample):  # "Lovelace, Ada"
        return Part(part="first" if last else "rest", of=source, separator=",")
    return Part(part="rest" if last else "first", of=source)


def address_parts(work: Workspace, table: str, column: str) -> AddressParts:
    """How the addresses of a source column are taken apart, told from all that it holds."""
    value = work.loaded.stored[table].column(column, "t").sql("duckdb")
    rows = rows_of(
        work.con,
        f"SELECT {value} AS v FROM {work.loaded.stored[table].table} t WHERE trim({value}) <> '' "
        f"GROUP BY v ORDER BY v LIMIT {_ADDRESSES}",
    )
    return parts_of(str(address) for (address,) in rows)[0]


def _amount(work: Workspace, candidate: Candidate) -> Value:
    """An amount with its sign: what came in, or what went out as less than nothing."""
    first, second = (FromColumn(column=source) for source in candidate.sources)
    if candidate.part == SIGNED:
        minus = minus_words(work.profile(candidate.table, second.column))
        return Signed(signed=first, by=second, minus=minus)
    nothing = Blank(words=_ZEROS)
    came = Changed(changed=first, ops=(nothing,))
    went = Changed(changed=second, ops=(Trim(), nothing, Prefix(add="-")))
    return FirstOf(first_of=(came, went, first, second))


def close_offers(
    work: Workspace, matched: ColumnMatch, sheet_match: SheetMatch, sheet: SheetRecipe
) -> list[Offer]:
    """The chosen candidate and those nearly as good that no other column has a better claim to."""
    assert matched.chosen is not None  # only a chosen candidate can have rivals
    near = [matched.chosen]
    for each in matched.candidates:
        close = each.score >= matched.chosen.score - MARGIN
        if each not in near and close and not _claimed(each, matched, sheet_match):
            near.append(each)
    by_label: dict[str, dict[str, Candidate]] = {}
    for each in near:
        by_label.setdefault(_label(each), {}).setdefault(each.table, each)
    return [_offer(work, label, found, matched, sheet) for label, found in by_label.items()]


def _label(candidate: Candidate) -> str:
    sources = " + ".join(candidate.sources)
    return f"{sources} of {candidate.home}" if candidate.via is not None else sources


def _claimed(candidate: Candidate, matched: ColumnMatch, sheet_match: SheetMatch) -> bool:
    return any(
        other.chosen is not None
        and other.column != matched.column
        and other.chosen.home == candidate.home
        and set(other.chosen.sources) & set(candidate.sources)
        and other.chosen.score >= candidate.score
        for other in sheet_match.columns
    )


def _offer(
    work: Workspace,
    label: str,
    found: Mapping[str, Candidate],
    matched: ColumnMatch,
    sheet: SheetRecipe,
) -> Offer:
    """The offer of a label; tables in which the question does not arise keep their value."""
    assert matched.chosen is not None  # see close_offers
    values: dict[str, Value] = {
        item.table: item.values[matched.column]
        for item in sheet.inputs
        if matched.column in item.values and item.table != matched.chosen.table
    }
    values |= {
        table: value_of(work, matched.column, candidate) for table, candidate in found.items()
    }
    about = "; ".join(_about(work, table, label, candidate) for table, candidate in found.items())
    return Offer(label, values, about)


def _about(work: Workspace, table: str, label: str, candidate: Candidate) -> str:
    if candidate.via is not None:
        via = candidate.via
        return f'the "{via.key}" of {table} is the "{via.match}" of a row in {via.table}'
    return f'{table} has "{label}" ({work.fill_of(table, candidate.sources[0])})'


def find_source(work: Workspace, tables: Sequence[str], text: str) -> Mapping[str, Value] | None:
    """The source columns of exactly that name (case and white space folded), per table."""
    wanted = " ".join(text.strip().strip("'\"").casefold().split())
    values: dict[str, Value] = {}
    for table in tables:
        for profile in work.profiles[table].columns:
            if " ".join(profile.name.casefold().split()) == wanted:
                values.setdefault(table, FromColumn(column=profile.name))
    return values or None


def stand_ins(
    work: Workspace, column: Column, tables: Sequence[str], sheet: SheetRecipe
) -> list[Offer]:
    """Columns that could stand in for a missing one: filled in every row, keeping its rules.

    A unique column can be any other unique one; for the rest a word of the name must be shared, or
    the values must be of the kind that the name asks for (a date, an amount) and not taken.
    """
    if column.one_of or column.link:
        return []
    used = {
        (table, source.column) for name in sheet.columns for table, source in sheet.sources_of(name)
    }
    offers: dict[str, tuple[bool, Offer]] = {}
    for table in tables:
        for profile in work.profiles[table].columns:
            taken = (table, profile.name) in used
            alike = not column.unique and not taken and suits(profile, name_of(column.name).units)
            if alike or _stands_in(profile, work.profiles[table].rows, column):
                value = {table: FromColumn(column=profile.name)}
                offer = Offer(f'column "{profile.name}"', value, "")
                offers.setdefault(profile.name, (taken, offer))
    return [offer for _, offer in sorted(offers.values(), key=lambda pair: pair[0])]


def _stands_in(profile: ColumnProfile, rows: int, column: Column) -> bool:
    if profile.filled != rows or not all(satisfies(column, value) for value in profile.sample):
        return False
    if column.unique:
        return profile.unique
    return bool(set(words(profile.name)) & set(words(column.name)))
