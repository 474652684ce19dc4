"""A real HTTP server on loopback that each test programs, down to the single byte."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from pydantic import JsonValue

from vernctl.api.client import MigrationClient
from vernctl.api.policy import Policy

T = TypeVar("T")
KEY = "vk_secret-0123456789"

#: As patient as the real one, a hundred times faster.
QUICK = Policy(
    attempts=4,
    first_delay=0.005,
    longest_delay=0.02,
    patience=1.5,
    connect_timeout=2.0,
    read_timeout=0.6,
    total_timeout=4.0,
    stream_timeout=0.6,
    fruitless_streams=3,
    page_every=0.02,
    idle_pages=2,
)


class Asked(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> JsonValue:
        value: JsonValue = json.loads(self.body)
        return value


Handler = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Answers as programmed; a path's last reply is repeated, an unknown path is 404."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.origin = ""
        self._replies: dict[tuple[str, str], list[Handler]] = defaultdict(list)
        self._connections: set[asyncio.Task[None]] = set()

    def on(self, method: str, path: str, *replies: Handler) -> None:
        """Program the replies to ``method path`` (below /api/v1 unless it starts with ``//``)."""
        full = path[1:] if path.startswith("//") else f"/api/v1{path}"
        self._replies[method, full] = list(replies)

    def count(self, method: str, ending: str) -> int:
        """How many requests of ``method`` came to a path with this ending."""
        return sum(asked.method == method and asked.path.endswith(ending) for asked in self.asked)

    @staticmethod
    def json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Handler:
        """A reply of JSON."""
        return Server.data(
            json.dumps(value).encode(),
            status,
            {"content-type": "application/json"} | dict(headers or {}),
        )

    @staticmethod
    def data(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Handler:
        """A whole reply of these bytes."""
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        return Server.raw("\r\n".join([*lines, "", ""]).encode() + body, close=False)

    @staticmethod
    def raw(sent: bytes, *, close: bool = True) -> Handler:
        """These very bytes on the wire, and then, unless told otherwise, the end."""

        async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(sent)
            await writer.drain()
            if close:
                writer.close()

        return reply

    @staticmethod
    def drop() -> Handler:
        """No answer: the connection is reset once the request has arrived."""

        async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
            writer.transport.abort()

        return reply

    @staticmethod
    def silent(seconds: float) -> Handler:
        """No byte for so long."""

        async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(seconds)
            writer.close()

        return reply

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: request after request until somebody closes it."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while not writer.is_closing():
                asked = await _read(reader)
                if asked is None:
                    break
                self.asked.append(asked)
                replies = self._replies.get((asked.method, asked.path))
                if replies is None:
                    await self.json({"error": f"No {asked.path} here."}, 404)(asked, writer)
                else:
                    await (replies.pop(0) if len(replies) > 1 else replies[0])(asked, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()
            self._connections.discard(task)

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
        """Listen on a free port until the block ends."""
        listener = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=tls)
        scheme = "https" if tls else "http"
        self.origin = f"{scheme}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            listener.close()
            for task in list(self._connections):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Asked(method, unquote(parts.path), dict(parse_qsl(parts.query)), headers, body)


Script = Callable[[MigrationClient], Coroutine[None, None, T]]


class Bench:
    """A server to program, and a way to let a client loose on it."""

    def __init__(self) -> None:
        self.server = Server()
        self.trace: list[str] = []
        self.policy = QUICK

    def run(self, script: Callable[[MigrationClient], Coroutine[None, None, T]]) -> T:
        """Run ``script`` with a client of the running server."""

        async def main() -> T:
            async with self.server.running() as server:
                client = MigrationClient(
                    server.origin, KEY, policy=self.policy, trace=self.trace.append
                )
                async with client:
                    return await script(client)

        return asyncio.run(main())


@pytest.fixture
def bench() -> Bench:
    """A fresh server and client."""
    return Bench()


@pytest.fixture
def server(bench: Bench) -> Server:
    """The bench's server, for short."""
    return bench.server
