"""What is asked for often costs little: version and help import none of the heavy packages."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"pydantic", "httpx", "duckdb", "rich", "sqlglot", "starlette", "uvicorn", "yaml"}


def _imported(*arguments: str) -> tuple[set[str], str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "vernctl", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}, done.stdout


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("plan", "--help")])
def test_no_heavy_package_is_imported_for_it(arguments: tuple[str, ...]) -> None:
    packages, output = _imported(*arguments)
    assert "vernctl" in packages
    assert packages & HEAVY == set()
    assert "vernctl" in output


def test_the_version_is_answered_without_click() -> None:
    packages, _ = _imported("--version")
    assert "click" not in packages
