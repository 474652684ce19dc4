"""What the service holds for an address, found out by reading.

Nothing here asks for anything to change; creating a migration, which is idempotent, is a step like
any other.
"""

from __future__ import annotations

from dataclasses import dataclass

from vernctl.api.models import ACTIVE, IN_FLIGHT, Preview, Run, ThreadEvent, ThreadPage
from vernctl.errors import ConflictError, NotFoundError, RefusedError
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.journal import Journal
from vernctl.workflow.known import Known
from vernctl.workflow.session import Session


@dataclass(frozen=True)
class Observed:
    """The state of one migration. ``last_sequence`` is the thread's; ``foreign`` the messages in
    it that this checkout did not send."""

    migration_id: str | None = None
    run: Run | None = None
    last_sequence: int | None = None
    events: tuple[ThreadEvent, ...] = ()

    @property
    def in_flight(self) -> bool:
        """True while a run is queued, running or blocked: it holds the migration."""
        return self.run is not None and self.run.status in IN_FLIGHT


async def observe(
    session: Session,
    journal: Journal,
    recorded: Snapshot | None,
    *,
    recreate: bool = False,
    brief: bool = False,
    latest: bool = False,
) -> Observed:
    """Read the migration that the journal, or the snapshot of the same address, names.

    A recorded id that answers 404 is an error, for it usually means another key or region; on the
    embedded server, whose data may be thrown away, and with ``recreate`` it is simply forgotten.
    ``brief``: an import of ours whose thread has not moved since is taken to be as we left it, so
    that one read is all; its report is then not at hand. ``latest``: something in flight has been
    met, so that the run which is on record here is not the one that counts.
    """
    known = journal.known
    migration_id = known.migration_id or (recorded.migration_id if recorded else None)
    if migration_id is None:
        return Observed()
    try:
        page = await session.client.get_thread(migration_id, after=known.sequence)
    except NotFoundError as error:
        if session.embedded or recreate:
            if known.migration_id is not None:
                journal.fact("forgotten", migration_id=migration_id)
            return Observed()
        raise RefusedError(
            f"the recorded migration {migration_id} isn't in this account. "
            "Is it another key, or another region?",
            rule="unknown_migration",
            next="Check the endpoint and its key; `vernctl plan --recreate` starts a new one.",
        ) from error
    if brief and not latest and _is_as_left(known, page):
        imported = Run(run_id=known.run_id or "", status="completed")
        return Observed(migration_id, imported, known.sequence)
    recorded_run = recorded.run_id if recorded and not known.generated else None
    run = await _run_of(session, migration_id, known.run_id or recorded_run)
    if run is not None and run.status not in IN_FLIGHT and known.open is None:
        # Ours has settled, but the thread has gone on: the latest run may be somebody else's.
        moved = page.events and page.events[-1].sequence != known.sequence
        if latest or (moved and run.run_id == known.run_id):
            run = await _run_of(session, migration_id, None)
    return Observed(
        migration_id=migration_id,
        run=run,
        last_sequence=page.last_sequence if page.last_sequence is not None else known.sequence,
        events=page.events,
    )


def _is_as_left(known: Known, page: ThreadPage) -> bool:
    """Our execute has completed, nothing is open, and the thread has said nothing since."""
    done = known.executed
    imported = done is not None and done.status == "completed" and done.run_id == known.run_id
    return (
        imported
        and known.executing is None
        and known.open is None
        and known.sequence is not None
        and not page.events
    )


async def _run_of(session: Session, migration_id: str, run_id: str | None) -> Run | None:
    """The run of that id; without one, the migration's latest, which the session log tells once
    it is settled (a run with an empty id: something is in flight).
    """
    if run_id is not None:
        try:
            return await session.client.get_run(migration_id, run_id)
        except NotFoundError:
            pass
    try:
        log = await session.client.get_log(migration_id)
    except ConflictError:
        return Run(run_id="", status="running")
    if not log.runs:
        return None
    return await session.client.get_run(migration_id, log.runs[-1].run_id)


async def read_preview(session: Session, migration_id: str) -> Preview | None:
    """The current preview, or None where there is none (404)."""
    try:
        return await session.client.get_preview(migration_id)
    except NotFoundError:
        return None


def has_begun(events: tuple[ThreadEvent, ...]) -> bool:
    """Whether a run has begun to work in these events."""
    statuses = (
        event.data.get("status") if isinstance(event.data, dict) else event.data
        for event in events
        if event.type == "status"
    )
    return any(status in ACTIVE for status in statuses)


def persons_words(events: tuple[ThreadEvent, ...]) -> tuple[str, ...]:
    """What people said in these events (``message`` with role user), in order."""
    return tuple(
        str(event.data["text"])
        for event in events
        if event.type == "message"
        and isinstance(event.data, dict)
        and event.data.get("role") == "user"
        and event.data.get("text") is not None
    )
