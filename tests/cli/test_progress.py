"""What a person is told while work takes long, and what they are asked."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Sequence

import pytest

from vernctl.cli import progress
from vernctl.cli.progress import Teller, ask
from vernctl.errors import RefusedError
from vernctl.workflow.outcome import Cost, Step

STEPS = (
    Step(kind="upload", reason="new"),
    Step(kind="generate", reason="new", agent_calls=1),
)
COST = Cost(generate=1, agent=1, agent_max=2)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock whose hand is the list's one entry."""
    hand = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: hand[0])
    return hand


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def fileno(self) -> int:
        return 0

    def isatty(self) -> bool:
        return True


def _on_a_terminal(monkeypatch: pytest.MonkeyPatch, typed: Sequence[str] = ()) -> io.StringIO:
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in typed)))
    monkeypatch.setattr(progress, "is_terminal", lambda _: True)
    return shown


def test_work_that_is_over_soon_is_not_told(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Teller() as teller:
        teller.say("acme", "generate", "a first preview")
    assert capsys.readouterr().err == ""


def test_a_phase_that_takes_long_is_told_once(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Teller() as teller:
        for second in range(5):
            clock[0] = second
            teller.say("acme", "generate", "a first preview")
    assert capsys.readouterr().err == "acme: generate a first preview\n"


def test_the_agents_words_are_no_lines_of_a_log(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Teller() as teller:
        teller.say("acme", "generate", "")
        clock[0] = 9.0
        teller.say("acme", "message", "I am thinking")
    assert capsys.readouterr().err == ""


def test_waiting_for_somebody_is_told_at_once(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Teller() as teller:
        teller.say("acme", "waiting", "for plan (pid 7)")
    assert capsys.readouterr().err == "acme: waiting for plan (pid 7)\n"


def test_steps_and_cost_are_told_before_they_are_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Teller() as teller:
        teller.announce("acme", STEPS, COST)
    told = capsys.readouterr().err
    assert told == "acme: upload, generate · generate 1, 1 agent call (at most 2)\n"


def test_what_a_service_says_cannot_reach_the_terminal(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with Teller() as teller:
        teller.say("acme", "generate", "")
        clock[0] = 2.0
        teller.say("acme", "update", "\x1b[2J\u202e")
    assert capsys.readouterr().err == "acme: update ␛[2J\\u202e\n"


def test_a_terminal_shows_a_live_line_and_keeps_nothing_of_it(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = _on_a_terminal(monkeypatch)
    with Teller() as teller:
        teller.say("acme", "generate", "")
        clock[0] = 2.0
        teller.say("acme", "message", "Reading \x1b[31mcontacts.csv")
        teller.say("acme", "message", " now")
    assert "Reading ␛[31mcontacts.csv" in shown.getvalue()
    assert "\x1b[31mcontacts" not in shown.getvalue()


def test_a_stop_names_the_run_that_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        with Teller() as teller:
            teller.say("acme", "generate", "a first preview")
            await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert capsys.readouterr().err == "acme: stopped at generate.\n"


@pytest.mark.parametrize("typed", ["", "y", "no", "yes please"])
def test_only_the_word_yes_agrees(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _on_a_terminal(monkeypatch, [typed])
    assert ask("Import it? ") is False


def test_yes_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _on_a_terminal(monkeypatch, ["YES"])
    assert ask("Import it? ") is True
    assert shown.getvalue() == "Import it? "


def test_an_upload_to_a_service_is_refused_unless_it_is_confirmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _on_a_terminal(monkeypatch, ["", "yes"])
    with Teller(asks_before_upload=True, endpoint="us") as teller:
        with pytest.raises(RefusedError, match="the upload to us was not confirmed"):
            teller.announce("acme", STEPS, COST)
        teller.announce("acme", STEPS, COST)
        teller.announce("globex", STEPS, COST)


def test_off_a_terminal_an_upload_does_not_ask(capsys: pytest.CaptureFixture[str]) -> None:
    with Teller(asks_before_upload=True, endpoint="us") as teller:
        teller.announce("acme", STEPS, COST)
    assert "yes" not in capsys.readouterr().err
    assert sys.stdin is not None
