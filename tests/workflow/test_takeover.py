"""A run in flight of which this checkout has no journal: taken over where it is this spec's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench, Meanwhile
from scripted_agent import Ask

from vernctl.api.client import MigrationClient
from vernctl.api.models import Answer
from vernctl.workflow.commands import cancel_spec
from vernctl.workflow.journal import Journal

QUESTION = Ask("Which column is Email?", ("Work", "Private"))
RULE = '  "Which * is Email?": Work\n'


@pytest.fixture
def waiting(work_bench: Bench) -> Bench:
    """A first plan that waits: its spec has no answer yet."""
    work_bench.agent.asks.append(QUESTION)
    work_bench.spec_text((RULE, '  "nothing": Work\n'))
    assert work_bench.plan().status == "blocked"
    return work_bench


def test_a_run_of_the_same_spec_that_was_started_elsewhere_is_answered_and_followed(
    waiting: Bench, tmp_path: Path
) -> None:
    elsewhere = waiting.checkout(tmp_path / "elsewhere")
    elsewhere.spec_text(('  "nothing": Work\n', RULE))
    outcome = elsewhere.plan()
    assert outcome.status == "changed", outcome.error
    sent = [line.split()[1].rpartition("/")[2] for line in elsewhere.sent()]
    # The migrations POST is idempotent, and the first start is the 409 that names the run.
    assert sent == ["migrations", "runs", "messages", "runs"]
    assert [step.kind for step in outcome.steps if step.kind == "generate"] == []


def test_a_run_that_was_told_what_this_spec_does_not_say_is_a_strangers(
    work_bench: Bench, tmp_path: Path
) -> None:
    planned = work_bench.plan()
    work_bench.agent.asks.append(Ask("Is that so?", ("Yes", "No")))

    async def refine(client: MigrationClient) -> None:
        await client.start_run(planned.migration_id or "", "update", message="upper Note")
        async for _ in client.stream_thread(planned.migration_id or ""):
            pass

    work_bench.run(lambda session: refine(session.client))
    elsewhere = work_bench.checkout(tmp_path / "elsewhere")
    outcome = elsewhere.plan()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "a run that this checkout did not start is blocked" in outcome.error.message
    [which] = outcome.error.reasons
    assert which.startswith("run ")
    assert ", since 20" in which
    assert which.endswith("told: upper Note")
    assert "vernctl cancel" in (outcome.error.next or "")
    assert not [line for line in elsewhere.sent() if "/messages" in line]
    # What the refusal advises works from here, where nobody knows the run.
    canceled = elsewhere.run(lambda session: cancel_spec(session, elsewhere.specs()[0]))
    assert canceled.facts == ("The run is canceled.",), canceled.error
    elsewhere.agent.asks.clear()
    assert elsewhere.plan().status == "changed"


def test_a_run_with_an_answer_that_no_rule_gives_is_a_strangers(
    waiting: Bench, tmp_path: Path
) -> None:
    waiting.agent.asks.append(Ask("Is that so?", ("Yes", "No")))
    waiting.answer({1: "Private"})
    elsewhere = waiting.checkout(tmp_path / "elsewhere")
    elsewhere.spec_text(('  "nothing": Work\n', RULE))
    outcome = elsewhere.plan()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "did not start" in outcome.error.message


@pytest.mark.parametrize("look", [1, 2])
def test_a_run_that_is_answered_while_its_id_is_found_out_is_not_mistaken_for_a_strangers(
    waiting: Bench, tmp_path: Path, look: int
) -> None:
    elsewhere = waiting.checkout(tmp_path / "elsewhere")
    elsewhere.spec_text(('  "nothing": Work\n', RULE))

    journal = next((waiting.root / ".vernctl/journal").glob("*/*.jsonl"))
    known = Journal(waiting.root / ".vernctl/journal", "embedded", journal.stem).known
    migration, run = known.migration_id or "", known.run_id or ""

    async def answered(client: MigrationClient) -> None:
        await client.answer(migration, run, [Answer(id="q1", value="Work")])
        async for _ in client.stream_thread(migration):
            pass

    elsewhere.requests = Meanwhile(
        "/log → 409", look, lambda: waiting.run(lambda session: answered(session.client))
    )
    outcome = elsewhere.plan()
    assert outcome.status == "changed", outcome.error
    assert outcome.exit_code == 2
    elsewhere.approve()
    assert elsewhere.apply().status == "applied"
    assert waiting.agent.calls.count("execute") == 1


def test_what_was_said_to_an_earlier_run_is_not_held_against_the_one_that_waits(
    work_bench: Bench, tmp_path: Path
) -> None:
    assert work_bench.plan().status == "changed"
    work_bench.agent.asks.append(QUESTION)
    work_bench.spec_text(("  - upper Name\n", "  - upper Note\n"))
    work_bench.spec_text((RULE, '  "nothing": Work\n'))
    elsewhere = work_bench.checkout(tmp_path / "elsewhere")
    elsewhere.spec_text(('  "nothing": Work\n', RULE))
    assert work_bench.plan().status == "blocked"
    outcome = elsewhere.plan()
    assert outcome.status == "changed", outcome.error
    generates = [step.kind for step in outcome.steps if step.kind == "generate"]
    assert generates == []


def test_a_strangers_run_is_named_and_can_be_canceled_where_only_the_approved_one_is_on_record(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.imported()
    clones = [work_bench.checkout(tmp_path / name) for name in ("stranger", "applied", "fresh")]
    stranger, applied, fresh = clones
    work_bench.agent.asks += [
        Ask("Is that so?", ("Yes", "No")),
        Ask("And now?", ("Yes", "No"), after=1),
    ]
    stranger.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    assert stranger.plan().status == "blocked"
    stranger.answer({1: "Yes"})
    assert applied.apply().status == "unchanged"
    for clone in (applied, fresh, work_bench):
        clone.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Email\n"))
        outcome = clone.plan()
        assert outcome.exit_code == 4, outcome
        assert outcome.error is not None
        assert "a run that this checkout did not start is blocked" in outcome.error.message
    canceled = fresh.run(lambda session: cancel_spec(session, fresh.specs()[0]))
    assert canceled.facts == ("The run is canceled.",), canceled.error
