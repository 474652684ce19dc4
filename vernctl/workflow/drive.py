"""One run, from where it is to its end: followed, and its questions answered from the spec."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from vernctl.api.models import Run, RunKind
from vernctl.api.quota import QuotaName
from vernctl.errors import (
    ConflictError,
    RateLimitedError,
    RunFailedError,
    ServerError,
    UnreachableError,
)
from vernctl.workflow.answering import During, StuckError, answer_block
from vernctl.workflow.credentials import give_credentials
from vernctl.workflow.journal import Journal
from vernctl.workflow.line import Line
from vernctl.workflow.outcome import QuestionOutcome
from vernctl.workflow.requests import last_sequence, out_of_quota
from vernctl.workflow.session import Session
from vernctl.workflow.settle import settle

#: A run that blocks more often than this is not making headway.
MAX_BLOCKS = 25


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
    extract_via_api: bool | None = None,
    **facts: JsonValue,
) -> str:
    """Start or resume a run exactly once and return its id. The intent is journalled before.

    Raises QuotaError where the account's limit is reached, and ApiError otherwise; a reply that
    is lost is settled by reading.
    """
    resent = False
    while True:
        await session.gate.admit(journal.address, costs_of(kind), kind)
        sequence = await last_sequence(session, journal, migration_id)
        session.budget.made(journal.address)
        intent = journal.intend(kind, sequence=sequence, message=message, **facts)
        try:
            accepted = await session.client.start_run(
                migration_id, kind, message=message, extract_via_api=extract_via_api
            )
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
        except ConflictError as conflict:
            # Whatever lies between may have sent it twice: then the one in flight is ours.
            if await settle(session, journal, conflict):
                return journal.known.run_id or ""
            raise
        journal.result(intent, run_id=accepted.run_id)
        return accepted.run_id


def costs_of(kind: RunKind) -> tuple[QuotaName, ...]:
    """The classes of limits that starting such a run counts against."""
    return ("generate", "agent") if kind == "generate" else ("agent",)


async def drive(line: Line, *, during: During) -> Driven:
    """Follow the journal's run until it settles, answering every block from the spec: questions by
    its rules, credentials by its references.

    Raises BlockedError where a question has no answer and CredentialsError where credentials have
    none (the run waits), RunFailedError where the run failed or was canceled.
    """
    run_id = line.journal.known.run_id or ""
    given: tuple[str, ...] = ()
    said: list[QuestionOutcome] = []
    for _ in range(MAX_BLOCKS):
        run = await line.follow(run_id)
        if run.status != "blocked":
            if run.status in ("failed", "canceled"):
                raise _ended_badly(run)
            return Driven(run, tuple(said))
        if run.blocked_reason == "credentials":
            given = await give_credentials(line, run, given)
            continue
        given = ()
        said += await answer_block(line, run, during)
    raise StuckError(
        f"the run asked for answers {MAX_BLOCKS} times without coming to an end.",
        remote="The run is left blocked.",
        next=f"vernctl cancel {line.spec.shown_path}",
    )


def _ended_badly(run: Run) -> RunFailedError:
    why = f": {run.error}" if run.error else ""
    return RunFailedError(
        f"the run {'was canceled' if run.status == 'canceled' else 'failed'}{why}",
        remote="Nothing was imported by this run, as far as the service says.",
        next="vernctl log SPEC shows what it did; the same command tries again.",
    )
