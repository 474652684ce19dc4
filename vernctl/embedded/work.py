"""The engine's side of a run: bounded threads that take steps to their end, or pick them up again.

A step is worked on only while its run still waits for it; whatever the engine returns after a
cancel is dropped. Everything a step produces becomes visible in one transaction, so a kill at any
instruction leaves the run as it was before, and the next start takes the step up again.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import shutil
import sqlite3
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.embedded.catalog_file import CatalogFile
from vernctl.embedded.connections import (
    Connections,
    block_for_credentials,
    newest_connection,
)
from vernctl.embedded.edits import edited
from vernctl.embedded.engine_work import Engine, Inputs, Proposal
from vernctl.embedded.folder import FINDINGS
from vernctl.embedded.live import NeedsCredentialsError, extract, keep_extraction
from vernctl.embedded.migrations import Migration, sheet_templates, stored_migration
from vernctl.embedded.pins import told
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.results import (
    Job,
    keep_answer,
    keep_failure,
    keep_import,
    keep_proposal,
    stored_proposal,
)
from vernctl.embedded.runs import ACTIVE, find_run, set_status
from vernctl.embedded.store import Store, Transaction
from vernctl.embedded.uploads import Uploads
from vernctl.errors import SpecError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.script import Script
    from vernctl.engine.model import Progress

#: A step that was under way at so many server deaths is given up, lest it take every start down.
MAX_ATTEMPTS = 3
_log = logging.getLogger(__name__)


def _knowledge(db: Transaction, migration: Migration) -> str:
    """What the engine reads before it works: the source's knowledge, then the migration's own."""
    source = db.one(
        "SELECT knowledge FROM source_knowledge WHERE account = ? AND source = ?",
        *(migration.account, migration.source),
    )
    own = db.one("SELECT knowledge FROM migrations WHERE id = ?", migration.id)
    found = [row["knowledge"] for row in (source, own) if row is not None]
    return "\n\n".join(text.strip() for text in found if text and text.strip())


class DroppedError(Exception):
    """Nobody waits for this step any more: it was canceled, or the server stops."""


class CorrectedError(Exception):
    """The run was told something new while it was at work: its step starts over."""


class Workers:
    """Threads that work on steps, in the order in which they were asked for."""

    def __init__(
        self,
        store: Store,
        catalog: CatalogFile,
        uploads: Uploads,
        engine: Engine,
        connections: Connections,
        threads: int = 2,
        script: Script | None = None,
    ) -> None:
        self._script = script
        self._store = store
        self._connections = connections
        self._catalog = catalog
        self._uploads = uploads
        self._engine = engine
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        # daemons: a statement that runs for minutes must not hold up the end of the process
        self._threads = [
            threading.Thread(target=self._serve, name=f"vernctl-engine-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Clear what a killed server left behind, take up its steps again, begin to work."""
        with self._store.transaction() as db:
            kept = {row["step"] for row in db.all("SELECT step FROM imports")}
            waiting = db.all(
                "SELECT step FROM runs WHERE status IN ('queued', 'running') ORDER BY number"
            )
        for leftover in (self._store.folder / "sheets").iterdir():
            if leftover.is_dir():  # of an export that was being written
                shutil.rmtree(leftover)
            elif leftover.name.partition(".")[0] not in kept:
                leftover.unlink()
        for leftover in (self._store.folder / "work").iterdir():
            shutil.rmtree(leftover)
        for leftover in (self._store.folder / FINDINGS).glob(".*"):
            shutil.rmtree(leftover)
        for row in waiting:
            self.submit(row["step"])
        for thread in self._threads:
            thread.start()

    def submit(self, step_id: str) -> None:
        """Work on this step as soon as a thread is free."""
        self._queue.put(step_id)

    def stop(self, seconds: float = 3.0) -> bool:
        """Let go of every step at its next sign of life; False where one gave none in time."""
        self._stopping.set()
        for _ in self._threads:
            self._queue.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self) -> None:
        while (step_id := self._queue.get()) is not None and not self._stopping.is_set():
            try:
                self._perform(step_id)
            except CorrectedError:
                self._queue.put(step_id)
            except Exception:
                # the thread must outlive it: without threads every later run would hang
                _log.exception("step %s could not be settled", step_id)

    def _perform(self, step_id: str) -> None:
        from vernctl.engine.model import EngineError

        job = self._begin(step_id)
        if job is None:
            return
        try:
            # A folder of its own each time: a run that was answered at once is taken up by another
            # thread while this one still clears away what it has left.
            with tempfile.TemporaryDirectory(
                prefix=f"{step_id}-", dir=job.inputs.workdir, ignore_cleanup_errors=True
            ) as folder:
                inputs = replace(job.inputs, workdir=Path(folder))
                self._run_engine(replace(job, inputs=inputs))
        except NeedsCredentialsError as needs:
            self._block(job, needs.request)
        except DroppedError:
            return
        except CorrectedError:
            raise
        except EngineError as error:
            self._fail(job, str(error))
        except Exception:
            _log.exception("step %s (%s) failed", step_id, job.kind)
            self._fail(job, "The import engine failed unexpectedly; the server's log says why.")

    def _run_engine(self, job: Job) -> None:
        told = ("", "")

        def progress(phase: str, text: str) -> None:
            nonlocal told
            self._tell(job, phase, text, again=told == (phase, text))
            told = (phase, text)

        if self._script is not None and self._play(self._script, job, progress):
            return
        if job.connection is not None:
            job = self._extracted(job, job.connection, progress)
        if job.kind == "execute":
            self._execute(job, progress)
        elif job.kind == "clarify":
            answer = self._engine.clarify(job.state, job.message)
            with self._store.transaction() as db:
                keep_answer(db, self._ours(db, job), answer)
        else:
            proposal = self._engine.author(job.inputs, progress)
            if job.kind == "import" and not proposal.questions:
                self._execute(replace(job, state=proposal.state, plan=proposal.plan), progress)
                return
            with self._store.transaction() as db:
                keep_proposal(db, self._ours(db, job), job, proposal)

    def _play(self, script: Script, job: Job, progress: Progress) -> bool:
        """Let the step take its turn of the scenario; True where the turn has settled it."""
        from vernctl.engine.model import EngineError

        with self._store.transaction() as db:
            row = db.one("SELECT external_id, name FROM migrations WHERE id = ?", job.migration.id)
            attached = newest_connection(db, job.migration)
        assert row is not None  # steps refer to their migration
        turn = script.of_step(job.kind, job.step, frozenset(name for name in row if name))
        if turn is None:
            return False
        until = time.monotonic() + turn.delay
        while time.monotonic() < until:
            progress("wait", "Waiting as the script says")
            time.sleep(min(0.05, turn.delay))
        if turn.fail is not None:
            raise EngineError(turn.fail)
        request = script.secrets_request(turn, job.run, attached)
        if request is not None:
            try:
                self._block(job, request)
            except CorrectedError:
                # The step begins again with the correction; nobody was asked yet.
                script.take_back_secrets_request(job.run)
                raise
            return True
        questions = script.open_questions(turn, job.inputs.answers)
        if questions:
            with self._store.transaction() as db:
                keep_proposal(db, self._ours(db, job), job, Proposal("", None, questions))
        return bool(questions)

    def _extracted(self, job: Job, connection: str, progress: Progress) -> Job:
        """The job with the files of its live source."""
        from vernctl.engine.model import EngineError

        with self._store.transaction() as db:
            row = db.one("SELECT * FROM connections WHERE id = ?", connection)
        if row is None:
            raise EngineError("The source connection was removed before it was read.")
        drafts = extract(self._connections, self._uploads, row, progress)
        try:
            with self._store.transaction() as db:
                run = self._ours(db, job)
                keep_extraction(db, self._uploads, run, connection, drafts)
                files = self._uploads.inputs(db, find_run(db, job.migration, job.run)["files"])
        finally:
            for _, draft, _ in drafts:
                draft.unlink(missing_ok=True)
        if not files:
            raise EngineError("The live source has no rows to import.")
        return replace(job, connection=None, inputs=replace(job.inputs, files=files))

    def _block(self, job: Job, request: dict[str, JsonValue]) -> None:
        with contextlib.suppress(DroppedError), self._store.transaction() as db:
            block_for_credentials(db, self._ours(db, job), request)

    def _execute(self, job: Job, progress: Progress) -> None:
        database = self._store.folder / "sheets" / f"{job.step}.duckdb"
        database.unlink(missing_ok=True)
        try:
            report = self._engine.execute(job.state, job.inputs, database, progress)
            with self._store.transaction() as db:
                replaced = keep_import(db, self._ours(db, job), job, report)
        except BaseException:
            database.unlink(missing_ok=True)
            raise
        if replaced is not None:
            (self._store.folder / "sheets" / f"{replaced}.duckdb").unlink(missing_ok=True)

    def _begin(self, step_id: str) -> Job | None:
        """Claim the step; None where nobody waits for it, or it cannot be worked on."""
        with self._store.transaction() as db:
            step = db.one("SELECT * FROM steps WHERE id = ?", step_id)
            assert step is not None
            run = db.one("SELECT * FROM runs WHERE id = ?", step["run"])
            if run is None or run["step"] != step_id or run["status"] not in ACTIVE:
                return None
            if step["attempts"] >= MAX_ATTEMPTS:
                keep_failure(db, run, f"Import timed out: the server died {MAX_ATTEMPTS} times.")
                return None
            db.run("UPDATE steps SET attempts = attempts + 1 WHERE id = ?", step_id)
            if run["status"] == "queued":
                set_status(db, run, "running", "Reading your files")
            try:
                return self._job(db, step, run)
            except RefusalError as refusal:
                keep_failure(db, run, refusal.message)
            except SpecError as error:
                keep_failure(db, run, f"The catalog has a mistake: {error.problems[0]}")
        return None

    def _job(self, db: Transaction, step: sqlite3.Row, run: sqlite3.Row) -> Job:
        found = db.one("SELECT * FROM migrations WHERE id = ?", step["migration"])
        assert found is not None  # steps refer to their migration
        migration = stored_migration(found)
        if step["kind"] in {"execute", "clarify"}:
            state, templates = stored_proposal(db, migration.id)
        else:
            state, templates = (
                "",
                sheet_templates(edited(db, self._catalog.current(), migration.account), migration),
            )
        known = told(run)
        return Job(
            step=step["id"],
            run=run["id"],
            kind=step["kind"],
            message=step["message"] or "",
            migration=migration,
            state=state,
            connection=run["connection"],
            inputs=Inputs(
                files=self._uploads.inputs(db, run["files"]),
                templates=templates,
                knowledge=_knowledge(db, migration),
                messages=known.messages,
                answers=known.answers,
                recipe=known.recipe,
                workdir=self._store.folder / "work",
                findings=self._store.folder / FINDINGS,
            ),
        )

    def _ours(self, db: Transaction, job: Job) -> sqlite3.Row:
        """The run, which still waits for this step as it was begun.

        Raises DroppedError where it does not, CorrectedError where it has other messages now.
        """
        run = find_run(db, job.migration, job.run)
        if self._stopping.is_set() or run["step"] != job.step or run["status"] not in ACTIVE:
            raise DroppedError
        if told(run).messages != job.inputs.messages:
            raise CorrectedError
        return run

    def _tell(self, job: Job, phase: str, text: str, *, again: bool) -> None:
        with self._store.transaction() as db:
            run = self._ours(db, job)
            if again:
                return
            db.run(
                "UPDATE runs SET message = ?, updated_at = ? WHERE id = ?", text, db.now, job.run
            )
            data: JsonValue = {"name": phase, "args": {}, "text": text}
            db.event(run["migration"], run["id"], "tool_call", data)

    def _fail(self, job: Job, message: str) -> None:
        with contextlib.suppress(DroppedError), self._store.transaction() as db:
            keep_failure(db, self._ours(db, job), message)
