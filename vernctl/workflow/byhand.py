"""Answers that a person gives: chosen from what is offered, journalled, written as rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vernctl.api.models import Question, Run
from vernctl.errors import RefusedError, UsageError
from vernctl.spec.answers import Matched
from vernctl.spec.patterns import normalise
from vernctl.spec.stanza import rule_line
from vernctl.spec.write import add_rules
from vernctl.workflow.answering import (
    BlockedError,
    During,
    matched_block,
    outcomes_of,
    send_block,
)
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.results import begin
from vernctl.workflow.takeover import take_over
from vernctl.workflow.work import Work

#: Marks free text beside offered labels, so that a label with a typo is never sent as one.
SAY = "say:"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def chosen(labels: Sequence[str], allow_custom: bool, said: str) -> str:
    """What a person's words stand for: a label, its letter or its number; ``say:TEXT`` is text.

    Raises UsageError for anything else where labels are offered, and for text where none may be.
    """
    if said.startswith(SAY):
        text = said.removeprefix(SAY).strip()
    elif labels:
        same = [label for label in labels if label == said] or [
            label for label in labels if normalise(label) == normalise(said)
        ]
        if len(same) == 1:
            return same[0]
        return _by_position(labels, said)
    else:
        text = said.strip()
    if not text or not allow_custom:
        raise UsageError("the question takes no free text." if text else "the answer is empty.")
    return text


def _by_position(labels: Sequence[str], said: str) -> str:
    at = _LETTERS.find(said.lower()) if len(said) == 1 and said.isalpha() else -1
    if said.isascii() and said.isdigit():
        at = int(said[:6]) - 1
    if not 0 <= at < len(labels):
        raise UsageError(
            f'"{said}" is none of the labels, letters or numbers that are offered.',
            next=f"{SAY}TEXT sends free text, where the question allows it.",
        )
    return labels[at]


async def answer_work(work: Work, given: Mapping[int, str], *, write: bool) -> SpecOutcome:
    """Answer the blocked run: ``given`` by question number (from 1), the rest by the spec's rules.

    ``write`` puts what was given into the spec as rules first. Raises BlockedError, and has sent
    nothing, where a question is left; UsageError for an answer that cannot be meant.
    """
    observed = await take_over(work, await work.look())
    run, migration_id = observed.run, observed.migration_id
    if run is None or migration_id is None or run.status != "blocked":
        facts = ("No run waits for an answer.",)
        return begin(work, "status").model_copy(update={"facts": facts})
    if run.run_id != work.journal.known.run_id:
        raise RefusedError(
            "a run that this checkout did not start waits on this migration.",
            rule="stranger",
            remote="Nothing was sent.",
        )
    during: During = "apply" if work.journal.known.executing else "plan"
    said = {number: _meant(run.questions, number, text) for number, text in given.items()}
    if write and said:
        lines = [
            rule_line(run.questions[number - 1], answer, run.questions)
            for number, answer in said.items()
        ]
        work.use(add_rules(work.spec, work.session.project, lines))
    matches = matched_block(work.journal, work.spec, run, during)
    for number, answer in said.items():
        if matches[number - 1].answer != answer:
            matches[number - 1] = Matched(run.questions[number - 1], "answered", answer)
    matches = await _asked_person(work, run, matches, during)
    if any(found.status != "answered" for found in matches):
        left = outcomes_of(matches, work.spec, work.journal, run, during)
        raise BlockedError(work.spec, run.run_id, left)
    sent = await send_block(
        work.session, work.journal, work.spec, migration_id, run, matches, during
    )
    verb = "apply" if during == "apply" else "plan"
    return begin(work, "status").model_copy(
        update={
            "migration_id": migration_id,
            "questions": tuple(sent),
            "facts": (
                *(f"{outcome.question} → {outcome.answer}" for outcome in sent),
                "Answered; the run goes on." if sent else "Somebody else answered before.",
            ),
            "next": f"vernctl {verb} {work.spec.shown_path}",
        }
    )


async def _asked_person(
    work: Work, run: Run, matches: list[Matched], during: During
) -> list[Matched]:
    """The block with what a person answers on the terminal, where the session can ask."""
    if work.session.asker is None or all(found.status == "answered" for found in matches):
        return matches
    outcomes = outcomes_of(matches, work.spec, work.journal, run, during)
    given = await work.session.asker(work.spec, outcomes) or [None] * len(matches)
    return [
        found if one is None else Matched(found.question, "answered", one.answer, one.rule)
        for found, one in zip(matches, given, strict=True)
    ]


def _meant(questions: Sequence[Question], number: int, said: str) -> str:
    if not 1 <= number <= len(questions):
        raise UsageError(f"there is no question {number}; the run asks {len(questions)}.")
    question = questions[number - 1]
    labels = [option.label for option in question.options]
    return chosen(labels, question.allow_custom, said)
