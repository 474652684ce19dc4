"""A proxy that does to HTTP what networks, gateways and limits do, as a function of each request.

Raw asyncio between a client and a server: a request is read whole, a :class:`Fault` is chosen for
it, and the reply goes back piece by piece, so that streams stay streams.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import NamedTuple, Self


class Fault(Enum):
    """What becomes of one request."""

    NONE = "passes"
    DROP_BEFORE = "the connection breaks before the request arrives"
    DROP_AFTER = "the request arrives, its reply is lost"
    DELAY = "it arrives late"
    DUPLICATE = "it arrives twice; the second reply comes back"
    TRUNCATE = "half of the reply comes back"
    LIMITED = "429, not done"
    FAILS_BEFORE = "503, not done"
    FAILS_AFTER = "502, but done"
    SLOW = "the reply drips"


#: Faults after which the request has been acted upon.
ARRIVES = frozenset(
    {Fault.NONE, Fault.DROP_AFTER, Fault.DELAY, Fault.DUPLICATE, Fault.TRUNCATE}
    | {Fault.FAILS_AFTER, Fault.SLOW}
)


class Asked(NamedTuple):
    """One request: its method, its path without a query, and how often it was asked before."""

    method: str
    path: str
    before: int


class Message(NamedTuple):
    head: bytes
    body: bytes


@dataclass
class FaultProxy:
    """``choose`` names the fault of a request; ``seen`` keeps what was done, in order."""

    upstream_port: int
    choose: Callable[[Asked], Fault]
    seen: list[tuple[Asked, Fault]] = field(default_factory=list)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The API's base, through the proxy."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/api/v1"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while (request := await _read_request(reader)) is not None:
                    if not await self._serve(request, writer):
                        break
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _serve(self, request: Message, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False where the connection is to break."""
        method, target = request.head.split(b" ", 2)[:2]
        path = target.partition(b"?")[0].decode()
        key = (method.decode(), path)
        asked = Asked(*key, self._counts[key])
        self._counts[key] += 1
        fault = self.choose(asked)
        self.seen.append((asked, fault))
        if fault is Fault.DROP_BEFORE:
            return False
        if fault in (Fault.LIMITED, Fault.FAILS_BEFORE):
            await _write(writer, _refusal(429 if fault is Fault.LIMITED else 503))
            return True
        if fault is Fault.DELAY:
            await asyncio.sleep(0.05)
        if fault is Fault.DUPLICATE:
            # Both at once: nobody can tell a copy that comes after the end from another wish.
            _, reply = await asyncio.gather(self._whole(request), self._whole(request))
            await _write(writer, reply)
            return False
        if fault in (Fault.DROP_AFTER, Fault.FAILS_AFTER, Fault.TRUNCATE):
            reply = await self._whole(request)
            if fault is Fault.FAILS_AFTER:
                await _write(writer, _refusal(502))
                return True
            if fault is Fault.TRUNCATE:
                await _write(writer, reply[: max(1, len(reply) - max(1, len(reply) // 4))])
            return False
        async for piece in self._pieces(request):
            for part in _drips(piece) if fault is Fault.SLOW else (piece,):
                await _write(writer, part)
                if fault is Fault.SLOW:
                    await asyncio.sleep(0.001)
        # Replies are passed on without reading where they end: one request a connection.
        return False

    async def _whole(self, request: Message) -> bytes:
        return b"".join([piece async for piece in self._pieces(request)])

    async def _pieces(self, request: Message) -> AsyncIterator[bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        try:
            writer.write(request.head + request.body)
            await writer.drain()
            while piece := await reader.read(1 << 16):
                yield piece
        finally:
            writer.transport.abort()


async def _read_request(reader: asyncio.StreamReader) -> Message | None:
    """A whole request that asks for the connection to be closed after its reply."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    lines = [
        line
        for line in head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        if not line.lower().startswith(b"connection:")
    ]
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(b":") for line in lines[1:])
    }
    if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        body = await _read_chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
    return Message(b"\r\n".join([*lines, b"Connection: close", b"", b""]), body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    """A chunked body as it came, framing included."""
    read = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(size.split(b";")[0], 16) + 2)
        read += size + chunk
        if len(chunk) == 2:
            return read


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def _drips(piece: bytes) -> list[bytes]:
    step = max(1, len(piece) // 8)
    return [piece[start : start + step] for start in range(0, len(piece), step)]


def _refusal(status: int) -> bytes:
    body = json.dumps({"error": f"The proxy says {status}."}).encode()
    wait = "Retry-After: 0\r\n" if status == 429 else ""
    head = (
        f"HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\n{wait}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
