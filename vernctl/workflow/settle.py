"""A lost reply: how reading tells whether a request took place.

Nothing is ever asked twice on suspicion. Every intent carries the thread's last sequence at the
time it was written; what the thread, the run and the session log say since then decides.
"""

from __future__ import annotations

import asyncio

from vernctl.api.models import IN_FLIGHT, ThreadEvent
from vernctl.errors import (
    ApiError,
    ConflictError,
    RunFailedError,
    ServerError,
    UnreachableError,
)
from vernctl.workflow.journal import Journal
from vernctl.workflow.known import Entry
from vernctl.workflow.observe import has_begun, persons_words
from vernctl.workflow.session import Session

#: Requests that may simply be made again: the service makes sure that nothing happens twice, or
#: (upload) its file list is read before anything is sent.
_REPEATABLE = frozenset({"create", "upload", "knowledge", "connect", "cancel"})


async def settle(
    session: Session,
    journal: Journal,
    conflict: ConflictError | None = None,
    *,
    read_only: bool = False,
) -> bool | None:
    """Give the open intent its result: True: it took place, False: it never did, None: none.

    ``read_only``: an intent that reading alone cannot settle (a generate in flight without a known
    id) stays open.
    ``conflict``: it was refused because something is in flight, or has been: that may be a copy of
    itself, and is where the record says just that.
    """
    intent = journal.known.open
    if intent is None:
        return None
    migration_id = journal.known.migration_id
    if intent.name in _REPEATABLE or migration_id is None:
        journal.result(intent, done=False)
        return False
    match intent.name:
        case "generate" if read_only and await _in_flight(session, migration_id):
            return None
        case "generate":
            known = conflict.run_id if conflict is not None else None
            run_id = known or await _generated(session, migration_id, intent)
            return _close(journal, intent, run_id is not None, run_id)
        case "update" | "clarify":
            happened = await _updated(session, migration_id, intent, conflict)
        case "answer":
            happened = await _answered(session, journal, migration_id, intent, conflict)
        case "credentials":
            happened = await _credentialed(session, journal, migration_id, intent)
        case _:
            happened = await _executed(session, journal, migration_id, intent, conflict)
    return _close(journal, intent, happened, journal.known.run_id)


def _close(journal: Journal, intent: Entry, happened: bool, run_id: str | None) -> bool:
    journal.result(intent, done=happened, **({"run_id": run_id} if happened else {}))
    return happened


async def events_since(
    session: Session, migration_id: str, sequence: int | None
) -> tuple[ThreadEvent, ...]:
    """What the thread says after a sequence (all of it, where that is None)."""
    return (await session.client.get_thread(migration_id, after=sequence)).events


def sequence_of(intent: Entry) -> int | None:
    """The thread's last sequence when the intent was written."""
    sequence = intent.data.get("sequence")
    return sequence if isinstance(sequence, int) else None


async def _generated(session: Session, migration_id: str, intent: Entry) -> str | None:
    """The id of the run that a generate without a reply has opened, or None."""
    if not await events_since(session, migration_id, sequence_of(intent)):
        return None
    while True:
        try:
            log = await session.client.get_log(migration_id)
        except ConflictError:
            run_id, _ = await active_run_id(session, migration_id)
            if run_id is not None:
                return run_id
            continue
        if not log.runs:
            return None
        return log.runs[-1].run_id


async def _in_flight(session: Session, migration_id: str) -> bool:
    """Whether anything is in flight: the session log is closed as long."""
    try:
        await session.client.get_log(migration_id)
    except ConflictError:
        return True
    return False


async def active_run_id(
    session: Session, migration_id: str, journal: Journal | None = None
) -> tuple[str | None, bool]:
    """The id of a run in flight that only waits for an answer, and whether it is one that asking
    has started; (None, False) where it has settled.

    Only the 409 of a second start tells it. That start is asked for only after the thread has
    ended and the log is still closed: then the run is blocked, it cannot finish by itself, and the
    start is refused, unless somebody answers it in between. So it is journalled like any other
    (``journal`` None: an intent to generate is open already), and what it starts is ours.
    """
    sequence = None
    async for event in session.client.stream_thread(migration_id):
        sequence = event.sequence
    try:
        await session.client.get_log(migration_id)
    except ConflictError:
        return await refused_by(session, migration_id, journal, sequence)
    return None, False


async def refused_by(
    session: Session, migration_id: str, journal: Journal | None, sequence: int | None
) -> tuple[str | None, bool]:
    """The id of the run in flight, by the 409 of a start that it refuses; or, where nothing refuses
    it after all, the id of what was started, and True. ``sequence``: where the thread stands."""
    intent = journal.intend("generate", sequence=sequence) if journal else None
    try:
        started = await session.client.start_run(migration_id, "generate")
    except (UnreachableError, ServerError):
        # The intent stays open: the next look settles it by reading.
        raise
    except ApiError as refused:
        if journal is not None and intent is not None:
            journal.result(intent, done=False)
        if isinstance(refused, ConflictError):
            return refused.run_id, False
        raise
    if journal is not None and intent is not None:
        journal.result(intent, run_id=started.run_id)
    return started.run_id, True


async def _updated(
    session: Session, migration_id: str, intent: Entry, conflict: ConflictError | None
) -> bool:
    events = await events_since(session, migration_id, sequence_of(intent))
    words = persons_words(events)
    if not words and conflict is None:
        return bool(events)
    return any(intent.data.get("message") == text for text in words)


async def _answered(
    session: Session,
    journal: Journal,
    migration_id: str,
    intent: Entry,
    conflict: ConflictError | None,
) -> bool:
    if conflict is None:
        run = await session.client.get_run(migration_id, journal.known.run_id or "")
        if run.status != "blocked":
            return True
    events = await events_since(session, migration_id, sequence_of(intent))
    words = persons_words(events)
    if not words and conflict is None:
        return bool(events)
    asked = intent.data.get("questions")
    given = (
        [str(q["answer"]) for q in asked if isinstance(q, dict)] if isinstance(asked, list) else []
    )
    return all(answer in words for answer in given)


async def _credentialed(
    session: Session, journal: Journal, migration_id: str, intent: Entry
) -> bool:
    """Given, where the run waits for credentials no longer, or has moved and waits again."""
    run = await session.client.get_run(migration_id, journal.known.run_id or "")
    if run.status != "blocked" or run.blocked_reason != "credentials":
        return True
    return bool(await events_since(session, migration_id, sequence_of(intent)))


async def _executed(
    session: Session,
    journal: Journal,
    migration_id: str,
    intent: Entry,
    conflict: ConflictError | None,
) -> bool:
    """Asked twice, some seconds apart: a service may begin a while after it was asked.

    One that was refused (``conflict``) took place only if a copy of it did, and then its run has
    begun since: what stands in its way otherwise is somebody else's.
    """
    run_id = journal.known.run_id or ""
    if conflict is not None:
        run = await session.client.get_run(migration_id, run_id)
        since = await events_since(session, migration_id, sequence_of(intent))
        return run.status != "awaiting_approval" and has_begun(since)
    for look in range(2):
        if look:
            await asyncio.sleep(session.settle_seconds)
        run = await session.client.get_run(migration_id, run_id)
        if run.status != "awaiting_approval":
            if run.status in IN_FLIGHT or run.status in ("completed", "failed", "canceled"):
                return True
            raise RunFailedError(
                f"the run has a status that this version does not know: {run.status}",
                remote="An execute was asked for; what became of it is unknown.",
            )
        if await events_since(session, migration_id, sequence_of(intent)):
            return True
        try:
            log = await session.client.get_log(migration_id)
        except ConflictError:
            return True
        if len([logged for logged in log.runs if logged.kind == "execute"]) > int(
            str(intent.data.get("executes", 0))
        ):
            return True
    return False
