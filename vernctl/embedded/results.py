"""What becomes of the engine's results: previews, questions, reports, failures, as stored."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vernctl.embedded import thread
from vernctl.embedded.engine_work import Inputs, Proposal
from vernctl.embedded.migrations import Migration
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.runs import set_status, settle_step, show_question
from vernctl.embedded.store import Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.engine.model import EngineQuestion, ExecuteReport, SheetPreview, Template


@dataclass(frozen=True)
class Job:
    """One step with everything that the engine needs for it."""

    step: str
    run: str
    kind: str
    message: str
    migration: Migration
    state: str
    inputs: Inputs
    plan: str | None = None
    connection: str | None = None


def keep_proposal(db: Transaction, run: sqlite3.Row, job: Job, proposal: Proposal) -> None:
    """Block with the proposal's questions, or make its sheets the preview."""
    if proposal.questions:
        _block(db, run, proposal.questions)
        return
    templates = [template.model_dump(mode="json") for template in job.inputs.templates]
    db.run(
        "INSERT OR REPLACE INTO previews (migration, run, templates, state, sheets)"
        " VALUES (?, ?, ?, ?, ?)",
        *(run["migration"], run["id"], json.dumps(templates), proposal.state),
        json.dumps([_api_sheet(sheet) for sheet in proposal.sheets], ensure_ascii=False),
    )
    db.run("UPDATE steps SET plan = ? WHERE id = ?", proposal.plan, run["step"])
    summary: list[JsonValue] = [
        {
            "template": {"slug": sheet.slug, "name": sheet.name},
            "rows": len(sheet.rows),
            "of": sheet.of,
            "invalid_rows": len({cell.row for cell in sheet.invalid}),
        }
        for sheet in proposal.sheets
    ]
    db.event(run["migration"], run["id"], "prepared", {"sheets": summary})
    for words in (*proposal.notes, *proposal.healed, _preview_words(proposal.sheets)):
        thread.say(db, run["migration"], run["id"], words)
    settle_step(db, run, ok=True)
    db.event(run["migration"], run["id"], "preview", {"sheets": summary})
    set_status(db, run, "awaiting_approval", "The preview is ready")


def _api_sheet(sheet: SheetPreview) -> dict[str, JsonValue]:
    return {
        "template": {"slug": sheet.slug, "name": sheet.name},
        "rows": [list(row) for row in (sheet.columns, *sheet.rows)],
        "invalid_cells": [
            {"row": cell.row, "column": cell.column, "message": cell.message}
            for cell in sheet.invalid
        ],
        "sample": {"rows": len(sheet.rows), "of": sheet.of or len(sheet.rows)},
        "heals": [heal.model_dump() for heal in sheet.heals],
    }


def _preview_words(sheets: Sequence[SheetPreview]) -> str:
    parts = []
    for sheet in sheets:
        invalid = len({cell.row for cell in sheet.invalid})
        parts.append(
            f"{sheet.name} has {sheet.of or len(sheet.rows):,} rows"
            + (f", {invalid:,} of those shown with an invalid cell" if invalid else "")
        )
    return f"The preview is ready: {'; '.join(parts)}."


def _block(db: Transaction, run: sqlite3.Row, questions: Sequence[EngineQuestion]) -> None:
    asked = int(run["asked"])
    stored: list[dict[str, JsonValue]] = [
        {
            "id": f"q{asked + number}",
            "key": question.key,
            "question": question.question,
            "context": question.context,
            "options": [
                {"id": _letters(index), "label": label}
                for index, label in enumerate(question.options)
            ],
            "allowCustom": question.allow_custom,
        }
        for number, question in enumerate(questions, start=1)
    ]
    shown: list[JsonValue] = [show_question(question) for question in stored]
    text = json.dumps(shown, ensure_ascii=False)
    db.run("UPDATE runs SET asked = ? WHERE id = ?", asked + len(stored), run["id"])
    for question in shown:
        db.run(
            "UPDATE steps SET questions = json_insert(questions, '$[#]', json(?)) WHERE id = ?",
            *(json.dumps(question, ensure_ascii=False), run["step"]),
        )
    db.event(run["migration"], run["id"], "request_input", {"questions": json.loads(text)})
    waiting = "Waiting for an answer" if len(stored) == 1 else f"Waiting for {len(stored)} answers"
    set_status(db, run, "blocked", waiting, questions=json.dumps(stored, ensure_ascii=False))


def _letters(index: int) -> str:
    """a … z, aa, ab …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def keep_import(db: Transaction, run: sqlite3.Row, job: Job, report: ExecuteReport) -> str | None:
    """Make the execute's database the migration's; returns the step whose rows it replaces."""
    earlier = db.one("SELECT step FROM imports WHERE migration = ?", run["migration"])
    columns = {t.slug: [column.name for column in t.columns] for t in job.inputs.templates}
    db.run(
        "INSERT OR REPLACE INTO imports (migration, step, columns, coverage) VALUES (?, ?, ?, ?)",
        *(run["migration"], job.step, json.dumps(columns, ensure_ascii=False)),
        json.dumps(dict(report.coverage), ensure_ascii=False),
    )
    if job.plan is not None:
        db.run("UPDATE steps SET plan = ? WHERE id = ?", job.plan, job.step)
    ids = {sheet.slug: sheet.sheet_id for sheet in job.migration.sheets}
    shown: dict[str, JsonValue] = {
        "inserted": report.inserted,
        "perSheet": [
            {
                "templateName": sheet.name,
                "sheetId": ids[sheet.slug],
                "rowCount": sheet.rows,
                "slug": sheet.slug,
                "rowsRead": sheet.rows_read,
                "invalidRows": sheet.invalid_rows,
                "dropped": dict(sheet.dropped),
                "heals": [heal.model_dump() for heal in sheet.heals],
            }
            for sheet in report.sheets
        ],
        "invalidCellCount": report.invalid_rows,
        "coverage": dict(report.coverage),
    }
    written: dict[str, JsonValue] = {
        "rows_written": report.inserted,
        "per_sheet": [{"sheet": sheet.name, "rows": sheet.rows} for sheet in report.sheets],
        "invalid_rows": report.invalid_rows,
        "replaced_existing_data": earlier is not None,
    }
    settle_step(db, run, ok=True, written=written)
    words = (
        f"Imported {report.inserted:,} rows, {report.invalid_rows:,} of them with invalid cells."
    )
    thread.say(db, run["migration"], run["id"], words)
    db.event(run["migration"], run["id"], "completed", {"report": shown})
    set_status(db, run, "completed", "Imported", report=json.dumps(shown, ensure_ascii=False))
    return None if earlier is None else str(earlier["step"])


def keep_answer(db: Transaction, run: sqlite3.Row, answer: str) -> None:
    """Say the answer to a clarify in the thread; nothing else changes."""
    thread.say(db, run["migration"], run["id"], answer)
    settle_step(db, run, ok=True)
    set_status(db, run, "awaiting_approval", "The preview is unchanged")


def keep_failure(db: Transaction, run: sqlite3.Row, message: str) -> None:
    """End the run; the reason stands in the thread before the run is failed."""
    db.event(run["migration"], run["id"], "error", {"message": message})
    settle_step(db, run, ok=False, error=message)
    set_status(db, run, "failed", "Failed", error=message)


def stored_proposal(db: Transaction, migration_id: str) -> tuple[str, tuple[Template, ...]]:
    """The state of the current preview, and the templates that it was made for."""
    from vernctl.engine.model import Template

    row = db.one("SELECT * FROM previews WHERE migration = ?", migration_id)
    if row is None:
        raise RefusalError(409, "There is no preview to act on; generate one first.")
    templates = tuple(Template.model_validate(one) for one in json.loads(row["templates"]))
    return str(row["state"]), templates
