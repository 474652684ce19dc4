"""Listen on a socket and serve the API until told to stop."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import uvicorn

from vernctl.embedded.app import create_app
from vernctl.embedded.auth import Keys
from vernctl.embedded.clock import Clock
from vernctl.embedded.service import Service, build_service
from vernctl.errors import UsageError

if TYPE_CHECKING:
    from vernctl.embedded.engine_work import Engine

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class ServeConfig:
    """How to serve. ``keys`` maps API key → account; port 0 picks a free one."""

    data: Path
    catalog: Path
    keys: Mapping[str, str]
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    limits: Literal["off", "published"] = "off"
    reuse: Literal["off", "latest"] = "off"
    threads: int = 2
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def __repr__(self) -> str:
        return f"ServeConfig(data={str(self.data)!r}, host={self.host!r}, port={self.port})"


class RunningServer(uvicorn.Server):
    """One server over one data folder. ``url`` is the API's base once it listens."""

    def __init__(
        self,
        config: ServeConfig,
        *,
        clock: Clock = time.time,
        engine: Engine | None = None,
        announce: Callable[[str], None] = lambda url: None,
    ) -> None:
        """Bind, open the data folder, start to work. Raises SpecError, UsageError."""
        self._socket = bind(config.host, config.port)
        port: int = self._socket.getsockname()[1]
        shown = f"[{config.host}]" if ":" in config.host else config.host
        self.origin = f"{'https' if config.tls_cert else 'http'}://{shown}:{port}"
        self.url = f"{self.origin}/api/v1"
        self._announce = announce
        try:
            self.service: Service = build_service(
                config.data,
                config.catalog,
                Keys(config.keys),
                clock=clock,
                engine=engine,
                public_url=config.public_url,
                threads=config.threads,
            )
        except BaseException:
            self._socket.close()
            raise
        super().__init__(
            uvicorn.Config(
                create_app(self.service),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=3,
                ssl_certfile=config.tls_cert,
                ssl_keyfile=config.tls_key,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say where."""
        await super().startup(sockets)
        if not self.should_exit:
            self._announce(self.url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, let requests finish, let go of the engine's work."""
        self.stopped_cleanly = self.service.stop()
        await super().shutdown(sockets)
        self.service.store.close()

    def run_until_stopped(self) -> bool:
        """Serve until SIGTERM, SIGINT or ``should_exit``; False where the engine did not let go."""
        self.stopped_cleanly = True
        self.run(sockets=[self._socket])
        return self.stopped_cleanly


def bind(host: str, port: int) -> socket.socket:
    """A listening address. Raises UsageError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener
