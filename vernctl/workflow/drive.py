"""One run, from where it is to its end: followed, and its questions answered from the spec."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from vernctl.api.models import ACTIVE, Answer, Question, Run, RunKind, ThreadEvent
from vernctl.errors import (
    ConflictError,
    QuotaError,
    RateLimitedError,
    RunFailedError,
    ServerError,
    UnansweredError,
    UnreachableError,
)
from vernctl.snapshot.model import RecordedQuestion
from vernctl.spec.answers import Matched, match, stanza_for
from vernctl.spec.model import Spec
from vernctl.workflow.journal import Entry, Journal
from vernctl.workflow.outcome import AskedOption, QuestionOutcome
from vernctl.workflow.session import Session
from vernctl.workflow.settle import settle

During = Literal["plan", "apply"]
#: A run that blocks more often than this is not making headway.
MAX_BLOCKS = 25


class BlockedError(UnansweredError):
    """A run waits for answers that the spec does not give. The run is left as it is."""

    def __init__(self, spec: Spec, run_id: str, questions: Sequence[QuestionOutcome]) -> None:
        count = sum(question.status != "answered" for question in questions)
        super().__init__(
            f"{count} question{'' if count == 1 else 's'} without an answer.",
            remote="Nothing was guessed, nothing was imported; the run waits.",
            next=f"Add the line under `answers:` ({spec.answers_place}) and plan again.",
        )
        self.run_id = run_id
        self.questions = tuple(questions)


@dataclass(frozen=True)
class Driven:
    """A settled run, and the questions that were answered on the way."""

    run: Run
    questions: tuple[QuestionOutcome, ...] = ()


async def start(
    session: Session,
    journal: Journal,
    migration_id: str,
    kind: RunKind,
    *,
    message: str | None = None,
    **facts: JsonValue,
) -> str:
    """Start or resume a run exactly once and return its id. The intent is journalled before.

    Raises QuotaError where the account's limit is reached, and ApiError otherwise; a reply that
    is lost is settled by reading.
    """
    resent = False
    while True:
        sequence = await last_sequence(session, journal, migration_id)
        intent = journal.intend(kind, sequence=sequence, message=message, **facts)
        try:
            accepted = await session.client.start_run(migration_id, kind, message=message)
        except (UnreachableError, ServerError):
            if await settle(session, journal):
                return journal.known.run_id or ""
            if resent:
                raise
            resent = True
            continue
        except RateLimitedError as limited:
            journal.result(intent, done=False)
            raise out_of_quota(limited, kind) from limited
        except ConflictError:
            journal.result(intent, done=False)
            raise
        journal.result(intent, run_id=accepted.run_id)
        return accepted.run_id


async def last_sequence(session: Session, journal: Journal, migration_id: str) -> int | None:
    """Where the thread stands right before a request: what comes after it, came of the request."""
    page = await session.client.get_thread(migration_id, after=journal.known.sequence)
    return page.last_sequence if page.last_sequence is not None else journal.known.sequence


def out_of_quota(limited: RateLimitedError, what: str) -> QuotaError:
    """The account's limit as an outcome: nothing lost, and when to come back."""
    wait = limited.retry_after
    held = (
        f" Runs that hold the account's slots: {', '.join(limited.runs)}." if limited.runs else ""
    )
    return QuotaError(
        f"{what} is over the account's limit: {limited.message}.{held}",
        resume_at=None if wait is None else time.time() + wait,
        next="The same command, later; it goes on where it stopped.",
    )


async def drive(
    session: Session, journal: Journal, spec: Spec, migration_id: str, *, during: During
) -> Driven:
    """Follow the journal's run until it settles, answering every block from the spec's rules.

    Raises BlockedError where a question has no answer (the run waits), RunFailedError where the
    run failed or was canceled.
    """
    run_id = journal.known.run_id or ""
    said: list[QuestionOutcome] = []
    for _ in range(MAX_BLOCKS):
        run = await follow(session, journal, spec, migration_id, run_id)
        if run.status != "blocked":
            if run.status in ("failed", "canceled"):
                raise _ended_badly(run)
            return Driven(run, tuple(said))
        said += await _answer(session, journal, spec, migration_id, run, during)
    raise RunFailedError(
        f"the run asked for answers {MAX_BLOCKS} times without coming to an end.",
        remote="The run is left blocked.",
        next=f"vernctl cancel {spec.shown_path}",
    )


async def follow(
    session: Session, journal: Journal, spec: Spec, migration_id: str, run_id: str
) -> Run:
    """Listen to the thread until the run is neither queued nor running; one poll confirms."""
    after = journal.known.sequence
    run = await session.client.get_run(migration_id, run_id)
    while run.status in ACTIVE:
        async for event in session.client.stream_thread(migration_id, after=after):
            after = event.sequence
            words = _words(event)
            if words:
                session.listener.say(spec.name, event.type, words)
        run = await session.client.get_run(migration_id, run_id)
        if run.status in ACTIVE:
            session.listener.say(spec.name, run.status, run.message or "")
            await asyncio.sleep(session.poll_seconds)
    journal.fact("settled", status=run.status, sequence=after)
    return run


async def _answer(
    session: Session, journal: Journal, spec: Spec, migration_id: str, run: Run, during: During
) -> list[QuestionOutcome]:
    """Answer all questions of a block in one request, or none of them."""
    if run.blocked_reason == "credentials" or not run.questions:
        raise RunFailedError(
            "the run waits for credentials of a live source, which specs cannot give yet."
            if run.blocked_reason == "credentials"
            else "the run is blocked without a question.",
            remote="The run is left blocked.",
            next=f"vernctl cancel {spec.shown_path}",
        )
    used = Counter(question.rule for question in journal.known.questions)
    matches: list[Matched] = []
    for question in run.questions:
        found = match(question, spec.answers, during=during, used=used)
        matches.append(found)
        if found.rule is not None and found.answer is not None:
            used[found.rule.pattern] += 1
    outcomes = [question_outcome(found) for found in matches]
    if any(outcome.status != "answered" for outcome in outcomes):
        raise BlockedError(spec, run.run_id, outcomes)
    _refuse_loop(journal, spec, run, matches)
    recorded = [as_recorded(found, during) for found in matches]
    intent = journal.intend(
        "answer",
        sequence=await last_sequence(session, journal, migration_id),
        questions=[question.model_dump(mode="json") for question in recorded],
    )
    answers = [Answer(id=found.question.id, value=found.answer or "") for found in matches]
    await _send(session, journal, intent, migration_id, run.run_id, answers)
    for outcome in outcomes:
        session.listener.say(spec.name, "answer", f"{outcome.question} → {outcome.answer}")
    return outcomes


async def _send(
    session: Session,
    journal: Journal,
    intent: Entry,
    migration_id: str,
    run_id: str,
    answers: list[Answer],
) -> None:
    for attempt in range(2):
        try:
            await session.client.answer(migration_id, run_id, answers)
        except (UnreachableError, ServerError):
            # Still blocked and silent since: it never arrived, and may be sent again.
            if await settle(session, journal):
                return
            if attempt:
                raise
            intent = journal.intend("answer", **intent.data)
            continue
        except RateLimitedError as limited:
            journal.result(intent, done=False)
            raise out_of_quota(limited, "answering") from limited
        except ConflictError:
            # Somebody answered between our poll and our reply; the next poll shows the run's state.
            journal.result(intent, done=False)
            return
        journal.result(intent)
        return


def _refuse_loop(journal: Journal, spec: Spec, run: Run, matches: Sequence[Matched]) -> None:
    """The very same question after its answer means that the answer does not settle it."""
    for found in matches:
        options = tuple(option.label for option in found.question.options)
        for before in journal.known.questions:
            same = (before.question, before.options) == (found.question.question, options)
            if same and before.answer == found.answer and before.context == found.question.context:
                repeated = question_outcome(found).model_copy(
                    update={"status": "invalid", "why": "asked again after this answer was given"}
                )
                raise BlockedError(spec, run.run_id, [repeated])


def question_outcome(found: Matched) -> QuestionOutcome:
    """What a match says, for the eye and for the JSON document."""
    question = found.question
    rule = found.rule
    return QuestionOutcome(
        question=question.question,
        status=found.status,
        context=question.context,
        options=tuple(AskedOption(id=o.id, label=o.label) for o in question.options),
        allow_custom=question.allow_custom,
        answer=found.answer,
        rule=rule.pattern if rule else None,
        rule_place=str(rule.place) if rule else None,
        stanza=None if found.status == "answered" else stanza_for(question),
        why=found.why,
    )


def as_recorded(found: Matched, during: During) -> RecordedQuestion:
    """A question and its answer as journal, snapshot and receipt keep them."""
    question: Question = found.question
    return RecordedQuestion(
        question=question.question,
        context=question.context,
        options=tuple(option.label for option in question.options),
        allow_custom=question.allow_custom,
        answer=found.answer or "",
        rule=found.rule.pattern if found.rule else "",
        during=during,
    )


def _words(event: ThreadEvent) -> str:
    """What of an event is worth a live line; token streams are not."""
    if not isinstance(event.data, dict):
        return ""
    for name in ("message", "text", "title"):
        text = event.data.get(name)
        if isinstance(text, str):
            return text
    return ""


def _ended_badly(run: Run) -> RunFailedError:
    why = f": {run.error}" if run.error else ""
    return RunFailedError(
        f"the run {'was canceled' if run.status == 'canceled' else 'failed'}{why}",
        remote="Nothing was imported by this run, as far as the service says.",
        next="vernctl log SPEC shows what it did; the same command tries again.",
    )
