"""Receipts are a chain: where CI would forget it, an apply says so."""

import pytest
from bench import Bench

NEW_CHAIN = "Receipt 0001 begins a new chain: .vernctl/receipts was empty."


def warned(bench: Bench) -> bool:
    outcome = bench.apply()
    assert outcome.status == "applied"
    return any(warning.startswith(NEW_CHAIN) for warning in outcome.warnings)


def test_a_first_receipt_in_ci_is_said_to_begin_a_new_chain(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.approved()
    monkeypatch.setenv("CI", "true")
    assert warned(work_bench)


def test_the_next_receipt_of_a_chain_that_was_kept_is_nothing_to_warn_of(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.imported()
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    work_bench.approved()
    monkeypatch.setenv("CI", "true")
    assert not warned(work_bench)


@pytest.mark.parametrize("keep", ["receipts: kept\n", ""])
def test_a_folder_that_is_kept_is_nothing_to_warn_of(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch, keep: str
) -> None:
    settings = work_bench.root / "vernctl.yaml"
    settings.write_text(settings.read_text() + keep)
    if not keep:
        # A checkout of the branch that holds them.
        (work_bench.root / ".vernctl/receipts/.git").mkdir(parents=True)
    work_bench.approved()
    monkeypatch.setenv("CI", "true")
    assert not warned(work_bench)


def test_on_a_persons_machine_the_folder_is_kept(work_bench: Bench) -> None:
    work_bench.approved()
    assert not warned(work_bench)
