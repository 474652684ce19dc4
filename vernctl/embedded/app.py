"""The ASGI application: every route of ``/api/v1``, and what a refusal or a crash looks like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vernctl.embedded import handlers
from vernctl.embedded.handlers import Endpoint, keyed
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.service import Service

API = "/api/v1"
_MIGRATION = f"{API}/migrations/{{migration_id}}"
_RUN = f"{_MIGRATION}/runs/{{run_id}}"

_KNOWLEDGE = {
    "migration": {
        "GET": keyed(handlers.get_migration_knowledge, "reads"),
        "PATCH": keyed(handlers.patch_migration_knowledge, "writes"),
    },
    "source": {
        "GET": keyed(handlers.get_source_knowledge, "reads"),
        "PATCH": keyed(handlers.patch_source_knowledge, "writes"),
    },
}

#: Path → method → endpoint.
ROUTES: Final[dict[str, dict[str, Endpoint]]] = {
    f"{API}/sources": {"GET": keyed(handlers.list_sources, "reads")},
    f"{API}/sources/{{source}}/knowledge": _KNOWLEDGE["source"],
    f"{API}/templates": {"GET": keyed(handlers.list_templates, "reads")},
    f"{API}/templates/{{template_slug}}": {"GET": keyed(handlers.get_template, "reads")},
    f"{API}/migrations": {"POST": keyed(handlers.create_migration)},
    f"{_MIGRATION}/files": {
        "GET": keyed(handlers.list_files, "reads"),
        "POST": keyed(handlers.create_uploads, "writes"),
    },
    f"{API}/uploads/{{file_id}}": {"PUT": handlers.put_upload},
    f"{_MIGRATION}/runs": {"POST": keyed(handlers.start_run)},
    _RUN: {"GET": keyed(handlers.get_run, "reads"), "PATCH": keyed(handlers.cancel_run)},
    f"{_RUN}/messages": {"POST": keyed(handlers.answer_run)},
    f"{_RUN}/credentials": {"POST": keyed(handlers.submit_credentials)},
    f"{_MIGRATION}/source-connection": {
        "GET": keyed(handlers.get_connection, "reads"),
        "POST": keyed(handlers.save_connection, "writes"),
        "DELETE": keyed(handlers.delete_connection, "writes"),
    },
    f"{_MIGRATION}/preview": {"GET": keyed(handlers.get_preview, "reads")},
    f"{_MIGRATION}/thread": {"GET": keyed(handlers.get_thread, "reads")},
    f"{_MIGRATION}/thread/stream": {"GET": keyed(handlers.stream_thread, "reads")},
    f"{_MIGRATION}/exports/{{slug}}.csv": {"GET": keyed(handlers.export_csv, "reads")},
    f"{_MIGRATION}/knowledge": _KNOWLEDGE["migration"],
    f"{_MIGRATION}/log": {"GET": keyed(handlers.get_log, "reads")},
}


def create_app(service: Service) -> ASGIApp:
    """The application over a running service."""
    app = Starlette(
        routes=[_route(path, methods) for path, methods in ROUTES.items()],
        exception_handlers={RefusalError: _refused, HTTPException: _no_route, Exception: _crashed},
    )
    app.state.service = service
    return Identified(app, f"embedded; engine={service.engine.version}")


def _route(path: str, methods: Mapping[str, Endpoint]) -> Route:
    async def endpoint(request: Request) -> Response:
        return await methods["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, endpoint, methods=list(methods), include_in_schema=False)


class Identified:
    """Names this server on every response; a client may trust its determinism."""

    def __init__(self, app: ASGIApp, identity: str) -> None:
        self._app = app
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the header to whatever answers it."""

        async def identified(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-vernctl-server"] = self._identity
            await send(message)

        await self._app(scope, receive, identified)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    return Response(
        json.dumps(error.body), error.status, error.headers, media_type="application/json"
    )


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.method} is not possible at {request.url.path}.",
    }
    body = json.dumps({"error": said.get(error.status_code, error.detail)})
    return Response(body, error.status_code, error.headers, media_type="application/json")


async def _crashed(request: Request, error: Exception) -> Response:
    body = json.dumps({"error": "The server failed unexpectedly; its log says why."})
    return Response(body, 500, media_type="application/json")
