"""The embedded server as a fixture for tests: a real one, over real HTTP, on a free port.

In a thread of the test's own process (fast), or as a process that can be killed::

    with vern_server(catalog=Path("catalog.yaml")) as server:
        httpx.get(f"{server.url}/templates", headers={"x-api-key": server.api_key})

    with vern_server(catalog=Path("catalog.yaml"), process=True) as server:
        ...
        server.kill()       # SIGKILL
        server.restart()    # over the same data folder, at the same URL
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from vernctl.embedded.engine_work import Engine
    from vernctl.embedded.serve import RunningServer
    from vernctl.embedded.service import Service

_START_SECONDS = 30.0
_TRIES_FOR_ITS_PORT = 10


class VernServer(ABC):
    """A running server: ``url`` is the API's base (``…/api/v1``), ``api_key`` opens it."""

    def __init__(self, catalog: Path, data: Path) -> None:
        self.catalog = catalog
        self.data = data
        self.api_key = secrets.token_urlsafe(24)
        self.port = 0

    @property
    def url(self) -> str:
        """The API's base URL; a restart keeps it."""
        return f"http://127.0.0.1:{self.port}/api/v1"

    @abstractmethod
    def start(self) -> None:
        """Serve; returns once the server listens."""

    @abstractmethod
    def stop(self) -> None:
        """Stop as SIGTERM would."""

    @abstractmethod
    def kill(self) -> None:
        """End a server process with SIGKILL, at whatever instruction it is."""

    def restart(self) -> None:
        """Serve again over the same data folder, at the same URL."""
        self.stop()
        self.start()


class ThreadServer(VernServer):
    """A server in a thread of this process."""

    def __init__(
        self,
        catalog: Path,
        data: Path,
        *,
        clock: Callable[[], float] = time.time,
        engine: Engine | None = None,
        threads: int = 2,
        limits: Literal["off", "published"] = "off",
        reuse: Literal["off", "latest"] = "off",
        script: Path | None = None,
    ) -> None:
        super().__init__(catalog, data)
        self._reuse, self._scenario = reuse, script
        self._clock, self._engine, self._threads = clock, engine, threads
        self._limits = limits
        self._server: RunningServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def service(self) -> Service:
        """The parts of the running server, for tests of the server itself."""
        assert self._server is not None, "the server is stopped"
        return self._server.service

    def start(self) -> None:
        """Serve from a thread; returns once the server listens."""
        from vernctl.embedded.script import Script, load_scenario
        from vernctl.embedded.serve import RunningServer, ServeConfig

        scenario = self._scenario
        config = ServeConfig(
            data=self.data,
            catalog=self.catalog,
            keys={self.api_key: "default"},
            port=self.port,
            threads=self._threads,
            limits=self._limits,
            reuse=self._reuse,
            script=None if scenario is None else Script(load_scenario(scenario)),
        )
        ready = threading.Event()
        self._server = RunningServer(
            config, clock=self._clock, engine=self._engine, announce=lambda url: ready.set()
        )
        self.port = self._server.port
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

    def kill(self) -> None:
        """A thread cannot be killed. Raises RuntimeError."""
        raise RuntimeError("ask for vern_server(process=True) to kill it")


class ProcessServer(VernServer):
    """A server process. ``program`` replaces ``python -m vernctl.embedded`` and its interpreter."""

    def __init__(
        self,
        catalog: Path,
        data: Path,
        program: Sequence[str] = ("-m", "vernctl.embedded"),
        limits: Literal["off", "published"] = "off",
        reuse: Literal["off", "latest"] = "off",
        script: Path | None = None,
    ) -> None:
        super().__init__(catalog, data)
        if script is not None:
            program = (*program, "--script", str(script))
        if limits != "off":
            program = (*program, "--limits", limits)
        if reuse != "off":
            program = (*program, "--reuse", reuse)
        self._program = tuple(program)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process; returns once it has said where it listens."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        key_file = self.data / "test-key"
        key_file.write_text(self.api_key, encoding="ascii")
        command = [
            *(sys.executable, *self._program, "--port", str(self.port)),
            *("--data", str(self.data), "--catalog", str(self.catalog)),
            *("--api-key", f"file:{key_file}"),
        ]
        # While it was down, another program may have been lent its port for a connection.
        tries = _TRIES_FOR_ITS_PORT if self.port else 1
        for _ in range(tries):
            said = self._launch(command)
            if said.startswith("Listening on "):
                self.port = int(said.rsplit(":", 1)[1])
                return
            self.kill()
            time.sleep(0.2)
        raise RuntimeError(f"the server did not start: {self.data / 'server.log'}")

    def _launch(self, command: Sequence[str]) -> str:
        with (self.data / "server.log").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
            )
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    @property
    def process_id(self) -> int:
        """The server's process, for a test that kills it behind everybody's back."""
        assert self._process is not None, "the server is stopped"
        return self._process.pid

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        self._end(subprocess.Popen.terminate)

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        self._end(subprocess.Popen.kill)

    def _end(self, how: Callable[[subprocess.Popen[str]], None]) -> None:
        if self._process is not None:
            how(self._process)
            self._process.wait(_START_SECONDS)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


@contextmanager
def vern_server(
    *,
    catalog: Path,
    data: Path | None = None,
    process: bool = False,
    clock: Callable[[], float] = time.time,
    engine: Engine | None = None,
    threads: int = 2,
    limits: Literal["off", "published"] = "off",
    reuse: Literal["off", "latest"] = "off",
    script: Path | None = None,
) -> Iterator[VernServer]:
    """A server over ``catalog``; without ``data`` in a folder that goes with it.

    ``limits="published"`` enforces the API's own; ``script`` is a scenario, as ``vernctl serve
    --script`` takes it: ask these questions, fail this run, lose this reply. In a thread, ``clock``
    gives seconds since 1970 and ``engine`` stands in for vernctl's own; a process has neither, but
    can be killed.
    """
    with _folder(data) as folder:
        server: VernServer = (
            ProcessServer(catalog, folder, limits=limits, reuse=reuse, script=script)
            if process
            else ThreadServer(
                catalog,
                folder,
                clock=clock,
                engine=engine,
                threads=threads,
                limits=limits,
                reuse=reuse,
                script=script,
            )
        )
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
