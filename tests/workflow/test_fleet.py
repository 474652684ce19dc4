"""Many specs under one account's limits: waves, order, what a quota stops, and how long it takes.

The full size of the simulation is ``python benchmarks/fleet.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench
from fleet_simulation import Mix, simulate
from scripted_agent import Ask

from vernctl.api.quota import Ledger
from vernctl.spec.load import load_specs
from vernctl.spec.project import load_project
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.commands import apply_specs, plan_specs
from vernctl.workflow.fleet import least_seconds, waves
from vernctl.workflow.outcome import Cost, SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.session import Session


def _fleet(bench: Bench, **canaries: int | None) -> None:
    """Specs of these names beside each other, in these waves."""
    text = bench.spec_path.read_text()
    bench.spec_path.unlink()
    for name, canary in canaries.items():
        wave = "" if canary is None else f"fleet: {{canary: {canary}}}\n"
        own = text.replace("acme-001", name).replace("out/acme", f"out/{name}")
        (bench.root / "specs" / f"{name}.yaml").write_text(own + wave)


def _plan(bench: Bench, ledger: Ledger | None = None) -> dict[str, SpecOutcome]:
    async def plan(session: Session) -> list[SpecOutcome]:
        session.gate.ledger = ledger
        return await plan_specs(session, bench.specs(), PlanOptions())

    return {outcome.name: outcome for outcome in bench.run(plan)}


def _ledger(bench: Bench) -> Ledger:
    return Ledger(bench.server.url, bench.server.api_key, folder=bench.root / "quota")


def test_waves_go_by_number_and_specs_without_one_are_the_last(work_bench: Bench) -> None:
    _fleet(work_bench, a=None, b=2, c=1, d=2)
    named = [[spec.name for spec in wave] for wave in waves(work_bench.specs())]
    assert named == [["c"], ["b", "d"], ["a"]]


def test_a_wave_that_does_not_end_well_holds_the_rest_back(work_bench: Bench) -> None:
    _fleet(work_bench, first=1, second=2, rest=None)
    work_bench.agent.fails = "author"
    ended = _plan(work_bench)
    assert {name: o.status for name, o in ended.items()} == {
        "first": "failed",
        "second": "waiting",
        "rest": "waiting",
    }
    assert "first (failed)" in ended["rest"].facts[0]
    assert work_bench.agent.calls == ["author"]


def test_a_wave_that_ends_well_lets_the_next_one_out(work_bench: Bench) -> None:
    _fleet(work_bench, first=1, rest=None)
    assert {outcome.status for outcome in _plan(work_bench).values()} == {"changed"}


def test_one_failing_spec_stops_neither_the_others_nor_the_truth(work_bench: Bench) -> None:
    _fleet(work_bench, a=None, b=None, c=None)
    path = work_bench.root / "specs" / "b.yaml"
    path.write_text(path.read_text().replace("source: Salesforce", "source: Salesfroce"))
    ended = {name: outcome.status for name, outcome in _plan(work_bench).items()}
    assert ended == {"a": "changed", "b": "failed", "c": "changed"}


def test_what_a_quota_stops_waits_and_says_until_when(work_bench: Bench) -> None:
    _fleet(work_bench, a=None, b=None)
    ended = _plan(work_bench, _ledger(work_bench))
    assert sorted(outcome.status for outcome in ended.values()) == ["changed", "waiting"]
    [waiting] = [outcome for outcome in ended.values() if outcome.status == "waiting"]
    assert waiting.resume_at is not None
    creates = [line for line in work_bench.sent() if line.startswith("POST /migrations →")]
    assert len(creates) == 1


def test_the_next_run_goes_on_where_the_quota_stopped_it(work_bench: Bench) -> None:
    _fleet(work_bench, a=None, b=None)
    _plan(work_bench, _ledger(work_bench))
    ended = _plan(work_bench)
    assert {outcome.status for outcome in ended.values()} == {"changed"}
    assert work_bench.agent.calls.count("author") == 4


def test_blocked_runs_that_hold_every_slot_are_named_instead_of_met_by_a_429(
    work_bench: Bench,
) -> None:
    _fleet(work_bench, a=None, b=None, c=None, d=None)
    _plan(work_bench)
    for path in (work_bench.root / "specs").glob("*.yaml"):
        path.write_text(path.read_text().replace("- upper Name", "- upper Name\n  - upper Note"))
    work_bench.agent.asks.append(Ask("Is that so?", ("Yes", "No"), again=True))
    ended = _plan(work_bench, _ledger(work_bench))
    assert sorted(outcome.status for outcome in ended.values()) == ["blocked"] * 3 + ["waiting"]
    [waiting] = [outcome for outcome in ended.values() if outcome.status == "waiting"]
    assert waiting.error is not None
    assert "hold them all" in waiting.error.message


def test_apply_goes_out_in_waves_too(work_bench: Bench) -> None:
    _fleet(work_bench, first=1, rest=None)
    project = load_project(work_bench.root)
    specs = load_specs(sorted((work_bench.root / "specs").glob("*.yaml")), project)
    work_bench.agent.fails = "execute"
    options = ApplyOptions(yes=True)
    ended = work_bench.run(lambda session: apply_specs(session, specs, options))
    assert [outcome.status for outcome in ended] == ["failed", "waiting"]


@pytest.mark.parametrize(
    ("costs", "hours"),
    [
        ([], 0),
        ([Cost(create=1, generate=1, agent=2)], 0),
        ([Cost(create=1, generate=1, agent=2)] * 3, 2),
        ([Cost(agent=1)] * 5, 0),
        ([Cost(agent=1)] * 6, 1),
        ([Cost(generate=1, agent=3)] * 2 + [Cost(agent=1)] * 10, 3),
    ],
)
def test_the_least_time_is_that_of_the_limit_that_takes_longest(
    costs: list[Cost], hours: int
) -> None:
    assert least_seconds(costs) == hours * 3600


def test_a_fleet_takes_hardly_longer_than_the_limits_allow_and_is_never_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    done = simulate(tmp_path / "project", Mix(cold=3, refined=4, unchanged=5))
    assert {outcome.status for outcome in done.outcomes} == {"changed", "unchanged"}
    assert done.ratio <= 1.05
    assert done.refused == 0


def test_a_plan_of_an_unchanged_applied_spec_is_one_read(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.requests.clear()
    assert work_bench.plan().status == "unchanged"
    asked = [line.split()[1].rpartition("/")[2] for line in work_bench.requests]
    assert asked == ["templates", "thread"]
