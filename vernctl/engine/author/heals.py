"""The heals of a sheet: named, taken back where a message says so, and counted at the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import duckdb
from sqlglot import exp

from vernctl.engine.author.decide import Decisions
from vernctl.engine.compile.changes import Change, compile_changes
from vernctl.engine.compile.inputs import DROP, INPUT, ROW
from vernctl.engine.compile.lookups import POSITION
from vernctl.engine.compile.tables import Catalogue, Stored, sql
from vernctl.engine.instruct.edits import HealKind, Leave
from vernctl.engine.model import Column, Heal, SheetPreview, Template
from vernctl.engine.questions.wording import clip, counted
from vernctl.engine.recipe.base import both, call, missing, name
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import HEALED, CellStep, MendStep, Step

#: The kind of heal that an operation is; those that change what a cell says are listed first.
_KINDS: dict[str, HealKind] = {
    "map": "spelling",
    "blank": "nothing",
    "unmangle": "letters",
    "number": "numbers",
    "date": "dates",
    "phone": "phones",
    "web_address": "web addresses",
    "domain": "web addresses",
    "upper": "case",
    "lower": "case",
    "collapse": "white space",
    "trim": "white space",
}
_RANKS = list(dict.fromkeys(_KINDS.values()))
#: Columns of a sheet whose heals a remark shows by example.
_SHOWN = 6

_S = TypeVar("_S", CellStep, MendStep)


def healing(decisions: Decisions, sheet: str, steps: Iterable[_S]) -> list[_S]:
    """The heals that no message takes back; ``decisions`` learns which were taken back."""
    kept: list[_S] = []
    for step in steps:
        if isinstance(step, MendStep):
            if not decisions.leaves(sheet, step.mend, kind_of(step)):
                kept.append(step)
            continue
        columns = tuple(
            column for column in step.columns if not decisions.leaves(sheet, column, kind_of(step))
        )
        if columns:
            kept.append(step.model_copy(update={"columns": columns}))
    return kept


def kind_of(step: CellStep | MendStep) -> HealKind:
    """What kind of heal a step is."""
    return "spelling" if isinstance(step, MendStep) else _KINDS[step.do.op]


def count_heals(
    con: duckdb.DuckDBPyConnection,
    template: Template,
    sheet: SheetRecipe,
    stored: Stored,
    catalogue: Catalogue,
) -> tuple[Heal, ...]:
    """Every heal of a finished sheet with the cells that it changed, those of values first.

    ``stored`` is the sheet's table, ``catalogue`` what it was made from.
    """
    healed = [i for i, step in enumerate(sheet.steps) if _is_heal(step)]
    if not healed:
        return ()
    query, changes = compile_changes(sheet, catalogue, frozenset(healed))
    found: dict[tuple[int, str, str], Heal] = {}
    for change, (cells, before, after) in zip(
        changes, _counted(con, query, changes, stored), strict=True
    ):
        step = sheet.steps[change.step]
        assert isinstance(step, CellStep | MendStep)  # asked for these alone
        column = template.column(change.column)
        if not cells or column is None:
            continue
        what = _what(step, column)
        key = (_RANKS.index(kind_of(step)), change.column, what)
        known = found.get(key)
        found[key] = (
            Heal(column=column.name, what=what, cells=cells, before=before, after=after)
            if known is None
            else known.model_copy(update={"cells": known.cells + cells})
        )
    order = {column.name: i for i, column in enumerate(template.columns)}
    ranked = sorted(found.items(), key=lambda pair: (pair[0][0], order[pair[0][1]]))
    return tuple(heal for _, heal in ranked)


def heal_notes(sheet: SheetPreview) -> list[str]:
    """What the thread says of a sheet's heals: each with its count, the first with an example."""
    told = []
    for i, heal in enumerate(sheet.heals):
        example = f': "{clip(heal.before)}" → "{clip(heal.after)}"' if i < _SHOWN else ""
        told.append(f"{heal.column} {counted(heal.cells, 'cell')} ({heal.what}{example})")
    return [f"{sheet.name}, healed: {'; '.join(told)}."] if told else []


def idle_leaves(decisions: Decisions) -> list[str]:
    """A remark for every message that takes back heals where there is none."""
    said: dict[str, bool] = {}
    for edit in decisions.messages:
        if isinstance(edit, Leave):
            said[edit.because] = said.get(edit.because, False) or edit in decisions.left
    return [
        f'Nothing was healed there, nothing changed: "{clip(text)}".'
        for text, any_left in said.items()
        if not any_left
    ]


def _is_heal(step: Step) -> bool:
    return isinstance(step, CellStep | MendStep) and step.because == HEALED


def _what(step: CellStep | MendStep, column: Column) -> str:
    """A heal in a few words, none of them a cell's."""
    if isinstance(step, MendStep):
        return step.describe()
    if step.do.op == "map":
        if column.one_of:
            return "spelled as allowed"
        return "written as its code" if column.strict else "misspelling, as other rows have it"
    plain = {
        "unmangle": "letters of a wrong encoding put right",
        "number": "plain number",
        "date": "date in ISO 8601",
    }
    return plain.get(step.do.op) or step.do.describe()


def _counted(
    con: duckdb.DuckDBPyConnection,
    query: exp.Query,
    changes: Iterable[Change],
    stored: Stored,
) -> list[tuple[int, str, str]]:
    """(cells, first before, first after) of every change, over the rows that stay."""
    wanted: list[exp.Expr] = []
    for change in changes:
        wanted.append(exp.Count(this=name(change.before, "t")))
        for column in (change.before, change.after):
            changed = exp.Not(this=exp.Paren(this=missing(name(change.before, "t"))))
            first = call("ARG_MIN", name(column, "t"), name(POSITION, "s"))
            wanted.append(exp.Filter(this=first, expression=exp.Where(this=changed)))
    same = both(
        *(exp.EQ(this=name(each, "t"), expression=name(each, "s")) for each in (INPUT, ROW))
    )
    table = exp.alias_(exp.to_table(stored.table), "s", table=True)
    counting = (
        exp.select(*wanted, copy=False)
        .from_(query.subquery("t", copy=False), copy=False)
        .join(table, on=same, copy=False)
        .where(missing(name(DROP, "s")), copy=False)
    )
    row = con.execute(sql(counting)).fetchone() or ()
    return [
        (int(row[i]), str(row[i + 1] or ""), str(row[i + 2] or "")) for i in range(0, len(row), 3)
    ]
