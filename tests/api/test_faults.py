"""Every way in which HTTP can fail has its exception of ours."""

from __future__ import annotations

import inspect
import time
from email.utils import formatdate

import httpx
import pytest
from httpx_sse import SSEError

from vernctl.api.faults import MESSAGE_LIMIT, from_httpx, from_status, retry_after
from vernctl.api.transport import _HTTPX_ERRORS
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

EXCEPTIONS = sorted(
    (kind for _, kind in inspect.getmembers(httpx, inspect.isclass) if issubclass(kind, Exception)),
    key=lambda kind: kind.__name__,
)
ODD_ANSWERS = {
    "CookieConflict",
    "DecodingError",
    "HTTPStatusError",
    "InvalidURL",
    "TooManyRedirects",
    "UnsupportedProtocol",
}


@pytest.mark.parametrize("kind", EXCEPTIONS, ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_is_caught_and_becomes_one_of_ours(
    kind: type[Exception],
) -> None:
    assert issubclass(kind, _HTTPX_ERRORS)
    error = kind.__new__(kind)
    error.args = ("some detail",)
    ours = from_httpx(error, "GET /x")
    assert type(ours) is (ContractError if kind.__name__ in ODD_ANSWERS else UnreachableError)
    assert ours.message.startswith("GET /x: ")
    assert ours.request == "GET /x"


def test_a_stream_that_is_none_is_an_odd_answer() -> None:
    assert type(from_httpx(SSEError("not a stream"), "GET /x")) is ContractError


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (410, GoneError),
        (412, BadRequestError),
        (413, BadRequestError),
        (418, BadRequestError),
        (422, BadRequestError),
        (429, RateLimitedError),
        (500, ServerError),
        (502, ServerError),
        (503, ServerError),
        (599, ServerError),
        (302, ContractError),
    ],
)
def test_every_status_has_its_error(status: int, kind: type[ApiError]) -> None:
    error = from_status(status, {}, b'{"error": "A sentence."}', "GET /x")
    assert type(error) is kind
    assert error.status == status
    assert error.request == "GET /x"
    assert error.message == "A sentence." or kind is ContractError


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": {"a": 1}}', b'{"error": "  "}', b"\xff"]
)
def test_a_status_without_a_sentence_gets_one(body: bytes) -> None:
    assert from_status(404, {}, body, "GET /x").message == "GET /x answered 404."


def test_a_services_words_are_bounded() -> None:
    body = b'{"error": "' + b"x" * 9_000 + b'"}'
    assert len(from_status(400, {}, body, "GET /x").message) == MESSAGE_LIMIT


def test_retry_after_is_seconds_a_date_or_the_reset_of_the_window() -> None:
    now = 1_800_000_000.0
    assert retry_after({"retry-after": "30"}) == 30
    assert retry_after({"retry-after": formatdate(now + 12, usegmt=True)}, now=now) == 12
    assert retry_after({"retry-after": formatdate(now - 12, usegmt=True)}, now=now) == 0
    assert retry_after({"x-ratelimit-reset": str(int(now) + 7)}, now=now) == 7
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({"retry-after": "-5"}) is None
    assert retry_after({"retry-after": "٣"}) is None
    assert retry_after({}) is None
    assert retry_after({"x-ratelimit-reset": str(int(time.time()) - 99)}) == 0
