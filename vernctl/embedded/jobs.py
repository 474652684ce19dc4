"""Export jobs: sheets written to a file in the background, fetched by a signed link.

A job is in the database before its 202; one that a killed server left unfinished is done again at
the next start. Its file counts only once the database says so.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from vernctl.embedded.clock import stamp
from vernctl.embedded.engine_work import Engine
from vernctl.embedded.exports import ExportQuery, check_fields
from vernctl.embedded.migrations import Migration, find_migration
from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.signing import Signer
from vernctl.embedded.store import Store, Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import CreateExport

#: A finished export can be fetched for so long (s); a link to it for less, and each poll has one.
KEPT_SECONDS: Final = 24 * 3_600
LINK_SECONDS: Final = 900
_log = logging.getLogger(__name__)


class ExportRequest(NamedTuple):
    """Which sheets and columns a job writes, and how many rows they have."""

    slugs: tuple[str, ...]
    fields: tuple[str, ...] | None
    omit_empty: bool
    zipped: bool
    total: int


class StoppedError(Exception):
    """The server stops; the job is done again at the next start."""


class ExportJobs:
    """Takes export jobs, works on them one after another, hands out their files."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self._signer = Signer(store, "download")
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="vernctl-exports", daemon=True)

    def start(self) -> None:
        """Clear what nobody may fetch any more, take up what was left unfinished."""
        with self._store.transaction() as db:
            kept = {
                row["id"] for row in db.all("SELECT id FROM export_jobs WHERE status = 'completed'")
            }
            left = db.all(
                "SELECT id FROM export_jobs WHERE status IN ('pending', 'running') ORDER BY number"
            )
        for file in (self._store.folder / "exports").iterdir():
            if file.name not in kept:
                file.unlink()
        for row in left:
            self._queue.put(row["id"])
        self._thread.start()

    def submit(self, job_id: str) -> None:
        """Work on this job when the ones before it are done."""
        self._queue.put(job_id)

    def stop(self) -> None:
        """Let go at the next piece of data; what is unfinished is done again at the next start."""
        self._stopping.set()
        self._queue.put(None)

    def create(
        self, account: str, migration_id: str, wanted: CreateExport
    ) -> tuple[ExportRequest, Migration]:
        """What a request asks for, checked and counted.

        Refuses with 404, 400 for a wrong request, 409 where nothing was imported yet.
        """
        if (wanted.slug is None) == (wanted.slugs is None):
            raise RefusalError(400, "Name the sheet as slug, or several of them as slugs.")
        slugs = tuple(dict.fromkeys(wanted.slugs or [wanted.slug or ""]))
        with self._store.transaction() as db:
            migration = find_migration(db, account, migration_id)
            row = db.one("SELECT * FROM imports WHERE migration = ?", migration.id)
        missing = [slug for slug in slugs if slug not in {s.slug for s in migration.sheets}]
        if missing:
            raise not_found(f"The sheet “{missing[0]}”")
        if row is None:
            raise RefusalError(409, f"The sheet “{slugs[0]}” has no data to export yet.")
        fields = tuple(dict.fromkeys(wanted.fields_)) if wanted.fields_ else None
        columns: dict[str, list[str]] = json.loads(row["columns"])
        for slug in slugs:
            query = ExportQuery(slug, "valid", fields, wanted.omit_empty)
            check_fields(query, columns[slug])
        database = self._store.folder / "sheets" / f"{row['step']}.duckdb"
        total = sum(self._engine.count_rows(database, slug, "valid") for slug in slugs)
        zipped = wanted.slugs is not None and len(slugs) > 1
        return ExportRequest(slugs, fields, wanted.omit_empty, zipped, total), migration

    def insert(self, db: Transaction, migration: Migration, request: ExportRequest) -> str:
        """Store a pending job. Refuses with 409 while another of the migration is under way."""
        busy = db.one(
            "SELECT id FROM export_jobs WHERE migration = ? AND status IN ('pending', 'running')",
            migration.id,
        )
        if busy is not None:
            raise RefusalError(
                409, "An export of this migration is running.", fields={"job_id": busy["id"]}
            )
        job_id = str(uuid.uuid4())
        db.insert(
            "export_jobs",
            id=job_id,
            migration=migration.id,
            request=json.dumps(
                {
                    "slugs": list(request.slugs),
                    "fields": list(request.fields) if request.fields else None,
                    "omit_empty": request.omit_empty,
                }
            ),
            format="zip" if request.zipped else "csv",
            status="pending",
            total=request.total,
            expires=self._store.clock() + KEPT_SECONDS,
        )
        return job_id

    def show(
        self, account: str, migration_id: str, job_id: str, origin: str
    ) -> dict[str, JsonValue]:
        """A job as polled. Refuses with 404, 410 once it has expired."""
        with self._store.transaction() as db:
            migration = find_migration(db, account, migration_id)
            row = db.one(
                "SELECT * FROM export_jobs WHERE id = ? AND migration = ?", job_id, migration.id
            )
        if row is None:
            raise not_found("This export")
        self._check_kept(job_id, row["expires"])
        done = row["status"] == "completed"
        token = self._signer.sign(job_id, LINK_SECONDS)
        return {
            "job_id": job_id,
            "status": row["status"],
            "format": row["format"],
            "rows_processed": row["processed"],
            "total_rows": row["total"],
            "file_size": row["size"],
            "error": row["error"],
            "expires_at": stamp(row["expires"]),
            "download_url": f"{origin}/api/v1/downloads/{job_id}?token={token}" if done else None,
        }

    def _check_kept(self, job_id: str, expires: float) -> None:
        if expires <= self._store.clock():
            self._path(job_id).unlink(missing_ok=True)
            raise RefusalError(410, "This export has expired; start a new one.")

    def fetch(self, job_id: str, token: str) -> tuple[Path, str]:
        """The file of a signed link and the name to save it under. Refuses with 403, 404, 410."""
        self._signer.check(job_id, token)
        with self._store.transaction() as db:
            row = db.one("SELECT * FROM export_jobs WHERE id = ?", job_id)
        if row is None or row["status"] != "completed":
            raise not_found("This export")
        self._check_kept(job_id, row["expires"])
        slugs = json.loads(row["request"])["slugs"]
        return self._path(job_id), "export.zip" if row["format"] == "zip" else f"{slugs[0]}.csv"

    def _path(self, job_id: str) -> Path:
        return self._store.folder / "exports" / job_id

    def _serve(self) -> None:
        while (job_id := self._queue.get()) is not None and not self._stopping.is_set():
            try:
                self._perform(job_id)
            except StoppedError:
                return
            except Exception:
                _log.exception("export %s failed", job_id)
                error = "The export failed unexpectedly; the server's log says why."
                self._set(job_id, "failed", error=error)

    def _perform(self, job_id: str) -> None:
        with self._store.transaction() as db:
            row = db.one("SELECT * FROM export_jobs WHERE id = ?", job_id)
            assert row is not None
            imported = db.one("SELECT step FROM imports WHERE migration = ?", row["migration"])
            db.run("UPDATE export_jobs SET status = 'running' WHERE id = ?", job_id)
        assert imported is not None  # a job is only taken where something was imported
        database = self._store.folder / "sheets" / f"{imported['step']}.duckdb"
        asked = json.loads(row["request"])
        part = self._path(f"{job_id}.part")
        with part.open("wb") as file:
            sheets = [(slug, self._csv(database, slug, asked)) for slug in asked["slugs"]]
            if row["format"] == "zip":
                self._zip(job_id, file, sheets)
            else:
                self._copy(sheets[0][1], file)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        part.replace(self._path(job_id))
        self._set(job_id, "completed", size=size, processed=row["total"])

    def _csv(self, database: Path, slug: str, asked: dict[str, list[str]]) -> Iterator[bytes]:
        fields = tuple(asked["fields"]) if asked["fields"] else None
        return self._engine.stream_csv(database, slug, "valid", fields, bool(asked["omit_empty"]))

    def _zip(
        self, job_id: str, file: IO[bytes], sheets: Sequence[tuple[str, Iterator[bytes]]]
    ) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for slug, chunks in sheets:
                entry = zipfile.ZipInfo(f"{slug}.csv", date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(entry, "w", force_zip64=True) as opened:
                    self._copy(chunks, opened)

    def _copy(self, chunks: Iterator[bytes], file: IO[bytes]) -> None:
        for chunk in chunks:
            if self._stopping.is_set():
                raise StoppedError
            file.write(chunk)

    def _set(
        self,
        job_id: str,
        status: str,
        *,
        size: int | None = None,
        processed: int = 0,
        error: str | None = None,
    ) -> None:
        with self._store.transaction() as db:
            db.run(
                "UPDATE export_jobs SET status = ?, size = ?, processed = ?, error = ?"
                " WHERE id = ?",
                *(status, size, processed, error, job_id),
            )
