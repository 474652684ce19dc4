"""For every room: tests that need what lies outside the project say so, and are named when they
did not run.

A test file that can only run where an environment variable names something (the published
contract, real data) has a line ``NEEDS = "VERNCTL_CONTRACT"`` at module level. Where the variable
is unset the file is not collected, and one line of the summary names it.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Laws hold on a busy machine too: how long an example takes is no property of the code.
settings.register_profile("vernctl", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("vernctl")

# A shell starts background jobs deaf to Ctrl-C, and their children inherit it: the tests that
# interrupt a real process would wait for ever.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_NEEDS = re.compile(r'^NEEDS = "(VERNCTL_[A-Z]+)"$', re.MULTILINE)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a file whose variable is unset; None leaves the choice to others."""
    if collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    return True if _unset(collection_path) else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """One line about everything that did not run because its variable is unset."""
    absent = dict(_absent(config.rootpath / "tests"))
    if absent:
        files = ", ".join(f"{name} ({variable} is unset)" for name, variable in absent.items())
        terminalreporter.write_line(f"not run: {files}")


def _absent(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("test_*.py")):
        variable = _unset(path)
        if variable is not None:
            yield path.relative_to(folder.parent).as_posix(), variable


def _unset(path: Path) -> str | None:
    match = _NEEDS.search(path.read_text(encoding="utf-8"))
    return match[1] if match is not None and not os.environ.get(match[1]) else None
