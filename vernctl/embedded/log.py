"""The session log: the settled record of a migration, as JSON and as Markdown."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

from vernctl.embedded.migrations import Migration, find_migration, migration_status
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.runs import IN_FLIGHT, latest_run
from vernctl.embedded.store import Store, Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue


#: While something is in flight: ask again after this long (s).
RETRY_SECONDS = 10


def read_log(store: Store, account: str, migration_id: str) -> dict[str, JsonValue]:
    """Every step of every run, oldest first: one entry for each generate, update, clarify, execute.

    Refuses with 409 while a run is in flight.
    """
    with store.transaction() as db:
        migration = find_migration(db, account, migration_id)
        status = migration_status(db, migration.id)
        run = latest_run(db, migration.id)
        if run is not None and run["status"] in IN_FLIGHT:
            raise RefusalError(
                409,
                f"The log is written when the run has ended; it is {run['status']}.",
                headers={"Retry-After": str(RETRY_SECONDS)},
                fields={"status": status, "retry_after_seconds": RETRY_SECONDS},
            )
        return _log(db, migration, status)


def _log(db: Transaction, migration: Migration, status: str) -> dict[str, JsonValue]:
    rows = db.all(
        "SELECT steps.*, runs.files FROM steps JOIN runs ON runs.id = steps.run"
        " WHERE steps.migration = ? ORDER BY steps.number",
        migration.id,
    )
    names = {
        row["id"]: row["name"]
        for row in db.all("SELECT id, name FROM files WHERE migration = ?", migration.id)
    }
    ends = [row["completed_at"] or row["started_at"] for row in rows]
    return {
        "migration_id": migration.id,
        "generated_at": db.now,
        "status": status,
        "covers": {
            "runs": len(rows),
            "from": rows[0]["started_at"] if rows else None,
            "to": max(ends) if ends else None,
        },
        "runs": [_entry(row, names) for row in rows],
    }


def _entry(row: sqlite3.Row, names: dict[str, str]) -> dict[str, JsonValue]:
    return {
        "run_id": row["run"],
        "kind": row["kind"],
        "message": row["message"],
        "status": row["status"],
        "started_at": row["started_at"],
        "completed_at": row["completed_at"],
        "started_by": row["started_by"],
        "files": [names[file_id] for file_id in json.loads(row["files"])],
        "plan": row["plan"],
        "questions": json.loads(row["questions"]),
        "answers": json.loads(row["answers"]),
        "outcome": json.loads(row["outcome"]) if row["outcome"] else None,
        "audit": json.loads(row["audit"]),
    }


def log_markdown(log: dict[str, JsonValue]) -> str:
    """The log for people. Text of the customer's is shown as code, so that it cannot be markup."""
    lines = [f"# Session log of migration {log['migration_id']}", "", f"Status: {log['status']}"]
    runs = log["runs"]
    assert isinstance(runs, list)
    for number, run in enumerate(runs, start=1):
        assert isinstance(run, dict)
        lines += ["", f"## {number}. {run['kind']}: {run['status']}", ""]
        lines += [f"- run {run['run_id']}", f"- {run['started_at']} to {run['completed_at']}"]
        lines += _details(run)
    return "\n".join(lines) + "\n"


def _details(run: dict[str, JsonValue]) -> list[str]:
    lines = []
    files, questions, answers = run["files"], run["questions"], run["answers"]
    assert isinstance(files, list) and isinstance(questions, list) and isinstance(answers, dict)
    if files:
        lines.append(f"- files: {', '.join(_code(name) for name in files)}")
    if run["message"]:
        lines.append(f"- message: {_code(run['message'])}")
    for question in questions:
        assert isinstance(question, dict)
        answer = answers.get(str(question["id"]))
        lines.append(f"- asked: {_code(question['question'])}")
        lines.append(f"  - answered: {_code(answer) if answer is not None else 'not answered'}")
    outcome = run["outcome"]
    if isinstance(outcome, dict):
        if run["kind"] == "execute":
            lines.append(f"- rows written: {outcome['rows_written']}")
            lines.append(f"- rows with invalid cells: {outcome['invalid_rows']}")
        if outcome["replaced_existing_data"]:
            lines.append("- replaced the data of an earlier import")
        if outcome["error"]:
            lines.append(f"- error: {_code(outcome['error'])}")
    return lines


def _code(value: JsonValue) -> str:
    """Inline code with a fence longer than any run of backticks inside; one line."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    longest = max(
        (len(run) for run in "".join(c if c == "`" else " " for c in text).split()), default=0
    )
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
