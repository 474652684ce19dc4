"""The embedded server as a service at a URL: vernctl cannot tell that it is its own."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench import Bench
from fault_proxy import Fault, FaultProxy, Message

from vernctl.testing import VernServer

_OWN_WORD = re.compile(rb"(?im)^x-vernctl-server:[^\r\n]*\r\n")


class _Hosted(FaultProxy):
    async def _pieces(self, request: Message) -> AsyncIterator[bytes]:
        head, whole = b"", False
        async for piece in super()._pieces(request):
            if whole:
                yield piece
                continue
            head += piece
            if whole := b"\r\n\r\n" in head:
                yield _OWN_WORD.sub(b"", head, count=1)


@dataclass
class HostedBench(Bench):
    """A bench whose service can be another one from now on: another account, or another region."""

    proxy: FaultProxy | None = None

    def answered_by(self, server: VernServer) -> None:
        """Let this server answer at the URL."""
        assert self.proxy is not None
        self.proxy.upstream_port = server.port


@contextmanager
def hosted(made: Bench) -> Iterator[HostedBench]:
    """The bench's project moved to a URL behind which the bench's server answers."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = _Hosted(made.server.port, lambda asked: Fault.NONE)
    asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result()
    try:
        settings = f"endpoint: {proxy.url}\napproval: file\nspecs: specs\n"
        (made.root / "vernctl.yaml").write_text(settings)
        made.spec_path.write_text(made.spec_path.read_text() + "review: {cells: plain}\n")
        yield HostedBench(made.root, made.server, made.agent, url=proxy.url, proxy=proxy)
    finally:
        asyncio.run_coroutine_threadsafe(proxy.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
