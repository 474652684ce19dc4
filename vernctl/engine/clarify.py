"""Clarify: questions of a person about a recipe, answered from the recipe and its counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import re2

from vernctl.engine.author.result import Authored
from vernctl.engine.instruct.vocabulary import stems
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import CellStep, FillStep, MendStep, Step, touches
from vernctl.engine.recipe.values import describe_value

_ROWS = re2.compile(
    r"(?i)\bhow many\b.*\b(?:rows?|records?|lines?)\b|\brow count|\bdropped|\blost\b"
)
_INVALID = re2.compile(r"(?i)\binvalid\b|\bflagged\b|\berrors?\b|\bproblems?\b")
_UNUSED = re2.compile(
    r"(?i)\b(?:un ?used|not used|did(?: not|n't|n’t) you (?:use|map|import)|left (?:over|out)|"
    r"ignored?)\b"
)
_STEPS = re2.compile(
    r"(?i)\b(?:steps?|rules?|do(?:ne)? (?:to|with)|did you (?:do|change)|chang(?:e|ed|es)|"
    r"clean(?:ed)?|happen(?:s|ed)?|transform)"
)
_CAN = (
    'I can say where a column comes from ("Which column did you map Email from?"), what was done '
    'to it ("What did you do to Phone?"), how many rows a sheet has and which were dropped, which '
    "cells are invalid, and which columns of the files are not used."
)


def clarify(authored: Authored, question: str) -> str:
    """Answer a question about the current recipe in plain sentences; else say what can be asked."""
    sheets = _sheets_named(authored, question)
    columns = _columns_named(sheets, question)
    if columns:
        return " ".join(_about(authored, sheet, column) for sheet, column in columns)
    answers: tuple[tuple[object, Callable[[], Iterable[str]]], ...] = (
        (_UNUSED, lambda: _unused(authored)),
        (_INVALID, lambda: (_invalid(authored, sheet) for sheet in sheets)),
        (_ROWS, lambda: (_rows(authored, sheet) for sheet in sheets)),
        (_STEPS, lambda: (_steps(sheet) for sheet in sheets)),
    )
    for pattern, answer in answers:
        if pattern.search(question):  # type: ignore[attr-defined]
            return " ".join(answer())
    return _CAN


def _sheets_named(authored: Authored, question: str) -> tuple[SheetRecipe, ...]:
    said = set(stems(question))
    named = [sheet for sheet in authored.recipe.sheets if set(stems(sheet.template)) <= said]
    return tuple(named) or authored.recipe.sheets


def _columns_named(sheets: Iterable[SheetRecipe], question: str) -> list[tuple[SheetRecipe, str]]:
    """The columns that a question names; a longer name goes before one that it contains."""
    words = f" {' '.join(stems(question))} "
    found = [
        (sheet, column, f" {' '.join(stems(column))} ")
        for sheet in sheets
        for column in sheet.columns
        if f" {' '.join(stems(column))} " in words
    ]
    names = {name for _, _, name in found}
    return [
        (sheet, column)
        for sheet, column, name in found
        if not any(name != other and name in other for other in names)
    ]


def _about(authored: Authored, sheet: SheetRecipe, column: str) -> str:
    origins = [
        f"{describe_value(item.values[column])} of {item.table}"
        for item in sheet.inputs
        if column in item.values
    ]
    if origins:
        text = f"{column} in {sheet.template} comes from {' and '.join(dict.fromkeys(origins))}"
    else:
        text = f"{column} in {sheet.template} comes from no column of the files"
    fills = [
        f"{facts.filled:,} of {facts.rows:,} cells filled"
        for table, source in sheet.sources_of(column)
        for facts in authored.sources
        if (facts.table, facts.column) == (table, source.column)
    ]
    if fills:
        text += f" ({', '.join(fills)})"
    done = [_done(step, column) for step in sheet.steps_of(column)]
    return f"{text}. Then: {'; '.join(done)}." if done else f"{text}, unchanged."


def _done(step: Step, column: str) -> str:
    because = f" ({step.because})" if step.because else ""
    return f"{step.describe()}{because}"


def _rows(authored: Authored, sheet: SheetRecipe) -> str:
    count = next((each for each in authored.counts if each.slug == sheet.template), None)
    if count is None:
        return f"{sheet.template} waits for an answer and has not been counted."
    text = f"{count.name} has {count.rows:,} of {count.rows_read:,} rows read"
    dropped = [f"{number:,} dropped as {reason}" for reason, number in count.dropped.items()]
    return f"{text}; {', '.join(dropped)}." if dropped else f"{text}; none were dropped."


def _invalid(authored: Authored, sheet: SheetRecipe) -> str:
    count = next((each for each in authored.counts if each.slug == sheet.template), None)
    preview = next((each for each in authored.sheets if each.slug == sheet.template), None)
    if count is None or preview is None:
        return f"{sheet.template} waits for an answer and has not been validated."
    reasons: dict[str, int] = {}
    for cell in preview.invalid:
        message = cell.message.split('"')[0].strip() if '"' in cell.message else cell.message
        key = f"{cell.column}: {message}"
        reasons[key] = reasons.get(key, 0) + 1
    listed = "; ".join(f"{key} ({number:,})" for key, number in sorted(reasons.items()))
    text = f"{count.name} has {count.invalid_rows:,} invalid rows of {count.rows:,}"
    return f"{text}: {listed} in the preview." if listed else f"{text}."


def _unused(authored: Authored) -> list[str]:
    used = {
        (table, source.column)
        for sheet in authored.recipe.sheets
        for column in sheet.all_columns
        for table, source in sheet.sources_of(column)
    }
    by_table: dict[str, list[str]] = {}
    for facts in authored.sources:
        if (facts.table, facts.column) not in used:
            by_table.setdefault(facts.table, []).append(f'"{facts.column}"')
    if not by_table:
        return ["Every column of the files is used."]
    return [f"Not used of {table}: {', '.join(names)}." for table, names in by_table.items()]


def _steps(sheet: SheetRecipe) -> str:
    lines = []
    for step in sheet.steps:
        where = ", ".join(step.columns) + ": " if isinstance(step, CellStep) else ""
        if isinstance(step, FillStep | MendStep):
            where = f"{touches(step)[0]}: "
        lines.append(f"{where}{_done(step, '')}")
    return f"{sheet.template}: {'; '.join(lines) or 'no steps'}."
