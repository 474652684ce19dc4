"""The ASGI application: every route of ``/api/v1``, and what a refusal or a crash looks like."""

from __future__ import annotations

import json

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vernctl.embedded import handlers
from vernctl.embedded.handlers import keyed
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.service import Service

API = "/api/v1"
_MIGRATION = f"{API}/migrations/{{migration_id}}"
_RUN = f"{_MIGRATION}/runs/{{run_id}}"

ROUTES = (
    ("GET", f"{API}/sources", keyed(handlers.list_sources)),
    ("GET", f"{API}/sources/{{source}}/knowledge", keyed(handlers.get_source_knowledge)),
    ("PATCH", f"{API}/sources/{{source}}/knowledge", keyed(handlers.patch_source_knowledge)),
    ("GET", f"{API}/templates", keyed(handlers.list_templates)),
    ("GET", f"{API}/templates/{{template_slug}}", keyed(handlers.get_template)),
    ("POST", f"{API}/migrations", keyed(handlers.create_migration)),
    ("POST", f"{_MIGRATION}/files", keyed(handlers.create_uploads)),
    ("GET", f"{_MIGRATION}/files", keyed(handlers.list_files)),
    ("PUT", f"{API}/uploads/{{file_id}}", handlers.put_upload),
    ("POST", f"{_MIGRATION}/runs", keyed(handlers.start_run)),
    ("GET", _RUN, keyed(handlers.get_run)),
    ("PATCH", _RUN, keyed(handlers.cancel_run)),
    ("POST", f"{_RUN}/messages", keyed(handlers.answer_run)),
    ("GET", f"{_MIGRATION}/preview", keyed(handlers.get_preview)),
    ("GET", f"{_MIGRATION}/thread", keyed(handlers.get_thread)),
    ("GET", f"{_MIGRATION}/thread/stream", keyed(handlers.stream_thread)),
    ("GET", f"{_MIGRATION}/exports/{{slug}}.csv", keyed(handlers.export_csv)),
    ("GET", f"{_MIGRATION}/knowledge", keyed(handlers.get_migration_knowledge)),
    ("PATCH", f"{_MIGRATION}/knowledge", keyed(handlers.patch_migration_knowledge)),
    ("GET", f"{_MIGRATION}/log", keyed(handlers.get_log)),
)


def create_app(service: Service) -> ASGIApp:
    """The application over a running service."""
    app = Starlette(
        routes=[Route(path, endpoint, methods=[method]) for method, path, endpoint in ROUTES],
        exception_handlers={RefusalError: _refused, HTTPException: _no_route, Exception: _crashed},
    )
    app.state.service = service
    return Identified(app, f"embedded; engine={service.engine.version}")


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
