"""What a command costs before it does anything, and what loading a long spec costs.

``python benchmarks/startup.py [--rounds 9]`` runs, in turns, ``vernctl --version`` beside a Python
that imports click, and ``vernctl validate`` of one spec beside a Python that imports click and
pydantic and makes one model; then it loads a spec of 2,000 lines beside PyYAML's C loader, in one
process. It prints medians of CPU time (user and system) and the ratios. Goals: 1.3, 1.4 and 1.2.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from vernctl.spec.load import load_spec
from vernctl.spec.project import load_project

_MODEL = """
import click
from pydantic import BaseModel, ConfigDict
class Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int
    name: str
    files: tuple[str, ...] = ()
Spec.model_validate({"version": 1, "name": "Acme", "files": ["a.csv"]})
"""
_VERNCTL = [sys.executable, "-m", "vernctl"]
_SPEC = """version: 1
migration:
  name: Acme Corp
  external_id: acme-001
files: [a.csv]
"""


def _project(folder: Path, lines: int) -> Path:
    """A project with one spec of so many lines; its path."""
    (folder / "vernctl.yaml").write_text("endpoint: embedded\n", encoding="utf-8")
    (folder / "specs").mkdir()
    (folder / "specs" / "a.csv").write_text("Email\na@x.test\n", encoding="utf-8")
    text = _SPEC
    if lines:
        half = (lines - 7) // 4
        text += "refine:\n"
        text += "".join(
            f"  - id: message-{i}\n    message: If column {i} is missing, use column {i + 1}.\n"
            for i in range(half)
        )
        text += "answers:\n"
        text += "".join(
            f'  "Which column is column number {i}":\n    choose: Column {i}\n' for i in range(half)
        )
    path = folder / "specs" / "acme.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _process(command: Sequence[str], folder: Path) -> float:
    """Seconds of CPU time that a process takes. SystemExit where it fails."""
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # nobody compiles at every start
    child = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} failed with {child.returncode}.")
    return usage.ru_utime + usage.ru_stime


def _in_process(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _compare(what: str, goal: float, rounds: int, *ways: Callable[[], float]) -> None:
    """Print the medians of both ways, ours first, taken in turns."""
    for way in ways:
        way()  # warm: bytecode, caches of the file system
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for times, way in zip(found, ways, strict=True):
            times.append(way())
    ours, floor = (1000 * statistics.median(times) for times in found)
    print(f"{what:34} {ours:7.1f} ms  beside {floor:7.1f} ms  x{ours / floor:.2f}  (goal {goal})")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as kept:
        small, large = Path(kept) / "small", Path(kept) / "large"
        for folder in (small, large):
            folder.mkdir()
        _project(small, 0)
        spec = _project(large, 2000)
        python = [sys.executable, "-c"]
        _compare(
            "--version : import click", 1.3, rounds,
            lambda: _process([*_VERNCTL, "--version"], small),
            lambda: _process([*python, "import click"], small),
        )  # fmt: skip
        _compare(
            "validate : click + pydantic model", 1.4, rounds,
            lambda: _process([*_VERNCTL, "validate"], small),
            lambda: _process([*python, _MODEL], small),
        )  # fmt: skip
        project = load_project(large)
        text = spec.read_text(encoding="utf-8")
        _compare(
            f"load {len(text.splitlines()):,} lines : C loader", 1.2, rounds,
            lambda: _in_process(lambda: load_spec(spec, project)),
            lambda: _in_process(lambda: yaml.load(text, yaml.CSafeLoader)),
        )  # fmt: skip


if __name__ == "__main__":
    main()
