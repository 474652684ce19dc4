"""Instructions about where columns come from: another column, several together, a part of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import re2

from vernctl.engine.instruct.edits import Do, Edit, MapTo
from vernctl.engine.instruct.grammar import Context, Edits, Found, Rule
from vernctl.engine.instruct.vocabulary import Target
from vernctl.engine.recipe.steps import FillStep
from vernctl.engine.recipe.values import FirstOf, FromColumn, FromTarget, Joined, Part, Value


def _use(context: Context, found: Found) -> Edits | None:
    """``use Work E-mail for Email``."""
    edits = []
    for target in context.targets(found.get("columns")):
        values = _source_values(context, target, found["source"])
        if values:
            edits.append(MapTo(sheet=target.sheet, column=target.column, values=values))
    return tuple(edits) or None


def _source_values(context: Context, target: Target, piece: str) -> dict[str, Value]:
    tables = context.vocabulary.source(context.phrase.restore(piece), target.sheet)
    if tables:
        return {table: FromColumn(column=column) for table, column in tables.items()}
    named = context.vocabulary.columns(context.phrase.restore(piece))
    here = [each for each in named if each.sheet == target.sheet]
    return _started(context, here[0]) if len(here) == 1 else {}


def _started(context: Context, target: Target) -> dict[str, Value]:
    """What a target column starts from, per table."""
    sheet = context.vocabulary.recipe.sheet(target.sheet)
    return {
        item.table: item.values[target.column]
        for item in (sheet.inputs if sheet is not None else ())
        if target.column in item.values
    }


def _combine(context: Context, found: Found) -> Edits | None:
    target = context.target(found.get("columns"))
    if target is None:
        return None
    pieces = _pieces(found["sources"])
    separator = _separator(context, found.get("separator"))
    if len(pieces) < 2 or separator is None:
        return None
    values = _each(context, target, pieces)
    joined: dict[str, Value] = {
        table: Joined(join=tuple(parts), separator=separator) for table, parts in values.items()
    }
    if not joined:
        return _combine_here(context, target, pieces, separator)
    return (MapTo(sheet=target.sheet, column=target.column, values=joined),)


def _combine_here(
    context: Context, target: Target, pieces: Sequence[str], separator: str
) -> Edits | None:
    """Columns of the sheet together, as they are at this step."""
    parts = [context.target(piece) for piece in pieces]
    found = [part for part in parts if part is not None and part.sheet == target.sheet]
    if len(found) != len(pieces):
        return None
    value = Joined(
        join=tuple(FromTarget(target=part.column) for part in found), separator=separator
    )
    step = FillStep(fill=target.column, value=value, always=True, because=context.because)
    return (Do(sheet=target.sheet, step=step),)


def _pieces(text: str) -> list[str]:
    return [
        piece
        for piece in re2.split(r"(?i)\s*,\s*(?:and )?|\s+and\s+|\s+with\s+|\s*[+&]\s*", text)
        if piece
    ]


def _each(context: Context, target: Target, pieces: Sequence[str]) -> dict[str, list[Value]]:
    """Per table, the values of all pieces; only tables that have every one."""
    found = [_source_values(context, target, piece) for piece in pieces]
    tables = [table for table in found[0] if all(table in each for each in found)]
    return {table: [each[table] for each in found] for table in tables}


def _separator(context: Context, said: str | None) -> str | None:
    if not said:
        return " "
    names = {
        "space": " ", "a space": " ", "comma": ", ", "a comma": ", ", "commas": ", ", "dash": "-",
        "a dash": "-", "hyphen": "-", "a hyphen": "-", "slash": "/", "a slash": "/", "nothing": "",
        "no separator": "", "newline": "\n", "a newline": "\n", "semicolon": "; ",
        "a semicolon": "; ",
    }  # fmt: skip
    literal = context.phrase.literal(said)
    if literal != said.strip():
        return literal
    return names.get(literal.lower(), literal if not literal[:1].isalnum() else None)


def _first_filled(context: Context, found: Found) -> Edits | None:
    """``use Mobile for Phone, else Landline``."""
    target = context.target(found.get("columns"))
    if target is None:
        return None
    values = _each(context, target, [found["source"], *_pieces(found["other"])])
    first: dict[str, Value] = {
        table: FirstOf(first_of=tuple(parts)) for table, parts in values.items()
    }
    return (MapTo(sheet=target.sheet, column=target.column, values=first),) if first else None


def _split(context: Context, found: Found) -> Edits | None:
    """``split Full Name into First Name and Last Name``: the first word, and the rest."""
    left, right = context.target(found.get("left")), context.target(found.get("right"))
    if left is None or right is None or left.sheet != right.sheet:
        return None
    separator = _separator(context, found.get("separator")) if found.get("separator") else None
    source = _source_values(context, left, found["source"])
    if not source:
        return None
    edits: list[Edit] = []
    parts: tuple[tuple[Target, Literal["first", "rest", "last", "all_but_last"]], ...]
    parts = (
        ((left, "all_but_last"), (right, "last"))
        if found["last"]
        else ((left, "first"), (right, "rest"))
    )
    for target, part in parts:
        values: dict[str, Value] = {
            table: Part(part=part, of=value, separator=separator.strip() if separator else None)
            for table, value in source.items()
        }
        edits.append(MapTo(sheet=target.sheet, column=target.column, values=values))
    return tuple(edits)


_C = r"(?P<columns>.+?)"
_SEP = (
    r"(?: (?:with|by|using|separated by|joined by|joined with|at|on)(?: (?:a|the))? "
    r"(?P<separator>\S+(?: \S+)?)(?: (?:as separator|between(?: them)?|in between))?)?"
)
_COLUMN = r"(?:(?:the )?(?:source |file )?(?:column |field )?)?"

SOURCE_RULES = (
    Rule(
        (
            rf"(?:combine|join|concatenate|concat|merge|put together) {_COLUMN}(?P<sources>.+?) "
            rf"(?:into|to|as|for|in) (?:the )?(?:one )?{_C}{_SEP}",
            rf"(?:build|make|create|compose|fill) (?:the )?{_C} (?:from|out of|of|by combining) "
            rf"(?P<sources>.+? (?:and|&|\+) .+?){_SEP}",
            rf"{_C} (?:is|should be|=) (?P<sources>.+? (?:and|&|\+) .+?) (?:together|combined|"
            rf"joined){_SEP}",
        ),
        _combine,
    ),
    Rule(
        (
            rf"split {_COLUMN}(?P<source>.+?) (?:into|to) (?:the )?(?P<left>.+?) and (?:the "
            rf")?(?P<right>.+?) (?P<last>(?:at|on|by) the last (?:space|word|blank))",
            rf"split {_COLUMN}(?P<source>.+?) (?:into|to) (?:the )?(?P<left>.+?) and (?:the "
            rf")?(?P<right>.+?){_SEP}",
        ),
        _split,
    ),
    Rule(
        (
            rf"use {_COLUMN}(?P<source>.+?) (?:for|as) (?:the )?{_C}(?:,| and|;)? (?:else|"
            rf"otherwise|or else|falling back to|and fall back to|if (?:it is )?(?:empty|blank|"
            rf"missing),?(?: use)?) (?P<other>.+)",
        ),
        _first_filled,
    ),
    Rule(
        (
            rf"(?:use|take|map|import|put|read|assign|copy) {_COLUMN}(?P<source>.+?) (?:for|as|"
            rf"to|into|in|onto) (?:the )?(?:target )?(?:column )?{_C}",
            rf"(?:take|fill|get|read|map|load) (?:the )?{_C} from {_COLUMN}(?P<source>.+)",
            rf"{_C} (?:comes?|is taken|is|should come|should be taken|should be read) from "
            rf"{_COLUMN}(?P<source>.+)",
            rf"{_COLUMN}(?P<source>.+?) (?:is|are|goes (?:in)?to|belongs (?:in)?to|should go "
            rf"(?:in)?to|maps? to|is mapped to) (?:the )?{_C}",
        ),
        _use,
    ),
)  # fmt: skip
