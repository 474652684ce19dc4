"""Limits on what a plan may cost, and a plan that goes message by message."""

from pathlib import Path

from bench import Bench

from vernctl.api.quota import Ledger
from vernctl.render.text import render_outcomes
from vernctl.workflow.commands import plan_specs
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.session import Session


def plan_within(bench: Bench, most: int) -> SpecOutcome:
    specs = bench.specs()

    async def plan(session: Session) -> list[SpecOutcome]:
        session.budget.most = most
        return await plan_specs(session, specs, PlanOptions())

    return bench.run(plan)[0]


def test_step_sends_a_run_per_message_and_tells_what_each_changed(work_bench: Bench) -> None:
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Email\n  - be nice\n"))
    outcome = work_bench.plan(step=True)
    assert [step.kind for step in outcome.steps][2:] == ["generate", "update", "update", "update"]
    assert outcome.cost.agent == 4
    changed = [
        (effect.message, [g.column for s in effect.diff.sheets for g in s.groups])
        for effect in outcome.effects
    ]
    assert changed == [("upper Name", ["Name"]), ("upper Email", ["Email"]), ("be nice", [])]
    screen = render_outcomes([outcome])
    assert "by “upper Email”" in screen
    assert "no changes" in screen


def test_step_leads_to_the_digest_of_one_update(work_bench: Bench) -> None:
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    at_once = work_bench.plan()
    one_by_one = work_bench.plan(refresh=True, step=True)
    assert len(one_by_one.effects) == 2
    assert one_by_one.digest == at_once.digest


def test_a_plan_that_is_dearer_than_allowed_is_refused_before_anything_is_sent(
    work_bench: Bench,
) -> None:
    outcome = plan_within(work_bench, 1)
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "needs 2 agent calls; 1 of the 1 allowed left" in outcome.error.message
    assert outcome.next == "vernctl plan specs/acme.yaml --max-agent-calls 2"
    assert work_bench.sent() == []


def test_a_plan_within_its_limit_goes_out(work_bench: Bench) -> None:
    assert plan_within(work_bench, 2).status == "changed"


def test_a_plan_that_costs_nothing_needs_no_allowance(work_bench: Bench) -> None:
    work_bench.plan()
    assert plan_within(work_bench, 0).status == "changed"


def test_a_plan_says_what_is_left_of_the_accounts_hour(work_bench: Bench, tmp_path: Path) -> None:
    specs = work_bench.specs()

    async def plan(session: Session) -> list[SpecOutcome]:
        session.gate.ledger = Ledger("https://vern.test", "key", folder=tmp_path / "quota")
        return await plan_specs(session, specs, PlanOptions())

    outcome = work_bench.run(plan)[0]
    assert outcome.hour == "create 0 of 1, generate 0 of 1, agent 3 of 5"
    assert "left of this hour: create 0 of 1" in render_outcomes([outcome])
