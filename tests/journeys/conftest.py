"""Whole journeys over the real command line, each in its own copy of this project.

Preparing a project (a first plan, an apply) costs seconds, so that is done once, also for parallel
test workers, and every test works on a copy of the folder with its local state.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Document = dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """A finished command: exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def specs(self) -> dict[str, Document]:
        """The JSON document's outcomes by spec name."""
        return {spec["name"]: spec for spec in json.loads(self.out)["specs"]}


class Project:
    """A project folder and the real command line in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str, **environment: str) -> Ran:
        """Run ``vernctl`` to its end."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=110)
        return Ran(process.returncode, out, err)

    def json(self, *arguments: str, **environment: str) -> Ran:
        """Run ``vernctl … --format json``."""
        return self.run(*arguments, "--format", "json", **environment)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start ``vernctl`` off a terminal, with none of the caller's settings."""
        return subprocess.Popen(
            [sys.executable, "-m", "vernctl", *arguments],
            cwd=self.root,
            env={"PATH": os.environ["PATH"], "HOME": str(self.root), "LC_ALL": "C.UTF-8"}
            | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def edit(self, name: str, old: str, new: str, *, encoding: str = "utf-8") -> None:
        """Replace the one place where ``old`` stands in a file of the project."""
        path = self.root / name
        text = path.read_bytes().decode(encoding)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_bytes(text.replace(old, new).encode(encoding))

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")


class CountingProxy:
    """Passes TCP on to a server and notes every HTTP request line that a client sends."""

    _LINE = re.compile(rb"^([A-Z]+) (/\S*) HTTP/1\.1\r$", re.MULTILINE)

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/api/v1"
        self.requests: list[tuple[str, str]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def changing(self) -> list[tuple[str, str]]:
        """The requests that are not mere reading."""
        return [(method, path) for method, path in self.requests if method != "GET"]

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            for source, sink, heard in ((client, server, self._note), (server, client, None)):
                threading.Thread(target=_pump, args=(source, sink, heard), daemon=True).start()

    def _note(self, data: bytes) -> None:
        for method, path in self._LINE.findall(data):
            self.requests.append((method.decode(), path.decode()))


def _pump(
    source: socket.socket, sink: socket.socket, heard: Callable[[bytes], None] | None
) -> None:
    with source, sink:
        try:
            while data := source.recv(65536):
                if heard:
                    heard(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


def clone_of_this_project(target: Path) -> Project:
    """What a fresh clone holds: specs, their snapshots, data, catalog; no local state."""
    left_out = shutil.ignore_patterns("*.snapshot.pending", "__pycache__")
    for name in ("specs", "examples"):
        shutil.copytree(ROOT / name, target / name, ignore=left_out)
    for name in ("vernctl.yaml", "catalog.yaml", ".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, target / name)
    return Project(target)


@dataclass(frozen=True)
class Prepared:
    """A project in a state that was costly to reach, and how the last command went.

    To be read as it is; ``copy`` gives a project of one's own in that state.
    """

    root: Path
    ran: Ran

    def copy(self, target: Path) -> Project:
        shutil.copytree(self.root, target)
        return Project(target)


Clone = Callable[[Path], Project]
Prepare = Callable[[str, Callable[[Path], Ran]], Prepared]


@pytest.fixture(scope="session")
def prepare(tmp_path_factory: pytest.TempPathFactory) -> Prepare:
    """(name, how to make it) → the state, made once however many workers ask for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def prepared(name: str, make: Callable[[Path], Ran]) -> Prepared:
        home, note = shared / f"prepared-{name}", shared / f"prepared-{name}.json"
        with (shared / f"prepared-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not note.exists():
                ran = make(home)
                _wait_until_the_server_has_left(home)
                note.write_text(json.dumps([ran.code, ran.out, ran.err]), encoding="utf-8")
        return Prepared(home, Ran(*json.loads(note.read_text(encoding="utf-8"))))

    return prepared


def _wait_until_the_server_has_left(home: Path) -> None:
    with (home / ".vernctl/embedded/owner.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


@pytest.fixture(scope="session")
def clone() -> Clone:
    """Makes fresh clones."""
    return clone_of_this_project


@pytest.fixture
def fresh(tmp_path: Path) -> Project:
    """A fresh clone."""
    return clone_of_this_project(tmp_path / "project")


@pytest.fixture(scope="session")
def first_apply(prepare: Prepare) -> Prepared:
    """The first ``vernctl apply specs`` of a fresh clone."""
    return prepare("applied", lambda home: clone_of_this_project(home).json("apply", "specs"))


@pytest.fixture(scope="session")
def first_plan(prepare: Prepare) -> Prepared:
    """The first plan of globex in a fresh clone."""
    return prepare(
        "planned", lambda home: clone_of_this_project(home).json("plan", "specs/globex.yaml")
    )


@pytest.fixture
def applied(first_apply: Prepared, tmp_path: Path) -> Project:
    """A clone in which ``vernctl apply specs`` was run."""
    return first_apply.copy(tmp_path / "project")


@pytest.fixture
def planned(first_plan: Prepared, tmp_path: Path) -> Project:
    """A clone in which globex was planned, its preview the approved one, and nothing imported."""
    return first_plan.copy(tmp_path / "project")


@pytest.fixture
def serve() -> Iterator[Callable[[Project], CountingProxy]]:
    """Start ``vernctl serve`` for a project; it is stopped after the test."""
    stops: list[Iterator[CountingProxy]] = []

    def start(project: Project) -> CountingProxy:
        stops.append(_served(project))
        return next(stops[-1])

    yield start
    for stop in stops:
        next(stop, None)


def _served(project: Project) -> Iterator[CountingProxy]:
    server = project.start(
        "serve", "--port", "0", "--data", ".vernctl/embedded", "--catalog", "catalog.yaml"
    )
    assert server.stdout is not None
    port = int(server.stdout.readline().rsplit(":", 1)[1])
    proxy = CountingProxy(port)
    yield proxy
    proxy.close()
    server.terminate()
    server.communicate(timeout=20)
