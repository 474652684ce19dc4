"""Request in, response out: each handler reads its parameters and makes one call."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from vernctl.embedded import connections, exports, knowledge, log, migrations, preview, runs, thread
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.service import Service

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import BodyT
    from vernctl.embedded.limits import LimitClass


#: A JSON body may have this many bytes.
MAX_BODY = 1_048_576

Endpoint = Callable[[Request], Awaitable[Response]]
Handler = Callable[[Request, Service, str], Awaitable[Response]]


def keyed(handler: Handler, spends: LimitClass | None = None) -> Endpoint:
    """The endpoint of a handler that needs an API key; the handler gets the key's account.

    ``spends``: the class of limits that each request counts in, whatever becomes of it.
    """

    async def endpoint(request: Request) -> Response:
        service = service_of(request)
        account = service.keys.account_of(request.headers.get("x-api-key"))
        if spends is not None:
            service.limits.spend_alone(account, spends)
        return await handler(request, service, account)

    return endpoint


def service_of(request: Request) -> Service:
    """The service that the application was made with."""
    service: Service = request.app.state.service
    return service


def as_json(content: JsonValue, status: int = 200) -> Response:
    """A JSON response."""
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, status, media_type="application/json")


async def read_body(request: Request, model: type[BodyT]) -> BodyT:
    """The request's body as a model. Refuses with 400 or 413."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise RefusalError(413, f"A request body may have at most {MAX_BODY} bytes.")
    from vernctl.embedded import bodies

    return bodies.parse_body(model, bytes(raw))


def origin_of(request: Request, service: Service) -> str:
    """Scheme and host under which clients reach this server."""
    return service.public_url or str(request.base_url).rstrip("/")


def _migration_id(request: Request) -> str:
    return str(request.path_params["migration_id"]).lower()


def _run_id(request: Request) -> str:
    return str(request.path_params["run_id"]).lower()


async def list_sources(request: Request, service: Service, account: str) -> Response:
    """``GET /sources``."""
    return as_json(migrations.list_sources(service.catalog()))


async def list_templates(request: Request, service: Service, account: str) -> Response:
    """``GET /templates``."""
    return as_json(migrations.list_templates(service.catalog()))


async def get_template(request: Request, service: Service, account: str) -> Response:
    """``GET /templates/{template_slug}``."""
    slug = str(request.path_params["template_slug"])
    return as_json(migrations.get_template(service.catalog(), slug))


async def create_migration(request: Request, service: Service, account: str) -> Response:
    """``POST /migrations``: 201, or 200 where the external_id found an existing one."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.CreateMigration)
    catalog = service.catalog()
    with service.store.transaction() as db:
        shown, created = migrations.create_migration(db, catalog, account, wanted)
        service.limits.spend(db, account, "create")
    return as_json(shown, 201 if created else 200)


async def create_uploads(request: Request, service: Service, account: str) -> Response:
    """``POST …/files``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.CreateUploads)
    origin = origin_of(request, service)
    return as_json(service.uploads.mint(account, _migration_id(request), wanted, origin), 201)


async def list_files(request: Request, service: Service, account: str) -> Response:
    """``GET …/files``."""
    return as_json(service.uploads.listing(account, _migration_id(request)))


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
    with service.store.transaction() as db:
        run_id, status, step = runs.start_run(db, account, _migration_id(request), wanted)
        service.limits.check_runs(db, account, run_id)
        if wanted.kind == "generate":
            service.limits.spend(db, account, "generate")
        service.limits.spend(db, account, "agent")
    service.workers.submit(step)
    poll = f"{origin_of(request, service)}{request.url.path}/{run_id}"
    return as_json({"run_id": run_id, "status": status, "poll_url": poll}, 201)


async def get_run(request: Request, service: Service, account: str) -> Response:
    """``GET …/runs/{run_id}``."""
    with service.store.transaction() as db:
        migration = migrations.find_migration(db, account, _migration_id(request))
        return as_json(runs.show_run(runs.find_run(db, migration, _run_id(request))))


async def cancel_run(request: Request, service: Service, account: str) -> Response:
    """``PATCH …/runs/{run_id}``."""
    from vernctl.embedded import bodies

    await read_body(request, bodies.CancelRun)
    with service.store.transaction() as db:
        shown = runs.cancel_run(db, account, _migration_id(request), _run_id(request))
    return as_json(shown)


async def answer_run(request: Request, service: Service, account: str) -> Response:
    """``POST …/runs/{run_id}/messages``."""
    from vernctl.embedded import bodies

    given = await read_body(request, bodies.AnswerRun)
    with service.store.transaction() as db:
        step = runs.answer_run(db, account, _migration_id(request), _run_id(request), given)
        service.limits.spend(db, account, "agent")
    service.workers.submit(step)
    return as_json({"run_id": _run_id(request), "status": "running"})


async def submit_credentials(request: Request, service: Service, account: str) -> Response:
    """``POST …/runs/{run_id}/credentials``."""
    from vernctl.embedded import bodies

    given = await read_body(request, bodies.SubmitCredentials)
    raise connections.submit_credentials(
        service.store, account, _migration_id(request), _run_id(request), given
    )


async def get_connection(request: Request, service: Service, account: str) -> Response:
    """``GET …/source-connection``."""
    raise connections.read_connection(service.store, account, _migration_id(request))


async def save_connection(request: Request, service: Service, account: str) -> Response:
    """``POST …/source-connection``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.SaveConnection)
    raise connections.save_connection(service.store, account, _migration_id(request), wanted)


async def delete_connection(request: Request, service: Service, account: str) -> Response:
    """``DELETE …/source-connection``."""
    return as_json(connections.delete_connection(service.store, account, _migration_id(request)))


async def get_preview(request: Request, service: Service, account: str) -> Response:
    """``GET …/preview``."""
    body = preview.read_preview(
        service.store, account, _migration_id(request), _fields(request), _omit_empty(request)
    )
    return Response(body, media_type="application/json")


def _fields(request: Request) -> tuple[str, ...] | None:
    text = request.query_params.get("fields")
    return None if not text else tuple(dict.fromkeys(name.strip() for name in text.split(",")))


def _omit_empty(request: Request) -> bool:
    text = request.query_params.get("omit_empty", "false").lower()
    if text in {"true", "1", ""}:
        return True
    if text in {"false", "0"}:
        return False
    raise RefusalError(400, f"omit_empty is “{text}”; it may be true or false.")


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
    page = thread.read_page(service.store, _migration_id(request), _after(request), include)
    return as_json(page)


async def stream_thread(request: Request, service: Service, account: str) -> Response:
    """``GET …/thread/stream``."""
    _check_migration(request, service, account)
    include = request.query_params.get("include", "user")
    if include not in thread.HIDDEN:
        raise RefusalError(400, f"include is “{include}”; it may be user, tools or all.")
    frames = thread.stream(service.store, _migration_id(request), _after(request), include)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)


def _check_migration(request: Request, service: Service, account: str) -> None:
    with service.store.transaction() as db:
        migrations.find_migration(db, account, _migration_id(request))


async def get_log(request: Request, service: Service, account: str) -> Response:
    """``GET …/log``."""
    form = request.query_params.get("format", "json")
    if form not in {"json", "md", "markdown"}:
        raise RefusalError(400, f"format is “{form}”; it may be json or md.")
    found = log.read_log(service.store, account, _migration_id(request))
    if form == "json":
        return as_json(found)
    return Response(log.log_markdown(found), media_type="text/markdown")


async def export_csv(request: Request, service: Service, account: str) -> Response:
    """``GET …/exports/{slug}.csv``."""
    query = exports.ExportQuery(
        slug=str(request.path_params["slug"]),
        row_filter=exports.parse_filter(request.query_params.get("filter", "valid")),
        fields=_fields(request),
        omit_empty=_omit_empty(request),
    )
    export = await run_in_threadpool(
        exports.open_export,
        *(service.store, service.catalog(), service.engine, account, _migration_id(request), query),
    )
    headers = {"X-Total-Records": str(export.total), "Vary": "Accept-Encoding"}
    headers["Content-Disposition"] = f'attachment; filename="{query.slug}.csv"'
    chunks = export.chunks
    if "gzip" in request.headers.get("accept-encoding", "").lower():
        headers["Content-Encoding"] = "gzip"
        chunks = exports.gzipped(chunks)
    return StreamingResponse(chunks, media_type="text/csv", headers=headers)


async def get_migration_knowledge(request: Request, service: Service, account: str) -> Response:
    """``GET /migrations/{id}/knowledge``."""
    found = knowledge.read_migration_knowledge(service.store, account, _migration_id(request))
    return as_json(found)


async def patch_migration_knowledge(request: Request, service: Service, account: str) -> Response:
    """``PATCH /migrations/{id}/knowledge``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.KnowledgeWrite)
    return as_json(
        knowledge.write_migration_knowledge(service.store, account, _migration_id(request), wanted)
    )


async def get_source_knowledge(request: Request, service: Service, account: str) -> Response:
    """``GET /sources/{source}/knowledge``."""
    source = str(request.path_params["source"])
    return as_json(
        knowledge.read_source_knowledge(service.store, service.catalog(), account, source)
    )


async def patch_source_knowledge(request: Request, service: Service, account: str) -> Response:
    """``PATCH /sources/{source}/knowledge``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.KnowledgeWrite)
    source = str(request.path_params["source"])
    return as_json(
        knowledge.write_source_knowledge(service.store, service.catalog(), account, source, wanted)
    )
