"""The stage of heals: what is certainly wrong in cells is mended before everything else."""

from __future__ import annotations

from collections.abc import Sequence

from vernctl.engine.author.decide import Decisions, place_of, reader_of
from vernctl.engine.author.effects import note_idle
from vernctl.engine.author.heals import healing
from vernctl.engine.compile.tables import Stored
from vernctl.engine.database import count_of
from vernctl.engine.heal.cells import heal_cells
from vernctl.engine.heal.numbers import heal_numbers, is_number_rule
from vernctl.engine.heal.phones import heal_phones, is_phone
from vernctl.engine.heal.rules import heal_by_rule, heal_letters, heal_nothing
from vernctl.engine.instruct.edits import Do, UseNumbers, UseOrder, UseRegion, of_kind
from vernctl.engine.model import Column, Template
from vernctl.engine.questions.numbers import ask_numbers
from vernctl.engine.questions.values import ask_date_order
from vernctl.engine.questions.wording import clip, counted
from vernctl.engine.recipe.dates import DateOp, Order
from vernctl.engine.recipe.model import Recipe, SheetRecipe
from vernctl.engine.recipe.numbers import Number
from vernctl.engine.recipe.steps import CellStep, DedupeStep, FillStep, Step
from vernctl.engine.workspace import Workspace


def heal_sheets(work: Workspace, recipe: Recipe, decisions: Decisions) -> Recipe:
    """Put the certain heals of cells before everything else, and the messages' steps after."""
    bare = recipe.model_copy(
        update={"sheets": tuple(s.model_copy(update={"steps": ()}) for s in recipe.sheets)}
    )
    made = work.runner.run(bare)
    for template, sheet in zip(work.templates, recipe.sheets, strict=True):
        stored = made[sheet.template]
        columns = [c for c in template.columns if any(c.name in i.values for i in sheet.inputs)]
        first = _equal_rows(work, template, sheet, stored, columns, decisions)
        healed = _heal_sheet(work, template, sheet, stored, columns, decisions)
        steps = (*first, *healed, *sheet.steps)
        recipe = recipe.with_sheet(sheet.model_copy(update={"steps": steps}))
    said: dict[str, Sequence[Step]] = {
        sheet.template: [edit.step for edit in of_kind(decisions.messages, Do, sheet.template)]
        for sheet in recipe.sheets
    }
    if not decisions.questions:
        note_idle(work, recipe, said, decisions)
    for sheet in recipe.sheets:
        recipe = recipe.with_sheet(sheet.with_steps(*said[sheet.template]))
    return recipe


def _equal_rows(
    work: Workspace,
    template: Template,
    sheet: SheetRecipe,
    stored: Stored,
    columns: Sequence[Column],
    decisions: Decisions,
) -> tuple[DedupeStep, ...]:
    """Equal rows are the same thing twice only where a unique column says so in each of them.

    Order lines, payments and log entries may well be equal: those stay, and a note says so.
    """
    doubled = count_of(work.con, f"SELECT count(*) - count(DISTINCT _hash) FROM {stored.table}")
    if not doubled:
        return ()
    unique = [stored.column(c.name, "s").sql("duckdb") for c in columns if c.unique]
    named = " OR ".join(f"trim({cell}) <> ''" for cell in unique) or "false"
    nameless = count_of(
        work.con,
        f"SELECT count(*) FROM (SELECT bool_and({named}) AS told FROM {stored.table} s "
        "GROUP BY _hash HAVING count(*) > 1) WHERE NOT told",
    )
    if not nameless:
        return (DedupeStep(dedupe=(), because="healed"),)
    files = ", ".join(item.table for item in sheet.inputs)
    decisions.notes.append(
        f"{template.name}: {counted(doubled, 'row')} of {files}, equal to an earlier one, kept: "
        "no unique column tells whether they are doubles."
    )
    return ()


def _heal_sheet(
    work: Workspace,
    template: Template,
    sheet: SheetRecipe,
    stored: Stored,
    columns: Sequence[Column],
    decisions: Decisions,
) -> list[CellStep]:
    steps = healing(
        decisions,
        template.slug,
        [
            *heal_letters(work.con, stored, columns),
            *heal_nothing(work.con, stored, columns),
            *_dated(work, template, sheet, stored, columns, decisions),
        ],
    )
    read = _said_numbers(decisions, sheet)
    for column in columns:
        before = [step for step in steps if column.name in step.columns]
        if any(isinstance(step.do, DateOp) for step in before) or column.name in read:
            continue
        if not is_number_rule(column):
            found = heal_by_rule(work.con, stored, column, before)
            steps += healing(decisions, template.slug, found)
        elif not decisions.leaves(template.slug, column.name, "numbers"):
            steps += _numbered(work, template, sheet, stored, column, decisions)
    return steps + _phoned(work, template, stored, columns, decisions)


def _phoned(
    work: Workspace,
    template: Template,
    stored: Stored,
    columns: Sequence[Column],
    decisions: Decisions,
) -> list[CellStep]:
    """Phone numbers of a certain country; a remark tells of those that no plan knows."""
    steps: list[CellStep] = []
    for column in filter(is_phone, columns):
        said = [
            edit.region
            for edit in of_kind(decisions.messages, UseRegion, template.slug)
            if edit.column == column.name
        ]
        found = heal_phones(work.con, stored, column, columns, said[-1] if said else None)
        steps += healing(decisions, template.slug, found.steps)
        if found.unknown:
            shown = ", ".join(f'"{clip(number)}"' for number in found.unknown[:3])
            what = counted(len(found.unknown), "number")
            decisions.notes.append(
                f"{template.name}: {what} of {column.name} known to no country: {shown}."
            )
    return steps


def _said_numbers(decisions: Decisions, sheet: SheetRecipe) -> frozenset[str]:
    """Columns whose numbers a message reads: it knows their notation, and reads them once."""
    return frozenset(
        column
        for edit in of_kind(decisions.messages, Do, sheet.template)
        if isinstance(edit.step, CellStep) and isinstance(edit.step.do, Number)
        for column in edit.step.columns
    ) | frozenset(
        edit.step.fill
        for edit in of_kind(decisions.messages, Do, sheet.template)
        if isinstance(edit.step, FillStep) and edit.step.always and not edit.step.where
    )


def _dated(
    work: Workspace,
    template: Template,
    sheet: SheetRecipe,
    stored: Stored,
    columns: Sequence[Column],
    decisions: Decisions,
) -> list[CellStep]:
    mapped = [column.name for column in columns]
    orders: dict[str, Order] = {}
    for edit in of_kind(decisions.messages, UseOrder, sheet.template):
        orders |= dict.fromkeys([edit.column] if edit.column else mapped, edit.order)
    healed = heal_cells(work.con, template, stored, mapped, orders)
    bases = of_kind(decisions.assumed, UseOrder, sheet.template)
    assumed = {use.column: use.order for use in bases}
    for doubt in healed.doubts:
        is_open = decisions.is_open(sheet.template, doubt.column)
        if is_open or decisions.leaves(sheet.template, doubt.column, "dates"):
            continue
        if (order := assumed.get(doubt.column)) is not None:
            orders[doubt.column] = order
            continue
        place = place_of(template, sheet, doubt.column)
        asked = ask_date_order(template, doubt, place, reader_of(decisions, template, doubt.column))
        settled = decisions.settle(sheet.template, doubt.column, asked)
        for use in of_kind(settled, UseOrder, sheet.template):
            orders[doubt.column] = use.order
    return [_in_order(step, orders.get(step.columns[0])) for step in healed.steps]


def _in_order(step: CellStep, order: Order | None) -> CellStep:
    if order is None or not isinstance(step.do, DateOp):
        return step
    return step.model_copy(update={"do": step.do.model_copy(update={"order": order})})


def _numbered(
    work: Workspace,
    template: Template,
    sheet: SheetRecipe,
    stored: Stored,
    column: Column,
    decisions: Decisions,
) -> list[CellStep]:
    said = [
        edit
        for edit in of_kind(decisions.messages, UseNumbers, sheet.template)
        if edit.column == column.name
    ]
    assumed = [
        edit
        for edit in of_kind(decisions.assumed, UseNumbers, sheet.template)
        if edit.column == column.name
    ]
    for _ in range(4):  # what a recipe says, then units, percents, decimal sign, each asked once
        healed = heal_numbers(work.con, stored, column, said)
        if healed.doubt is None or decisions.is_open(sheet.template, column.name):
            return list(healed.steps)
        if assumed:
            said, assumed = [*said, *assumed], []
            continue
        place = place_of(template, sheet, column.name)
        read = reader_of(decisions, template, column.name)
        asked = ask_numbers(template, healed.doubt, place, read)
        settled = decisions.settle(sheet.template, column.name, asked)
        said += of_kind(settled, UseNumbers, sheet.template)
    return list(heal_numbers(work.con, stored, column, said).steps)
