"""From a match to a first recipe: which tables feed a sheet and what each column starts from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from vernctl.engine.heal.cells import words
from vernctl.engine.match import MARGIN, Candidate, ColumnMatch, SheetMatch
from vernctl.engine.model import Column, Template
from vernctl.engine.questions.doubt import Doubt
from vernctl.engine.questions.sources import Offer, ask_required, ask_source
from vernctl.engine.recipe.model import Input, SheetRecipe
from vernctl.engine.recipe.values import FromColumn, Joined, Part, Value
from vernctl.engine.workspace import Workspace

#: Finds the source columns that free text names, per table.
Find = Callable[[str], Mapping[str, Value] | None]
#: Candidates this close to the best are offered beside it.
_CLOSE = MARGIN


class Drafted(NamedTuple):
    """A sheet without steps, and what its match leaves open."""

    sheet: SheetRecipe
    doubts: tuple[tuple[str, Doubt], ...]


def draft_sheet(work: Workspace, template: Template) -> Drafted:
    """The sheet as the match has it. ``doubts``: (column, doubt) for every open decision."""
    matched = next((each for each in work.match.sheets if each.slug == template.slug), None)
    tables = matched.tables if matched is not None else ()
    columns = tuple(column.name for column in template.columns)
    if matched is None or not tables:
        return Drafted(SheetRecipe(template=template.slug, columns=columns), ())
    found = {each.column: each for each in matched.columns}
    inputs = tuple(
        Input(table=table, values=_values(work, template, table, found)) for table in tables
    )
    sheet = SheetRecipe(template=template.slug, inputs=inputs, columns=columns)
    return Drafted(sheet, tuple(_doubts(work, template, matched, sheet)))


def _values(
    work: Workspace, template: Template, table: str, found: Mapping[str, ColumnMatch]
) -> dict[str, Value]:
    chosen = {
        column.name: candidate
        for column in template.columns
        if (candidate := _candidate(found.get(column.name), table)) is not None
    }
    return {name: _value(work, name, candidate) for name, candidate in chosen.items()}


def _candidate(matched: ColumnMatch | None, table: str) -> Candidate | None:
    if matched is None or matched.chosen is None:
        return None
    there = (each for each in (matched.chosen, *matched.also) if each.table == table)
    return next(there, None)


def _value(work: Workspace, column: str, candidate: Candidate) -> Value:
    """One source column as it is, several together, or the part of a name that is meant."""
    if len(candidate.sources) > 1:
        address = bool({"address", "location"} & set(words(column)))
        parts = tuple(FromColumn(column=source) for source in candidate.sources)
        return Joined(join=parts, separator=", " if address else " ")
    source = FromColumn(column=candidate.sources[0])
    if not candidate.part:
        return source
    last = candidate.part == "last name"
    profile = work.profile(candidate.table, source.column)
    commas = sum("," in value for value in profile.sample)
    if commas * 2 > len(profile.sample):  # "Lovelace, Ada"
        return Part(part="first" if last else "rest", of=source, separator=",")
    return Part(part="rest" if last else "first", of=source)


def _doubts(
    work: Workspace, template: Template, matched: SheetMatch, sheet: SheetRecipe
) -> list[tuple[str, Doubt]]:
    found: list[tuple[str, Doubt]] = []
    by_name = {each.column: each for each in matched.columns}
    used = {
        (table, source.column)
        for column in sheet.columns
        for table, source in sheet.sources_of(column)
    }
    rows = sum(work.profiles[table].rows for table in matched.tables)
    for column in template.columns:
        each = by_name.get(column.name)
        if each is not None and each.close and each.chosen is not None:
            offers = _close_offers(work, each, matched.tables)
            if len(offers) > 1:
                find = _finder(work, matched.tables)
                found.append((column.name, ask_source(template, column, offers, find)))
        elif column.required and (each is None or each.chosen is None) and rows:
            unused = _derivable(work, column, matched.tables, used)
            found.append((column.name, ask_required(template, column, unused, rows)))
    return found


def _close_offers(work: Workspace, matched: ColumnMatch, tables: Sequence[str]) -> list[Offer]:
    best = matched.chosen.score if matched.chosen is not None else 0.0
    near = [
        each for each in matched.candidates if each.table in tables and each.score >= best - _CLOSE
    ]
    by_label: dict[str, dict[str, Candidate]] = {}
    for each in near:
        by_label.setdefault(" + ".join(each.sources), {}).setdefault(each.table, each)
    return [_offer(work, label, found) for label, found in by_label.items()]


def _offer(work: Workspace, label: str, found: Mapping[str, Candidate]) -> Offer:
    values: dict[str, Value] = {
        table: _value(work, "", candidate) for table, candidate in found.items()
    }
    about = "; ".join(
        f'{table} has "{label}" ({work.fill_of(table, candidate.sources[0])})'
        for table, candidate in found.items()
    )
    return Offer(label, values, about)


def _finder(work: Workspace, tables: Sequence[str]) -> Find:
    def find(text: str) -> Mapping[str, Value] | None:
        wanted = " ".join(text.strip().strip("'\"").casefold().split())
        values: dict[str, Value] = {}
        for table in tables:
            for profile in work.profiles[table].columns:
                if " ".join(profile.name.casefold().split()) == wanted:
                    values.setdefault(table, FromColumn(column=profile.name))
        return values or None

    return find


def _derivable(
    work: Workspace, column: Column, tables: Sequence[str], used: set[tuple[str, str]]
) -> list[Offer]:
    """Unused columns that could stand in: filled in every row and, where it must be, unique."""
    if column.one_of or column.link:
        return []
    offers: dict[str, Offer] = {}
    for table in tables:
        for profile in work.profiles[table].columns:
            full = profile.filled == work.profiles[table].rows
            fits = profile.unique or not column.unique
            if full and fits and (table, profile.name) not in used:
                value = {table: FromColumn(column=profile.name)}
                offers.setdefault(profile.name, Offer(f'column "{profile.name}"', value, ""))
    return list(offers.values())
