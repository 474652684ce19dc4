"""From what HTTP says to the exceptions of vernctl: a status, a broken connection, an odd body."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Mapping

import httpx
from httpx_sse import SSEError
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from vernctl.errors import (
    ApiError,
    BadRequestError,
    ConflictError,
    ContractError,
    ForbiddenError,
    GoneError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    UnauthorizedError,
    UnreachableError,
)

#: Characters of a service's own words that an error carries.
MESSAGE_LIMIT = 500

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "no connection within the time allowed"),
    (httpx.ReadTimeout, "no answer within the time allowed"),
    (httpx.WriteTimeout, "the request could not be sent within the time allowed"),
    (httpx.PoolTimeout, "no free connection within the time allowed"),
    (httpx.ConnectError, "no connection"),
    (httpx.ReadError, "the connection broke while the answer was read"),
    (httpx.WriteError, "the connection broke while the request was sent"),
    (httpx.CloseError, "the connection could not be closed"),
    (httpx.RemoteProtocolError, "the answer was cut short or is not HTTP"),
    (httpx.LocalProtocolError, "the request is not valid HTTP"),
    (httpx.ProxyError, "the proxy refused the connection"),
)
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_CONTRACT: tuple[type[Exception], ...] = (
    SSEError,
    httpx.DecodingError,
    httpx.TooManyRedirects,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.CookieConflict,
    httpx.HTTPStatusError,
)


_STATUSES: dict[int, type[ApiError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    410: GoneError,
}

#: What a person does about a status that no retry mends.
_WAYS_OUT = {
    401: "Check the endpoint's `api_key` in vernctl.yaml; without one it is VERN_API_KEY. "
    "A key holds in its own region alone.",
    403: "The account needs an active plan; the service's owner can tell.",
}

Redact = Callable[[str], str]


class ErrorBody(BaseModel):
    """``{"error": "<sentence>"}`` and what the statuses 409, 412 and 429 add to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    error: JsonValue = None
    run_id: JsonValue = None
    company_id: JsonValue = None
    retry_after_seconds: JsonValue = None
    runs: JsonValue = Field(default=None)


def from_httpx(error: Exception, request: str, *, redact: Redact = str) -> ApiError:
    """The ApiError for an exception of httpx: ContractError for an odd answer, else unreachable.

    ``remote`` says "Nothing was sent." where no connection was made, so that a caller can tell a
    request that never left from one whose reply was lost.
    """
    detail = redact(" ".join(str(error).split())[:MESSAGE_LIMIT]).rstrip(".")
    if isinstance(error, _CONTRACT):
        return ContractError(
            f"{request}: the answer cannot be used ({detail or type(error).__name__}).",
            request=request,
        )
    words = next((words for kind, words in _WORDS if isinstance(error, kind)), "no answer")
    return UnreachableError(
        f"{request}: {words}{f' ({detail})' if detail else ''}.",
        request=request,
        remote="Nothing was sent." if isinstance(error, _UNSENT) else None,
    )


def from_status(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    request: str,
    *,
    redact: Redact = str,
) -> ApiError:
    """The ApiError for an error status; the service's own sentence is its message.

    Source: the statuses of the published contract.
    """
    said = _error_body(body)
    message = _sentence(said.error, redact) or f"{request} answered {status}."
    wait = retry_after(headers)
    if wait is None and isinstance(said.retry_after_seconds, int | float):
        wait = max(0.0, float(said.retry_after_seconds))
    if status == 429:
        return RateLimitedError(message, retry_after=wait, runs=_run_ids(said), request=request)
    if status == 409:
        return ConflictError(
            message,
            run_id=said.run_id if isinstance(said.run_id, str) else None,
            company_id=said.company_id if isinstance(said.company_id, str) else None,
            retry_after=wait,
            request=request,
        )
    kind = _STATUSES.get(status, ServerError if status >= 500 else BadRequestError)
    if 300 <= status < 400:
        return ContractError(
            f"{request} is redirected, and the API key does not follow.",
            status=status,
            request=request,
        )
    return kind(message, status=status, request=request, next=_WAYS_OUT.get(status))


def retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds to wait: ``Retry-After`` (seconds or a date), else ``X-RateLimit-Reset`` (unix)."""
    now = time.time() if now is None else now
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    if value:
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
        except (ValueError, OverflowError):
            return None
    reset = headers.get("x-ratelimit-reset", "").strip()
    return max(0.0, float(reset) - now) if reset.isascii() and reset.isdigit() else None


def _error_body(body: bytes) -> ErrorBody:
    try:
        return ErrorBody.model_validate_json(body)
    except ValidationError:
        return ErrorBody()


def _sentence(value: JsonValue, redact: Redact) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    text = redact(value.strip())
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def _run_ids(said: ErrorBody) -> tuple[str, ...]:
    runs = said.runs if isinstance(said.runs, list) else []
    ids = [run.get("id") for run in runs if isinstance(run, dict)]
    return tuple(run_id for run_id in ids if isinstance(run_id, str))
