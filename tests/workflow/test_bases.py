"""A base is edited once and costs every spec that extends it: how much is said before it starts."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from bench import Bench

from vernctl.workflow.commands import plan_specs
from vernctl.workflow.outcome import Cost, SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.progress import Silent
from vernctl.workflow.session import Session

BASE = """\
version: 1
refine: [upper Name]
answers: {"Which * is Email?": Work}
"""
SPEC = """\
version: 1
extends: _crm.yaml
migration: {{name: Acme, external_id: {name}, source: Salesforce}}
files: [../data/contacts.csv]
"""


class Noting(Silent):
    """Keeps what was said, each with the requests that had been made by then."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        assert not [line for line in self.bench.requests if not line.startswith("GET ")]
        self.notes.append(text)


@pytest.fixture
def family(work_bench: Bench) -> Bench:
    """Three specs of one base, planned once."""
    work_bench.spec_path.unlink()
    specs = work_bench.root / "specs"
    (specs / "_crm.yaml").write_text(BASE)
    for name in ("a", "b", "c"):
        (specs / f"{name}.yaml").write_text(SPEC.format(name=name))
    assert _plan(work_bench).notes == []
    return work_bench


class Planned(NamedTuple):
    outcomes: list[SpecOutcome]
    notes: list[str]
    runs: int


def _plan(bench: Bench) -> Planned:
    noting = Noting(bench)
    bench.requests.clear()

    async def plan(session: Session) -> list[SpecOutcome]:
        session.listener = noting
        return await plan_specs(session, bench.specs(), PlanOptions())

    outcomes = bench.run(plan)
    runs = [line for line in bench.sent() if "/runs " in line]
    return Planned(outcomes, noting.notes, len(runs))


def _edit_base(bench: Bench, refine: str) -> None:
    base = bench.root / "specs" / "_crm.yaml"
    base.write_text(BASE.replace("[upper Name]", refine))


def test_an_edit_that_makes_every_spec_generate_says_so_before_the_first_request(
    family: Bench,
) -> None:
    _edit_base(family, "[upper Note]")
    assert _plan(family).notes == [
        "specs/_crm.yaml: 3 of the 3 specs that extend it generate anew: 3 generates, "
        "up to 9 agent calls, 2 h at least under the published limits."
    ]


def test_a_message_inserted_into_a_base_is_one_update_for_each_spec_and_no_generate(
    family: Bench,
) -> None:
    for name in ("a", "b", "c"):
        path = family.root / "specs" / f"{name}.yaml"
        path.write_text(SPEC.format(name=name) + "refine: [upper Note]\n")
    _plan(family)
    _edit_base(family, "[upper Email, upper Name]")
    planned = _plan(family)
    assert planned.notes == []
    assert planned.runs == 3
    for outcome in planned.outcomes:
        [step] = outcome.steps
        assert (step.kind, step.reason) == ("update", "message 1 is new")
        assert outcome.cost == Cost(agent=1, agent_max=2)
        assert outcome.status == "changed"
