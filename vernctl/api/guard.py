"""What may leave this process, and whereto: the key, the hosts, the traces.

The API key goes only over https, or over http to this machine; only to Vern's two hosts, to a host
that ``allow_hosts`` names, or to loopback. It is never part of a repr, an error or a trace.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import quote, urlsplit

from pydantic import JsonValue

from vernctl.errors import ApiError, BadRequestError, UnauthorizedError

#: The hosts of the published API (US and Australia).
VERN_HOSTS = frozenset({"app.vern.so", "au.app.vern.so"})
API_PATH = "/api/v1"
HIDDEN = "***"

_signed: ContextVar[bool] = ContextVar("vernctl_signed_url", default=False)


class ApiKey:
    """An API key that no repr, format or pickle gives away; ``reveal`` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not value:
            raise UnauthorizedError(
                "There is no API key.",
                remote="Nothing was sent.",
                next="set VERN_API_KEY, or api_key: in vernctl.yaml",
            )
        if not all(33 <= ord(character) <= 126 for character in value):
            raise UnauthorizedError(
                "The API key is malformed: it has a character that no HTTP header can carry "
                "(a space or a line break?).",
                remote="Nothing was sent.",
            )
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the one header that carries it."""
        return self._value

    def redact(self, text: str, *others: str) -> str:
        """``text`` without the key and ``others``, in case a service or a proxy echoes them."""
        for secret in (self._value, *others):
            text = text.replace(secret, HIDDEN)
        return text

    def __repr__(self) -> str:
        return f"ApiKey({HIDDEN})"

    def __reduce__(self) -> str:
        raise TypeError("an API key is not pickled")


def secrets_in(value: JsonValue) -> tuple[str, ...]:
    """Every text within ``value`` (credentials of any shape) that must not be shown, longest first.

    Texts below four characters are left: without them no sentence could be read any more.
    """
    found: set[str] = set()
    rest: list[JsonValue] = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            rest += one.values()
        elif isinstance(one, list):
            rest += one
        elif isinstance(one, str) and len(one) >= 4:
            found.add(one)
    return tuple(sorted(found, key=len, reverse=True))


def is_loopback(host: str) -> bool:
    """Whether ``host`` (a name or an address, no port) is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_base_url(url: str, allow_hosts: Sequence[str] = ()) -> str:
    """The base URL without a trailing slash; ``/api/v1`` is added where the URL has no path.

    Raises ApiError, before anything is sent, for a host or a scheme that may not see the key.
    ``allow_hosts`` entries are host names, or ``host:port``.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise _refused(f"{url!r} is not a URL.") from None
    if parts.username is not None or parts.password is not None:
        raise _refused(f"The URL of {host} holds a user name or password; use api_key instead.")
    if parts.query or parts.fragment or parts.scheme not in {"http", "https"} or not host:
        raise _refused(f"{url!r} is not the base URL of an API (https://HOST/api/v1).")
    allowed = {entry.lower() for entry in allow_hosts}
    named = {host, f"{host}:{port or (443 if parts.scheme == 'https' else 80)}"}
    if not (host in VERN_HOSTS or is_loopback(host) or named & allowed):
        raise _refused(
            f"The API key is not sent to {host}: it is neither one of Vern's hosts nor this "
            "machine.",
            next=f"allow_hosts: [{host}] in vernctl.yaml, if the host is yours",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise _refused(f"The API key is not sent to {host} over http.", next="use https")
    path = parts.path.rstrip("/") or API_PATH
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def check_signed_url(url: str, *, base_is_loopback: bool, request: str) -> str:
    """The URL that a customer's bytes may be sent to: https, or http from loopback to loopback."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    local = base_is_loopback and parts.scheme == "http" and is_loopback(host)
    if host and (parts.scheme == "https" or local):
        return url
    raise ApiError(
        f"The service named a place for a file that vernctl does not send data to "
        f"({parts.scheme or 'no scheme'}, {host or 'no host'}).",
        request=request,
        remote="The file was not sent.",
    )


def segment(value: str) -> str:
    """``value`` as one segment of a path, so that no id can name another path."""
    if value in {"", ".", ".."}:
        raise BadRequestError(f"{value!r} is not an id.", remote="Nothing was sent.")
    return quote(value, safe="")


def _refused(message: str, *, next: str | None = None) -> ApiError:  # noqa: A002
    return ApiError(message, remote="Nothing was sent.", next=next)


class _SignedUrlFilter(logging.Filter):
    """Takes the query (the token) off URLs in httpx's own log lines while a signed one is used."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _signed.get() and isinstance(record.args, tuple):
            record.args = tuple(
                str(arg).partition("?")[0] + f"?{HIDDEN}" if "?" in str(arg) else arg
                for arg in record.args
            )
        return True


_filter = _SignedUrlFilter()


@contextmanager
def signed_url_in_use() -> Iterator[None]:
    """While this is open, what httpx logs carries no query of a URL."""
    logging.getLogger("httpx").addFilter(_filter)
    token = _signed.set(True)
    try:
        yield
    finally:
        _signed.reset(token)
