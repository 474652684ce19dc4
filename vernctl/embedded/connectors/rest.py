"""``rest``: paged JSON over HTTP.

``config``: ``base_url`` (https, or http on this machine), ``streams: {NAME: {path, records}}``
where ``records`` is the dotted path to the list within an answer, ``auth: bearer | header | none``
with ``header`` its name, and ``paging: {by: none | page | cursor | next, parameter, at}``: ``page``
counts up ``parameter`` from 1 until a page is empty, ``cursor`` sends what stands ``at`` as
``parameter``, ``next`` follows the URL that stands ``at``, within the same origin. Redirects are
not followed: the secret goes where it was meant to go.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from vernctl.embedded.connectors import ConnectorError, RejectedError, Row, Wanted, chosen

if TYPE_CHECKING:
    import httpx

#: Bounds of one stream, and of one answer (bytes unpacked, seconds).
MAX_PAGES: Final = 10_000
MAX_ANSWER: Final = 64 << 20
TIMEOUT: Final = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class StreamConfig(_Config):
    """Where one stream's records are."""

    path: Annotated[str, Field(pattern="^/")]
    records: str = ""


class Paging(_Config):
    """How one page leads to the next."""

    by: Literal["none", "page", "cursor", "next"] = "none"
    parameter: str = "page"
    at: str = "next"


class RestConfig(_Config):
    """The whole configuration."""

    base_url: str
    streams: Annotated[dict[str, StreamConfig], Field(min_length=1)]
    auth: Literal["bearer", "header", "none"] = "bearer"
    header: Annotated[str, Field(pattern="^[A-Za-z0-9-]+$")] = "x-api-key"
    paging: Paging = Paging()


class RestConnector:
    """An HTTP API that answers JSON."""

    key, name, category = "rest", "REST API", "api"

    def check(self, wanted: Wanted) -> None:
        """The configuration is whole and the secret would travel safely. Raises ConnectorError."""
        config = _config(wanted)
        chosen(wanted.streams, tuple(config.streams), "config.streams")
        parts = urllib.parse.urlsplit(config.base_url)
        plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or plain):
            raise ConnectorError("config.base_url must be https (http only on this machine).")
        if parts.username or parts.password:
            raise ConnectorError("config.base_url holds a password; send it as credentials.")

    def schema(self, wanted: Wanted) -> dict[str, JsonValue]:
        """One token, unless the API is open."""
        config = _config(wanted)
        if config.auth == "none":
            return {}
        title = (
            "Bearer token" if config.auth == "bearer" else f"Value of the header {config.header}"
        )
        return {"token": {"type": "string", "title": title, "required": True, "secret": True}}

    def extract(self, wanted: Wanted) -> Iterator[tuple[str, Iterator[Row]]]:
        """Each selected stream, page after page."""
        import httpx

        config = _config(wanted)
        headers = {"accept": "application/json"}
        token = wanted.credentials.get("token", "")
        if not (token.isascii() and token.isprintable()):
            raise RejectedError("a token has printable ASCII characters only.")
        if config.auth == "bearer":
            headers["authorization"] = f"Bearer {token}"
        elif config.auth == "header":
            headers[config.header] = token
        try:
            with httpx.Client(headers=headers, timeout=TIMEOUT, follow_redirects=False) as client:
                for name in chosen(wanted.streams, tuple(config.streams), "config.streams"):
                    yield name, _stream(client, config, config.streams[name])
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise ConnectorError(
                f"{config.base_url} cannot be read: {type(error).__name__}."
            ) from error


def _config(wanted: Wanted) -> RestConfig:
    try:
        return RestConfig.model_validate(dict(wanted.config))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConnectorError(f"config.{where}: {first['msg']}.") from error


def _stream(client: httpx.Client, config: RestConfig, stream: StreamConfig) -> Iterator[Row]:
    first = config.base_url.rstrip("/") + stream.path
    url, query, page = first, dict[str, str](), 1
    if config.paging.by == "page":
        query = {config.paging.parameter: "1"}
    for _ in range(MAX_PAGES):
        answer = _get(client, url, query)
        records = _at(answer, stream.records)
        if not isinstance(records, list):
            where = stream.records or "the answer"
            raise ConnectorError(f"{stream.path}: {where} is no list of records.")
        for record in records:
            yield record if isinstance(record, dict) else {"value": record}
        if config.paging.by == "none" or (config.paging.by == "page" and not records):
            return
        page += 1
        if config.paging.by == "page":
            query = {config.paging.parameter: str(page)}
            continue
        after = _at(answer, config.paging.at)
        if after in (None, "", False):
            return
        if config.paging.by == "cursor":
            query = {config.paging.parameter: str(after)}
        else:
            url = _same_origin(first, urllib.parse.urljoin(url, str(after)))
    raise ConnectorError(f"{stream.path} has more than {MAX_PAGES:,} pages.")


def _same_origin(first: str, url: str) -> str:
    here, there = urllib.parse.urlsplit(first), urllib.parse.urlsplit(url)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise ConnectorError(f"The next page is at {there.netloc}, which is another origin.")
    return url


def _get(client: httpx.Client, url: str, query: Mapping[str, str]) -> JsonValue:
    import json

    import httpx

    wanted = httpx.URL(url).copy_merge_params(query) if query else httpx.URL(url)
    with client.stream("GET", wanted) as response:
        where = urllib.parse.urlsplit(url).path
        if response.status_code in {401, 403}:
            raise RejectedError(
                f"{where} does not take these credentials ({response.status_code})."
            )
        if response.status_code != 200:
            raise ConnectorError(f"{where} answers {response.status_code}.")
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER:
                raise ConnectorError(f"{where} answers more than {MAX_ANSWER >> 20} MiB.")
    try:
        found: JsonValue = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ConnectorError(f"{where} does not answer JSON.") from error
    return found


def _at(value: JsonValue, path: str) -> JsonValue:
    """What stands at a dotted path; None where nothing does."""
    for part in path.split(".") if path else ():
        value = value.get(part) if isinstance(value, dict) else None
    return value
