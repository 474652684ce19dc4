"""What messages change: an instruction that no cell needed is said to be one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from vernctl.engine.author.decide import Decisions
from vernctl.engine.compile.kept import kept
from vernctl.engine.compile.tables import Stored, sql
from vernctl.engine.database import count_of
from vernctl.engine.instruct.known import KNOWN
from vernctl.engine.questions.wording import clip
from vernctl.engine.recipe.model import Recipe
from vernctl.engine.recipe.steps import CellStep, Step, touches
from vernctl.engine.workspace import Workspace


def note_idle(
    work: Workspace, recipe: Recipe, later: dict[str, Sequence[Step]], decisions: Decisions
) -> None:
    """Note the messages whose every edit is of cells, and changes none of them.

    ``recipe`` is what stands before the messages' steps, ``later`` are those per sheet. An edit of
    cells that an earlier one has changed is not looked at: its message is taken to matter.
    """
    edits: dict[str, list[bool]] = {}
    if not any(isinstance(step, CellStep) for steps in later.values() for step in steps):
        return
    made = work.runner.run(recipe)
    for slug, steps in later.items():
        touched: set[str] = set()
        for step in steps:
            idle = (
                isinstance(step, CellStep)
                and not touched & set(step.columns)
                and not _changes(work, made[slug], step)
            )
            edits.setdefault(step.because, []).append(idle)
            touched |= set(touches(step))
    for text, each in edits.items():
        if text != KNOWN and all(each):
            decisions.notes.append(f'No cell needed this, nothing changed: "{clip(text)}".')


def _changes(work: Workspace, stored: Stored, step: CellStep) -> int:
    cells = [stored.column(column, "s") for column in step.columns]
    changed = exp.or_(
        *(exp.NEQ(this=exp.Paren(this=step.build(cell)), expression=cell.copy()) for cell in cells)
    )
    query = kept(stored, "s", exp.Count(this=exp.Star()), where=[changed])
    return count_of(work.con, sql(query))
