"""From a match to a first recipe: which tables feed a sheet and what each column starts from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from vernctl.engine.author.offers import close_offers, find_source, stand_ins, value_of
from vernctl.engine.match import Candidate, ColumnMatch, SheetMatch
from vernctl.engine.model import Template
from vernctl.engine.questions.doubt import Doubt
from vernctl.engine.questions.sources import ask_address, ask_required, ask_source
from vernctl.engine.recipe.addresses import PIECES
from vernctl.engine.recipe.model import Input, Join, SheetRecipe
from vernctl.engine.recipe.values import FromColumn, Value
from vernctl.engine.workspace import Workspace


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
        Input(
            table=table,
            joins=_joins(matched, table),
            values=_values(work, template, table, found),
        )
        for table in tables
    )
    sheet = SheetRecipe(template=template.slug, inputs=inputs, columns=columns)
    return Drafted(sheet, tuple(_doubts(work, template, matched, sheet)))


def _joins(matched: SheetMatch, table: str) -> tuple[Join, ...]:
    """The joins of everything that may come from another table; what is not used is cut later."""
    paths = {
        each.via.name: each.via
        for column in matched.columns
        for each in column.candidates
        if each.via is not None and each.table == table
    }
    return tuple(
        Join(table=path.table, on=((path.key, path.match),), name=name)
        for name, path in sorted(paths.items())
    )


def _values(
    work: Workspace, template: Template, table: str, found: Mapping[str, ColumnMatch]
) -> dict[str, Value]:
    chosen = {
        column.name: candidate
        for column in template.columns
        if (candidate := _candidate(found.get(column.name), table)) is not None
    }
    return {name: value_of(work, name, candidate) for name, candidate in chosen.items()}


def _candidate(matched: ColumnMatch | None, table: str) -> Candidate | None:
    if matched is None or matched.chosen is None:
        return None
    there = (each for each in (matched.chosen, *matched.also) if each.table == table)
    return next(there, None)


def _doubts(
    work: Workspace, template: Template, matched: SheetMatch, sheet: SheetRecipe
) -> list[tuple[str, Doubt]]:
    found: list[tuple[str, Doubt]] = []
    by_name = {each.column: each for each in matched.columns}
    rows = sum(work.profiles[table].rows for table in matched.tables)
    asked_of: set[tuple[str, ...]] = set()
    for column in template.columns:
        each = by_name.get(column.name)
        if each is not None and each.chosen is not None:
            if each.close and each.chosen.part in PIECES:
                source = (each.chosen.home, *each.chosen.sources)
                if source not in asked_of:
                    found.append((column.name, _ask_address(template, matched, each.chosen)))
                asked_of.add(source)
            elif each.close:
                offers = close_offers(work, each, matched, sheet)
                find = partial(find_source, work, matched.tables)
                found.append((column.name, ask_source(template, column, offers, find, rows)))
        elif column.required and rows:
            offers = stand_ins(work, column, matched.tables, sheet)
            find = partial(find_source, work, matched.tables)
            found.append((column.name, ask_required(template, column, offers, find, rows)))
    return found


def _ask_address(template: Template, matched: SheetMatch, candidate: Candidate) -> Doubt:
    """Whether one column's addresses are to be taken apart, asked once for all of their pieces."""
    of = [
        (each.column, each.chosen)
        for each in matched.columns
        if each.chosen is not None
        and each.chosen.part in PIECES
        and (each.chosen.home, each.chosen.sources) == (candidate.home, candidate.sources)
    ]
    whole: dict[str, Mapping[str, Value]] = {
        column: {candidate.table: FromColumn(column=candidate.sources[0])}
        if chosen.part == "street"
        else {}
        for column, chosen in of
    }
    return ask_address(template, candidate.sources[0], candidate.why, whole)
