"""Questions about numbers: the decimal sign, units that differ, what a percent sign means."""

from __future__ import annotations

from vernctl.engine.heal.numbers import NumberDoubt
from vernctl.engine.instruct.edits import Do, UseNumbers
from vernctl.engine.model import Template, question_key
from vernctl.engine.questions.doubt import Doubt, Edits, doubt
from vernctl.engine.questions.values import ReadText
from vernctl.engine.questions.wording import clip, counted
from vernctl.engine.recipe.numbers import Number
from vernctl.engine.recipe.steps import CellStep

_SHOWN = 6


def ask_numbers(template: Template, found: NumberDoubt, place: str, read: ReadText) -> Doubt:
    """What only a person can settle about the numbers of a column."""

    def use(**said: str) -> Edits:
        return (UseNumbers(sheet=template.slug, column=found.column, **said),)  # type: ignore[arg-type]

    cells = sum(found.cells.values())
    shown = ", ".join(
        f"{clip(word)} ({times:,})" for word, times in list(found.cells.items())[:_SHOWN]
    )
    if found.kind == "notation":
        question = f"Which decimal sign does {found.column} in {template.name} have?"
        context = (
            f"{counted(cells, 'value')} like {' and '.join(found.cells)} can be read both ways"
        )
        choices = {
            "Decimal point, as in 1,234.5": use(decimal="."),
            "Decimal comma, as in 1.234,5": use(decimal=","),
        }
    elif found.kind == "units":
        question = (
            f"{found.column} in {template.name} has numbers with different units. What with them?"
        )
        context = f"{shown} stand beside {counted(cells, 'number')}"
        choices = {
            "Remove the units and keep the numbers": use(beside="remove"),
            "Leave them as they are": use(beside="keep"),
        }
    else:
        question = f"What does the percent sign in {found.column} of {template.name} mean?"
        context = f"{shown} stand beside numbers"
        choices = {
            "5 % is written 5": use(percent="number"),
            "5 % is written 0.05": use(percent="share"),
            "Leave them as they are": use(beside="keep"),
        }

    def free(text: str) -> Edits | None:
        edits = read(text)
        return as_numbers(edits) if edits else None

    key = question_key(f"number_{found.kind}", template.slug, found.column)
    return doubt(key, question, f"{place}: {context}.", choices, free)


def as_numbers(edits: Edits) -> Edits | None:
    """Edits that say how numbers are written as such; None where they say anything else."""
    found: list[UseNumbers] = []
    for edit in edits:
        if isinstance(edit, UseNumbers):
            found.append(edit)
        elif isinstance(edit, Do) and isinstance(edit.step, CellStep):
            operation = edit.step.do
            if not isinstance(operation, Number) or operation.decimal == "any":
                return None
            found += [
                UseNumbers(sheet=edit.sheet, column=column, decimal=operation.decimal)
                for column in edit.step.columns
            ]
        else:
            return None
    return tuple(found)
