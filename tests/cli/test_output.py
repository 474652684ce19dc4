"""Where results go, and what colour and width they have there."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vernctl.cli import output
from vernctl.cli.output import wants_colour, width, write


def test_a_file_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "result.md"
    target.write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Exception, match="No space left on device"):
        write("after", target)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["result.md"]


def test_standard_output_is_utf8_whatever_the_locale(project: Path, start_vernctl: Any) -> None:
    (project / "specs/acme.yaml").write_text("version: 1\nmigration: {name: Zoë}\n", "utf-8")
    process = start_vernctl("plan", "--format", "json", cwd=project, PYTHONIOENCODING="ascii")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert '"kind": "spec"' in out


def test_a_pipe_that_is_closed_early_is_no_error(start_vernctl: Any, project: Path) -> None:
    process = start_vernctl("schema", cwd=project)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 141
    assert err == ""


def test_no_color_and_a_dumb_terminal_turn_colour_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda _: True)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_colour(lambda: 1) is True
    monkeypatch.setenv("NO_COLOR", "1")
    assert wants_colour(lambda: 1) is False
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert wants_colour(lambda: 1) is False


def test_a_stream_without_a_descriptor_is_no_terminal() -> None:
    assert wants_colour(io.StringIO().fileno) is False


@pytest.mark.parametrize(("columns", "expected"), [("60", 60), ("400", 100)])
def test_the_width_is_the_terminals_up_to_what_reads_well(
    columns: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert width() == expected


def test_the_same_words_stand_on_a_terminal_in_colour(project: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "vernctl", "show"],
            cwd=project,
            env={"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(project)},
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=subprocess.DEVNULL,
        )
        assert process.wait(timeout=30) == 4
        shown = os.read(leader, 65536).decode()
    finally:
        os.close(leader)
        os.close(follower)
    assert "\x1b[31mREFUSED\x1b[0m" in shown
