"""Handlers of the ``/companies`` dialect."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response

from vernctl.embedded import companies, runs
from vernctl.embedded.endpoint import as_json, origin_of, read_body, run_of
from vernctl.embedded.handlers import send_csv
from vernctl.embedded.migrations import Migration
from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.service import Service

if TYPE_CHECKING:
    from vernctl.embedded.bodies import InlineRow, StartImport
    from vernctl.embedded.store import Transaction

#: An import with rows in its body may have this many bytes.
MAX_ROWS_BODY: Final = 16 << 20


def _company_of(request: Request) -> str:
    return str(request.path_params["company_id"]).lower()


def _poll_url(request: Request, service: Service, run_id: str) -> str:
    path = f"/api/v1/companies/{_company_of(request)}/imports/{run_id}"
    return f"{origin_of(request, service)}{path}"


async def create_company(request: Request, service: Service, account: str) -> Response:
    """``POST /companies``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.CreateCompany)
    catalog = service.catalog(account)
    with service.store.transaction() as db:
        shown = companies.create_company(db, catalog, account, wanted)
        service.limits.spend(db, account, "create")
    return as_json(shown, 201)


async def create_upload(request: Request, service: Service, account: str) -> Response:
    """``POST /companies/{id}/uploads``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.CreateUpload)
    with service.store.transaction() as db:
        company = companies.find_company(db, account, _company_of(request))
        minted = service.uploads.mint_one(db, company, wanted, origin_of(request, service))
    return as_json(minted, 201)


async def start_import(request: Request, service: Service, account: str) -> Response:
    """``POST /companies/{id}/imports``: 201, or 200 where the idempotency key has started it."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.StartImport, MAX_ROWS_BODY)
    if (wanted.files is None) == (wanted.rows is None):
        raise RefusalError(400, "Name uploaded files, or give rows: one of the two.")
    draft = None if wanted.rows is None else service.uploads.draft(_content(wanted.rows))
    try:
        with service.store.transaction() as db:
            company = companies.find_company(db, account, _company_of(request))
            run = companies.known_import(db, company, wanted)
            step = None
            if run is None:
                run, step = _open(db, service, company, wanted, draft)
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
    if step is not None:
        service.workers.submit(step)
    shown = {"run_id": str(run["id"]), "status": str(run["status"])}
    poll_url = _poll_url(request, service, shown["run_id"])
    return as_json({**shown, "poll_url": poll_url}, 200 if step is None else 201)


def _open(
    db: Transaction, service: Service, company: Migration, wanted: StartImport, draft: Path | None
) -> tuple[sqlite3.Row, str]:
    companies.check_idle(db, company)
    service.limits.check_runs(db, company.account, "")
    service.limits.spend(db, company.account, "agent")
    if draft is None:
        files = companies.named_files(db, company, wanted.refs)
    else:
        name = "rows.csv" if isinstance((wanted.rows or [{}])[0], list) else "rows.json"
        files = [service.uploads.keep(db, company.id, name, draft, origin="inline")]
    run_id, step = companies.open_import(db, company, wanted, files)
    return runs.find_run(db, company, run_id), step


def _content(rows: Sequence[InlineRow]) -> bytes:
    """Rows as a file that the engine reads: records as JSON, a grid as CSV."""
    if all(isinstance(row, dict) for row in rows):
        return json.dumps(rows, ensure_ascii=False).encode()
    if not all(isinstance(row, list) for row in rows):
        raise RefusalError(400, "rows must be records, or a grid with its header: one of the two.")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow(
            [c if isinstance(c, str) else "" if c is None else json.dumps(c) for c in row]
        )
    return text.getvalue().encode()


async def list_imports(request: Request, service: Service, account: str) -> Response:
    """``GET …/imports``: the history, or with ``?status=active`` the run in flight."""
    wanted = request.query_params.get("status")
    if wanted not in {None, "active"}:
        raise RefusalError(400, f"status is “{wanted}”; it may be active.")
    with service.store.reading() as db:
        company = companies.find_company(db, account, _company_of(request))
        found = companies.list_imports if wanted is None else companies.active_import
        return as_json(found(db, company))


async def get_import(request: Request, service: Service, account: str) -> Response:
    """``GET …/imports/{run_id}``."""
    with service.store.reading() as db:
        company = companies.find_company(db, account, _company_of(request))
        return as_json(companies.show_import(runs.find_run(db, company, run_of(request))))


async def cancel_import(request: Request, service: Service, account: str) -> Response:
    """``PATCH …/imports/{run_id}``: as for a migration's run."""
    from vernctl.embedded import bodies

    await read_body(request, bodies.CancelRun)
    with service.store.transaction() as db:
        company = companies.find_company(db, account, _company_of(request))
        return as_json(runs.cancel_run(db, account, company, run_of(request)))


async def message_import(request: Request, service: Service, account: str) -> Response:
    """``POST …/imports/{run_id}/messages``: answers to a block, or a correction in free words."""
    from vernctl.embedded import bodies

    given = await read_body(request, bodies.ImportMessage)
    if (given.answers is None) == (given.message is None):
        raise RefusalError(400, "Send answers, or a message: one of the two.")
    with service.store.transaction() as db:
        company = companies.find_company(db, account, _company_of(request))
        step = (
            companies.correct_import(db, company, run_of(request), given.message or "")
            if given.answers is None
            else runs.answer_run(db, account, company, run_of(request), given.answers)
        )
        service.limits.spend(db, account, "agent")
    if step is not None:
        service.workers.submit(step)
    poll_url = _poll_url(request, service, run_of(request))
    return as_json({"run_id": run_of(request), "status": "running", "poll_url": poll_url})


async def export_company(request: Request, service: Service, account: str) -> Response:
    """``GET /companies/{id}/export.csv``; ``?template=`` slug or UUID where there are several."""
    with service.store.reading() as db:
        company = companies.find_company(db, account, _company_of(request))
    slugs = {sheet.slug: sheet.slug for sheet in company.sheets}
    slugs |= {companies.template_id(slug): slug for slug in tuple(slugs)}
    asked = request.query_params.get("template")
    if asked is None and len(company.sheets) > 1:
        names = ", ".join(sheet.slug for sheet in company.sheets)
        raise RefusalError(400, f"Which sheet? template may be one of {names}.")
    slug = slugs.get(asked or company.sheets[0].slug)
    if slug is None:
        raise not_found("This template")
    return await send_csv(request, service, company, slug)
