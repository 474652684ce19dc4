"""Questions about where a column comes from: two columns could be it, or none is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import re2

from vernctl.engine.instruct.edits import Do, MapTo
from vernctl.engine.model import Column, Template, question_key
from vernctl.engine.questions.doubt import Doubt, Edits, doubt
from vernctl.engine.questions.wording import clip, counted
from vernctl.engine.recipe.steps import FillStep
from vernctl.engine.recipe.values import Constant, Value

_OFFERED = 12
_MOST_COLUMNS = 6
#: What stands in a required column when nothing better is known.
_PLACEHOLDERS = ("Unknown", "N/A", "unknown", "0")
_NONE = frozenset(("none", "neither", "none of them", "neither of them", "leave it empty", "empty"))


class Offer(NamedTuple):
    """A source that a column could come from: its label, its value per table, a word about it."""

    label: str
    values: Mapping[str, Value]
    about: str


def ask_source(
    template: Template,
    column: Column,
    offers: Sequence[Offer],
    find: Callable[[str], Mapping[str, Value] | None],
    rows: int,
) -> Doubt:
    """Which of several columns is this one, or whether the only one is it.

    ``find`` finds a source that is named in free text.
    """

    def use(values: Mapping[str, Value]) -> Edits:
        return (MapTo(sheet=template.slug, column=column.name, values=values),)

    offers = offers[:_MOST_COLUMNS]
    choices = {offer.label: use(offer.values) for offer in offers}
    if len(offers) == 1:
        question = f'Is "{offers[0].label}" the column {column.name}?'
        left = (
            f"; {counted(rows, 'row')} {'is' if rows == 1 else 'are'} invalid without it"
            if column.required
            else ""
        )
        choices[f"Leave {column.name} empty"] = use({})
    else:
        number = {2: "two", 3: "three"}.get(len(offers), str(len(offers)))
        question, left = f"Which of {number} columns is {column.name}?", ""

    def free(text: str) -> Edits | None:
        if text.strip().casefold() in _NONE:
            return use({})
        values = find(text)
        return use(values) if values is not None else None

    about = " and ".join(offer.about for offer in offers)
    return doubt(
        question_key("source", template.slug, column.name, *sorted(o.label for o in offers)),
        question,
        f"Sheet {template.name}: {about}{left}.",
        choices,
        free,
    )


def ask_address(
    template: Template, source: str, why: str, whole: Mapping[str, Mapping[str, Value]]
) -> Doubt:
    """Whether the addresses of a column are taken apart; ``whole``: what the columns of their
    pieces hold, per table, where they are not."""
    stay = tuple(
        MapTo(sheet=template.slug, column=column, values=values) for column, values in whole.items()
    )
    return doubt(
        question_key("address", template.slug, source),
        f'Should the addresses in "{source}" be taken apart?',
        f"Sheet {template.name}: {why}; the others would stay whole in the street. "
        f"Columns for their pieces are {', '.join(whole)}.",
        {"Take them apart": (), "Leave them whole": stay},
    )


def ask_required(
    template: Template,
    column: Column,
    offers: Sequence[Offer],
    find: Callable[[str], Mapping[str, Value] | None],
    rows: int,
) -> Doubt:
    """What a required column is to hold when no column of the files is it.

    ``find`` finds a source that is named in free text; a text in quotes is always a value.
    """

    def constant(value: str) -> Edits:
        step = FillStep(
            fill=column.name, value=Constant(constant=value), always=True, because="answered"
        )
        return (Do(sheet=template.slug, step=step),)

    choices: dict[str, Edits] = {}
    for offer in offers[:_MOST_COLUMNS]:
        edit = MapTo(sheet=template.slug, column=column.name, values=offer.values)
        choices[f"Use {offer.label}"] = (edit,)
    if not column.unique and not column.link:
        fitting = [value for value in _PLACEHOLDERS if satisfies(column, value)][:1]
        for value in column.one_of[:_OFFERED] or fitting:
            choices[f"Fill it with '{value}'"] = constant(value)
    choices["Leave it empty"] = ()

    def free(text: str) -> Edits | None:
        value = text.strip().strip("'\"")
        if value == text.strip():
            bare = re2.sub(r"(?i)^use (?:the )?", "", value)
            values = find(value) or find(bare) or find(re2.sub(r"(?i)^column ", "", bare))
            if values is not None:
                return (MapTo(sheet=template.slug, column=column.name, values=values),)
        return constant(value) if value and satisfies(column, value) else None

    about = f" {column.name}: {clip(column.description)}" if column.description else ""
    return doubt(
        question_key("required", template.slug, column.name),
        f"{column.name} is required in {template.name}, and no column of the files is it. "
        "What should it hold?",
        f"Sheet {template.name}: {counted(rows, 'row')}, invalid where it is left empty.{about}",
        choices,
        free,
    )


def satisfies(column: Column, value: str) -> bool:
    """Whether a value keeps the rules of a column that one value alone can break."""
    if column.one_of and value not in column.one_of:
        return False
    return column.strict is None or bool(re2.search(column.strict, value))
