"""The thread of a migration, followed as it grows: every event once, over any number of cuts.

Source: the published contract (``GET …/thread`` and ``…/thread/stream``) and what real clients of
it lean on. ``after`` is strict, sequences rise across all runs of a migration, a stream closes
after about five minutes, and ``done`` is its last frame when no run is active.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Literal

import httpx
from httpx_sse import EventSource

from vernctl.api.body import LARGE, iter_body, parse
from vernctl.api.calls import reading
from vernctl.api.models import ACTIVE, Run, ThreadEvent, ThreadPage
from vernctl.api.transport import Transport
from vernctl.errors import (
    BadRequestError,
    ContractError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    UnreachableError,
)

Include = Literal["user", "tools", "all"]
#: Bytes that one frame of a stream may have.
FRAME_LIMIT = 16 * (1 << 20)
#: A stream that the service closed after so many seconds was quiet, whatever it brought.
_QUIET = 30.0
_EVENT_STREAM = "text/event-stream; charset=utf-8"


class _RefusedStream(Exception):  # noqa: N818 - a signal between two functions of this module
    """The thread cannot be streamed here; it can still be read page by page."""


class ThreadFollower:
    """Follows one thread. ``last`` is the highest sequence that was handed out."""

    def __init__(
        self,
        transport: Transport,
        path: str,
        *,
        after: int | None,
        include: Include,
    ) -> None:
        self._transport = transport
        self._path = path
        self._include = include
        #: Tells a run's state where the thread must be read by pages.
        self.poll: Callable[[], Awaitable[Run]] | None = None
        self.last = after

    async def events(self) -> AsyncGenerator[ThreadEvent, None]:
        """Every event after ``last``, in order, each once, until the service says ``done``."""
        fruitless = 0
        while True:
            before, started, closed = self.last, asyncio.get_running_loop().time(), False
            try:
                async with aclosing(self._one_stream()) as stream:
                    async for event in stream:
                        if event is None:
                            return
                        yield event
                closed = True
            except _RefusedStream:
                break
            except RateLimitedError as error:
                # An open stream costs one read; reads refill within a minute.
                self._transport.note_refusal(("reads",), error)
                if (error.retry_after or 0.0) > self._transport.policy.patience:
                    raise
                await self._transport.policy.sleep(error.retry_after or 0.0)
            except (UnreachableError, ServerError) as error:
                self._transport.say(str(error))
            quiet = closed and asyncio.get_running_loop().time() - started >= _QUIET
            fruitless = 0 if quiet or self.last != before else fruitless + 1
            if fruitless >= self._transport.policy.fruitless_streams:
                break
            await self._transport.policy.sleep(self._transport.policy.delay(fruitless))
        async with aclosing(self._pages()) as pages:
            async for event in pages:
                yield event

    async def page(self) -> ThreadPage:
        """One page of events after ``last``."""
        call = reading(self._path, self._query(), limit=LARGE)
        return await self._transport.fetch(call, ThreadPage, "events")

    def _query(self) -> dict[str, str | None]:
        after = None if self.last is None else str(self.last)
        return {"after": after, "include": self._include}

    def _new(self, event: ThreadEvent) -> bool:
        if self.last is not None and event.sequence <= self.last:
            return False
        self.last = event.sequence
        return True

    async def _one_stream(self) -> AsyncGenerator[ThreadEvent | None, None]:
        """The events of one connection; None once the service has said ``done``."""
        call = reading(f"{self._path}/stream", self._query(), accept="text/event-stream")
        silence = self._transport.policy.stream_timeout
        try:
            async with self._transport.stream(call, silence=silence) as response:
                if "text/event-stream" not in response.headers.get("content-type", ""):
                    raise _RefusedStream
                async for event in _frames(response, call.name):
                    if event is None or self._new(event):
                        yield event
        except (NotFoundError, BadRequestError) as error:
            if error.status not in {404, 405, 406}:
                raise
            raise _RefusedStream from None

    async def _pages(self) -> AsyncGenerator[ThreadEvent, None]:
        """The thread page by page: where a run can be polled until it is at rest, else until
        ``idle_pages`` pages in a row were empty. The caller's own poll has the last word."""
        policy, empty = self._transport.policy, 0
        at_rest = False
        while True:
            fresh = [event for event in (await self.page()).events if self._new(event)]
            for event in fresh:
                yield event
            if fresh:
                empty = 0
                continue
            if at_rest or (self.poll is None and empty >= policy.idle_pages):
                return
            if self.poll is not None and (await self.poll()).status not in ACTIVE:
                # What it wrote between the last page and its end is on one more page.
                at_rest = True
                continue
            await policy.sleep(min(policy.page_every, policy.delay(empty)))
            empty += 1


async def _frames(response: httpx.Response, request: str) -> AsyncIterator[ThreadEvent | None]:
    """The events of a stream's frames; None for ``done``. A frame cut short is never handed out."""
    room = _Room(request)
    bounded = httpx.Response(
        200,
        headers={"content-type": _EVENT_STREAM},
        content=room.count(iter_body(response, limit=1 << 62, request=request)),
    )
    async for frame in EventSource(bounded).aiter_sse():
        room.used = 0
        if frame.event == "done":
            yield None
            return
        if frame.event == "ping" or not frame.data:
            continue
        yield parse(ThreadEvent, frame.data.encode(), request)


class _Room:
    """Bounds the bytes of one frame; the reader empties it after each."""

    def __init__(self, request: str) -> None:
        self.used = 0
        self._request = request

    async def count(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            self.used += len(piece)
            if self.used > FRAME_LIMIT:
                raise ContractError(
                    f"{self._request}: a frame is larger than {FRAME_LIMIT:,} bytes."
                )
            yield piece
