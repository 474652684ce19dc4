"""The line to one workspace: everything that is said and read alike in both dialects of the API.

What a run is (a preview made, a preview executed, an import) is the dialect's business; that a run
is followed, answered, canceled, and its rows exported, is not. Whoever only does the latter takes
a :class:`Line` and never asks which dialect is behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from vernctl.api.models import ACTIVE, Answer, ExportFilter, Run, SessionLog, ThreadEvent
from vernctl.errors import ConflictError
from vernctl.snapshot.tokens import hides
from vernctl.spec.model import Spec
from vernctl.workflow.journal import Journal
from vernctl.workflow.receipts import text_hash
from vernctl.workflow.requests import last_sequence
from vernctl.workflow.session import Session
from vernctl.workflow.settle import settle


class ServiceLog(NamedTuple):
    """The service's own record of a workspace: exact JSON, and Markdown for people."""

    document: bytes
    markdown: str


class Line(Protocol):
    """One workspace at one endpoint. Every method may raise ApiError."""

    session: Session
    journal: Journal
    spec: Spec

    @property
    def id(self) -> str:
        """The workspace's id; empty where none is known."""
        ...

    async def mark(self) -> int | None:
        """Where the workspace's record stands right before a request; None where it has none."""
        ...

    async def follow(self, run_id: str) -> Run:
        """Wait until the run is neither queued nor running; the journal is told."""
        ...

    async def answer(self, run_id: str, answers: Sequence[Answer]) -> None:
        """Answer a whole block. Sent once."""
        ...

    async def settle(self, conflict: ConflictError | None = None) -> bool | None:
        """Give the journal's open intent its result, by reading: it took place, or it never did."""
        ...

    async def cancel(self, run_id: str) -> Run:
        """Ask the run to stop."""
        ...

    async def export(self, slug: str, target: Path, rows: ExportFilter) -> int:
        """Write the imported rows of a sheet to ``target`` as CSV; returns how many."""
        ...

    async def log(self) -> ServiceLog:
        """The service's record. Raises ConflictError while it is not settled."""
        ...

    async def knowledge(self) -> Mapping[str, str | None]:
        """Hashes of what the agent reads before each run, by whose it is."""
        ...

    async def import_on_record(self) -> str | None:
        """The last import as the service has it on record, in words; None: it tells of none."""
        ...


class Workspace:
    """What a line leads to: a workspace by its id. ``recorded``: the id that the approved snapshot
    names, for where the journal knows none."""

    def __init__(
        self, session: Session, journal: Journal, spec: Spec, recorded: str | None = None
    ) -> None:
        self.session = session
        self.journal = journal
        self.spec = spec
        self._recorded = recorded

    @property
    def id(self) -> str:
        """The workspace's id; empty where none is known."""
        return self.journal.known.migration_id or self._recorded or ""


class MigrationLine(Workspace):
    """The line to a migration: followed by its thread, settled by it."""

    async def mark(self) -> int | None:
        """The thread's last sequence: what comes after it, came of the request."""
        return await last_sequence(self.session, self.journal, self.id)

    async def follow(self, run_id: str) -> Run:
        """Listen to the thread until the run has settled; one poll confirms."""
        session, spec = self.session, self.spec
        after = self.journal.known.sequence
        run = await session.client.get_run(self.id, run_id)
        while run.status in ACTIVE:
            async for event in session.client.stream_thread(self.id, after=after):
                after = event.sequence
                words = _words(event)
                if words and not hides(spec.review):
                    session.listener.say(spec.name, event.type, words)
            run = await session.client.get_run(self.id, run_id)
            if run.status in ACTIVE:
                told = "" if hides(spec.review) else run.message or ""
                session.listener.say(spec.name, run.status, told)
                await asyncio.sleep(session.poll_seconds)
        if after == self.journal.known.sequence:
            # It had settled before it was listened to: what it said must not look like news later.
            after = await self.mark()
        reason = run.blocked_reason if run.status == "blocked" else None
        self.journal.fact("settled", status=run.status, reason=reason, sequence=after)
        return run

    async def answer(self, run_id: str, answers: Sequence[Answer]) -> None:
        """``POST …/runs/{run_id}/messages``."""
        await self.session.client.answer(self.id, run_id, answers)

    async def settle(self, conflict: ConflictError | None = None) -> bool | None:
        """By the thread, the run and the session log."""
        return await settle(self.session, self.journal, conflict)

    async def cancel(self, run_id: str) -> Run:
        """``PATCH …/runs/{run_id}``."""
        return await self.session.client.cancel_run(self.id, run_id)

    async def export(self, slug: str, target: Path, rows: ExportFilter) -> int:
        """``GET …/exports/{slug}.csv``."""
        return await self.session.client.export_csv(self.id, slug, target, filter=rows)

    async def log(self) -> ServiceLog:
        """The session log."""
        client = self.session.client
        document = await client.get_log_json(self.id)
        return ServiceLog(document, await client.get_log_markdown(self.id))

    async def knowledge(self) -> Mapping[str, str | None]:
        """The migration's text and its source's."""
        client, source = self.session.client, self.spec.migration.source
        own = await client.get_knowledge(self.id)
        found = {"migration": text_hash(own.knowledge)}
        if source is not None:
            shared = await client.get_source_knowledge(source)
            found["source"] = text_hash(shared.knowledge)
        return found

    async def import_on_record(self) -> str | None:
        """The last execute of the session log."""
        try:
            return _executed_words(await self.session.client.get_log(self.id))
        except ConflictError:
            return None


def _executed_words(log: SessionLog) -> str | None:
    executes = [run for run in log.runs if run.kind == "execute" and run.outcome is not None]
    if not executes or (told := executes[-1].outcome) is None:
        return None
    when = f" on {at[:10]}" if (at := executes[-1].completed_at) else ""
    rows = "an unknown number of" if told.rows_written is None else str(told.rows_written)
    more = f", {told.invalid_rows} of them invalid" if told.invalid_rows else ""
    return f"executed{when}, {rows} rows written{more}"


def _words(event: ThreadEvent) -> str:
    """What of an event is worth a live line; token streams are not."""
    if not isinstance(event.data, dict):
        return ""
    for name in ("message", "text", "title"):
        text = event.data.get(name)
        if isinstance(text, str):
            return text
    return ""
