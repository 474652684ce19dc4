"""Runs as a person asks for them: start, poll, answer, cancel. The engine's side is in work.py.

queued → running → awaiting_approval | blocked | completed | failed | canceled. ``generate`` opens
a run; update, clarify and execute resume it. Each request moves the run and appends to its thread
in one transaction, before the reply.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vernctl.embedded import thread
from vernctl.embedded.migrations import Migration, find_migration
from vernctl.embedded.pins import Reuse, base_of
from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.store import Transaction
from vernctl.embedded.uploads import files_for_run

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import GivenAnswer, StartRun
    from vernctl.embedded.catalog import Catalog


IN_FLIGHT: Final = ("queued", "running", "blocked")
ACTIVE: Final = ("queued", "running")
_SAYS: Final = {
    "update": "Working on your change",
    "clarify": "Looking into your question",
    "execute": "Importing every row",
}


def find_run(db: Transaction, migration: Migration, run_id: str) -> sqlite3.Row:
    """The run's row. Refuses with 404."""
    row = db.one("SELECT * FROM runs WHERE id = ? AND migration = ?", run_id.lower(), migration.id)
    if row is None:
        raise not_found("This run")
    return row


def latest_run(db: Transaction, migration_id: str) -> sqlite3.Row | None:
    """The migration's newest run: the only one that can be resumed."""
    return db.one(
        "SELECT * FROM runs WHERE migration = ? ORDER BY number DESC LIMIT 1", migration_id
    )


def set_status(
    db: Transaction, run: sqlite3.Row, status: str, message: str, **columns: str | None
) -> None:
    """Move a run and its current step, and say so in the thread."""
    columns = {"message": message, **columns}
    sets = ", ".join(f"{name} = ?" for name in columns)
    db.run(
        f"UPDATE runs SET status = ?, updated_at = ?, {sets} WHERE id = ?",
        *(status, db.now, *columns.values(), run["id"]),
    )
    db.run("UPDATE steps SET status = ? WHERE id = ?", status, run["step"])
    if status == "blocked":  # it has got so far: what follows an answer is another attempt
        db.run("UPDATE steps SET attempts = 0 WHERE id = ?", run["step"])
    audit(db, run["step"], status, None)
    db.event(run["migration"], run["id"], "status", {"status": status, "message": message})


def audit(db: Transaction, step_id: str, event: str, actor: str | None) -> None:
    """One line of the step's audit trail in the session log."""
    line = json.dumps({"at": db.now, "event": event, "actor": actor})
    db.run(
        "UPDATE steps SET audit = json_insert(audit, '$[#]', json(?)) WHERE id = ?", line, step_id
    )


def start_run(
    db: Transaction,
    account: str,
    migration_id: str,
    wanted: StartRun,
    catalog: Catalog | None = None,
    reuse: Reuse = "off",
) -> tuple[str, str, str]:
    """Start or resume a run; returns (run id, its status now, the step that is to be worked on).

    ``catalog`` and ``reuse`` say what a generate starts from.
    Refuses with 404, 400 (no files, no message), 409: a run is in flight (``run_id``), there is
    no preview to act on, or its run has ended and cannot be resumed.
    """
    migration = find_migration(db, account, migration_id)
    run = latest_run(db, migration.id)
    if run is not None and run["status"] in IN_FLIGHT:
        raise RefusalError(
            409, "A run is already in progress for this migration.", fields={"run_id": run["id"]}
        )
    if wanted.kind == "generate":
        source = catalog.source(migration.source or "") if catalog is not None else None
        base = base_of(db, migration, source.recipe if source is not None else None, reuse)
        return _open_run(db, account, migration, wanted.extract_via_api, base)
    if wanted.extract_via_api:
        raise RefusalError(400, "extract_via_api is for generate alone.")
    return _resume_run(db, account, run, wanted)


def _open_run(
    db: Transaction, account: str, migration: Migration, extract: bool | None, base: str | None
) -> tuple[str, str, str]:
    connection = _to_extract(db, migration, extract)
    files = files_for_run(db, migration.id, none_is_well=connection is not None)
    run_id, step_id = str(uuid.uuid4()), str(uuid.uuid4())
    message = "Waiting to start"
    db.insert(
        "runs",
        id=run_id,
        migration=migration.id,
        status="queued",
        step=step_id,
        message=message,
        files=json.dumps(files),
        connection=connection,
        base=base,
        created_at=db.now,
        updated_at=db.now,
    )
    insert_step(db, account, run_id, migration.id, step_id, "generate", "queued", None)
    db.event(migration.id, run_id, "status", {"status": "queued", "message": message})
    return run_id, "queued", step_id


def _to_extract(db: Transaction, migration: Migration, extract: bool | None) -> str | None:
    """The connection that a generate reads: the one asked for, or for want of uploaded files."""
    if extract is False:
        return None
    row = db.one(
        "SELECT id FROM connections WHERE migration = ? ORDER BY saved_at DESC, id LIMIT 1",
        migration.id,
    )
    if row is None:
        if extract:
            raise RefusalError(400, "This migration has no source connection to extract from.")
        return None
    uploaded = "SELECT 1 FROM files WHERE migration = ? AND uploaded_at IS NOT NULL"
    if not extract and db.one(f"{uploaded} AND origin = 'upload'", migration.id) is not None:
        return None
    return str(row["id"])


def _resume_run(
    db: Transaction, account: str, run: sqlite3.Row | None, wanted: StartRun
) -> tuple[str, str, str]:
    message = (wanted.message or "").strip()
    if wanted.kind != "execute" and not message:
        raise RefusalError(400, f"message is missing: what should the {wanted.kind} be about?")
    if run is None:
        raise RefusalError(409, "There is no preview to act on; generate one first.")
    if run["status"] != "awaiting_approval":
        raise RefusalError(
            409,
            f"The preview's run is {run['status']} and no longer resumable; generate a fresh one.",
        )
    step_id, says = str(uuid.uuid4()), _SAYS[wanted.kind]
    said = message if wanted.kind != "execute" else None
    insert_step(db, account, run["id"], run["migration"], step_id, wanted.kind, "running", said)
    messages: list[str] = json.loads(run["messages"])
    if wanted.kind == "update":
        messages.append(message)
    db.run(
        "UPDATE runs SET status = 'running', step = ?, message = ?, messages = ?, updated_at = ?,"
        " questions = NULL WHERE id = ?",
        *(step_id, says, json.dumps(messages), db.now, run["id"]),
    )
    if said is not None:
        thread.person_says(db, run["migration"], run["id"], said)
    db.event(run["migration"], run["id"], "status", {"status": "running", "message": says})
    return str(run["id"]), "running", step_id


def insert_step(
    db: Transaction,
    account: str,
    run_id: str,
    migration_id: str,
    step_id: str,
    kind: str,
    status: str,
    message: str | None,
) -> None:
    """Add what a run is to do next, with its first line of audit."""
    db.insert(
        "steps",
        id=step_id,
        run=run_id,
        migration=migration_id,
        kind=kind,
        message=message,
        status=status,
        started_by=account,
        started_at=db.now,
    )
    audit(db, step_id, f"{kind} requested", account)


def show_run(row: sqlite3.Row) -> dict[str, JsonValue]:
    """The run as polled; which fields are there depends on its status."""
    status = row["status"]
    shown: dict[str, JsonValue] = {
        "run_id": row["id"],
        "status": status,
        "created_at": row["created_at"],
    }
    if row["answers"] is not None:
        shown["answers"] = json.loads(row["answers"])
    if status in ACTIVE:
        shown["message"] = row["message"]
    if status == "blocked" and row["credential_request"] is not None:
        shown["blocked_reason"] = "credentials"
        shown["credential_request"] = json.loads(row["credential_request"])
    elif status == "blocked":
        shown["blocked_reason"] = "question"
        shown["questions"] = [show_question(q) for q in json.loads(row["questions"])]
    if status == "completed" and row["report"] is not None:
        shown["report"] = json.loads(row["report"])
    if status == "failed":
        shown["error"] = row["error"]
    return shown


def show_question(stored: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """A stored question without the engine's own key."""
    return {name: value for name, value in stored.items() if name != "key"}


def answer_run(
    db: Transaction,
    account: str,
    migration: Migration,
    run_id: str,
    answered: Sequence[GivenAnswer] | str,
) -> str:
    """Take the answers to a blocked run's questions; returns the step to go on with.

    Refuses with 404, 409 where the run is not blocked, 400 for an unknown question, a value that
    is not offered where no other is allowed, or free text where more than one question is open.
    """
    run = find_run(db, migration, run_id)
    if run["status"] != "blocked":
        raise RefusalError(409, f"This run is not waiting for an answer: it is {run['status']}.")
    if run["credential_request"] is not None:
        raise RefusalError(
            409, "This run waits for credentials; send them to …/credentials, never as a message."
        )
    questions: list[dict[str, JsonValue]] = json.loads(run["questions"])
    answers = _by_id(questions, answered)
    known: dict[str, str] = json.loads(run["known"])
    for question in questions:
        value = answers.get(str(question["id"]))
        if value is not None:
            known[str(question["key"])] = value
    read_back = json.dumps(answers, ensure_ascii=False)
    for value in answers.values():
        thread.person_says(db, run["migration"], run["id"], value)
    db.run("UPDATE steps SET answers = json_patch(answers, ?) WHERE id = ?", read_back, run["step"])
    audit(db, run["step"], "answered", account)
    set_status(
        db,
        run,
        "running",
        "Going on with your answer",
        known=json.dumps(known, ensure_ascii=False),
        answers=read_back,
        questions=None,
    )
    return str(run["step"])


def _by_id(
    questions: Sequence[dict[str, JsonValue]], given: Sequence[GivenAnswer] | str
) -> dict[str, str]:
    if isinstance(given, str):
        if len(questions) > 1:
            raise RefusalError(
                400, f"{len(questions)} questions are open; answer each of them by its id."
            )
        pairs = [(str(questions[0]["id"]), given)]
    else:
        pairs = [(answer.id, answer.value) for answer in given]
    by_id = {str(question["id"]): question for question in questions}
    answers: dict[str, str] = {}
    for question_id, value in pairs:
        question = by_id.get(question_id)
        if question is None:
            raise RefusalError(400, f"There is no open question “{question_id}”.")
        if question_id in answers:
            raise RefusalError(400, f"Question “{question_id}” is answered twice.")
        answers[question_id] = _accepted(question, value)
    return answers


def _accepted(question: dict[str, JsonValue], value: str) -> str:
    options = question["options"]
    assert isinstance(options, list)
    labels = [str(option["label"]) for option in options if isinstance(option, dict)]
    if value in labels:
        return value
    if not question["allowCustom"]:
        raise RefusalError(
            400,
            f"“{value}” is not one of the answers that question “{question['id']}” offers:"
            f" {', '.join(labels)}.",
        )
    if not value.strip():
        raise RefusalError(400, f"The answer to question “{question['id']}” is empty.")
    return value


def cancel_run(
    db: Transaction, account: str, migration: Migration, run_id: str
) -> dict[str, JsonValue]:
    """Cancel a run at whatever stage it is; one that has ended stays as it is.

    Nothing that its engine does from now on counts: no preview, no rows.
    """
    run = find_run(db, migration, run_id)
    if run["status"] in (*IN_FLIGHT, "awaiting_approval"):
        audit(db, run["step"], "cancel requested", account)
        settle_step(db, run, ok=False, error="Canceled.")
        set_status(db, run, "canceled", "Canceled", questions=None, credential_request=None)
        run = find_run(db, migration, run_id)
    return show_run(run)


def settle_step(
    db: Transaction,
    run: sqlite3.Row,
    *,
    ok: bool,
    error: str | None = None,
    written: dict[str, JsonValue] | None = None,
) -> None:
    """Close the run's current step in the session log, once; only an execute writes rows."""
    step = db.one("SELECT kind FROM steps WHERE id = ?", run["step"])
    none = 0 if step is not None and step["kind"] in {"execute", "import"} else None
    outcome: dict[str, JsonValue] = {
        "ok": ok,
        "rows_written": none,
        "per_sheet": [],
        "invalid_rows": none,
        "error": error,
        "replaced_existing_data": False,
        **(written or {}),
    }
    db.run(
        "UPDATE steps SET outcome = ?, completed_at = ? WHERE id = ? AND completed_at IS NULL",
        *(json.dumps(outcome, ensure_ascii=False), db.now, run["step"]),
    )
