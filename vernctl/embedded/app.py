"""The ASGI application: what a browser may do, what a refusal or a crash looks like."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vernctl.embedded.endpoint import Endpoint
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.routes import ROUTES
from vernctl.embedded.service import Service

#: What a page of another origin may read of an answer.
_EXPOSED = (
    *("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
    *("X-Total-Records", "Content-Disposition", "X-Vernctl-Server"),
)


def create_app(service: Service) -> ASGIApp:
    """The application over a running service."""
    app = Starlette(
        routes=[_route(path, methods) for path, methods in ROUTES.items()],
        exception_handlers={
            RefusalError: _refused,
            ClientDisconnect: _gone,
            HTTPException: _no_route,
            Exception: _crashed,
        },
    )
    # A redirect would name this server's own scheme and host, which a proxy before it hides.
    app.router.redirect_slashes = False
    app.state.service = service
    # Nothing rides on cookies: the key is a header and links are signed, so any page may ask.
    shared = CORSMiddleware(
        app,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["*"],
        expose_headers=_EXPOSED,
        max_age=3_600,
    )
    whole: ASGIApp = Identified(shared, f"embedded; engine={service.engine.version}")
    if service.script is None:
        return whole
    from vernctl.embedded.script import Scripted

    return Scripted(whole, service.script)


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


async def _gone(request: Request, error: Exception) -> Response:
    """The client hung up before its request was whole: nobody reads the answer, nothing failed."""
    return Response(json.dumps({"error": "The request broke off."}), 400)


async def _crashed(request: Request, error: Exception) -> Response:
    body = json.dumps({"error": "The server failed unexpectedly; its log says why."})
    return Response(body, 500, media_type="application/json")
