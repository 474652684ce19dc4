"""One customer's migration: created, given files and knowledge, read, exported."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

from pydantic import JsonValue

from vernctl.api import uploads
from vernctl.api.body import EXPORT, LARGE, parse
from vernctl.api.calls import reading, writing
from vernctl.api.exports import save_csv
from vernctl.api.guard import segment
from vernctl.api.models import (
    ApiModel,
    CreatedMigration,
    ExportFilter,
    Knowledge,
    ListedFile,
    Migration,
    Preview,
    Run,
    SessionLog,
    ThreadEvent,
    ThreadPage,
)
from vernctl.api.runs import RunVerbs
from vernctl.api.thread import Include, ThreadFollower
from vernctl.api.uploads import Upload
from vernctl.errors import ApiError, ConflictError


class MigrationEnvelope(ApiModel):
    """The answer of ``POST /migrations``."""

    migration: Migration


class ListedFiles(ApiModel):
    """The answer of ``GET …/files``."""

    files: tuple[ListedFile, ...]


class MigrationVerbs(RunVerbs):
    """Everything about a migration but its runs. Another account's migration is NotFoundError."""

    async def create_migration(
        self,
        *,
        name: str,
        external_id: str,
        source: str | None = None,
        templates: Sequence[str] | None = None,
    ) -> CreatedMigration:
        """Open the migration of ``external_id``, or find it (``POST /migrations``).

        ``templates``: slugs; None means every active one. ``created`` is False where it was there
        already (200), also where an earlier try of this very call had made it. Idempotent, hence
        repeated where a reply is lost. Costs the account's one create of the hour.
        ConflictError: it exists with another source.
        """
        body: dict[str, JsonValue] = {"name": name, "external_id": external_id}
        if source is not None:
            body["source"] = source
        if templates is not None:
            body["templates"] = list(templates)
        call = writing("POST", "/migrations", body, repeatable=True, costs=("create",))
        found, status = await self._transport.fetch_with_status(call, MigrationEnvelope)
        return CreatedMigration(migration=found.migration, created=status == 201)

    async def list_files(self, migration_id: str) -> tuple[ListedFile, ...]:
        """The uploaded files with their sizes in bytes, where the service gives them."""
        call = reading(f"{_at(migration_id)}/files")
        return (await self._transport.fetch(call, ListedFiles)).files

    async def upload_files(
        self, migration_id: str, files: Sequence[Upload]
    ) -> tuple[ListedFile, ...]:
        """Upload files from disk, 25 a request, and return the file list that proves it.

        Costs one write for each 25 files and one read. A PUT that failed counts as done where the
        file list holds the file with its size. ConflictError: the list has a name twice or another
        size. InputError: one name twice, or no file.
        """
        uploads.check_files(files)
        for batch in uploads.in_batches(files):
            await self._upload(migration_id, batch)
        return await self._landed(migration_id, files)

    async def _upload(self, migration_id: str, files: Sequence[Upload]) -> None:
        wanted: list[JsonValue] = [
            {"name": upload.name, "content_type": upload.content_type} for upload in files
        ]
        call = writing("POST", f"{_at(migration_id)}/files", {"files": wanted}, patient=True)
        signed = await self._transport.fetch(call, uploads.SignedUploads)
        for upload, url in uploads.pair(files, signed, call.name):
            try:
                await uploads.put_file(self._transport, upload, url)
            except ApiError:
                if not uploads.has_landed(upload, await self.list_files(migration_id)):
                    raise

    async def _landed(self, migration_id: str, files: Sequence[Upload]) -> tuple[ListedFile, ...]:
        """The file list once it shows every file; storage may take a moment to list one."""
        policy = self._transport.policy
        for attempt in range(policy.attempts):
            listed = await self.list_files(migration_id)
            try:
                uploads.check_landed(files, listed)
                return listed
            except ConflictError:
                names = {entry.name for entry in listed}
                late = any(upload.name not in names for upload in files)
                if not late or attempt + 1 == policy.attempts:
                    raise
            await policy.sleep(policy.delay(attempt))
        return listed

    async def get_preview(self, migration_id: str) -> Preview:
        """The proposed output, a SAMPLE (``GET …/preview``). NotFoundError: there is none."""
        call = reading(f"{_at(migration_id)}/preview", limit=LARGE)
        return await self._transport.fetch(call, Preview, "sheets")

    async def get_thread(
        self, migration_id: str, *, after: int | None = None, include: Include = "user"
    ) -> ThreadPage:
        """One page of events with ``sequence > after``, in order (``GET …/thread``)."""
        return await self._thread(migration_id, after, include).page()

    async def stream_thread(
        self,
        migration_id: str,
        *,
        after: int | None = None,
        include: Include = "user",
        run_id: str | None = None,
    ) -> AsyncGenerator[ThreadEvent, None]:
        """Every event with ``sequence > after``, each once, as it happens.

        Ends when the service says ``done``: no run is active and the backlog is drained (a blocked
        run counts as not active). Connections that break, close or fall silent are opened again
        after the last event. Where the thread cannot be streamed it is read by pages, until the
        run ``run_id`` is at rest, or without one until some pages in a row were empty: confirm
        with one :meth:`get_run`.
        """

        async def poll() -> Run:
            return await self.get_run(migration_id, run_id or "")

        follower = self._thread(migration_id, after, include)
        follower.poll = poll if run_id is not None else None
        async with aclosing(follower.events()) as events:
            async for event in events:
                yield event

    def _thread(self, migration_id: str, after: int | None, include: Include) -> ThreadFollower:
        path = f"{_at(migration_id)}/thread"
        return ThreadFollower(self._transport, path, after=after, include=include)

    async def get_log(self, migration_id: str) -> SessionLog:
        """The settled record of all runs. ConflictError (with ``retry_after``): not settled yet."""
        call = reading(f"{_at(migration_id)}/log", {"format": "json"}, limit=LARGE)
        return await self._transport.fetch(call, SessionLog, "runs")

    async def get_log_json(self, migration_id: str) -> bytes:
        """The same record byte for byte, once it has proved to be one."""
        call = reading(f"{_at(migration_id)}/log", {"format": "json"}, limit=LARGE)
        body = (await self._transport.send(call)).body
        parse(SessionLog, body, call.name, require=("runs",))
        return body

    async def get_log_markdown(self, migration_id: str) -> str:
        """The same record in Markdown, as the service words it."""
        path = f"{_at(migration_id)}/log"
        call = reading(path, {"format": "md"}, limit=LARGE, accept="text/markdown")
        return (await self._transport.send(call)).body.decode("utf-8", "replace")

    async def export_csv(
        self,
        migration_id: str,
        slug: str,
        target: Path,
        *,
        filter: ExportFilter = "valid",  # noqa: A002
    ) -> int:
        """Write one sheet's rows to ``target`` as RFC 4180 CSV, header first; the number of rows.

        ``valid`` leaves out rows with an invalid cell. Streams in bounded memory; ``target`` is
        replaced only by a whole export, checked against ``X-Total-Records``. Costs one read.
        """
        path = f"{_at(migration_id)}/exports/{segment(slug + '.csv')}"
        call = reading(path, {"filter": filter}, limit=EXPORT, accept="text/csv")
        return await save_csv(self._transport, call, target)

    async def get_knowledge(self, migration_id: str) -> Knowledge:
        """What the agent reads before each run of this migration; ``updated_at`` guards a write."""
        call = reading(f"{_at(migration_id)}/knowledge")
        return await self._transport.fetch(call, Knowledge, "knowledge")

    async def put_knowledge(
        self, migration_id: str, knowledge: str | None, if_unmodified_since: str | None = None
    ) -> Knowledge:
        """Replace the whole document (``PATCH …/knowledge``). Costs one write.

        ``if_unmodified_since``: the ``updated_at`` that was read; BadRequestError (412) where the
        document has moved since. ConflictError: a run holds it.
        """
        body: dict[str, JsonValue] = {"knowledge": knowledge}
        if if_unmodified_since is not None:
            body["if_unmodified_since"] = if_unmodified_since
        call = writing("PATCH", f"{_at(migration_id)}/knowledge", body, patient=True)
        return await self._transport.fetch(call, Knowledge)


def _at(migration_id: str) -> str:
    return f"/migrations/{segment(migration_id)}"
