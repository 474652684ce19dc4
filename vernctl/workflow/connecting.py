"""The live source of a migration: attached as the spec says, and what is said of its rows.

Rows of a live source are read when a run generates, and only then. Whatever is not a generate
therefore speaks of rows as they were last read, never of "no changes".
"""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import JsonValue

from vernctl.api.models import SourceConnection
from vernctl.errors import BadRequestError, InputError, NotFoundError
from vernctl.spec.model import Connection
from vernctl.workflow.outcome import LiveSource
from vernctl.workflow.work import Work


async def connect(work: Work) -> None:
    """Attach the spec's live source, change it, or detach one that the spec has no longer.

    Read first: what is there already as it should be is not written again, and neither is what a
    lost reply has attached. Credentials are no part of it. Raises InputError where the service has
    no such source, or cannot use its settings.
    """
    migration_id = work.journal.known.migration_id or ""
    wanted, before = work.spec.connection, _recorded_key(work)
    public = wanted.public if wanted else None
    intent = work.journal.intend("connect", connection=public)
    if before is not None and (wanted is None or before != wanted.source_key):
        await work.session.client.delete_source_connection(migration_id, source_key=before)
    if wanted is not None:
        there = await attached(work, migration_id, wanted.source_key)
        if there is None or public_of(there) != public:
            await _attach(work, migration_id, wanted)
    work.journal.result(intent)


async def _attach(work: Work, migration_id: str, wanted: Connection) -> None:
    try:
        await work.session.client.save_source_connection(
            migration_id,
            wanted.source_key,
            config=wanted.config,
            selected_streams=wanted.streams,
            default_streams=wanted.streams is None,
        )
    except BadRequestError as refused:
        raise InputError(
            f"the service cannot attach the live source {wanted.source_key}: {refused.message}",
            place=wanted.place,
            remote="The migration exists; nothing was read or imported.",
            next=f"Mend `connection:` in {work.spec.shown_path}, then plan again.",
        ) from refused


async def attached(work: Work, migration_id: str, source_key: str) -> SourceConnection | None:
    """The migration's connection of that source; None where it has none."""
    try:
        return await work.session.client.get_source_connection(migration_id, source_key=source_key)
    except NotFoundError:
        return None


def public_of(there: SourceConnection) -> dict[str, JsonValue]:
    """An attached connection in the form in which a spec's is compared (Connection.public)."""
    streams: JsonValue = (
        None if there.selected_streams is None else [*sorted(there.selected_streams)]
    )
    return {
        "source_key": there.source_key.lower(),
        "config": dict(there.config),
        "streams": streams,
    }


def _recorded_key(work: Work) -> str | None:
    """The source that this migration was attached to before, as far as is recorded."""
    recorded = work.journal.known.connection
    if recorded is None and work.here is not None:
        recorded = work.here.inputs.connection
    key = recorded.get("source_key") if isinstance(recorded, dict) else None
    return key if isinstance(key, str) else None


async def live_source(work: Work, migration_id: str | None) -> LiveSource | None:
    """What there is to say of a spec's live source; None where the spec has none. One read.

    When it was last read is what the service tells, else when our last generate was asked for.
    """
    wanted = work.spec.connection
    if wanted is None:
        return None
    told: object = None
    is_attached = None
    if migration_id is not None:
        there = await attached(work, migration_id, wanted.source_key)
        is_attached = there is not None and public_of(there) == wanted.public
        told = (there.model_extra or {}).get("last_sync_at") if there else None
    known = work.journal.known
    read_at = told if isinstance(told, str) else known.generated_at
    return LiveSource(source_key=wanted.source_key, last_read=read_at, attached=is_attached)


def live_facts(work: Work, live: LiveSource | None) -> tuple[str, ...]:
    """The sentence that stands where a spec of files alone would say that nothing changed."""
    if live is None:
        return ()
    if live.last_read is None:
        return (f"Live data of {live.source_key}, not read yet; a generate reads it.",)
    again = f"`vernctl plan {work.spec.shown_path} --refresh` reads it again"
    return (f"Live data of {live.source_key}, last read {shown_time(live.last_read)}; {again}.",)


def shown_time(stamp: str) -> str:
    """A moment to the minute, in UTC; a text that is no moment stays as it is."""
    try:
        when = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
