"""One block of a run: all of its questions answered in one request, or none of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from vernctl.api.models import Answer, Run
from vernctl.errors import (
    ConflictError,
    RateLimitedError,
    RunFailedError,
    ServerError,
    UnansweredError,
    UnreachableError,
)
from vernctl.snapshot.tokens import covered, hides
from vernctl.spec.answers import Matched, match
from vernctl.spec.model import Spec
from vernctl.workflow.asked import as_recorded, question_outcome
from vernctl.workflow.journal import Journal
from vernctl.workflow.known import Entry
from vernctl.workflow.line import Line
from vernctl.workflow.outcome import QuestionOutcome
from vernctl.workflow.requests import out_of_quota

During = Literal["plan", "apply"]


class BlockedError(UnansweredError):
    """A run waits for answers that the spec does not give.

    The run is left as it is, unless ``canceled``.
    """

    def __init__(
        self,
        spec: Spec,
        run_id: str,
        questions: Sequence[QuestionOutcome],
        *,
        canceled: bool = False,
        during: During = "plan",
    ) -> None:
        count = sum(question.status != "answered" for question in questions)
        wanting = any(question.status == "unanswered" for question in questions)
        way = "Add the line under `answers:`" if wanting else "Mend the rules under `answers:`"
        waits = "the run was canceled, its slot is free." if canceled else "the run waits."
        super().__init__(
            f"{count} question{'' if count == 1 else 's'} without an answer.",
            remote=f"Nothing was guessed, nothing was imported; {waits}",
            next=f"{way} ({spec.answers_place}) and {during} again.",
        )
        self.run_id = run_id
        self.questions = tuple(questions)
        self.canceled = canceled
        self.during = during


class StuckError(RunFailedError):
    """A run is left blocked, and no answer rule could set it going again."""


async def answer_block(line: Line, run: Run, during: During) -> list[QuestionOutcome]:
    """Answer a blocked run from the spec's rules, and from a person where the session can ask.

    Raises BlockedError where a question is left without an answer; nothing was sent then.
    """
    session, journal, spec = line.session, line.journal, line.spec
    _refuse_no_question(spec, run)
    matches = matched_block(journal, spec, run, during)
    matches = [_unlooped(journal, found) for found in matches]
    if any(found.status != "answered" for found in matches):
        outcomes = outcomes_of(matches, spec, journal, run, during)
        if session.asker is None:
            raise BlockedError(spec, run.run_id, outcomes, during=during)
        given = await session.asker(spec, outcomes)
        if given is None:
            raise BlockedError(spec, run.run_id, outcomes, during=during)
        matches = [
            one if answer is None else Matched(one.question, "answered", answer.answer, answer.rule)
            for one, answer in zip(matches, given, strict=True)
        ]
        if any(found.status != "answered" for found in matches):
            raise BlockedError(spec, run.run_id, outcomes, during=during)
    return await send_block(line, run, matches, during)


def matched_block(journal: Journal, spec: Spec, run: Run, during: During) -> list[Matched]:
    """Every question of a block against the spec's rules; ``times`` counts within the run."""
    used = Counter(question.rule for question in journal.known.questions)
    matches: list[Matched] = []
    for question in run.questions:
        found = match(question, spec.answers, during=during, used=used)
        matches.append(found)
        if found.rule is not None and found.answer is not None:
            used[found.rule.pattern] += 1
    return matches


def outcomes_of(
    matches: Sequence[Matched], spec: Spec, journal: Journal, run: Run, during: During
) -> list[QuestionOutcome]:
    """The block for the eye: stanzas that tell its questions apart, and rules that came near."""
    used = Counter(question.rule for question in journal.known.questions)
    return [
        question_outcome(found, run.questions, spec.answers, during=during, used=used)
        for found in matches
    ]


async def send_block(
    line: Line, run: Run, matches: Sequence[Matched], during: During
) -> list[QuestionOutcome]:
    """Send the answers of a whole block in one request, journalled before."""
    session, journal, spec = line.session, line.journal, line.spec
    recorded = [as_recorded(found, during) for found in matches]
    await session.gate.admit(journal.address, ("agent",), "answer")
    session.budget.made(journal.address)
    intent = journal.intend(
        "answer",
        sequence=await line.mark(),
        ids=[found.question.id for found in matches],
        questions=[question.model_dump(mode="json") for question in recorded],
    )
    answers = [Answer(id=found.question.id, value=found.answer or "") for found in matches]
    sent = await _send(line, intent, run.run_id, answers)
    if not sent:
        return []
    outcomes = [question_outcome(found) for found in matches]
    for outcome in outcomes:
        asked = covered(outcome.question) if hides(spec.review) else outcome.question
        session.listener.say(spec.name, "answer", f"{asked} → {outcome.answer}")
    return outcomes


def _refuse_no_question(spec: Spec, run: Run) -> None:
    if run.questions:
        return
    raise StuckError(
        "the run is blocked without a question.",
        remote="The run is left blocked.",
        next=f"vernctl cancel {spec.shown_path}",
    )


async def _send(line: Line, intent: Entry, run_id: str, answers: list[Answer]) -> bool:
    """True where these answers arrived; False where somebody else's did before."""
    journal = line.journal
    for attempt in range(2):
        try:
            await line.answer(run_id, answers)
        except (UnreachableError, ServerError):
            # Still blocked and silent since: it never arrived, and may be sent again.
            if await line.settle():
                return True
            if attempt:
                raise
            intent = journal.intend("answer", **intent.data)
            continue
        except RateLimitedError as limited:
            journal.result(intent, done=False)
            raise out_of_quota(limited, "answering") from limited
        except ConflictError as conflict:
            # Answered between our poll and our reply: by a second copy of ours, or by somebody
            # else; the next poll shows the run's state.
            return bool(await line.settle(conflict))
        journal.result(intent)
        return True
    return False


def _unlooped(journal: Journal, found: Matched) -> Matched:
    """The very same question after its answer means that the answer does not settle it."""
    options = tuple(option.label for option in found.question.options)
    for before in journal.known.questions:
        asked = (before.question, before.options, before.context)
        same = asked == (found.question.question, options, found.question.context)
        if same and before.answer == found.answer:
            why = "asked again after this answer was given"
            return found._replace(status="invalid", answer=None, why=why)
    return found
