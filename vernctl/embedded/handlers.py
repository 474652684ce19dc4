"""Request in, response out: each handler reads its parameters and makes one call."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from vernctl.embedded import exports, knowledge, log, migrations, preview, runs, thread
from vernctl.embedded.endpoint import (
    as_json,
    fields_of,
    migration_of,
    omit_empty_of,
    origin_of,
    read_body,
    run_of,
    service_of,
)
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.service import Service


async def create_migration(request: Request, service: Service, account: str) -> Response:
    """``POST /migrations``: 201, or 200 where the external_id found an existing one."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.CreateMigration)
    catalog = service.catalog(account)
    with service.store.transaction() as db:
        shown, created = migrations.create_migration(db, catalog, account, wanted)
        service.limits.spend(db, account, "create")
    return as_json(shown, 201 if created else 200)


async def create_uploads(request: Request, service: Service, account: str) -> Response:
    """``POST …/files``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.CreateUploads)
    origin = origin_of(request, service)
    return as_json(service.uploads.mint(account, migration_of(request), wanted, origin), 201)


async def list_files(request: Request, service: Service, account: str) -> Response:
    """``GET …/files``."""
    return as_json(service.uploads.listing(account, migration_of(request)))


async def put_upload(request: Request) -> Response:
    """``PUT`` of a file's bytes to its signed URL; no API key, the URL is the authorisation."""
    service = service_of(request)
    token = request.query_params.get("token", "")
    await service.uploads.take(str(request.path_params["file_id"]), token, request.stream())
    return as_json({"uploaded": True})


async def start_run(request: Request, service: Service, account: str) -> Response:
    """``POST …/runs``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.StartRun)
    catalog = service.catalog(account) if wanted.kind == "generate" else None
    with service.store.transaction() as db:
        run_id, status, step = runs.start_run(
            db, account, migration_of(request), wanted, catalog, service.reuse
        )
        service.limits.check_runs(db, account, run_id)
        if wanted.kind == "generate":
            service.limits.spend(db, account, "generate")
        service.limits.spend(db, account, "agent")
    service.workers.submit(step)
    poll = f"{origin_of(request, service)}{request.url.path}/{run_id}"
    return as_json({"run_id": run_id, "status": status, "poll_url": poll}, 201)


async def get_run(request: Request, service: Service, account: str) -> Response:
    """``GET …/runs/{run_id}``."""
    with service.store.reading() as db:
        migration = migrations.find_migration(db, account, migration_of(request))
        return as_json(runs.show_run(runs.find_run(db, migration, run_of(request))))


async def cancel_run(request: Request, service: Service, account: str) -> Response:
    """``PATCH …/runs/{run_id}``."""
    from vernctl.embedded import bodies

    await read_body(request, bodies.CancelRun)
    with service.store.transaction() as db:
        migration = migrations.find_migration(db, account, migration_of(request))
        shown = runs.cancel_run(db, account, migration, run_of(request))
    return as_json(shown)


async def answer_run(request: Request, service: Service, account: str) -> Response:
    """``POST …/runs/{run_id}/messages``."""
    from vernctl.embedded import bodies

    given = await read_body(request, bodies.AnswerRun)
    with service.store.transaction() as db:
        migration = migrations.find_migration(db, account, migration_of(request))
        step = runs.answer_run(db, account, migration, run_of(request), given.answers)
        service.limits.spend(db, account, "agent")
    service.workers.submit(step)
    return as_json({"run_id": run_of(request), "status": "running"})


async def get_preview(request: Request, service: Service, account: str) -> Response:
    """``GET …/preview``."""
    body = preview.read_preview(
        service.store, account, migration_of(request), fields_of(request), omit_empty_of(request)
    )
    return Response(body, media_type="application/json")


def _after(request: Request) -> int | None:
    text = request.query_params.get("after")
    if not text:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise RefusalError(400, f"after is “{text}”; it must be a sequence number.")
    return int(text)


async def get_thread(request: Request, service: Service, account: str) -> Response:
    """``GET …/thread``."""
    _check_migration(request, service, account)
    include = request.query_params.get("include", "user")
    page = thread.read_page(service.store, migration_of(request), _after(request), include)
    return as_json(page)


async def stream_thread(request: Request, service: Service, account: str) -> Response:
    """``GET …/thread/stream``."""
    _check_migration(request, service, account)
    include = request.query_params.get("include", "user")
    if include not in thread.HIDDEN:
        raise RefusalError(400, f"include is “{include}”; it may be user, tools or all.")
    frames = thread.stream(service.store, migration_of(request), _after(request), include)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)


def _check_migration(request: Request, service: Service, account: str) -> None:
    with service.store.reading() as db:
        migrations.find_migration(db, account, migration_of(request))


async def get_log(request: Request, service: Service, account: str) -> Response:
    """``GET …/log``."""
    form = request.query_params.get("format", "json")
    if form not in {"json", "md", "markdown"}:
        raise RefusalError(400, f"format is “{form}”; it may be json or md.")
    found = log.read_log(service.store, account, migration_of(request))
    if form == "json":
        return as_json(found)
    return Response(log.log_markdown(found), media_type="text/markdown")


async def export_csv(request: Request, service: Service, account: str) -> Response:
    """``GET …/exports/{slug}.csv``."""
    with service.store.reading() as db:
        migration = migrations.find_migration(db, account, migration_of(request))
    return await send_csv(request, service, migration, str(request.path_params["slug"]))


async def send_csv(
    request: Request, service: Service, migration: migrations.Migration, slug: str
) -> Response:
    """One sheet as CSV, as the query asks for it; gzip where the client takes it."""
    query = exports.ExportQuery(
        slug=slug,
        row_filter=exports.parse_filter(request.query_params.get("filter", "valid")),
        fields=fields_of(request),
        omit_empty=omit_empty_of(request),
    )
    catalog = service.catalog(migration.account)
    export = await run_in_threadpool(
        exports.open_export, service.store, catalog, service.engine, migration, query
    )
    headers = {"X-Total-Records": str(export.total), "Vary": "Accept-Encoding"}
    headers["Content-Disposition"] = f'attachment; filename="{query.slug}.csv"'
    chunks = export.chunks
    if exports.takes_gzip(request.headers.get("accept-encoding", "")):
        headers["Content-Encoding"] = "gzip"
        chunks = exports.gzipped(chunks)
    return StreamingResponse(chunks, media_type="text/csv", headers=headers)


async def get_migration_knowledge(request: Request, service: Service, account: str) -> Response:
    """``GET /migrations/{id}/knowledge``."""
    found = knowledge.read_migration_knowledge(service.store, account, migration_of(request))
    return as_json(found)


async def patch_migration_knowledge(request: Request, service: Service, account: str) -> Response:
    """``PATCH /migrations/{id}/knowledge``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.KnowledgeWrite)
    return as_json(
        knowledge.write_migration_knowledge(service.store, account, migration_of(request), wanted)
    )


async def get_document(request: Request) -> Response:
    """``GET /openapi.json``: what this server speaks; no API key."""
    from vernctl.embedded.openapi import document

    return as_json(document(origin_of(request, service_of(request))))
