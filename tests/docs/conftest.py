"""The README as a script: its console blocks are run, in order, in one copy of this project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
UPDATE = os.environ.get("VERNCTL_UPDATE_DOCS") == "1"

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What differs from run to run, and what stands for it in the README.
_VOLATILE = (
    (re.compile(r"\b\d+\.\d s\b"), "1.4 s"),
    (re.compile(r"(imported on )20\d\d-\d\d-\d\d"), r"\g<1>2026-01-15"),
    (re.compile(r"(receipt \d{4} · )[0-9a-f]{4}…[0-9a-f]{2}"), r"\g<1>41c0…e2"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "(migration)"),
    (re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00| UTC)?"), "(today)"),
)


@dataclass(frozen=True)
class Shown:
    """A command of the README with the output shown below it."""

    command: str
    output: str


def parse_block(block: str) -> list[Shown]:
    """The commands of one console block: ``$ `` starts one, ``> `` goes on with it, then output."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    if parts[0].strip():
        raise ValueError(f"a console block starts without a command: {parts[0]!r}")
    return [_shown(part.splitlines(keepends=True)) for part in parts[1:]]


def _shown(lines: list[str]) -> Shown:
    end = next((i for i in range(1, len(lines)) if not lines[i].startswith("> ")), len(lines))
    return Shown("".join(lines[:end]).rstrip("\n"), "".join(lines[end:]))


def steady(text: str) -> str:
    """The text with what differs from run to run replaced by what stands for it."""
    for pattern, stand_in in _VOLATILE:
        text = pattern.sub(stand_in, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n" if text else ""


class Tour:
    """A copy of the project in which the README's commands are performed as a reader would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("specs", "examples/data"):
            shutil.copytree(
                ROOT / name, root / name, ignore=shutil.ignore_patterns("*.snapshot.pending")
            )
        for name in ("vernctl.yaml", "catalog.yaml"):
            shutil.copy(ROOT / name, root / name)
        # The tour starts where the README's first command has been run.
        self.perform("vernctl apply specs")

    def perform(self, command: str) -> str:
        """What the command prints: its stdout, or its stderr where it has nothing on stdout."""
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.root),
            "COLUMNS": "80",
            "LC_ALL": "C.UTF-8",
        }
        ran = subprocess.run(
            ["bash", "-c", command.replace("\n> ", "\n")],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert "Traceback (most recent call last)" not in ran.stderr, f"{command}\n{ran.stderr}"
        return steady(ran.stdout or ran.stderr)


def with_outputs(readme: str, tour: Tour) -> str:
    """The README with every shown output replaced by what the command prints now."""

    def again(match: re.Match[str]) -> str:
        shown = parse_block(match[1])
        lines = "".join(f"$ {item.command}\n{tour.perform(item.command)}" for item in shown)
        return f"```console\n{lines}```"

    return _BLOCK.sub(again, readme)


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def performed(readme: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The README as it should be; with VERNCTL_UPDATE_DOCS=1 it is written so."""
    text = with_outputs(readme, Tour(tmp_path_factory.mktemp("tour") / "project"))
    if UPDATE:
        README.write_text(text, encoding="utf-8")
    yield text
