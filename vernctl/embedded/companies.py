"""The ``/companies`` dialect: one run maps and imports, there is no preview between.

A company is a migration by another name. Its source and its templates are named by UUIDs, which
follow from the catalog: the same catalog gives the same ids on every server.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import uuid
from typing import TYPE_CHECKING, Final

from vernctl.embedded import thread
from vernctl.embedded.migrations import Migration, SheetRef, find_migration, migration_status
from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.runs import IN_FLIGHT, audit, find_run, insert_step, set_status, show_run
from vernctl.embedded.store import Transaction
from vernctl.embedded.uploads import check_counts

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import CreateCompany, StartImport
    from vernctl.embedded.catalog import Catalog, CatalogSource

_NAMESPACE: Final = uuid.UUID("8f6f0c2e-5d0b-5c1e-9a57-3b1f4f1f6a11")
#: Runs of the history that one answer lists.
HISTORY: Final = 100
DIALECT: Final = "companies"


def source_ids(catalog: Catalog) -> dict[str, CatalogSource]:
    """UUID → source. Of sources that share a name each has its own."""
    found: dict[str, CatalogSource] = {}
    for source in catalog.sources:
        number = 1
        while (key := _id("source", source.key, number)) in found:
            number += 1
        found[key] = source
    return found


def template_id(slug: str) -> str:
    """The UUID of a template."""
    return _id("template", slug, 1)


def _id(kind: str, name: str, number: int) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{kind}:{number}:{name}"))


def find_company(db: Transaction, account: str, company_id: str) -> Migration:
    """The account's company. Refuses with 404, also for another account's."""
    return find_migration(db, account, company_id, DIALECT)


def create_company(
    db: Transaction, catalog: Catalog, account: str, wanted: CreateCompany
) -> dict[str, JsonValue]:
    """Create a company. Refuses with 404 for an unknown id, 409 for a taken external_id."""
    source = source_ids(catalog).get(wanted.source.lower())
    if source is None:
        raise not_found("This source")
    by_id = {template_id(template.slug): template for template in catalog.templates}
    sheets = []
    for one in dict.fromkeys(key.lower() for key in wanted.template_ids):
        if one not in by_id:
            raise not_found("This template")
        sheets.append(SheetRef(by_id[one].slug, by_id[one].name, str(uuid.uuid4())))
    if wanted.external_id is not None:
        _refuse_taken(db, account, wanted.external_id)
    company = Migration(str(uuid.uuid4()), account, wanted.name, source.name, tuple(sheets))
    db.insert(
        "migrations",
        id=company.id,
        account=account,
        external_id=wanted.external_id,
        name=company.name,
        source=source.name,
        sheets=json.dumps([sheet._asdict() for sheet in sheets]),
        created_at=db.now,
        dialect=DIALECT,
    )
    shown: dict[str, JsonValue] = {
        "id": company.id,
        "name": company.name,
        "external_id": wanted.external_id,
        "source": wanted.source.lower(),
        "template_ids": [template_id(sheet.slug) for sheet in sheets],
        "status": migration_status(db, company.id),
    }
    return {"company": shown}


def _refuse_taken(db: Transaction, account: str, external_id: str) -> None:
    """A client whose reply was lost learns of its company from the refusal of the second try."""
    known = "SELECT id, dialect FROM migrations WHERE account = ? AND external_id = ?"
    row = db.one(known, account, external_id)
    if row is not None:
        fields: dict[str, JsonValue] = (
            {"company_id": row["id"]} if row["dialect"] == DIALECT else {}
        )
        raise RefusalError(409, f"external_id “{external_id}” is in use already.", fields=fields)


def show_import(row: sqlite3.Row) -> dict[str, JsonValue]:
    """An import as polled: a run, with the key that started it and the corrections it has taken."""
    shown = show_run(row)
    if row["idempotency_key"] is not None:
        shown["idempotency_key"] = row["idempotency_key"]
    corrections: list[JsonValue] = json.loads(row["messages"])
    return {**shown, "corrections": corrections}


def fingerprint(wanted: StartImport) -> str:
    """What an idempotency key stands for."""
    asked = {"files": wanted.refs, "rows": wanted.rows}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def known_import(db: Transaction, company: Migration, wanted: StartImport) -> sqlite3.Row | None:
    """The run that this idempotency key has started. Refuses with 409 where it was for another."""
    if wanted.idempotency_key is None:
        return None
    row = db.one(
        "SELECT * FROM runs WHERE migration = ? AND idempotency_key = ?",
        *(company.id, wanted.idempotency_key),
    )
    if row is not None and row["request"] != fingerprint(wanted):
        raise RefusalError(
            409, "This idempotency_key has started another import.", fields={"run_id": row["id"]}
        )
    return row


def check_idle(db: Transaction, company: Migration) -> None:
    """Refuses with 409 and the run_id while an import is in flight."""
    marks = ", ".join("?" for _ in IN_FLIGHT)
    row = db.one(
        f"SELECT id FROM runs WHERE migration = ? AND status IN ({marks})", company.id, *IN_FLIGHT
    )
    if row is not None:
        raise RefusalError(
            409, "An import of this company is in progress.", fields={"run_id": row["id"]}
        )


def named_files(db: Transaction, company: Migration, refs: list[str]) -> list[str]:
    """The ids of the files that an import names. Refuses with 400 for one that is not there."""
    names = []
    for ref in refs:
        row = db.one(
            "SELECT name FROM files WHERE id = ? AND migration = ? AND uploaded_at IS NOT NULL",
            *(ref, company.id),
        )
        if row is None:
            raise RefusalError(400, f"No file was uploaded for the upload_ref “{ref[:100]}”.")
        names.append(row["name"])
    check_counts(names)
    return list(dict.fromkeys(refs))


def open_import(
    db: Transaction, company: Migration, wanted: StartImport, files: list[str]
) -> tuple[str, str]:
    """Queue an import of these files; returns (run id, the step that is to be worked on)."""
    run_id, step_id = str(uuid.uuid4()), str(uuid.uuid4())
    message = "Waiting to start"
    db.insert(
        "runs",
        id=run_id,
        migration=company.id,
        status="queued",
        step=step_id,
        message=message,
        files=json.dumps(files),
        created_at=db.now,
        updated_at=db.now,
        idempotency_key=wanted.idempotency_key,
        request=fingerprint(wanted),
    )
    insert_step(db, company.account, run_id, company.id, step_id, "import", "queued", None)
    db.event(company.id, run_id, "status", {"status": "queued", "message": message})
    return run_id, step_id


def active_import(db: Transaction, company: Migration) -> dict[str, JsonValue]:
    """The run in flight, or null."""
    marks = ", ".join("?" for _ in IN_FLIGHT)
    row = db.one(
        f"SELECT * FROM runs WHERE migration = ? AND status IN ({marks})", company.id, *IN_FLIGHT
    )
    return {"run": None if row is None else show_import(row)}


def list_imports(db: Transaction, company: Migration) -> dict[str, JsonValue]:
    """The newest runs first."""
    rows = db.all(
        "SELECT * FROM runs WHERE migration = ? ORDER BY number DESC LIMIT ?", company.id, HISTORY
    )
    return {"runs": [show_import(row) for row in rows]}


def correct_import(db: Transaction, company: Migration, run_id: str, message: str) -> str | None:
    """Take a correction for this run alone; returns the step to go on with, None if it is at work.

    A run at work starts over with the correction before it imports anything. Refuses with 404,
    400 for an empty message, 409 where the run has ended.
    """
    run = find_run(db, company, run_id)
    if not message.strip():
        raise RefusalError(400, "message is empty.")
    if run["status"] not in IN_FLIGHT:
        raise RefusalError(409, f"This run takes no corrections any more: it is {run['status']}.")
    messages = json.dumps([*json.loads(run["messages"]), message.strip()], ensure_ascii=False)
    db.run("UPDATE runs SET messages = ? WHERE id = ?", messages, run["id"])
    db.run("UPDATE steps SET attempts = 0 WHERE id = ?", run["step"])
    thread.person_says(db, run["migration"], run["id"], message.strip())
    audit(db, run["step"], "corrected", company.account)
    if run["status"] != "blocked":
        return None
    set_status(db, run, "running", "Going on with your correction", questions=None)
    return str(run["step"])
