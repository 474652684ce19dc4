"""What knowledge settles: questions that a text answers beforehand, as typed edits.

Knowledge is prose for whoever reads the files. Only sentences that say how dates and numbers are
written, in which currency amounts are, or what a value means are taken; the rest is left alone, and
nothing here is ever asked about. What a message says comes later and goes before.
"""

from __future__ import annotations

import re2

from vernctl.engine.instruct.cells import CELL_RULES
from vernctl.engine.instruct.edits import Do, Edit, UseNumbers, UseOrder, UseRegion
from vernctl.engine.instruct.grammar import Context, Edits, first_of
from vernctl.engine.instruct.phrases import phrase_of, sentences, tidy
from vernctl.engine.instruct.recoding import MAPPING_RULES
from vernctl.engine.instruct.vocabulary import Vocabulary, stems
from vernctl.engine.recipe.numbers import Number
from vernctl.engine.recipe.ops import MapValues
from vernctl.engine.recipe.steps import CellStep, FillStep
from vernctl.engine.recipe.values import Constant

#: Why a step is there that knowledge asked for.
KNOWN = "knowledge"

_CURRENCY = re2.compile(
    r"(?i)^(?:(?:all|the|every) )*(?:amounts?|prices?|totals?|money|figures|revenues?|values?|"
    r"currency|currencies) (?:is|are) (?:always |all |only )*(?:given |stated )?(?:in )?"
    r"(?P<code>[A-Z]{3})\b.*$"
)
_COMMA = re2.compile(
    r"(?i)^(?:(?:all|the|every) )*(?:numbers?|amounts?|prices?|figures|decimals?) (?:use|uses|have|"
    r"has|are written with|come with) (?:a |the )?decimal (?P<sign>comma|point|dot)s?$"
)


def read_knowledge(vocabulary: Vocabulary, knowledge: str) -> Edits:
    """The edits that settle what a text answers, in its order."""
    found: list[Edit] = []
    for line in knowledge.splitlines():
        phrase = phrase_of(line)
        for sentence in sentences(phrase.text):
            context = Context(vocabulary, phrase._replace(text=tidy(sentence)), KNOWN)
            found += _read(context)
    return tuple(found)


def _read(context: Context) -> Edits:
    sentence = context.phrase.text
    if match := _CURRENCY.search(sentence):
        return _currency(context, match["code"])
    if match := _COMMA.search(sentence):
        return _notation(context, match["sign"].lower())
    settled: list[Edit] = []
    for edit in first_of((*CELL_RULES, *MAPPING_RULES), context) or ():
        settled += _settling(context, edit)
    return tuple(settled)


def _settling(context: Context, edit: Edit) -> Edits:
    """An edit that answers what would be asked; any other is an instruction, and not for here."""
    if isinstance(edit, UseOrder | UseRegion):
        return (edit,)
    if not isinstance(edit, Do) or not isinstance(edit.step, CellStep):
        return ()
    step = edit.step
    if isinstance(step.do, Number) and step.do.decimal != "any" and step.do.places is None:
        return tuple(
            UseNumbers(sheet=edit.sheet, column=column, decimal=step.do.decimal)
            for column in step.columns
        )
    if isinstance(step.do, MapValues) and step.do.otherwise is None:
        template = context.vocabulary.work.template(edit.sheet)
        columns = [template.column(column) for column in step.columns]
        targets = set(step.do.values.values())
        if all(column is not None and targets <= set(column.one_of) for column in columns):
            return (edit,)
    return ()


def _currency(context: Context, code: str) -> Edits:
    """A currency column that nothing fills holds the currency of which all amounts are."""
    if code != code.upper():
        return ()
    edits: list[Edit] = []
    for template in context.vocabulary.work.templates:
        sheet = context.vocabulary.recipe.sheet(template.slug)
        for column in template.columns:
            fits = not column.one_of or code in column.one_of
            fits = fits and (column.strict is None or bool(re2.search(column.strict, code)))
            filled = sheet is not None and sheet.sources_of(column.name)
            if "currency" in stems(column.name) and fits and not filled:
                value = Constant(constant=code)
                step = FillStep(fill=column.name, value=value, always=True, because=KNOWN)
                edits.append(Do(sheet=template.slug, step=step))
            if column.strict is not None:
                keep = UseNumbers(sheet=template.slug, column=column.name, beside="remove")
                edits.append(keep)
    return tuple(edits)


def _notation(context: Context, sign: str) -> Edits:
    return tuple(
        UseNumbers(sheet=template.slug, column=column.name, decimal="," if sign == "comma" else ".")
        for template in context.vocabulary.work.templates
        for column in template.columns
        if column.strict is not None
    )
