"""Reading messages: each becomes edits as a whole, or in parts, or a question; never nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vernctl.engine.instruct.cells import CELL_RULES
from vernctl.engine.instruct.edits import (
    Do,
    Edit,
    Help,
    Leave,
    MapTo,
    UseNumbers,
    UseOrder,
    UseRegion,
)
from vernctl.engine.instruct.filling import FILLING_RULES, SETTING_RULES
from vernctl.engine.instruct.grammar import Context, Edits, first_of
from vernctl.engine.instruct.leaving import LEAVING_RULES
from vernctl.engine.instruct.phrases import (
    MAX_MESSAGE,
    clauses,
    is_heading,
    phrase_of,
    sentences,
    tidy,
)
from vernctl.engine.instruct.recoding import MAPPING_RULES, REPLACING_RULES
from vernctl.engine.instruct.rows import ROW_RULES
from vernctl.engine.instruct.sources import SOURCE_RULES
from vernctl.engine.instruct.vocabulary import Vocabulary
from vernctl.engine.model import EngineQuestion, question_key
from vernctl.engine.questions.doubt import Doubt, doubt
from vernctl.engine.questions.wording import clip

#: Tried in this order: a rule that needs more words to fit goes before one that needs fewer.
RULES = (
    *LEAVING_RULES,
    *ROW_RULES,
    *CELL_RULES,
    *REPLACING_RULES,
    *FILLING_RULES,
    *SOURCE_RULES,
    *MAPPING_RULES,
    *SETTING_RULES,
)

_IGNORE = "Ignore this message"
_PARTLY = "Do only what was understood"


class Read(NamedTuple):
    """The edits of all messages in order, the questions that they leave, remarks for a person."""

    edits: Edits
    questions: tuple[EngineQuestion, ...]
    notes: tuple[str, ...]


class _Understood(NamedTuple):
    edits: Edits
    missing: tuple[str, ...]
    hints: tuple[str, ...] = ()


def read_messages(
    vocabulary: Vocabulary, messages: Sequence[str], answers: Mapping[str, str]
) -> Read:
    """Read messages in order; ``answers`` settles those that were not understood before."""
    edits: list[Edit] = []
    questions: dict[str, EngineQuestion] = {}
    notes: list[str] = []
    for message in messages:
        if is_heading(message):
            continue
        found = _read(vocabulary, message)
        if not found.missing:
            edits += found.edits
            continue
        asked = _ask(vocabulary, message, found)
        settled = asked.settle(answers)
        if settled is None:
            questions[asked.question.key] = asked.asked(answers)
            continue
        edits += settled
        if not settled:
            notes.append(f'Ignored as answered: "{clip(message)}".')
    return Read(tuple(edits), tuple(questions.values()), tuple(notes))


def read_for_column(vocabulary: Vocabulary, sheet: str, column: str, text: str) -> Edits | None:
    """Free text that answers a question about one column, as edits of it; None: not understood."""
    found = _read(vocabulary.about(sheet, column), text)
    concerned = all(edit.sheet == sheet for edit in found.edits)
    return found.edits if found.edits and not found.missing and concerned else None


def _read(vocabulary: Vocabulary, message: str) -> _Understood:
    if len(message) > MAX_MESSAGE:
        return _Understood((), (message,))
    because = " ".join(message.split())
    phrase = phrase_of(message)
    if not phrase.text:
        return _Understood((), (message,))
    context = Context(vocabulary, phrase, because)
    whole = first_of(RULES, context)
    if whole is not None:
        return _Understood(whole, ())
    edits: list[Edit] = []
    missing: list[str] = []
    for sentence in sentences(phrase.text):
        part = _read_sentence(context.saying(tidy(sentence)))
        if part is None:
            missing.append(phrase.restore(sentence))
        else:
            edits += part
    hints = tuple(dict.fromkeys(context.hints)) if missing else ()
    return _Understood(tuple(edits), tuple(missing), hints)


def _read_sentence(context: Context) -> Edits | None:
    if not context.phrase.text:
        return ()
    whole = first_of(RULES, context)
    if whole is not None:
        return whole
    for head, tail in clauses(context.phrase.text):
        first = first_of(RULES, context.saying(head))
        if first is not None:
            rest = _read_sentence(context.saying(tail))
            if rest is not None:
                return (*first, *rest)
    return None


def _ask(vocabulary: Vocabulary, message: str, found: _Understood) -> Doubt:
    choices: dict[str, Edits] = {}
    if found.edits:
        choices[_PARTLY] = found.edits
    choices[_IGNORE] = ()

    def free(text: str) -> Edits | None:
        again = _read(vocabulary, text)
        return again.edits if not again.missing else None

    understood = "; ".join(describe_edit(edit) for edit in found.edits) or "nothing of it"
    missing = "; ".join(f'"{clip(piece)}"' for piece in found.missing)
    hints = f" ({clip('; '.join(found.hints))})" if found.hints else ""
    columns = "; ".join(
        f"{template.name}: {', '.join(column.name for column in template.columns[:12])}"
        for template in vocabulary.work.templates
    )
    return doubt(
        question_key("message", " ".join(message.split())),
        f'What does the message "{clip(message)}" mean?',
        f"Understood: {understood}. Not understood: {missing}{hints}. Columns are {clip(columns)}. "
        "Say it in other words, one change at a time.",
        choices,
        free,
    )


def describe_edit(edit: Edit) -> str:
    """An edit in words."""
    match edit:
        case MapTo(column=column, values=values) if not values:
            return f"{column} left empty"
        case MapTo(column=column):
            return f"another source for {column}"
        case Help(helper=helper):
            return f"{helper} read"
        case UseOrder(column=column, order=order):
            return f"date order {order} for {column or 'every date'}"
        case UseNumbers(column=column):
            return f"how the numbers of {column} are written"
        case UseRegion(column=column, region=region):
            return f"{column}: numbers without a country code are of {region}"
        case Leave(column=column, heal=heal):
            return f"{column}: {heal or 'cells'} left as found"
        case Do(step=step):
            columns = getattr(step, "columns", ()) or (getattr(step, "fill", ""),)
            where = ", ".join(column for column in columns if column)
            return f"{where}: {step.describe()}" if where else step.describe()
