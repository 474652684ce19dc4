"""Instructions about values: whole values recoded, text replaced inside them."""

from __future__ import annotations

import re2

from vernctl.engine.instruct.filling import fill_step, meant, value_named
from vernctl.engine.instruct.grammar import Context, Edits, Found, Rule
from vernctl.engine.instruct.vocabulary import Target
from vernctl.engine.recipe.ops import MapValues, Replace

_REST = re2.compile(
    r"(?i)^(?:everything|anything|all|any|every)(?: the)? ?(?:else|other(?: values?)?|others|"
    r"rest|remaining(?: values?)?)$|^(?:the )?(?:rest|others?)$"
)
_MEANS = r"means?|is the same as|should become|should be|becomes?"
_VALUE_IN = re2.compile(r"(?i)^(?P<value>.+?) (?:in|of|under) (?:the )?(?P<columns>.+)$")
_IN_VALUE = re2.compile(r"(?i)^(?:in|for|under) (?:the )?(?P<columns>.+?)[,:] (?P<value>.+)$")


def _map(context: Context, found: Found) -> Edits | None:
    """``map A, B to C in COLUMN``; also several pairs: ``A to B, C to D``."""
    found = _placed(context, found)
    if not found.get("columns") and not found.get("more"):
        named = context.target(found["from"]) if context.vocabulary.only is None else None
        if named is not None:  # "change every status to Open"
            value = value_named(context, named, found["to"])
            return tuple(fill_step(context, named, value, always=True)) if value else None
    pairs = _pairs(context, found)
    if pairs is None:
        return None
    values, otherwise = pairs
    targets = context.targets(found.get("columns"))
    if not targets and found.get("columns") is None:
        targets = _columns_that_take(context, values)
    if not targets:
        return None
    operation = MapValues(values=values, otherwise=otherwise)
    if found.get("columns") is None and len({t.column for t in targets}) > 1:
        return None
    return context.on_cells(targets, operation)


def _placed(context: Context, found: Found) -> Found:
    """The column, where it is named beside the first value: ``A in COLUMN to B``."""
    if found.get("columns") is not None:
        return found
    for pattern in (_VALUE_IN, _IN_VALUE):
        told = pattern.search(found["from"])
        if told and context.targets(told["columns"]):
            return found.but(**{"from": told["value"], "columns": told["columns"]})
    return found


def _pairs(context: Context, found: Found) -> tuple[dict[str, str], str | None] | None:
    values: dict[str, str] = {}
    otherwise: str | None = None
    said = [(found["from"], found["to"])]
    if found.get("more"):
        for each in re2.split(r"(?i)\s*(?:,|;)\s*(?:and )?|\s+and\s+", found["more"]):
            halves = re2.split(rf"(?i)\s+(?:to|into|as|{_MEANS})\s+|\s*(?:->|→|=>)\s*", each)
            if len(halves) != 2:
                return None
            said.append((halves[0], halves[1]))
    for left, right in said:
        target = meant(context.phrase.literal(right))
        if _REST.search(left.strip()):
            otherwise = target
            continue
        for value in context.phrase.values(left):
            values[value] = target
    return (values, otherwise) if values or otherwise is not None else None


def _columns_that_take(context: Context, values: dict[str, str]) -> tuple[Target, ...]:
    """Without a column: those that allow the new value, else those whose source holds the old."""
    if context.vocabulary.only is not None:
        return (context.vocabulary.only,)
    everything = context.vocabulary.columns("all columns")
    wanted = {target.casefold() for target in values.values() if target}
    taking = tuple(
        target
        for target in everything
        if wanted
        and wanted <= {each.casefold() for each in context.vocabulary.column(target).one_of}
    )
    if len(taking) == 1:
        return taking
    keys = {value.casefold() for value in values}
    holding = tuple(t for t in taking or everything if keys & _held(context, t))
    return holding if len(holding) == 1 else ()


def _held(context: Context, target: Target) -> set[str]:
    """The values that a column's sources are known to hold, folded."""
    sheet = context.vocabulary.recipe.sheet(target.sheet)
    held: set[str] = set()
    for table, source in sheet.sources_of(target.column) if sheet is not None else ():
        profile = context.vocabulary.work.profile(table, source.column)
        held |= {value.casefold() for value, _ in profile.top}
        held |= {value.casefold() for value in profile.sample}
    return held


def _replace(context: Context, found: Found) -> Edits | None:
    find, by = context.phrase.literal(found["find"]), meant(context.phrase.literal(found["by"]))
    targets = context.targets(found.get("columns"))
    if not find or not targets:
        return None
    return context.on_cells(targets, Replace(find=find, by=by))


_C = r"(?P<columns>.+?)"
_IN = rf"(?:(?:,? (?:in|for|of|on|under)|:) (?:the )?{_C})?"
_ARROW = r"(?: (?:to|into|as) | ?(?:->|→|=>) ?)"
_MORE = rf"(?:(?:,|;| and)+ (?P<more>.+{_ARROW}.+?))?"
_MORE_MEANT = rf"(?:(?:,|;| and)+ (?P<more>.+ (?:{_MEANS}) .+?))?"

REPLACING_RULES = (
    Rule(
        (
            rf"(?:replace|substitute|swap) (?:every |all |the |any )*(?P<find>.+?) (?:with|by) "
            rf"(?P<by>.+?),? (?:in|of|for|on) {_C}",
            rf"(?:replace|substitute|swap) (?:every |all |the |any )*(?P<find>.+?) (?:in|of) {_C} "
            rf"(?:with|by) (?P<by>.+)",
            rf"in {_C},? (?:replace|substitute|swap) (?:every |all |the |any )*(?P<find>.+?) "
            rf"(?:with|by) (?P<by>.+)",
        ),
        _replace,
    ),
)
MAPPING_RULES = (
    Rule(
        (
            rf"(?:map|recode|change|convert|translate|turn|rename|set|correct|merge|treat|read|"
            rf"count|consider|interpret) (?:the )?(?:values? "
            rf")?(?P<from>.+?){_ARROW}(?P<to>[^,;]+?){_MORE}{_IN}",
            rf"in (?:the )?{_C}:?,? (?:map|recode|change|convert|translate|turn|rename|treat|"
            rf"replace|read) (?:the )?(?:values? )?(?P<from>.+?)(?: (?:to|into|as|with|by) | "
            rf"?(?:->|→|=>) ?)(?P<to>[^,;]+?){_MORE}",
            rf"(?P<from>.+?) (?:{_MEANS}) (?P<to>[^,;]+?){_MORE_MEANT}{_IN}",
            rf"(?P<from>[^,;]+?) ?(?:->|→|=>) ?(?P<to>[^,;]+?){_MORE}{_IN}",
        ),
        _map,
    ),
)
