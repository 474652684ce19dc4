"""``plan --read-only`` and ``status`` send nothing but GET, whatever state they find."""

import json
from pathlib import Path

import pytest
from bench import Bench
from scripted_agent import Ask


def journal_of(bench: Bench) -> Path:
    (path,) = (bench.root / ".vernctl" / "journal" / "embedded").iterdir()
    return path


def forget_after_intent(bench: Bench, name: str) -> None:
    """Leave the journal as a crash right after an intent leaves it."""
    lines = journal_of(bench).read_text().splitlines(keepends=True)
    entries = [json.loads(line) for line in lines]
    last = max(i for i, e in enumerate(entries) if (e["event"], e["name"]) == ("intent", name))
    journal_of(bench).write_text("".join(lines[: last + 1]))


@pytest.mark.parametrize("asked", [True, False])
def test_a_generate_whose_reply_was_lost_is_told_of_and_not_probed(
    work_bench: Bench, asked: bool
) -> None:
    if asked:
        work_bench.agent.asks.append(Ask("Which doubles stay?", ("First", "Last")))
    work_bench.plan()
    forget_after_intent(work_bench, "generate")
    before = journal_of(work_bench).read_text()
    work_bench.sent()
    outcome = work_bench.plan(read_only=True)
    told = work_bench.status()
    assert work_bench.sent() == []
    assert journal_of(work_bench).read_text().startswith(before)
    assert outcome.status == told.status
    assert outcome.status == ("waiting" if asked else "changed"), outcome
    again = work_bench.plan()
    assert again.status == ("blocked" if asked else "changed"), again.error
    assert work_bench.agent.calls.count("author") <= (2 if asked else 4)


@pytest.mark.parametrize("name", ["update", "create"])
def test_any_other_lost_reply_is_no_reason_to_send_anything(work_bench: Bench, name: str) -> None:
    work_bench.plan()
    forget_after_intent(work_bench, name)
    work_bench.sent()
    assert work_bench.plan(read_only=True).status == "changed"
    assert work_bench.sent() == []


def test_a_lost_execute_is_told_of_and_not_sent_again(work_bench: Bench) -> None:
    work_bench.imported()
    forget_after_intent(work_bench, "execute")
    work_bench.sent()
    assert work_bench.plan(read_only=True).status == "unchanged"
    assert work_bench.sent() == []
    assert work_bench.apply().exit_code == 0
    assert work_bench.agent.calls.count("execute") == 1
