"""``rest``: paged JSON over HTTP.

``config``: ``base_url`` (https, or http on this machine), ``streams: {NAME: {path, records}}``
where ``records`` is the dotted path to the list within an answer, ``auth: bearer | header | none``
with ``header`` its name, and ``paging: {by, parameter, at, start}``. ``by`` is ``none``; ``page``
(counts ``parameter`` up from ``start``, 1, until a page is empty); ``offset`` (the same, from 0, by
the records that came); ``cursor`` (sends what stands ``at`` as ``parameter``); ``next`` (follows
the URL that stands ``at``) or ``link`` (the one of the Link header), within the same origin.
Redirects are not followed: the secret goes where it was meant to go. A source that says "later"
(429, 503) or falters (other 5xx, a broken connection) is asked again, within bounds.
"""

from __future__ import annotations

import contextlib
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from vernctl.embedded.connectors import ConnectorError, RejectedError, Row, Wanted, chosen
from vernctl.embedded.connectors.reach import refuse_unreachable

if TYPE_CHECKING:
    import httpx

#: Bounds of one stream, and of one answer (bytes unpacked, seconds).
MAX_PAGES: Final = 10_000
MAX_ANSWER: Final = 64 << 20
TIMEOUT: Final = 30.0
#: One answer has this long (s) as a whole, however steadily it drips.
ANSWER_SECONDS: Final = 120.0
#: A page is asked for so often; between two times it waits at most so long (s).
ATTEMPTS: Final = 5
LONGEST_WAIT: Final = 60.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: Headers that are the connection's own.
_RESERVED = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "te", "upgrade"}
)


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class StreamConfig(_Config):
    """Where one stream's records are."""

    path: Annotated[str, Field(pattern="^/")]
    records: str = ""


class Paging(_Config):
    """How one page leads to the next."""

    by: Literal["none", "page", "offset", "cursor", "next", "link"] = "none"
    parameter: str | None = None
    at: str = "next"
    start: Annotated[int, Field(ge=0, le=1)] | None = None


class RestConfig(_Config):
    """The whole configuration."""

    base_url: str
    streams: Annotated[dict[str, StreamConfig], Field(min_length=1, max_length=100)]
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
        if parts.query or parts.fragment:
            raise ConnectorError("config.base_url ends with its path; a query belongs to a stream.")
        if config.auth == "header" and config.header.lower() in _RESERVED:
            raise ConnectorError(f"config.header cannot be {config.header}.")

    def recipient(self, wanted: Wanted) -> str:
        """Who gets the secret, and how: another one must be given it anew."""
        config = _config(wanted)
        parts = urllib.parse.urlsplit(config.base_url)
        return f"{parts.scheme}://{parts.netloc} {config.auth} {config.header}"

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
        refuse_unreachable(config.base_url, wanted.hosts, wanted.anywhere)
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
                    yield name, _stream(client, config, config.streams[name], wanted)
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


class _Answer(NamedTuple):
    body: JsonValue
    link: str | None


def _stream(
    client: httpx.Client, config: RestConfig, stream: StreamConfig, wanted: Wanted
) -> Iterator[Row]:
    paging, first = config.paging, config.base_url.rstrip("/") + stream.path
    url, before = first, cast("JsonValue", None)
    count = paging.start if paging.start is not None else int(paging.by == "page")
    counts = paging.by in ("page", "offset")
    name = paging.parameter or ("offset" if paging.by == "offset" else "page")
    query = {name: str(count)} if counts else {}
    for _ in range(MAX_PAGES):
        answer = _get(client, url, query, wanted)
        records = _at(answer.body, stream.records)
        if not isinstance(records, list):
            where = stream.records or "the answer"
            raise ConnectorError(f"{stream.path}: {where} is no list of records.")
        if counts and records and records == before:
            raise ConnectorError(f"{stream.path}: two pages are the same; is {name} its parameter?")
        for record in records:
            yield record if isinstance(record, dict) else {"value": record}
        if paging.by == "none" or (counts and not records):
            return
        if counts:
            count, before = count + (1 if paging.by == "page" else len(records)), records
            query = {name: str(count)}
            continue
        after = answer.link if paging.by == "link" else _at(answer.body, paging.at)
        if after in (None, "", False):
            return
        if after == before:
            raise ConnectorError(f"{stream.path}: a page leads to itself.")
        before = after
        if paging.by == "cursor":
            query = {name: str(after)}
        else:
            url = _same_origin(first, urllib.parse.urljoin(url, str(after)))
    raise ConnectorError(f"{stream.path} has more than {MAX_PAGES:,} pages.")


def _same_origin(first: str, url: str) -> str:
    here, there = urllib.parse.urlsplit(first), urllib.parse.urlsplit(url)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise ConnectorError(f"The next page is at {there.netloc}, which is another origin.")
    return url


def _get(client: httpx.Client, url: str, query: Mapping[str, str], wanted: Wanted) -> _Answer:
    """One page; a source that is busy or falters is asked again, after the time that it names."""
    import httpx

    where = urllib.parse.urlsplit(url).path
    target = httpx.URL(url).copy_merge_params(query) if query else httpx.URL(url)
    for attempt in range(ATTEMPTS):
        last, pause = attempt == ATTEMPTS - 1, float(2**attempt)
        try:
            with client.stream("GET", target) as response:
                status = response.status_code
                if status not in (429, 500, 502, 503, 504) or last:
                    return _answer(response, where)
                pause = _named_wait(response.headers.get("retry-after"), pause)
        except httpx.TransportError:
            if last:
                raise
        if pause > LONGEST_WAIT:
            raise ConnectorError(f"{where} is busy for {pause:.0f} s more.")
        wanted.pause(pause)
    raise AssertionError("the last attempt returns or raises")


def _answer(response: httpx.Response, where: str) -> _Answer:
    import json

    if response.status_code in {401, 403}:
        raise RejectedError(f"{where} does not take these credentials ({response.status_code}).")
    if response.status_code != 200:
        raise ConnectorError(f"{where} answers {response.status_code}.")
    body, deadline = bytearray(), time.monotonic() + ANSWER_SECONDS
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise ConnectorError(f"{where} answers more than {MAX_ANSWER >> 20} MiB.")
        if time.monotonic() > deadline:
            raise ConnectorError(f"{where} takes over {ANSWER_SECONDS:.0f} s for one answer.")
    try:
        # NaN and Infinity are no JSON, and no number of a cell
        found: JsonValue = json.loads(body, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise ConnectorError(f"{where} does not answer JSON.") from error
    return _Answer(found, response.links.get("next", {}).get("url"))


def _named_wait(told: str | None, otherwise: float) -> float:
    """Seconds of a Retry-After header; a date, or nothing, is not worth guessing at."""
    with contextlib.suppress(ValueError):
        return max(0.0, float(told or ""))
    return otherwise


def _at(value: JsonValue, path: str) -> JsonValue:
    """What stands at a dotted path; None where nothing does. A key may hold dots itself."""
    if not path:
        return value
    if not isinstance(value, dict):
        return None
    if path in value:
        return value[path]
    head, _, rest = path.partition(".")
    return _at(value.get(head), rest) if rest else None
