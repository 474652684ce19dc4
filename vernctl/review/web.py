"""``vernctl review --web``: the page of ``--format html`` on loopback, with the verbs of a review.

Whoever can reach the port is not the reviewer yet: other users of this machine, and every web page
that the reviewer's browser has open. So the secret is in the path, which only the reviewer was
given; there is no cookie that a browser would send along by itself; the Host must be ours (a name
that is made to point here is not), a decision must come from our own page (Origin, JSON), and no
answer allows another origin to read it.
"""

from __future__ import annotations

import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from vernctl.errors import UsageError, VernctlError
from vernctl.render.html import policy, render_outcomes

if TYPE_CHECKING:
    from vernctl.workflow.reviewing import Decision, Review

_HOST = "127.0.0.1"
_MOST_BYTES = 64_000
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": policy(connect="'self'") + "; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class _Wish(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(extra="forbid", strict=True)

    spec: str
    digest: str | None
    verb: str
    message: str


class ReviewServer(uvicorn.Server):
    """Serves one review on a port of loopback; stops when everything is decided."""

    def __init__(self, review: Review, *, port: int = 0) -> None:
        """Bind. Raises UsageError where the port cannot be had."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((_HOST, port))
        except OSError as error:
            self._socket.close()
            raise UsageError(f"Cannot listen on {_HOST}:{port}: {error.strerror}.") from error
        self.origin = f"http://{_HOST}:{self._socket.getsockname()[1]}"
        self.token = secrets.token_urlsafe(32)
        self.url = f"{self.origin}/{self.token}/"
        self._review = review
        self._deciding = threading.Lock()
        routes = [
            Route("/{token}/", self._page, methods=["GET"]),
            Route("/{token}/decide", self._decide, methods=["POST"]),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        super().__init__(config)

    def run_until_decided(self, announce: Callable[[str], None]) -> None:
        """Say where the page is, and serve it until all is decided, SIGINT or SIGTERM."""
        announce(self.url)
        self.run(sockets=[self._socket])

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal ends the review cleanly; unlike the base, it is not raised again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def _page(self, request: Request) -> Response:
        if not self._is_known(request):
            return _refuse(404, "There is nothing here.")
        review: dict[str, JsonValue] = {
            "post": f"/{self.token}/decide",
            "open": [*self._review.open],
        }
        outcomes = list(self._review.outcomes.values())
        page = await run_in_threadpool(render_outcomes, outcomes, review=review)
        return HTMLResponse(page, headers=_HEADERS)

    async def _decide(self, request: Request) -> Response:
        if not self._is_known(request):
            return _refuse(404, "There is nothing here.")
        if request.headers.get("origin") != self.origin:
            return _refuse(403, "A decision must come from the review's own page.")
        if request.headers.get("content-type") != "application/json":
            return _refuse(415, "A decision is JSON.")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return _refuse(413, "The message is too long.")
        try:
            decision = await run_in_threadpool(self._perform, _Wish.model_validate_json(body))
        except ValidationError:
            return _refuse(400, "That is not a decision.")
        except VernctlError as error:
            said = " ".join([error.message, *error.reasons, error.remote or ""]).strip()
            return _refuse(409, said)
        answer = {"said": f"{decision.verb}: {decision.said}", "open": len(self._review.open)}
        leave = BackgroundTask(self._leave) if not self._review.open else None
        return JSONResponse(answer, headers=_HEADERS, background=leave)

    def _perform(self, wish: _Wish) -> Decision:
        with self._deciding:
            if wish.verb == "accept" and wish.digest:
                return self._review.accept(wish.spec, wish.digest)
            if wish.verb == "reject":
                return self._review.reject(wish.spec, wish.message)
            if wish.verb == "skip":
                return self._review.skip(wish.spec)
            raise UsageError("A decision is accept, reject or skip.")

    def _leave(self) -> None:
        self.should_exit = True

    def _is_known(self, request: Request) -> bool:
        given = request.path_params["token"].encode()
        ours = secrets.compare_digest(given, self.token.encode())
        return ours and f"http://{request.headers.get('host')}" == self.origin


def _refuse(status: int, words: str) -> Response:
    return JSONResponse({"error": words}, status_code=status, headers=_HEADERS)
