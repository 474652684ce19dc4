"""The stages of authoring, in order; each gives the recipe with what it decided."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from vernctl.engine.author.decide import Decisions, place_of, reader_of
from vernctl.engine.author.heals import healing
from vernctl.engine.author.joined import without_idle_joins
from vernctl.engine.author.mapping import Drafted
from vernctl.engine.compile.kept import kept
from vernctl.engine.compile.tables import Stored, sql
from vernctl.engine.database import count_of
from vernctl.engine.heal.dependents import Apart, heal_dependents
from vernctl.engine.heal.spelling import heal_allowed, heal_codes, heal_links
from vernctl.engine.instruct.edits import Do, Edit, of_kind, remap, settled_columns
from vernctl.engine.model import Column, Template
from vernctl.engine.questions.values import ask_doubles, ask_outside
from vernctl.engine.questions.wording import clip, counted
from vernctl.engine.recipe.base import filled, folded, labelled, number
from vernctl.engine.recipe.model import Recipe, SheetRecipe
from vernctl.engine.recipe.steps import FillStep, Step
from vernctl.engine.workspace import Workspace

_EXAMPLES = 3


def map_sheets(recipe: Recipe, drafts: Sequence[Drafted], decisions: Decisions) -> Recipe:
    """Settle where every column comes from; required columns that are constants get their step."""
    for draft in drafts:
        slug = draft.sheet.template
        said = settled_columns(decisions.messages, slug) | _filled_by(decisions.messages, slug)
        edits: list[Edit] = []
        for column, doubt in draft.doubts:
            if column not in said:
                edits += decisions.settle(slug, column, doubt)
        sheet = remap(draft.sheet, [*edits, *decisions.messages])
        inputs = tuple(without_idle_joins(item) for item in sheet.inputs)
        sheet = sheet.model_copy(update={"inputs": inputs})
        recipe = recipe.with_sheet(sheet.with_steps(*_steps(edits, slug)))
    return recipe


def _filled_by(edits: Sequence[Edit], sheet: str) -> frozenset[str]:
    steps = _steps(edits, sheet)
    return frozenset(step.fill for step in steps if isinstance(step, FillStep))


def _steps(edits: Sequence[Edit], sheet: str) -> tuple[Step, ...]:
    return tuple(edit.step for edit in of_kind(edits, Do, sheet))


def settle_values(work: Workspace, recipe: Recipe, decisions: Decisions) -> Recipe:
    """Settle allowed and linked values by spelling; ask for what stays outside an allowed set."""
    recipe = _settle_dependents(work, recipe, decisions)
    made = work.runner.run(recipe)
    for template in work.templates:
        sheet = recipe.sheet(template.slug)
        assert sheet is not None  # the recipe has a sheet per template
        steps: list[Step] = []
        for column in template.columns:
            stored = made[template.slug]
            is_open = decisions.is_open(template.slug, column.name)
            if column.one_of:
                left = decisions.leaves(template.slug, column.name, "spelling")
                if not is_open and not left:
                    steps += _allowed(work, template, column, sheet, stored, decisions)
            elif column.strict and not is_open:
                found = heal_codes(work.con, stored, column)
                steps += healing(decisions, template.slug, found)
            elif column.link:
                mends = heal_links(work.con, stored, column, made)
                steps += healing(decisions, template.slug, mends)
        recipe = recipe.with_sheet(sheet.with_steps(*steps))
    return recipe


def _settle_dependents(work: Workspace, recipe: Recipe, decisions: Decisions) -> Recipe:
    """Mend what the other rows give away, and note what stands apart from them."""
    made = work.runner.run(recipe)
    for template in work.templates:
        sheet = recipe.sheet(template.slug)
        assert sheet is not None  # the recipe has a sheet per template
        filled_in = [
            column
            for column in template.columns
            if any(column.name in item.values for item in sheet.inputs)
            and not decisions.is_open(template.slug, column.name)
        ]
        found = heal_dependents(work.con, made[template.slug], filled_in)
        steps = healing(decisions, template.slug, found.steps)
        recipe = recipe.with_sheet(sheet.with_steps(*steps))
        decisions.notes += _apart_notes(template, found.left)
    return recipe


def _apart_notes(template: Template, left: Sequence[Apart]) -> list[str]:
    """One remark per column: which of its values are unlike those of the rows they belong with."""
    notes = []
    for column in dict.fromkeys(each.column for each in left):
        found = [each for each in left if each.column == column]
        shown = ", ".join(
            f'"{clip(each.value)}" ("{clip(each.others)}" in the other rows of its {each.by})'
            for each in found[:_EXAMPLES]
        )
        cells = counted(sum(each.cells for each in found), "unlikely cell")
        notes.append(f"{template.name}: {cells} of {column} left as found: {shown}.")
    return notes


def _allowed(
    work: Workspace,
    template: Template,
    column: Column,
    sheet: SheetRecipe,
    stored: Stored,
    decisions: Decisions,
) -> list[Step]:
    spelling = heal_allowed(work.con, stored, column)
    steps: list[Step] = list(spelling.steps)
    if spelling.outside:
        place = place_of(template, sheet, column.name)
        read = reader_of(decisions, template, column.name)
        asked = ask_outside(template, column, spelling, place, read)
        steps += _steps(decisions.settle(template.slug, column.name, asked), template.slug)
    return steps


def settle_doubles(work: Workspace, recipe: Recipe, decisions: Decisions) -> Recipe:
    """Ask which rows to keep where a unique column holds a value twice."""
    unique = [(t, c) for t in work.templates for c in t.columns if c.unique]
    unique = [(t, c) for t, c in unique if not decisions.is_open(t.slug, c.name)]
    if not unique:
        return recipe
    made = work.runner.run(recipe)
    for template, column in unique:
        sheet = recipe.sheet(template.slug)
        assert sheet is not None  # the recipe has a sheet per template
        cells, groups, examples = _doubles(work, made[template.slug], column.name)
        if groups:
            place = place_of(template, sheet, column.name)
            read = reader_of(decisions, template, column.name)
            asked = ask_doubles(template, column, cells, groups, examples, place, read)
            edits = decisions.settle(template.slug, column.name, asked)
            recipe = recipe.with_sheet(sheet.with_steps(*_steps(edits, template.slug)))
    return recipe


def _doubles(work: Workspace, stored: Stored, column: str) -> tuple[int, int, str]:
    """(cells, groups, examples in words) of the values that stand more than once."""
    value = stored.column(column, "s")
    grouped = (
        kept(
            stored,
            "s",
            labelled(folded(value), "k"),
            labelled(exp.Count(this=exp.Star()), "n"),
            where=[filled(value)],
        )
        .group_by(folded(value), copy=False)
        .having(exp.GT(this=exp.Count(this=exp.Star()), expression=number(1)), copy=False)
    )
    table = "_doubles"
    create = exp.Create(this=exp.to_table(table), kind="TABLE", expression=grouped, replace=True)
    work.con.execute(sql(create))
    cells = count_of(work.con, f"SELECT coalesce(sum(n), 0) FROM {table}")
    groups = count_of(work.con, f"SELECT count(*) FROM {table}")
    top = work.con.execute(f"SELECT k, n FROM {table} ORDER BY n DESC, k LIMIT 3").fetchall()
    return cells, groups, ", ".join(f"{clip(str(key))} ({times:,})" for key, times in top)
