"""Questions about cells: values outside an allowed set, date orders, doubles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vernctl.engine.heal.cells import DateDoubt
from vernctl.engine.heal.spelling import Spelling
from vernctl.engine.instruct.edits import Do, UseOrder
from vernctl.engine.model import Column, Template, question_key
from vernctl.engine.questions.doubt import Doubt, Edits, doubt
from vernctl.engine.questions.wording import clip, counted
from vernctl.engine.recipe.dates import ORDER_LABELS
from vernctl.engine.recipe.ops import MapValues
from vernctl.engine.recipe.steps import CellStep, Condition, DedupeStep, DropStep

#: Allowed values offered one by one; a longer list is free text.
_OFFERED = 12
_EXAMPLES = 6
_NEUTRAL = ("other", "unknown", "unspecified", "n/a", "none", "not set")

#: Reads free text as edits of one column; None: not understood.
ReadText = Callable[[str], Edits | None]


def ask_outside(
    template: Template, column: Column, spelling: Spelling, place: str, read: ReadText
) -> Doubt:
    """What to do with values that an allowed set does not hold."""
    outside = spelling.outside
    cells = sum(each.cells for each in outside)
    many = len(outside) != 1
    first = _default(column.one_of, spelling.valid)
    order = [first, *(value for value in column.one_of if value != first)]
    them = "them all" if many else "it"
    values = [each.value for each in outside]

    def mapped(target: str) -> Edits:
        mapping = MapValues(values=dict.fromkeys(values, target))
        return (_do(template, column, mapping),)

    choices: dict[str, Edits] = {
        f"Map {them} to '{value}'": mapped(value) for value in order[:_OFFERED]
    }
    choices[f"Leave {'them as they are' if many else 'it as it is'}"] = ()
    condition = Condition(column=column.name, test="equals", values=tuple(values))
    drop = DropStep(drop_rows=(condition,), because="answered")
    choices["Drop those rows"] = (Do(sheet=template.slug, step=drop),)
    examples = ", ".join(f"{clip(each.value)} ({each.cells:,})" for each in outside[:_EXAMPLES])
    more = f" and {len(outside) - _EXAMPLES:,} more" if len(outside) > _EXAMPLES else ""
    total = f"; {counted(cells, 'cell')} in all" if many else ""
    rest = ", …" if len(column.one_of) > _OFFERED else ""
    allowed = ", ".join(column.one_of[:_OFFERED]) + rest
    noun = (
        f"{len(outside):,} {column.name} values aren't one of the allowed options."
        if many
        else f"1 {column.name} value isn't one of the allowed options."
    )
    allowed_by_key = {value.casefold(): value for value in column.one_of}

    def free(text: str) -> Edits | None:
        named = allowed_by_key.get(text.strip(" '\"").casefold())
        return mapped(named) if named is not None else read(text)

    return doubt(
        question_key("one_of", template.slug, column.name),
        f"{noun} What should {'they' if many else 'it'} become?",
        f"{place}: {examples}{more}{total}. Allowed: {allowed}.",
        choices,
        free,
    )


def _default(allowed: Sequence[str], valid: Mapping[str, int]) -> str:
    """A value that says "something else" where there is one, else the commonest valid one."""
    neutral = [value for value in allowed if value.casefold() in _NEUTRAL]
    if neutral:
        return neutral[0]
    return max(allowed, key=lambda value: (valid.get(value, 0), -allowed.index(value)))


def _do(template: Template, column: Column, operation: MapValues) -> Do:
    step = CellStep(columns=(column.name,), do=operation, because="answered")
    return Do(sheet=template.slug, step=step)


def ask_date_order(template: Template, found: DateDoubt, place: str, read: ReadText) -> Doubt:
    """Which of day and month comes first, where the column's values do not tell."""
    facts = found.facts
    if facts.day_first:
        why = f"{facts.day_first:,} can only be day-month and {facts.month_first:,} only month-day"
        why = f"{why}; {facts.either:,} can be read both ways"
    else:
        why = f"{counted(facts.either, 'value')} can be read both ways, and none settles it"
    choices: dict[str, Edits] = {
        label: (UseOrder(sheet=template.slug, column=found.column, order=order),)
        for order, label in ORDER_LABELS.items()
    }
    return doubt(
        question_key("date_order", template.slug, found.column),
        f"Which date order does {found.column} in {template.name} have?",
        f"{place}: {why}.",
        choices,
        read,
    )


def ask_doubles(
    template: Template,
    column: Column,
    cells: int,
    groups: int,
    examples: str,
    place: str,
    read: ReadText,
) -> Doubt:
    """Which of the rows with the same value of a unique column are kept."""

    def keep(which: DedupeStep) -> Edits:
        return (Do(sheet=template.slug, step=which),)

    names = (column.name,)
    extra = counted(cells - groups, "row")
    # Labels hold no counts: a rule that answers with one must fit the next file too.
    choices: dict[str, Edits] = {
        "Keep the first of each": keep(DedupeStep(dedupe=names, keep="first", because="answered")),
        "Keep the most complete of each": keep(
            DedupeStep(dedupe=names, keep="fullest", because="answered")
        ),
        "Keep all of them": (),
    }
    return doubt(
        question_key("doubles", template.slug, column.name),
        f"{counted(cells, 'row')} of {template.name} share a value of {column.name}, "
        "which must be unique. Which should be kept?",
        f"{place}: {counted(groups, 'value')} stand more than once, such as {examples}. "
        f"Keeping one of each drops {extra}; keeping all leaves {counted(cells, 'invalid row')}.",
        choices,
        read,
    )
