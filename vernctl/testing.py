"""The embedded server as a fixture for tests: a real one, over real HTTP, on a free port.

>>> with vern_server(catalog=Path("catalog.yaml")) as server:   # doctest: +SKIP
...     httpx.get(f"{server.url}/templates", headers={"x-api-key": server.api_key})
"""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from vernctl.embedded.engine_work import Engine
    from vernctl.embedded.serve import RunningServer

_START_SECONDS = 20.0


class VernServer:
    """A running server. ``url`` is the API's base (``…/api/v1``), ``api_key`` opens it."""

    def __init__(
        self,
        catalog: Path,
        data: Path,
        *,
        clock: Callable[[], float] = time.time,
        engine: Engine | None = None,
        threads: int = 2,
    ) -> None:
        self.catalog = catalog
        self.data = data
        self.api_key = secrets.token_urlsafe(24)
        self._clock, self._engine, self._threads = clock, engine, threads
        self._server: RunningServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The API's base URL; it changes with a restart."""
        assert self._server is not None, "the server is stopped"
        return self._server.url

    def start(self) -> None:
        """Serve from a thread of this process; returns once the server answers."""
        from vernctl.embedded.serve import RunningServer, ServeConfig

        config = ServeConfig(
            self.data, self.catalog, {self.api_key: "default"}, threads=self._threads
        )
        ready = threading.Event()
        self._server = RunningServer(
            config, clock=self._clock, engine=self._engine, announce=lambda url: ready.set()
        )
        self._thread = threading.Thread(target=self._server.run_until_stopped, daemon=True)
        self._thread.start()
        if not ready.wait(_START_SECONDS):
            raise TimeoutError("the server did not start")

    def stop(self) -> None:
        """Stop as SIGTERM would."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_START_SECONDS)
        self._server = None

    def restart(self) -> None:
        """Stop, and start over the same data folder."""
        self.stop()
        self.start()


@contextmanager
def vern_server(
    *,
    catalog: Path,
    data: Path | None = None,
    clock: Callable[[], float] = time.time,
    engine: Engine | None = None,
    threads: int = 2,
) -> Iterator[VernServer]:
    """A server in a thread of this process; without ``data`` in a folder that goes with it.

    ``clock`` gives seconds since 1970; ``engine`` stands in for vernctl's own.
    """
    with _folder(data) as folder:
        server = VernServer(catalog, folder, clock=clock, engine=engine, threads=threads)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="vernctl-") as folder:
        yield Path(folder)
