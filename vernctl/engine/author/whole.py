"""The one function of authoring. Pure: the same arguments give the same recipe, byte for byte.

Decisions are taken in this order, each on the data as the decisions before it left them: sources
of columns (match, answers, messages), certain heals of cells, the messages' steps, spelling of
allowed and linked values, doubles. What cannot be decided becomes a question; questions that do
not depend on one another are asked together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from vernctl.engine.author.base import start_from
from vernctl.engine.author.counts import count_sheet, drops_of
from vernctl.engine.author.decide import Decisions
from vernctl.engine.author.healing import heal_sheets
from vernctl.engine.author.heals import count_heals, idle_leaves
from vernctl.engine.author.joined import join_notes
from vernctl.engine.author.mapping import draft_sheet
from vernctl.engine.author.pieces import address_notes
from vernctl.engine.author.result import Authored, SourceFacts
from vernctl.engine.author.stages import map_sheets, settle_doubles, settle_values
from vernctl.engine.database import open_database
from vernctl.engine.findings import Findings
from vernctl.engine.instruct import read_messages, split_messages
from vernctl.engine.instruct.known import read_knowledge
from vernctl.engine.instruct.vocabulary import Vocabulary
from vernctl.engine.model import InputFile, Progress, Template, quiet
from vernctl.engine.preview import preview_sheet
from vernctl.engine.questions.doubt import Doubt
from vernctl.engine.recipe.model import Recipe
from vernctl.engine.splitting import split_notes
from vernctl.engine.validate import flag_cells
from vernctl.engine.watch import watched
from vernctl.engine.workspace import Workspace, open_workspace


def author(
    files: Sequence[InputFile],
    templates: Sequence[Template],
    *,
    knowledge: str = "",
    messages: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
    workdir: Path,
    progress: Progress = quiet,
    findings: Findings | None = None,
    base: Recipe | None = None,
) -> Authored:
    """Author a recipe for these files and templates.

    ``messages`` are instructions in order, each alone or a numbered list; ``answers`` maps the
    keys of questions to labels or free text. ``workdir`` holds what is too large for memory and
    may be removed afterwards. ``findings`` is what earlier calls found out about the same files; it
    changes how long this takes, and nothing else. ``base`` is a recipe to start from. Raises
    EngineError for what cannot be read.
    """
    with open_database(workdir) as con, watched(con, progress) as tell:
        findings = findings or Findings(workdir / "findings")
        work = open_workspace(con, files, templates, knowledge, findings, tell, answers or {})
        texts = [text for message in messages for text in split_messages(message)]
        return _author(work, texts, dict(answers or {}), knowledge, base or Recipe(), tell)


def _author(
    work: Workspace,
    messages: Sequence[str],
    answers: Mapping[str, str],
    knowledge: str,
    base: Recipe,
    progress: Progress,
) -> Authored:
    based = start_from(work, [draft_sheet(work, template) for template in work.templates], base)
    drafts = based.drafts
    recipe = Recipe(splits=work.splits.splits, sheets=tuple(draft.sheet for draft in drafts))
    vocabulary = Vocabulary(work, recipe)
    read = read_messages(vocabulary, messages, answers)
    known = read_knowledge(vocabulary, knowledge)
    decisions = Decisions(
        vocabulary, answers, (*based.edits, *known, *read.edits), assumed=based.assumed
    )
    decisions.notes += based.notes
    for question in work.splits.questions:  # an answer has been heeded where the rows were parted
        decisions.settle("", "", Doubt(question, dict.fromkeys(question.options, ())))
    recipe = map_sheets(recipe, drafts, decisions)
    progress("heal", "Healing what is certain.")
    recipe = heal_sheets(work, recipe, decisions)
    recipe = settle_values(work, recipe, decisions)
    recipe = settle_doubles(work, recipe, decisions)
    questions = (*decisions.questions, *read.questions)
    facts = _source_facts(work)
    asides = (
        *split_notes(work.loaded, work.splits.splits),
        *join_notes(work, recipe),
        *address_notes(work, recipe),
    )
    notes = (*read.notes, *decisions.notes, *asides)
    if questions:
        return Authored(recipe=recipe, questions=questions, sources=facts, notes=notes)
    progress("validate", "Validating every row.")
    notes = (*notes, *idle_leaves(decisions))
    return _with_sheets(work, recipe).model_copy(update={"sources": facts, "notes": notes})


def _with_sheets(work: Workspace, recipe: Recipe) -> Authored:
    made = work.runner.run(recipe)
    previews, counts = [], []
    for i, template in enumerate(work.templates):
        flag_cells(work.con, template, work.templates, made, f"flags_{i}")
        sheet, stored = recipe.sheets[i], made[template.slug]
        seen = work.runner.seen_by(template.slug)
        heals = count_heals(work.con, template, sheet, stored, seen)
        preview = preview_sheet(work.con, template, stored, f"flags_{i}")
        previews.append(preview.model_copy(update={"heals": heals}))
        drops = drops_of(work.con, stored)
        counts.append(count_sheet(work.con, template, sheet, drops, f"flags_{i}"))
    return Authored(recipe=recipe, sheets=tuple(previews), counts=tuple(counts))


def _source_facts(work: Workspace) -> tuple[SourceFacts, ...]:
    return tuple(
        SourceFacts(
            table=table,
            column=column.name,
            rows=profile.rows,
            filled=column.filled,
            distinct=column.distinct,
        )
        for table, profile in work.profiles.items()
        for column in profile.columns
    )
