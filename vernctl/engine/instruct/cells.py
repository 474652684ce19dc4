"""Instructions about cells: white space, case, characters, prefixes, numbers, dates."""

from __future__ import annotations

import re2

from vernctl.engine.heal.regions import region_named
from vernctl.engine.instruct.edits import UseOrder, UseRegion
from vernctl.engine.instruct.grammar import Context, Edits, Found, Rule
from vernctl.engine.recipe.dates import Order
from vernctl.engine.recipe.numbers import Number
from vernctl.engine.recipe.ops import (
    CellOp,
    Collapse,
    Lower,
    Prefix,
    Replace,
    StripCharacters,
    Suffix,
    Title,
    Trim,
    Upper,
)
from vernctl.engine.recipe.phones import Phone

_BLANKS = r"(?:white[- ]?spaces?|spaces?|blanks?|padding)"
_AT = r"(?:from|in|of|around|on|for|at|within|across)"
_END = r"(?:leading|trailing|surrounding|outer|stray|unnecessary)"
_ENDS = rf"(?:(?:{_END}|any|all|the) |and |or |/)*"
_SOME_END = rf"(?:(?:any|all|the) )*{_END} (?:(?:and|or) {_END} )?"
_EXTRA = r"(?:(?:extra|double|multiple|repeated|inner|excess|redundant|duplicate) )+"
_INNER = rf"(?:(?:the|any|all) |{_EXTRA})+"
_CASES: dict[str, CellOp] = {
    "upper": Upper(),
    "capital": Upper(),
    "lower": Lower(),
    "small": Lower(),
    "title": Title(),
    "proper": Title(),
    "capitalize": Title(),
    "capitalise": Title(),
}
_CASE = (
    r"(?P<case>upper|lower|title|proper)[- ]?cased?|(?P<letters>capital|small) letters|"
    r"(?P<caps>all[- ]caps|caps)"
)
_NAMED = {
    "dash": "-‐‑–—", "hyphen": "-‐‑–—", "dot": ".", "period": ".", "full stop": ".", "comma": ",",
    "parenthese": "()", "parenthesis": "()", "bracket": "()[]{}", "slash": "/\\", "quote": "\"“”",
    "apostrophe": "'’", "underscore": "_", "colon": ":", "semicolon": ";", "asterisk": "*",
    "star": "*", "hash": "#", "plus": "+", "plu": "+", "at sign": "@", "percent sign": "%",
    "dollar sign": "$", "euro sign": "€", "currency symbol": "$€£¥₹", "currency sign": "$€£¥₹",
}  # fmt: skip
_DAY_FIRST = (
    r"(?:dd?[-/. ]mm?[-/. ]yy(?:yy)?|day[- ]?first|day[- /]month(?:[- /]year)?|european|british|"
    r"uk|dmy|german)"
)
_MONTH_FIRST = (
    r"(?:mm?[-/. ]dd?[-/. ]yy(?:yy)?|month[- ]?first|month[- /]day(?:[- /]year)?|american|us|"
    r"usa|mdy)"
)


def _trim(context: Context, found: Found) -> Edits | None:
    return context.on_cells(context.targets(found.get("columns")), Trim())


def _trim_all(context: Context, found: Found) -> Edits | None:
    if context.vocabulary.only is not None:
        return context.on_cells((context.vocabulary.only,), Trim())
    return context.on_cells(context.vocabulary.columns("all columns"), Trim())


def _collapse(context: Context, found: Found) -> Edits | None:
    return context.on_cells(context.targets(found.get("columns") or "all columns"), Collapse())


def _remove_space(context: Context, found: Found) -> Edits | None:
    operation = StripCharacters(kind="space")
    return context.on_cells(context.targets(found.get("columns")), operation)


def _case(context: Context, found: Found) -> Edits | None:
    said = (found["case"] or found["letters"] or ("upper" if found["caps"] else "")).lower()
    operation = _CASES.get(said)
    if operation is None:
        return None
    return context.on_cells(context.targets(found.get("columns")), operation)


def _remove_characters(context: Context, found: Found) -> Edits | None:
    kinds = {"non-digit": "non_digits", "non digit": "non_digits", "non-numeric": "non_digits"}
    text = found["what"].strip().lower()
    for ending in (" characters", " character", " signs", " symbols"):
        text = (
            text.removesuffix(ending) if text.removesuffix(ending) not in ("", "currency") else text
        )
    singular = text.removesuffix("s")
    targets = context.targets(found.get("columns"))
    if singular in kinds or singular == "digit" or text == "punctuation":
        kind = "non_digits" if singular in kinds else "digits" if singular == "digit" else text
        return context.on_cells(targets, StripCharacters.model_validate({"kind": kind}))
    whole = context.phrase.literal(found["what"])
    if len(whole) > 1 and whole != found["what"].strip() and len(found["what"].strip()) == 1:
        return context.on_cells(targets, Replace(find=whole))  # one quoted text, as it stands
    characters = ""
    for value in context.phrase.values(found["what"]):
        name = value.lower().removesuffix("es") if value.lower() == "dashes" else value.lower()
        known = _NAMED.get(name.removesuffix("s")) or _NAMED.get(name)
        if known is None and len(value) > 1:
            return None
        characters += known if known is not None else value
    if not characters:
        return None
    return context.on_cells(targets, StripCharacters(characters=characters))


def _prefix(context: Context, found: Found) -> Edits | None:
    value = context.phrase.literal(found["value"])
    return (
        context.on_cells(context.targets(found.get("columns")), Prefix(add=value))
        if value
        else None
    )


def _suffix(context: Context, found: Found) -> Edits | None:
    value = context.phrase.literal(found["value"])
    return (
        context.on_cells(context.targets(found.get("columns")), Suffix(add=value))
        if value
        else None
    )


def _country_code(context: Context, found: Found) -> Edits | None:
    targets = context.targets(found.get("columns") or "every phone number")
    clean = context.on_cells(targets, Phone())
    added = context.on_cells(targets, Prefix(add=context.phrase.literal(found["value"])))
    return (*clean, *added) if clean and added else None


def _phone(context: Context, found: Found) -> Edits | None:
    return context.on_cells(context.targets(found.get("columns")), Phone())


def _phone_region(context: Context, found: Found) -> Edits | None:
    said = re2.sub(r"(?i)^(?:from|in|of) (?:the )?", "", found["country"].strip())
    region = region_named(re2.sub(r"(?i) (?:phone )?(?:numbers?|ones)$", "", said))
    if region is None:
        return None
    targets = context.targets(found.get("columns") or "every phone number")
    return tuple(UseRegion(sheet=t.sheet, column=t.column, region=region) for t in targets) or None


def _round(context: Context, found: Found) -> Edits | None:
    words = {"no": 0, "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4}
    said = found["places"].lower()
    places = int(said) if said.isdigit() else words.get(said, 0)
    if places > 10:
        return None
    return context.on_cells(context.targets(found.get("columns")), Number(places=places))


def _decimal_comma(context: Context, found: Found) -> Edits | None:
    return context.on_cells(context.targets(found.get("columns")), Number(decimal=","))


def _decimal_point(context: Context, found: Found) -> Edits | None:
    return context.on_cells(context.targets(found.get("columns")), Number())


def _date_order(context: Context, found: Found) -> Edits | None:
    order: Order = "dmy" if found.get("dmy") else "mdy"
    said = found.get("columns")
    if said is None and context.vocabulary.only is None:
        sheets = context.vocabulary.recipe.sheets
        return tuple(UseOrder(sheet=sheet.template, order=order) for sheet in sheets)
    targets = context.targets(said)
    return tuple(UseOrder(sheet=t.sheet, column=t.column, order=order) for t in targets) or None


_PHONES = r"(?:(?:tele)?phones?(?: numbers?)?|(?:mobile|cell|fax) numbers?)"
_NO_CODE = (
    r"(?:without|that have no|with no) (?:a |an |the )?(?:country|international|dial(?:l?ing)?) "
    r"(?:code|prefix)"
)
_C = r"(?P<columns>.+?)"
_ORDERS = rf"(?:(?P<dmy>{_DAY_FIRST})|(?P<mdy>{_MONTH_FIRST}))(?: format| order| style| dates?)*"
_IS = r"(?:are|is|use|uses|have|has|should be read as|should be|must be|come|comes|were|written|as)"

CELL_RULES = (
    Rule(
        (
            rf"(?:trim|strip|clean(?: up)?) {_ENDS}{_BLANKS} {_AT} {_C}",
            rf"(?:remove|delete|drop|cut|cut off) {_SOME_END}{_BLANKS} {_AT} {_C}",
            rf"(?:trim|strip) (?:off )?{_C}",
            rf"{_C} (?:should|must|needs? to) be trimmed",
        ),
        _trim,
    ),
    Rule((rf"(?:trim|strip)(?: {_ENDS}{_BLANKS}(?: everywhere)?)?",), _trim_all),
    Rule(
        (
            rf"(?:collapse|squeeze|normali[sz]e|condense|compress) (?:{_INNER})?(?:runs of "
            rf")?{_BLANKS} {_AT} {_C}",
            rf"(?:collapse|squeeze|normali[sz]e|condense|compress) (?:{_INNER})?(?:runs of "
            rf")?{_BLANKS}",
            rf"(?:remove|strip|delete) (?:(?:any|all|the) )*(?:{_EXTRA}){_BLANKS} {_AT} {_C}",
        ),
        _collapse,
    ),
    Rule(
        (
            rf"(?:remove|strip|delete) (?:all |every |any |the )*{_BLANKS} {_AT} {_C}",
        ),
        _remove_space,
    ),
    Rule(
        (
            rf"(?:make|turn|convert|change|set|put|write|transform|format|store|use)? ?{_C}(?: "
            rf"values?)? "
            rf"(?:to|into|in|as|be|should be|must be|is|are)? ?(?:in )?(?:all )?(?:{_CASE})",
            r"(?P<case>upper|lower|title|proper)[- ]?case " + _C,
            r"(?P<case>capitali[sz]e) " + _C,
            rf"use (?:{_CASE}) (?:for|in|on) {_C}",
            rf"(?:{_CASE})",
        ),
        _case,
    ),
    Rule(
        (
            rf"(?:remove|strip|delete|drop) (?:(?:all|any|every|the) )*(?P<what>.+?) (?:from|in) "
            rf"{_C}",
        ),
        _remove_characters,
    ),
    Rule(
        (
            rf"(?:add|put|prepend) (?:the |a )?(?:country code|dial(?:l?ing)? code) "
            rf"(?P<value>\S+)(?: (?:to|before|in front of|for) {_C})?",
            rf"(?:add|put|prepend) (?P<value>\+\d+) (?:as (?:the )?country code )?(?:to|before|"
            rf"in front of|for) {_C}",
        ),
        _country_code,
    ),
    Rule(
        (
            rf"(?:add|put|prepend|insert) (?:the )?(?:prefix )?(?P<value>.+?) (?:before|in front "
            rf"of|at the (?:start|beginning|front) of|to the (?:start|beginning|front) of|as "
            rf"(?:a )?prefix (?:to|of|for)) {_C}",
            rf"prefix {_C} with (?P<value>.+)",
            rf"prepend (?P<value>.+?) to {_C}",
            rf"(?:add|put) (?:the )?prefix (?P<value>.+?) (?:to|on) {_C}",
        ),
        _prefix,
    ),
    Rule(
        (
            rf"(?:add|put|append|insert) (?:the )?(?:suffix )?(?P<value>.+?) (?:after|behind|at "
            rf"the end of|to the end of|as (?:a )?suffix (?:to|of|for)) {_C}",
            rf"suffix {_C} with (?P<value>.+)",
            rf"append (?P<value>.+?) to {_C}",
            rf"(?:add|put) (?:the )?suffix (?P<value>.+?) (?:to|on) {_C}",
        ),
        _suffix,
    ),
    Rule(
        (
            rf"(?:all |the |every )*{_PHONES}(?: {_NO_CODE})? (?:are|is|come|comes) "
            r"(?:all |always )?(?P<country>(?:from |in |of )?\pL[\pL .]*)",
            rf"(?P<columns>.*(?:phone|mobile|fax)[^,]*?)(?: {_NO_CODE})? (?:are|is|has|have) "
            r"(?:all |always )?(?P<country>(?:from |in |of )?\pL[\pL .]*? numbers?)",
        ),
        _phone_region,
    ),
    Rule(
        (
            r"(?:clean(?: up)?|normali[sz]e|standardi[sz]e|tidy(?: up)?) (?P<columns>.*phone.*|"
            r".*mobile.*|.*fax.*)",
            rf"(?:keep|use) only (?:the )?digits (?:of|in|for) {_C}",
        ),
        _phone,
    ),
    Rule(
        (
            rf"round {_C} (?:to|off to) (?P<places>\d+|no|zero|one|two|three|four) (?:decimals?|"
            rf"decimal places?|places?|digits?)",
            rf"round {_C}(?: to (?:whole|integer|full) numbers?| to integers?)?",
        ),
        _round,
    ),
    Rule(
        (
            rf"{_C} (?:uses?|has|have|is with|are with|is written with|are written with) (?:a |"
            rf"the )?(?:decimal commas?|commas? as (?:the )?decimal(?: separators?| points?)?)",
            rf"{_C} (?:is|are) (?:in )?(?:german|european) (?:number )?(?:numbers?|format|"
            rf"notation)",
            rf"read {_C} with (?:a )?(?:decimal comma|comma as (?:the )?decimal)",
        ),
        _decimal_comma,
    ),
    Rule(
        (
            rf"(?:read|parse|convert|normali[sz]e|format) {_C} (?:as|to|into) (?:plain )?numbers?",
            rf"remove (?:the )?thousands? separators? (?:from|in) {_C}",
        ),
        _decimal_point,
    ),
    Rule(
        (
            rf"(?:all |the |every )*dates? (?:{_IS} )*(?:in |the )*{_ORDERS}",
            rf"(?:use |it'?s |it is |they are )?{_ORDERS}",
            rf"(?:read |parse |treat )?(?:the )?(?:dates? (?:in|of) )?{_C} (?:{_IS} )+(?:in |the "
            rf")*{_ORDERS}",
            rf"(?:the )?date (?:order|format) (?:of|in|for) {_C} is {_ORDERS}",
        ),
        _date_order,
    ),
)  # fmt: skip
