"""Tables whose rows are of several kinds, as a column of theirs says: each kind becomes a table.

A system that exports companies and contacts into one file says in a column ("Record Type") what a
row is. Taken apart, each kind is profiled, matched and validated by its own rows alone: that a
company has no e-mail address says nothing about contacts. Every row is in exactly one part, or
among the rest, which is asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import duckdb
from sqlglot import exp

from vernctl.engine.compile.tables import Stored, sql
from vernctl.engine.database import count_of
from vernctl.engine.loaded import Loaded
from vernctl.engine.model import EngineError, EngineQuestion, Template, question_key
from vernctl.engine.names import name_of, units_of, words_of
from vernctl.engine.pairs import entity_score, entity_units, score_pairs
from vernctl.engine.profile import ColumnProfile, TableProfile
from vernctl.engine.questions.wording import clip, counted, label_key
from vernctl.engine.recipe.model import Split
from vernctl.engine.recipe.steps import Condition
from vernctl.engine.routing import LEAST, fit

#: How the columns are called that say what a row is.
_SAYS = frozenset(("type", "entity", "object", "module", "resource", "datensatztyp", "objekttyp"))
_BESIDE = frozenset(("record", "row", "entry", "name"))
#: All values of such a column must be known: the profile keeps as many.
_MOST_VALUES = 20
#: The part of the filled rows whose kind must be a template's.
_NAMED = 0.5
#: What one system calls a company, another calls an account.
_ALSO = {"account": "company", "company": "account", "individual": "contact"}
_THINGS = frozenset(
    ("company", "contact", "account", "deal", "product", "customer", "supplier", "invoice", "order",
     "employee", "user", "ticket", "task", "lead", "payment", "project")
)  # fmt: skip
LEFT_OUT = "Leave them out"

#: The profile of one part of a split.
ProfilePart = Callable[[Split, str], TableProfile]


class Splits(NamedTuple):
    """The tables that are taken apart; ``questions``: where rows of no known kind belong;
    ``sheet_of``: part → the template that its rows are of."""

    splits: tuple[Split, ...] = ()
    questions: tuple[EngineQuestion, ...] = ()
    sheet_of: Mapping[str, str] = {}


class _Kinds(NamedTuple):
    """A column that says what rows are: template → its values, and the values of none."""

    column: ColumnProfile
    named: dict[str, list[str]]
    unnamed: list[tuple[str, int]]
    rows: int


def find_splits(
    profiles: Sequence[TableProfile],
    templates: Sequence[Template],
    answers: Mapping[str, str],
    profile_part: ProfilePart,
) -> Splits:
    """The tables to take apart. ``answers`` settle where rows of no known kind belong."""
    splits: list[Split] = []
    questions: list[EngineQuestion] = []
    sheet_of: dict[str, str] = {}
    for table in profiles:
        kinds = _kinds_of(table, templates)
        if kinds is None:
            continue
        split, sheets = _split(table, kinds)
        parts = {part: profile_part(split, part) for part in split.parts}
        if not _fits(table, parts, sheets, templates):
            continue
        if kinds.unnamed:
            asked, labels = _ask(table, kinds, templates)
            questions.append(asked)
            split = _with_answer(split, sheets, kinds, answers.get(asked.key), labels)
        splits.append(split)
        sheet_of |= sheets
    return Splits(tuple(splits), tuple(questions), sheet_of)


def _kinds_of(table: TableProfile, templates: Sequence[Template]) -> _Kinds | None:
    """The column that says of most rows which template they are of; None where none does."""
    homes = {t.slug for t in templates if entity_score(table, t) == 1.0}
    best: _Kinds | None = None
    for column in table.columns:
        units = frozenset(name_of(column.name).units)
        if not units & _SAYS or not units <= _SAYS | _BESIDE or column.distinct > _MOST_VALUES:
            continue
        found = _Kinds(column, {}, [], 0)
        rows = 0
        for value, count in column.top:
            slug = _named(value, templates)
            if slug is None:
                found.unnamed.append((value, count))
            else:
                found.named.setdefault(slug, []).append(value)
                rows += count
        if blank := table.rows - column.filled:
            found.unnamed.append(("", blank))
        # In a file of notes, "Type: Contact" says what a note is about, and not what it is.
        about_others = bool(homes - found.named.keys())
        several = len(found.named) > 1 or (found.named and _are_kinds(units, found.unnamed))
        if not several or rows < _NAMED * table.rows or about_others:
            continue
        if best is None or rows > best.rows:
            best = found._replace(rows=rows)
    return best


def _are_kinds(called: frozenset[str], values: Sequence[tuple[str, int]]) -> bool:
    """Whether values that name no template name other things than it all the same: companies, in
    a "Record Type" of contacts. Of a mere "Type", the values are more often classes of one thing.
    """
    told = [frozenset(units_of(words_of(value))) for value, _ in values]
    named = called != {"type"} and bool(told)
    return named and all(units and units <= _THINGS for units in told)


def _named(value: str, templates: Sequence[Template]) -> str | None:
    """The one template that a value names, in the singular or plural, by a synonym or not."""
    units = frozenset(units_of(words_of(value)))
    also = frozenset(_ALSO.get(unit, unit) for unit in units)
    for wanted in (units, also):
        found = [
            t.slug for t in templates if wanted in (entity_units(t.slug), entity_units(t.name))
        ]
        if wanted and len(found) == 1:
            return found[0]
    return None


def _split(table: TableProfile, kinds: _Kinds) -> tuple[Split, dict[str, str]]:
    """The split, and the template of every part."""
    parts: dict[str, tuple[str, ...]] = {}
    sheets: dict[str, str] = {}
    for slug, values in sorted(kinds.named.items()):
        part = f"{table.table} ({kinds.column.name}: {min(values)})"
        parts[part], sheets[part] = tuple(sorted(values)), slug
    return Split(table=table.table, by=kinds.column.name, parts=parts), sheets


def _fits(
    table: TableProfile,
    parts: Mapping[str, TableProfile],
    sheets: Mapping[str, str],
    templates: Sequence[Template],
) -> bool:
    """Whether each kind of row looks like what it is said to be, and the whole like nothing else.

    Deals of contacts and companies may say in a column whose they are; they are deals all the same.
    """
    by_slug = {template.slug: template for template in templates}
    own = [
        fit(part, by_slug[sheets[called]], score_pairs(part, by_slug[sheets[called]], templates))
        for called, part in parts.items()
    ]
    others = [
        fit(table, template, score_pairs(table, template, templates))
        for template in templates
        if template.slug not in sheets.values()
    ]
    return min(own) > LEAST and max(others, default=0.0) <= max(own)


def _ask(
    table: TableProfile, kinds: _Kinds, templates: Sequence[Template]
) -> tuple[EngineQuestion, dict[str, str | None]]:
    """Where the rows belong whose kind is no template's; label → template."""
    rows = sum(count for _, count in kinds.unnamed)
    shown = ", ".join(
        f"{clip(value) if value else 'blank'} ({count:,})" for value, count in kinds.unnamed
    )
    labels: dict[str, str | None] = {t.name: t.slug for t in templates if t.slug in kinds.named}
    labels[LEFT_OUT] = None
    named = ", ".join(label for label in labels if label != LEFT_OUT)
    by = kinds.column.name
    asked = EngineQuestion(
        key=question_key("split", table.table, by, *sorted(value for value, _ in kinds.unnamed)),
        question=f'"{by}" of {table.table} says what a row is, and {counted(rows, "row")} '
        f"{'names' if rows == 1 else 'name'} no sheet. Where do they belong?",
        context=f"{table.table}: the other rows are of {named}, as {by} says; no sheet is {shown}.",
        options=tuple(labels),
    )
    return asked, labels


def _with_answer(
    split: Split,
    sheets: Mapping[str, str],
    kinds: _Kinds,
    answer: str | None,
    labels: Mapping[str, str | None],
) -> Split:
    """The split with the rows of no known kind where the answer puts them."""
    told = [slug for label, slug in labels.items() if label_key(label) == label_key(answer or "")]
    if not told or told[0] is None:
        return split
    part = next(part for part, slug in sheets.items() if slug == told[0])
    more = (value for value, _ in kinds.unnamed)
    return split.model_copy(
        update={"parts": {**split.parts, part: tuple(sorted({*split.parts[part], *more}))}}
    )


def take_apart(con: duckdb.DuckDBPyConnection, loaded: Loaded, splits: Sequence[Split]) -> Loaded:
    """The loaded tables with the parts of those that are split, and their rest, instead of them.

    Raises EngineError where a table, or the column that splits it, is not there.
    """
    for split in splits:
        if split.table not in loaded.stored:
            raise EngineError(f'The recipe splits "{split.table}", which the files do not hold.')
        parts = {part: Condition(column=split.by, test="equals", values=values)
                 for part, values in split.parts.items()}  # fmt: skip
        known = tuple(value for values in split.parts.values() for value in values)
        rest = Condition(column=split.by, test="equals", values=known, negated=True)
        loaded = _without(con, loaded, split, {**parts, rest_of(split): rest})
    return loaded


def rest_of(split: Split) -> str:
    """What the table of the rows that are in no part is called."""
    return f"{split.table} (other {split.by})"


def split_notes(loaded: Loaded, splits: Sequence[Split]) -> list[str]:
    """A remark for every table whose rows were told apart, and for those that are left out."""
    notes = []
    for split in splits:
        parts = "; ".join(
            f"{', '.join(value or 'blank' for value in values)}: "
            f"{counted(loaded.tables[part].row_count, 'row')}"
            for part, values in split.parts.items()
        )
        notes.append(f'{split.table}: "{split.by}" says what a row is. {parts}.')
        if rest := loaded.tables.get(rest_of(split)):
            rows = counted(rest.row_count, "row")
            notes.append(f"{split.table}: {rows} of another {split.by} left out of every sheet.")
    return notes


def part_of(con: duckdb.DuckDBPyConnection, loaded: Loaded, split: Split, part: str) -> Loaded:
    """One part of a table alone, to be looked at."""
    wanted = Condition(column=split.by, test="equals", values=split.parts[part])
    return _without(con, loaded, split, {part: wanted})


def _without(
    con: duckdb.DuckDBPyConnection, loaded: Loaded, split: Split, parts: Mapping[str, Condition]
) -> Loaded:
    whole, source = loaded.stored[split.table], loaded.tables[split.table]
    tables, stored, contents = dict(loaded.tables), dict(loaded.stored), dict(loaded.contents)
    for each in (tables, stored, contents):
        del each[split.table]
    for nth, (part, condition) in enumerate(parts.items()):
        view = f"{whole.table}_{nth}"
        test = condition.build(whole.column(split.by, "t"))
        rows = (
            exp.select("*", copy=False)
            .from_(exp.alias_(exp.to_table(whole.table), "t", table=True), copy=False)
            .where(test, copy=False)
        )
        con.execute(f"CREATE OR REPLACE VIEW {view} AS {sql(rows)}")
        count = count_of(con, f"SELECT count(*) FROM {view}")
        if not count and condition.negated:
            continue
        tables[part] = source.model_copy(update={"name": part, "row_count": count})
        stored[part] = Stored(view, whole.columns)
        contents[part] = f"{loaded.contents[split.table]} {condition.model_dump_json()}"
    return Loaded(tables, stored, contents)
