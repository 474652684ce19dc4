"""A small project of one customer, and the real command line in it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from vernctl.cli import run

CATALOG = """\
sources: [{name: Salesforce}]
templates:
  - slug: contacts
    name: Contacts
    columns:
      - {name: Email, required: true, unique: true}
      - {name: Name}
      - {name: Status, one_of: [Open, Closed]}
"""
SPEC = """\
version: 1
migration:
  name: Acme Corp
  external_id: acme-001
  source: Salesforce
files: [../data/contacts.csv]
refine:
  - Trim whitespace in every column.
export: {to: out/acme}
"""
CSV = "Email,Name,Status\na@x.test,Ann ,Open\nb@x.test,Bob,Closed\nc@x.test,Cy,Open\n"


class Ran(NamedTuple):
    """Exit code and what was printed."""

    code: int
    out: str
    err: str

    @property
    def specs(self) -> list[dict[str, Any]]:
        """The outcomes of a JSON document."""
        found: list[dict[str, Any]] = json.loads(self.out)["specs"]
        return found


Run = Callable[..., Ran]


def make_project(root: Path) -> Path:
    """Write the project's files into ``root``."""
    files = {
        "vernctl.yaml": "endpoint: embedded\n",
        "catalog.yaml": CATALOG,
        "specs/acme.yaml": SPEC,
        "data/contacts.csv": CSV,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "VERNCTL_ENDPOINT", "VERN_API_KEY", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own, which is the working folder."""
    root = make_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


def invoke(*arguments: str) -> Ran:
    """Run a command line in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    return Ran(code, *(_written(stream) for stream in (out, err)))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


@pytest.fixture(scope="session")
def vernctl() -> Run:
    """Run a command line in this process."""
    return invoke


@pytest.fixture(scope="session")
def new_project() -> Callable[[Path], Path]:
    """The writer of project folders."""
    return make_project


def start(
    *arguments: str, cwd: Path, python: tuple[str, ...] = (), **environment: str
) -> subprocess.Popen[str]:
    """Start the command line as a process of its own, off a terminal."""
    return subprocess.Popen(
        [sys.executable, *python, "-m", "vernctl", *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "LC_ALL": "C.UTF-8"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def start_vernctl() -> Callable[..., subprocess.Popen[str]]:
    """The starter of processes."""
    return start
