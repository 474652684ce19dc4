"""Starting from a recipe that stands: what it decided is decided, the rest is authored as ever.

A recipe was made for one customer's files, and the next one's are like them, not the same. So it
says where columns come from wherever those source columns are there, and what messages and answers
made of it; what follows from the data (what is healed) is found in the data anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from vernctl.engine.author.mapping import Drafted
from vernctl.engine.instruct.edits import Do, Edit, Help, MapTo, UseNumbers, UseOrder
from vernctl.engine.instruct.known import KNOWN
from vernctl.engine.model import Template
from vernctl.engine.recipe.dates import DateOp
from vernctl.engine.recipe.model import Input, Join, Recipe, SheetRecipe
from vernctl.engine.recipe.numbers import Number
from vernctl.engine.recipe.steps import (
    HEALED,
    CellStep,
    DedupeStep,
    DropStep,
    FillStep,
    Step,
    touches,
)
from vernctl.engine.recipe.values import FromTarget, Lookup, Value, source_columns
from vernctl.engine.workspace import Workspace

#: A table stands for one of the recipe's if it has this share of the columns that are read of it,
_LIKE = 0.6
#: and this share where neither its name nor its match says that it is meant.
_SURELY_LIKE = 0.9
_NAMED = 5
_STARTED = "Started from the recipe of the source; what is not noted below is as it says."


class Based(NamedTuple):
    """``drafts`` with the recipe's tables, its decisions as ``edits``, and what it would answer.

    ``assumed`` settles what the data leaves open (a date order), and never goes against them.
    """

    drafts: list[Drafted]
    edits: tuple[Edit, ...] = ()
    assumed: tuple[UseOrder | UseNumbers, ...] = ()
    notes: tuple[str, ...] = ()


def start_from(work: Workspace, drafts: Sequence[Drafted], base: Recipe) -> Based:
    """Lay a recipe under the drafts of these files."""
    found = [
        Based([draft]) if old is None else _sheet(work, template, draft, old)
        for template, draft in zip(work.templates, drafts, strict=True)
        for old in [base.sheet(template.slug)]
    ]
    return Based(
        [draft for each in found for draft in each.drafts],
        tuple(edit for each in found for edit in each.edits),
        tuple(edit for each in found for edit in each.assumed),
        (*([_STARTED] if base.sheets else []), *(note for each in found for note in each.notes)),
    )


def _sheet(work: Workspace, template: Template, draft: Drafted, old: SheetRecipe) -> Based:
    meant = _tables(work, draft.sheet, old)
    if old.inputs and not meant:
        wanted = ", ".join(item.table for item in old.inputs)
        note = (
            f"{template.name}: no table has the columns that the recipe reads of {wanted};"
            " matched afresh."
        )
        return Based([draft], notes=(note,))
    known = _Known(
        template,
        draft.sheet,
        old,
        meant,
        {
            (table, called): _columns(work, other)
            for table, item in meant.items()
            for called, other in [("", table), *((each.called, each.table) for each in item.joins)]
        },
        {each.slug: frozenset(column.name for column in each.columns) for each in work.templates},
    )
    edits = {column: known.edit(column) for column in old.all_columns}
    notes = tuple(
        f"{template.name}: what the recipe reads for {column} is not there ({lacking});"
        " matched afresh."
        for column, edit in edits.items()
        if edit is None and template.column(column) and (lacking := known.lacking(column))
    )
    said = [Do(sheet=template.slug, step=step) for step in known.steps()]
    new = draft.sheet.model_copy(update={"inputs": known.inputs()})
    made = (*(edit for edit in edits.values() if edit is not None), *said)
    return Based([draft._replace(sheet=new)], made, tuple(known.assumed()), notes)


def _tables(work: Workspace, draft: SheetRecipe, old: SheetRecipe) -> dict[str, Input]:
    """Table → the recipe's input that it stands for, with the joins that can be made here."""
    found: dict[str, Input] = {}
    matched = [item.table for item in draft.inputs]
    named = {item.table for item in old.inputs}
    for item in old.inputs:
        wanted = {
            leaf.column
            for value in item.values.values()
            for leaf in source_columns(value)
            if leaf.table is None
        } | {key for join in item.joins for key, _ in join.on}
        shares = {
            table: len(wanted & _columns(work, table)) / max(1, len(wanted))
            for table in work.profiles
            if table not in found and (table == item.table or table not in named)
        }
        if shares.get(item.table, 0.0) >= _LIKE:
            meant = [item.table]
        elif not (meant := [table for table in matched if shares.get(table, 0.0) >= _LIKE]):
            best = max(shares, key=lambda table: (shares[table], table), default=None)
            meant = [best] if best is not None and shares[best] >= _SURELY_LIKE else []
        for table in meant:
            found[table] = item.model_copy(update={"joins": tuple(_joins(work, table, item))})
    return found


def _joins(work: Workspace, table: str, item: Input) -> Iterator[Join]:
    """The recipe's joins, each with the table here that has what is read of it."""
    for join in item.joins:
        wanted = {match for _, match in join.on} | {
            leaf.column
            for value in item.values.values()
            for leaf in source_columns(value)
            if leaf.table == join.called
        }
        like = [each for each in work.profiles if each != table and wanted <= _columns(work, each)]
        other = join.table if join.table in like else min(like, default=None)
        if other is not None and {key for key, _ in join.on} <= _columns(work, table):
            yield Join(table=other, on=join.on, name=join.called)


def _columns(work: Workspace, table: str) -> frozenset[str]:
    return frozenset(column.name for column in work.profiles[table].columns)


class _Known(NamedTuple):
    """What a recipe's sheet decides, for the tables that stand for its own (``meant``).

    ``columns_of`` has the source columns by (table, what its join is called; '' for itself),
    ``templates`` the columns of every sheet.
    """

    template: Template
    draft: SheetRecipe
    old: SheetRecipe
    meant: Mapping[str, Input]
    columns_of: Mapping[tuple[str, str], frozenset[str]]
    templates: Mapping[str, frozenset[str]]

    def inputs(self) -> tuple[Input, ...]:
        """The draft's inputs and the recipe's, with the joins of both."""
        drafted = {item.table: item for item in self.draft.inputs}
        made = []
        for table in dict.fromkeys((*drafted, *self.meant)):
            item = drafted.get(table, Input(table=table))
            joins = {join.called: join for join in item.joins}
            joins |= {join.called: join for join in self._joins(table)}
            made.append(item.model_copy(update={"joins": tuple(joins.values())}))
        return tuple(made)

    def edit(self, column: str) -> MapTo | Help | None:
        """Where the column comes from; None where the recipe cannot say it of these files."""
        slug = self.template.slug
        target = self.template.column(column)
        if target is None and column not in self.old.helpers:
            return None
        values = {
            table: value
            for table, item in self.meant.items()
            if (value := item.values.get(column)) is not None and self._can_read(table, value)
        }
        reads = any(column in item.values for item in self.meant.values())
        if not values and (reads or (target is not None and target.required)):
            return None
        for item in self.draft.inputs:
            if item.table not in self.meant and column in item.values:
                values[item.table] = item.values[column]
        if target is None:
            return Help(sheet=slug, helper=column, values=values)
        return MapTo(sheet=slug, column=column, values=values)

    def lacking(self, column: str) -> str:
        """The source columns that the recipe reads for a column and that are not there, named."""
        names = {
            f'"{leaf.column}"'
            for table, item in self.meant.items()
            if column in item.values
            for leaf in source_columns(item.values[column])
            if leaf.column not in self.columns_of.get((table, leaf.table or ""), frozenset())
        }
        return ", ".join(sorted(names)[:_NAMED])

    def _joins(self, table: str) -> tuple[Join, ...]:
        item = self.meant.get(table)
        return () if item is None else item.joins

    def _can_read(self, table: str, value: Value) -> bool:
        return self.reads_sheet(value) and all(
            leaf.column in self.columns_of.get((table, leaf.table or ""), frozenset())
            for leaf in source_columns(value)
        )

    def reads_sheet(self, value: Value) -> bool:
        """Whether the columns of sheets that a value reads are there."""
        here = {*(column.name for column in self.template.columns), *self.old.helpers}
        for leaf in value.leaves():
            if isinstance(leaf, FromTarget) and leaf.target not in here:
                return False
            if isinstance(leaf, Lookup):
                wanted = self.templates.get(leaf.sheet, frozenset())
                if not {leaf.take, leaf.match} <= wanted or leaf.by not in here:
                    return False
        return True

    def steps(self) -> Iterator[Step]:
        """What messages and answers made, as far as its columns are there still.

        Heals, and what knowledge says, are left: they are found in these files anew.
        """
        here = {*(column.name for column in self.template.columns), *self.old.helpers}
        for step in self.old.steps:
            if step.because in (HEALED, KNOWN, ""):
                continue
            if isinstance(step, CellStep):
                columns = tuple(name for name in step.columns if name in here)
                if columns:
                    yield step.model_copy(update={"columns": columns})
            elif {*touches(step), *_tested(step)} <= here and (
                not isinstance(step, FillStep) or self.reads_sheet(step.value)
            ):
                yield step

    def assumed(self) -> Iterator[UseOrder | UseNumbers]:
        """How the recipe reads dates and numbers, for columns whose own values leave it open."""
        sheet = self.template.slug
        steps = [step for step in self.old.steps if isinstance(step, CellStep)]
        for do, column in ((step.do, column) for step in steps for column in step.columns):
            if isinstance(do, DateOp):
                yield UseOrder(sheet=sheet, column=column, order=do.order)
            elif isinstance(do, Number):
                yield UseNumbers(
                    sheet=sheet,
                    column=column,
                    decimal=None if do.decimal == "any" else do.decimal,
                    beside="remove" if do.beside else None,
                    percent="share" if do.percent else None,
                )


def _tested(step: Step) -> Iterator[str]:
    """The columns that a step tests, beside those that it changes."""
    if isinstance(step, DropStep):
        yield from (condition.column for condition in step.drop_rows)
    elif isinstance(step, FillStep):
        yield from (condition.column for condition in step.where)
    elif isinstance(step, DedupeStep):
        yield from step.dedupe
