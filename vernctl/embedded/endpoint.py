"""What every request handler shares: the account, the body, the parameters, the answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

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


async def read_body(request: Request, model: type[BodyT], limit: int = MAX_BODY) -> BodyT:
    """The request's body as a model. Refuses with 400 or 413."""
    raw = bytearray()
    check_length(request, limit)
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > limit:
            raise _too_long(limit)
    from vernctl.embedded import bodies

    return bodies.parse_body(model, bytes(raw))


def check_length(request: Request, limit: int) -> None:
    """Refuses with 413 a body that is announced as longer, before any of it is read."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise _too_long(limit)


def _too_long(limit: int) -> RefusalError:
    return RefusalError(413, f"A request body may have at most {limit} bytes.")


def origin_of(request: Request, service: Service) -> str:
    """Scheme and host under which clients reach this server."""
    return service.public_url or str(request.base_url).rstrip("/")


def migration_of(request: Request) -> str:
    """The migration that the path names."""
    return str(request.path_params["migration_id"]).lower()


def run_of(request: Request) -> str:
    """The run that the path names."""
    return str(request.path_params["run_id"]).lower()


def fields_of(request: Request) -> tuple[str, ...] | None:
    """``?fields=A,B``: the columns asked for, or None for all."""
    text = request.query_params.get("fields")
    return None if not text else tuple(dict.fromkeys(name.strip() for name in text.split(",")))


def omit_empty_of(request: Request) -> bool:
    """``?omit_empty=``. Refuses with 400."""
    text = request.query_params.get("omit_empty", "false").lower()
    if text in {"true", "1", ""}:
        return True
    if text in {"false", "0"}:
        return False
    raise RefusalError(400, f"omit_empty is “{text}”; it may be true or false.")
