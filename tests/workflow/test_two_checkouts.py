"""Two checkouts of one repository against one server: nobody overwrites what the other one made."""

from pathlib import Path

import pytest
from bench import Bench


@pytest.fixture
def other(work_bench: Bench, tmp_path: Path) -> Bench:
    """A second checkout of what the first one has imported."""
    work_bench.imported()
    return work_bench.checkout(tmp_path / "other")


def add_message(bench: Bench, message: str) -> None:
    bench.spec_text(("  - upper Name\n", f"  - upper Name\n  - {message}\n"))


def test_a_fresh_checkout_knows_an_import_by_its_content(work_bench: Bench, other: Bench) -> None:
    outcome = other.apply()
    assert outcome.status == "unchanged"
    assert work_bench.agent.calls.count("execute") == 1


def test_a_preview_made_elsewhere_since_our_import_is_not_replaced(
    work_bench: Bench, other: Bench
) -> None:
    add_message(other, "upper Note")
    assert other.plan().exit_code == 2
    add_message(work_bench, "upper Email")
    work_bench.sent()
    outcome = work_bench.plan()
    assert outcome.exit_code == 4, outcome
    assert work_bench.sent() == []
    assert work_bench.plan(replace=True).exit_code == 2


def test_an_unchanged_spec_stays_imported_whatever_others_plan(
    work_bench: Bench, other: Bench
) -> None:
    add_message(other, "upper Note")
    other.plan()
    work_bench.sent()
    assert work_bench.plan().status == "unchanged"
    assert work_bench.apply().status == "unchanged"
    assert work_bench.sent() == []
