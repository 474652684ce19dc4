"""A pin: future generates of a source start from one customer's recipe."""

from __future__ import annotations

from bench import Bench

from vernctl.workflow.commands import pin_spec


def _pin(bench: Bench, *, remove: bool = False) -> str:
    [spec] = bench.specs()
    outcome = bench.run(lambda session: pin_spec(session, spec, remove=remove))
    return outcome.error.kind if outcome.error else outcome.facts[0]


def test_a_source_is_pinned_to_the_specs_last_run_and_unpinned(work_bench: Bench) -> None:
    work_bench.plan()
    assert _pin(work_bench).startswith("Salesforce is pinned")
    assert _pin(work_bench, remove=True).startswith("Salesforce is not pinned")


def test_a_pin_leaves_an_approval_as_it_is(work_bench: Bench) -> None:
    work_bench.approved()
    _pin(work_bench)
    work_bench.sent()
    assert work_bench.plan().status == "approved"
    assert work_bench.sent() == []


def test_a_spec_that_was_never_planned_has_nothing_to_pin(work_bench: Bench) -> None:
    assert _pin(work_bench) == "refused"


def test_a_spec_without_a_source_has_nothing_to_pin(work_bench: Bench) -> None:
    work_bench.spec_text(("  source: Salesforce\n", ""))
    assert _pin(work_bench) == "input"
