"""One connection pool, one key, one way to send: guards, retries, bounds, and errors of ours."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx

from vernctl.api import faults
from vernctl.api.body import iter_body, parse, read_body
from vernctl.api.calls import Call
from vernctl.api.guard import ApiKey, check_base_url, is_loopback
from vernctl.api.models import ApiModel, ServerIdentity
from vernctl.api.policy import Policy
from vernctl.api.pools import Pools, timeout_of
from vernctl.api.quota import MINUTE, PUBLISHED, Ledger, QuotaName
from vernctl.errors import ApiError, ContractError, RateLimitedError, ServerError, UnreachableError

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=ApiModel)
Trace = Callable[[str], None]

KEY_HEADER = "x-api-key"
_ERROR_BODY = 64 * 1024
_MAX_REDIRECTS = 3
#: Seconds after which a request that waits behind another looks whether it is its turn.
_TURN = 0.25
_TRANSIENT = frozenset({500, 502, 503, 504})
_IDENTITY = re.compile(r"embedded; ?engine=([0-9]{1,9})")
_HTTPX_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    ssl.SSLError,
)


class Reply(NamedTuple):
    """A whole answer."""

    status: int
    headers: httpx.Headers
    body: bytes


class Transport:
    """Sends calls. Raises only errors of ``vernctl.errors``; see :class:`Policy` for patience."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        allow_hosts: Sequence[str] = (),
        policy: Policy | None = None,
        trace: Trace | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.base_url = check_base_url(base_url, allow_hosts)
        self._base = _same_host(self.base_url)
        self.loopback = is_loopback(self._base.host)
        self.policy = policy or Policy()
        self.identity: ServerIdentity | None = None
        #: Called right before every request that may change something; what it raises stops it.
        self.before_change: Callable[[], None] = lambda: None
        self._key = ApiKey(api_key)
        self._trace = trace
        self._ledger = ledger
        self._turns: dict[tuple[QuotaName, ...], deque[object]] = {}
        self.pools = Pools(self.base_url, self.policy)

    async def fetch(self, call: Call, model: type[ModelT], *require: str) -> ModelT:
        """Send ``call`` and read its answer as ``model`` (see :func:`vernctl.api.body.parse`)."""
        return (await self.fetch_with_status(call, model, *require))[0]

    async def fetch_with_status(
        self, call: Call, model: type[ModelT], *require: str
    ) -> tuple[ModelT, int]:
        """As :meth:`fetch`, with the HTTP status."""

        async def once() -> tuple[ModelT, int]:
            reply = await self._once(call)
            return parse(model, reply.body, call.name, require=require), reply.status

        return await self.persist(call, once)

    async def send(self, call: Call) -> Reply:
        """Send ``call`` and give its answer as bytes."""
        return await self.persist(call, lambda: self._once(call))

    async def persist(self, call: Call, once: Callable[[], Awaitable[T]]) -> T:
        """``once()``, again where ``call`` allows it and the failure may pass."""
        lost = limited = 0
        waited = 0.0
        while True:
            try:
                return await once()
            except RateLimitedError as error:
                self.note_refusal(call.costs, error)
                pause = max(error.retry_after or 0.0, self.policy.delay(limited))
                limited += 1
                if not call.patient or waited + pause > self.policy.patience:
                    raise
                waited += pause
                why = "rate limit"
            except (UnreachableError, ServerError) as error:
                passing = not isinstance(error, ServerError) or error.status in _TRANSIENT
                lost += 1
                if not (call.repeatable and passing) or lost >= self.policy.attempts:
                    raise
                pause = self.policy.delay(lost - 1)
                why = error.kind
            self.say(f"{call.name}: {why}, again in {pause:.1f} s")
            await self.policy.sleep(pause)

    @asynccontextmanager
    async def stream(
        self, call: Call, *, silence: float | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Send ``call`` once and hold its answer open, its body unread; error statuses raise.

        ``silence``: seconds without a byte after which the connection counts as broken.
        """
        with self.translating(call.name):
            response = await self._send(call, silence or self.policy.read_timeout)
            try:
                yield response
            finally:
                await response.aclose()

    async def _send(self, call: Call, silence: float) -> httpx.Response:
        url = httpx.URL(self.base_url + call.path)
        if call.query:
            url = url.copy_merge_params(dict(call.query))
        for _ in range(_MAX_REDIRECTS + 1):
            response = await self._pass(call, url, silence)
            if response.is_success:
                return response
            try:
                onward = self._same_origin(call, response)
                if onward is None:
                    raise await self.refusal(response, call.name, call.secrets)
            finally:
                await response.aclose()
            url = onward
        raise ContractError(f"{call.name}: redirected more than {_MAX_REDIRECTS} times.")

    async def _pass(self, call: Call, url: httpx.URL, silence: float) -> httpx.Response:
        headers = {"accept": call.accept}
        if call.body is not None:
            headers["content-type"] = "application/json"
        request = self.pools.main.build_request(
            call.method,
            url,
            content=call.body,
            headers=headers,
            timeout=timeout_of(self.policy, silence),
        )
        await self._afford(call)
        if call.method != "GET":
            self.before_change()
        started, sent = time.monotonic(), self._book(lambda ledger: ledger.now())
        # Only while it is on its way does the request hold the key: exceptions keep requests.
        request.headers[KEY_HEADER] = self._key.reveal()
        try:
            response = await self.pools.main.send(request, stream=True)
        finally:
            del request.headers[KEY_HEADER]
        self.say(f"{call.name} → {response.status_code} in {time.monotonic() - started:.2f} s")
        self._learn(response)
        self._book(lambda ledger: ledger.learn(call.costs, response.headers, sent or 0.0))
        return response

    async def _afford(self, call: Call) -> None:
        """Note the request in the ledger. What refills within a minute waits for its turn; an
        hourly limit is for the caller to plan with, and for the service to enforce."""
        if not call.costs:
            return
        if not all(PUBLISHED[name].window <= MINUTE for name in call.costs):
            self._book(lambda ledger: ledger.spend(call.costs))
            return
        waited, turns, mine = 0.0, self._turns.setdefault(call.costs, deque()), object()
        turns.append(mine)
        try:
            while waited < self.policy.patience:
                # In the order in which they came: who is overtaken would run out of patience.
                first = turns[0] is mine
                pause = self._book(partial(_pause, costs=call.costs, first=first))
                if not pause:
                    return
                if first:
                    self.say(f"{call.name}: waits {pause:.1f} s for the account's limit")
                await self.policy.sleep(pause)
                waited += pause if first else 0.0
            self._book(lambda ledger: ledger.spend(call.costs))
        finally:
            turns.remove(mine)

    def note_refusal(self, costs: Sequence[QuotaName], error: RateLimitedError) -> None:
        """Tell the ledger of a 429."""
        self._book(lambda ledger: ledger.refused(costs, error.retry_after, error.runs))

    def _book(self, entry: Callable[[Ledger], T]) -> T | None:
        """Make an entry in the ledger; without one, or without a place for it, go on."""
        if self._ledger is None:
            return None
        try:
            return entry(self._ledger)
        except OSError as error:
            self._ledger = None
            self.say(f"no quota ledger: {error}")
            return None

    def _same_origin(self, call: Call, response: httpx.Response) -> httpx.URL | None:
        location = response.headers.get("location")
        if call.method != "GET" or not response.has_redirect_location or location is None:
            return None
        url = response.url.join(location)
        base = self._base
        same = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
        return url if same and not url.userinfo else None

    def _learn(self, response: httpx.Response) -> None:
        if not self.loopback:
            return
        match = _IDENTITY.fullmatch(response.headers.get("x-vernctl-server", ""))
        if match is not None:
            self.identity = ServerIdentity(name="embedded", engine=int(match[1]))

    async def _once(self, call: Call) -> Reply:
        try:
            async with asyncio.timeout(self.policy.total_timeout), self.stream(call) as response:
                body = await read_body(response, limit=call.limit, request=call.name)
                return Reply(response.status_code, response.headers, body)
        except TimeoutError:
            pass
        raise UnreachableError(
            f"{call.name}: no whole answer within {self.policy.total_timeout:g} s.",
            request=call.name,
        )

    async def refusal(
        self, response: httpx.Response, request: str, secrets: Sequence[str] = ()
    ) -> ApiError:
        """The error for an answer with an error status; at most 64 KiB of its body are read."""
        body = b""
        try:
            async for piece in iter_body(response, limit=_ERROR_BODY, request=request):
                body += piece
        except (*_HTTPX_ERRORS, ContractError, UnreachableError):
            # The status is what counts; the body would only have worded it.
            body = b""
        return faults.from_status(
            response.status_code,
            response.headers,
            body,
            request,
            redact=lambda text: self._key.redact(text, *secrets),
        )

    @contextmanager
    def translating(self, request: str) -> Iterator[None]:
        """Within it exceptions of httpx become errors of ours, without the key."""
        try:
            yield
        except _HTTPX_ERRORS as error:
            raise faults.from_httpx(error, request, redact=self._key.redact) from None

    def say(self, line: str) -> None:
        """One line of a ``--verbose`` trace: method, path, status, time; never a header."""
        if self._trace is not None:
            self._trace(self._key.redact(line))


def _same_host(base_url: str) -> httpx.URL:
    """The URL as httpx reads it; ApiError where it would go elsewhere than was checked."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.host != urlsplit(base_url).hostname:
        raise ApiError(f"{base_url!r} is not the base URL of an API.", remote="Nothing was sent.")
    return url


def _pause(ledger: Ledger, costs: Sequence[QuotaName], *, first: bool) -> float:
    """Seconds to wait; 0: noted, go. Who is not first looks again when the first may go."""
    if first:
        return ledger.reserve(costs)
    free_at = ledger.resume_at(costs)
    return _TURN if free_at is None else max(_TURN, free_at - ledger.now())
