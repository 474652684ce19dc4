"""Instructions about blanks and constants: cells filled or set, columns left empty."""

from __future__ import annotations

from collections.abc import Sequence

import re2

from vernctl.engine.instruct.edits import Do, Edit, Help, MapTo
from vernctl.engine.instruct.grammar import Context, Edits, Found, Rule
from vernctl.engine.instruct.rows import read_conditions
from vernctl.engine.instruct.vocabulary import Target
from vernctl.engine.model import Column
from vernctl.engine.recipe.ops import Domain, Prefix
from vernctl.engine.recipe.steps import Condition, FillStep
from vernctl.engine.recipe.values import Changed, Constant, FromColumn, FromTarget, Lookup, Value

#: Words that make of an unquoted text something else than a constant.
_NO_CONSTANT = re2.compile(
    r"(?i)\b(?:where|when|if|unless|whose|except|because|but|today|tomorrow|yesterday|now|current|"
    r"previous|next|random|average|corresponding|respective|same|first|last|depending|based)\b|"
    r"'s |’s "
)


def meant(value: str) -> str:
    """The value that someone means: ``blank`` means an empty cell."""
    return "" if value.lower() in ("blank", "empty", "nothing", "an empty cell") else value


def _fill(context: Context, found: Found) -> Edits | None:
    targets = context.distinct(found.get("columns"))
    edits: list[Edit] = []
    for target in targets:
        value = value_named(context, target, found["value"])
        if value is None:
            return None
        edits += fill_step(context, target, value, always=False)
    return tuple(edits) or None


def _set(context: Context, found: Found) -> Edits | None:
    target = context.target(found.get("columns"))
    if target is None:
        return None
    value = value_named(context, target, found["value"])
    if value is None:
        return None
    where: list[Condition] = []
    if found.get("condition"):
        read = read_conditions(context, found["condition"], target.sheet)
        if read is None:
            return None
        where = read[1]
    return tuple(fill_step(context, target, value, always=True, where=where))


def fill_step(
    context: Context,
    target: Target,
    value: Value,
    *,
    always: bool,
    where: Sequence[Condition] = (),
) -> list[Edit]:
    """The step that fills, and the helper column that it reads where the value is a source's."""
    edits: list[Edit] = []
    if isinstance(inner := value.changed if isinstance(value, Changed) else value, FromColumn):
        name = f"source: {inner.column}"
        tables = context.vocabulary.source(inner.column, target.sheet)
        values: dict[str, Value] = {t: FromColumn(column=c) for t, c in tables.items()}
        edits.append(Help(sheet=target.sheet, helper=name, values=values))
        read: Value = FromTarget(target=name)
        value = value.model_copy(update={"changed": read}) if isinstance(value, Changed) else read
    step = FillStep(
        fill=target.column,
        value=value,
        always=always,
        where=tuple(where),
        because=context.because,
    )
    return [*edits, Do(sheet=target.sheet, step=step)]


def value_named(context: Context, target: Target, piece: str) -> Value | None:
    """What a phrase offers as a value for a column: a column, a looked-up one, or a constant."""
    piece = re2.sub(r"(?i)[ ,]+(?:instead|then)$", "", piece.strip())
    text = context.phrase.restore(piece)
    quoted = text != piece
    if quoted and _names_column(context, target, text):
        found = _column_value(context, target, text)
        if found is not None:
            return _fitting(context, target, found)
    if not quoted:
        bare = re2.sub(
            r"(?i)^(?:the |its |their )?(?:values? )?(?:of |from |in )?(?:the )?(?:column )?",
            "",
            text,
        )
        found = _column_value(context, target, text) or _column_value(context, target, bare)
        if found is not None:
            return _fitting(context, target, found)
    if meant(text) == "" and not quoted:
        return Constant(constant="")
    if not quoted and _NO_CONSTANT.search(text):
        return None
    article = re2.search(r"(?i)^(?:the|its|their|our|a|an) ", text)
    definition = context.vocabulary.column(target)
    if article and not quoted and text.casefold() not in map(str.casefold, definition.one_of):
        return None  # "the something" names a thing that is not there, not a constant
    value = _spelled_as_allowed(definition.one_of, text)
    if (definition.one_of and value not in definition.one_of) or not _matches(definition, value):
        context.hints.append(f'"{value}" breaks the rule of {target.column}')
        return None
    return Constant(constant=value)


def _matches(column: Column, value: str) -> bool:
    return column.strict is None or bool(re2.search(column.strict, value))


def _names_column(context: Context, target: Target, text: str) -> bool:
    """Whether a quoted text is, letter by letter, a column of the sheet or of its files."""
    sheet = context.vocabulary.recipe.sheet(target.sheet)
    tables = context.vocabulary.work.loaded.tables
    inputs = sheet.inputs if sheet is not None else ()
    named = {column for item in inputs for column in tables[item.table].columns}
    named |= {column.name for column in context.vocabulary.work.template(target.sheet).columns}
    return text.casefold() in {column.casefold() for column in named}


def _spelled_as_allowed(allowed: tuple[str, ...], text: str) -> str:
    return next((value for value in allowed if value.casefold() == text.casefold()), text)


def _column_value(context: Context, target: Target, phrase: str) -> Value | None:
    vocabulary = context.vocabulary
    named = vocabulary.columns(phrase)
    here = [t for t in named if t.sheet == target.sheet and t.column != target.column]
    if len(here) == 1:
        return FromTarget(target=here[0].column)
    sources = vocabulary.source(phrase, target.sheet)
    if sources:
        return FromColumn(column=next(iter(sources.values())))
    return _looked_up(context, target, phrase, [t for t in named if t.sheet != target.sheet])


def _looked_up(context: Context, target: Target, phrase: str, named: list[Target]) -> Lookup | None:
    """``the company domain``: a column of the sheet that this one links to."""
    for column in context.vocabulary.work.template(target.sheet).columns:
        for link in column.link:
            other = [t for t in named if t.sheet == link.template]
            other = other or _linked_columns(context, link.template, column.name, phrase)
            if len(other) == 1 and link.template != target.sheet:
                return Lookup(
                    sheet=link.template, take=other[0].column, match=link.column, by=column.name
                )
    return None


def _linked_columns(context: Context, sheet: str, by: str, phrase: str) -> list[Target]:
    """``company domain`` where Company links to a sheet with a Domain (or Website)."""
    words = phrase.lower().removeprefix("the ").replace("'s", "").replace("’s", "").split()
    template = context.vocabulary.work.template(sheet)
    owner = {
        by.lower().split()[0],
        template.name.lower(),
        template.slug,
        template.name.lower()[:-1],
    }
    owner |= {"company"} if template.slug.startswith("compan") else set()
    if len(words) < 2 or words[0] not in owner:
        return []
    rest = " ".join(words[1:])
    known = [t for t in context.vocabulary.columns(rest) if t.sheet == sheet]
    if not known and rest == "domain":
        known = [t for t in context.vocabulary.columns("website") if t.sheet == sheet]
    return known


def _fitting(context: Context, target: Target, value: Value) -> Value:
    """A domain or web address in an e-mail column becomes ``info@`` that domain."""
    column = context.vocabulary.column(target)
    name = value.take if isinstance(value, Lookup) else ""
    name = value.target if isinstance(value, FromTarget) else name
    name = value.column if isinstance(value, FromColumn) else name
    email = re2.search(r"(?i)e-?mail", column.name)
    if email and re2.search(r"(?i)domain|web|url|host|site", name):
        return Changed(changed=value, ops=(Domain(), Prefix(add="info@")))
    return value


def _leave(context: Context, found: Found) -> Edits | None:
    targets = context.distinct(found.get("columns"))
    return tuple(MapTo(sheet=t.sheet, column=t.column) for t in targets) or None


_C = r"(?P<columns>.+?)"
_EMPTY = r"(?:missing|blank|empty|absent)"
_WHEN = (
    rf"(?:(?:where|when|if|wherever|whenever) (?:it|they|this|that|the (?:cell|value)) ?(?:is|"
    rf"are|'s) {_EMPTY})"
)

FILLING_RULES = (
    Rule(
        (
            rf"use (?P<value>.+?) (?:for|in|as) (?:any |every |each |all |the |whatever "
            rf")*{_EMPTY} {_C}",
            rf"(?:fill|replace|populate)(?: in)? (?:any |every |each |all |the )*{_EMPTY} "
            rf"(?:cells? (?:in|of) |values? (?:in|of) )?{_C} (?:with|by|from|using) (?P<value>.+)",
            rf"(?:if|where|when|wherever|whenever) (?:the |a |an )?{_C} (?:is|are) {_EMPTY},? "
            rf"(?:then )?(?:use|take|fill (?:in|it with)|put|set it to|write|copy) (?P<value>.+)",
            rf"(?:default|fill) {_C} (?:to|with|from) (?P<value>.+?)(?: {_WHEN})",
            rf"default {_C} to (?P<value>.+)",
            rf"(?:fill|fill in|fill up|populate|complete) {_C} (?:with|from) (?P<value>.+)",
            rf"{_EMPTY} {_C} (?:becomes?|should be|should become|is|are|gets?) (?P<value>.+)",
            rf"(?:use|take|put|set) (?P<value>.+?) (?:in|for|as) {_C} {_WHEN}",
            rf"(?:set|change) (?:the )?{_C} to (?P<value>.+?),? {_WHEN}",
        ),
        _fill,
    ),
    Rule(
        (
            rf"(?:leave|keep|make) {_C} (?:empty|blank)",
            rf"(?:don'?t|do not|don’t|never) (?:import|map|fill|use|set) (?:the )?{_C}",
            rf"(?:clear|blank|empty|blank out|wipe) (?:the )?{_C}",
            rf"(?:drop|remove|delete|ignore|skip|omit|leave out|exclude) (?:the )?{_C} "
            rf"(?:columns?|fields?)",
            rf"(?:drop|remove|delete|ignore|skip|omit|leave out|exclude) (?:the )?(?:columns?|"
            rf"fields?) {_C}",
        ),
        _leave,
    ),
)
SETTING_RULES = (
    Rule(
        (
            rf"set (?:the )?{_C} (?:to|as|=|:) (?P<value>.+?),? (?:where|when|if|whenever) "
            rf"(?P<condition>.+)",
            rf"(?:where|when|if|whenever) (?P<condition>.+?),? (?:then )?set (?:the )?{_C} to "
            rf"(?P<value>.+)",
            rf"set (?:the )?{_C} (?:to|as|=|:) (?P<value>.+?)(?: (?:for|in|on) (?:every|each|"
            rf"all)(?: the)? (?:rows?|records?|\S+))?",
            rf"{_C} (?:is|should|must)(?: be)? always (?:be )?(?P<value>.+)",
            rf"(?:use|put|write) (?P<value>.+?) (?:as|for|in) (?:the )?{_C}(?: (?:for|in|on) "
            rf"(?:every|each|all)(?: the)? (?:rows?|records?|\S+))",
            rf"(?:every|each|all) {_C} (?:is|are|should be|must be) (?P<value>.+)",
        ),
        _set,
    ),
)  # fmt: skip
