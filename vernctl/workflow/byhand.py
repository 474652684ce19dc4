"""Answers that a person gives: chosen from what is offered, journalled, written as rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vernctl.api.models import Run
from vernctl.errors import RefusedError, UsageError
from vernctl.spec.answers import Matched
from vernctl.spec.model import Spec
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


async def answer_work(
    work: Work, run: Run | None, given: Mapping[int, str], *, write: bool
) -> SpecOutcome:
    """Answer the blocked run: ``given`` by the number of what no rule answers, the rest by rules.

    ``write`` puts what was given into the spec as rules first. Raises BlockedError, and has sent
    nothing, where a question is left; UsageError for an answer that cannot be meant.
    """
    if run is None or run.status != "blocked":
        facts = ("No run waits for an answer.",)
        return begin(work, "status").model_copy(update={"facts": facts})
    if run.run_id != work.journal.known.run_id:
        raise RefusedError(
            "a run that this checkout did not start waits on this migration.",
            rule="stranger",
            remote="Nothing was sent.",
        )
    if run.blocked_reason == "credentials":
        raise RefusedError(
            "the run waits for credentials, which are never given as an answer.",
            rule="credentials",
            remote="Nothing was sent.",
            next=f"vernctl plan {work.spec.shown_path} gives those that `connection:` refers to.",
        )
    during: During = "apply" if work.journal.known.executing else "plan"
    matches = matched_block(work.journal, work.spec, run, during)
    said = _meant(matches, given)
    if write and said:
        work.use(_written(work, run, matches, said))
        matches = matched_block(work.journal, work.spec, run, during)
    for at, answer in said.items():
        if matches[at].answer != answer:
            matches[at] = Matched(run.questions[at], "answered", answer)
    matches = await _asked_person(work, run, matches, during)
    if any(found.status != "answered" for found in matches):
        left = outcomes_of(matches, work.spec, work.journal, run, during)
        raise BlockedError(work.spec, run.run_id, left, during=during)
    sent = await send_block(work.line, run, matches, during)
    verb = "apply" if during == "apply" else "plan"
    return begin(work, "status").model_copy(
        update={
            "migration_id": work.journal.known.migration_id,
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


def _meant(matches: Sequence[Matched], given: Mapping[int, str]) -> dict[int, str]:
    """What is to be sent, by place in the block. Numbers count what no rule answers, from 1."""
    left = [at for at, found in enumerate(matches) if found.status != "answered"]
    said: dict[int, str] = {}
    for number, text in given.items():
        if not 1 <= number <= len(left):
            raise UsageError(f"there is no question {number}; {len(left)} wait for an answer.")
        question = matches[left[number - 1]].question
        labels = [option.label for option in question.options]
        said[left[number - 1]] = chosen(labels, question.allow_custom, text)
    return said


def _written(work: Work, run: Run, matches: Sequence[Matched], said: Mapping[int, str]) -> Spec:
    """The spec with a rule for each answer. Raises UsageError where rules are there, but wrong."""
    for at in said:
        if matches[at].status != "unanswered":
            raise UsageError(
                f"a further rule would not help: {matches[at].why}.",
                next=f"Mend the rules in {work.spec.shown_path}, or answer without --write.",
            )
    lines = [rule_line(run.questions[at], answer, run.questions) for at, answer in said.items()]
    return add_rules(work.spec, work.session.project, lines)
