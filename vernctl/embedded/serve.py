"""Listen on a socket and serve the API until told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import uvicorn

from vernctl import __version__
from vernctl.embedded.app import create_app
from vernctl.embedded.auth import Keys
from vernctl.embedded.clock import Clock
from vernctl.embedded.folder import CLIENTS_LOCK, Card, Ownership, ensure_api_key
from vernctl.embedded.locks import FileLock
from vernctl.embedded.service import Service, build_service
from vernctl.errors import UsageError

if TYPE_CHECKING:
    from vernctl.embedded.engine_work import Engine
    from vernctl.embedded.script import Script

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
#: How long (s) one thread may compute before another gets its turn: an answer takes several turns,
#: and Python's 5 ms each is what a poll would wait for while both engine threads compute.
_TURN_SECONDS = 0.0005
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
    check_catalog: bool = True
    allow_paths: tuple[Path, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    script: Script | None = None

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
        self.port: int = self._socket.getsockname()[1]
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(
            config.host, config.host
        )
        self.origin = f"{'https' if config.tls_cert else 'http'}://{shown}:{self.port}"
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
                check_catalog=config.check_catalog,
                published_limits=config.limits == "published",
                allow_paths=config.allow_paths,
                allow_hosts=config.allow_hosts,
                read_anywhere=config.host in _LOOPBACK and config.public_url is None,
                reuse=config.reuse,
                script=config.script,
            )
            super().__init__(_uvicorn_config(config, self.service))
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        """Let go of a server that was never run."""
        self.service.stop()
        self.service.store.close()
        self._socket.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say where."""
        await super().startup(sockets)
        if not self.should_exit:
            self._announce(self.url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, let requests finish, let go of the engine's work."""
        self.stopped_cleanly = await asyncio.to_thread(self.service.stop)
        await super().shutdown(sockets)
        self.service.store.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT stop cleanly; unlike the base, the process then ends with 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def run_until_stopped(self) -> bool:
        """Serve until SIGTERM, SIGINT or ``should_exit``; False where the engine did not let go."""
        self.stopped_cleanly = True
        self.run(sockets=[self._socket])
        return self.stopped_cleanly


def _uvicorn_config(config: ServeConfig, service: Service) -> uvicorn.Config:
    found = uvicorn.Config(
        create_app(service),
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
    try:
        found.load()
    except OSError as error:  # ssl.SSLError is one
        raise UsageError(f"The TLS certificate or key cannot be used: {error}.") from error
    return found


def bind(host: str, port: int) -> socket.socket:
    """A listening address. Raises UsageError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named as TCP, because the event loop switches off Nagle's delay (40 ms an answer) only then
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener


def serve(
    host: str,
    port: int,
    data: Path,
    catalog: Path,
    key: str | None,
    public_url: str | None = None,
    *,
    limits: Literal["off", "published"] = "off",
    reuse: Literal["off", "latest"] = "off",
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    keys: Path | None = None,
    script: Path | None = None,
    allow_paths: Sequence[Path] = (),
    allow_hosts: Sequence[str] = (),
    child: bool = False,
    engine: Engine | None = None,
) -> None:
    """Own ``data`` and serve it until SIGTERM or SIGINT; prints where once it really listens.

    ``key`` is ``env:NAME``, ``file:PATH``, a literal (with a warning), or None for DIR/api-key.
    ``keys`` is a file of several accounts instead, ``script`` a scenario for tests; connectors read
    files in ``allow_paths`` (default: the catalog's folder), and from ``allow_hosts`` wherever they
    are. A ``child`` also stops by itself when the last command line has gone; ``engine`` stands in
    for vernctl's own.

    Raises SpecError for the catalog, BusyError where another process owns the folder, UsageError
    for the rest.
    """
    accounts = _given_accounts(host, key, keys)
    scenario = None if script is None else _script(script)
    ownership = Ownership(data, seconds=1.0 if child else 5.0)
    try:
        config = ServeConfig(
            data=data,
            catalog=catalog,
            keys=accounts or {ensure_api_key(data): "default"},
            host=host,
            port=port,
            public_url=public_url,
            limits=limits,
            reuse=reuse,
            allow_paths=tuple(allow_paths),
            allow_hosts=tuple(allow_hosts),
            script=scenario,
            tls_cert=tls_cert,
            tls_key=tls_key,
            check_catalog=not child,  # the command line that starts a child has checked it
        )
        clean = _run(config, ownership, engine, child=child, own_key=bool(accounts))
    finally:
        ownership.release()
    if not clean:
        # a statement of the engine is still at work; its step is taken up again at the next start
        os._exit(0)


def _run(
    config: ServeConfig, ownership: Ownership, engine: Engine | None, *, child: bool, own_key: bool
) -> bool:
    """Serve until told to stop; False where the engine did not let go."""
    sys.setswitchinterval(_TURN_SECONDS)

    def announce(url: str) -> None:
        ownership.announce(_card(config, url, child=child, own_key=own_key))
        print(f"Listening on {server.origin}", flush=True)

    server = RunningServer(config, engine=engine, announce=announce)
    if child:
        _leave_with_the_last_client(server, config.data)
    return server.run_until_stopped()


def _given_accounts(host: str, key: str | None, keys: Path | None) -> dict[str, str]:
    """The keys that were given and their accounts; none: the folder's own key is the one."""
    if keys is None:
        given = _resolve_key(host, key)
        return {given: "default"} if given else {}
    if key is not None:
        raise UsageError("--keys and --api-key exclude each other.")
    return _accounts(keys)


def _accounts(path: Path) -> dict[str, str]:
    from vernctl.embedded.keys_file import load_keys

    return load_keys(path)


def _script(path: Path) -> Script:
    from vernctl.embedded.script import Script, load_scenario

    return Script(load_scenario(path))


def _card(config: ServeConfig, url: str, *, child: bool, own_key: bool) -> Card:
    return Card(
        pid=os.getpid(),
        url=url,
        kind="child" if child else "serve",
        key="given" if own_key else "file",
        catalog=str(config.catalog.resolve()),
        limits=config.limits,
        reuse=config.reuse,
        version=__version__,
    )


def _resolve_key(host: str, reference: str | None) -> str | None:
    if reference is None:
        if host not in _LOOPBACK:
            raise UsageError(f"Serving on {host} needs a key of your own: --api-key env:NAME.")
        return None
    kind, _, name = reference.partition(":")
    if kind == "env":
        key = os.environ.get(name, "")
    elif kind == "file":
        try:
            key = Path(name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError(f"The key file {name} cannot be read: {error.strerror}.") from error
    else:
        print("warning: a key on the command line can be read by others", file=sys.stderr)
        key = reference
    if not key:
        raise UsageError(f"The key that {reference} refers to is empty or not set.")
    return key


#: A child stays this long (s) after the last command line, so that the next one finds it running.
LINGER_SECONDS = 1.5
_LOOK_SECONDS = 0.2


def _leave_with_the_last_client(server: RunningServer, data: Path) -> None:
    """Stop the server once no command line has held the clients' lock for LINGER_SECONDS."""

    def watch() -> None:
        lock, idle_since = FileLock(data / CLIENTS_LOCK), None
        while not server.should_exit:
            time.sleep(_LOOK_SECONDS)
            if not lock.try_own():
                idle_since = None
                continue
            now = time.monotonic()
            idle_since = idle_since or now
            if now - idle_since >= LINGER_SECONDS:
                # the lock is kept until the process is gone: whoever comes now starts a new one
                server.should_exit = True
                return
            lock.release()

    threading.Thread(target=watch, name="vernctl-clients", daemon=True).start()
