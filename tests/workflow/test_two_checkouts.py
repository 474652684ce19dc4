"""Two checkouts of one repository against one server: nobody overwrites what the other one made."""

import shutil
from pathlib import Path

import pytest
from bench import Bench, Meanwhile
from scripted_agent import Ask

from vernctl.api.client import MigrationClient


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


@pytest.fixture
def planned_since(work_bench: Bench, other: Bench) -> Bench:
    """What the first checkout has imported, and then a branch's plan that holds the preview."""
    add_message(other, "upper Note")
    assert other.plan().exit_code == 2
    work_bench.sent()
    return work_bench


def exports(bench: Bench) -> list[str]:
    return [line for line in bench.requests if "/exports/" in line]


def test_a_fresh_checkout_knows_an_import_by_its_rows_whatever_others_plan(
    planned_since: Bench, tmp_path: Path
) -> None:
    fresh = planned_since.checkout(tmp_path / "fresh")
    outcome = fresh.apply()
    assert outcome.status == "unchanged", outcome
    assert outcome.receipt is not None
    assert exports(fresh)
    assert fresh.sent() == []
    assert (fresh.root / "out/acme/contacts.csv").is_file()
    assert (fresh.root / "out/acme/summary.md").is_file()
    again = fresh.apply()
    assert again.status == "unchanged"
    assert (exports(fresh), fresh.sent()) == ([], [])
    assert fresh.agent.calls.count("execute") == 1


def test_a_receipt_in_git_tells_a_fresh_checkout_of_the_import_without_reading_its_rows(
    planned_since: Bench, tmp_path: Path
) -> None:
    fresh = planned_since.checkout(tmp_path / "fresh")
    shutil.copytree(planned_since.root / ".vernctl/receipts", fresh.root / ".vernctl/receipts")
    shutil.copytree(planned_since.root / "out", fresh.root / "out")
    told = fresh.apply()
    assert told.status == "unchanged"
    assert told.receipt is not None
    assert told.receipt.startswith("0001 · ")
    assert exports(fresh) == []
    assert fresh.plan().status == "unchanged"
    assert fresh.sent() == []


def test_a_fresh_checkout_writes_the_results_that_are_lacking_although_others_have_planned(
    planned_since: Bench, tmp_path: Path
) -> None:
    fresh = planned_since.checkout(tmp_path / "fresh")
    shutil.copytree(planned_since.root / ".vernctl/receipts", fresh.root / ".vernctl/receipts")
    assert fresh.apply().status == "unchanged"
    results = planned_since.root / "out/acme/contacts.csv"
    assert (fresh.root / "out/acme/contacts.csv").read_bytes() == results.read_bytes()
    assert len(list((fresh.root / ".vernctl/receipts/acme").iterdir())) == 1
    results.unlink()
    assert planned_since.apply().status == "unchanged"
    assert results.is_file()
    assert planned_since.sent() == fresh.sent() == []


def test_rows_that_are_not_the_approved_ones_are_no_import_of_them(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.agent.loses = 1
    assert work_bench.imported().status == "not_as_approved"
    other = work_bench.checkout(tmp_path / "other")
    add_message(other, "upper Note")
    assert other.plan().exit_code == 2
    fresh = work_bench.checkout(tmp_path / "fresh")
    outcome = fresh.apply()
    assert outcome.exit_code == 4, outcome
    assert exports(fresh)
    assert fresh.sent() == []
    assert not (fresh.root / "out").exists()
    assert not (fresh.root / ".vernctl/receipts").exists()


def test_an_import_that_was_told_something_else_is_not_held_against_the_approved_rows(
    work_bench: Bench, other: Bench, tmp_path: Path
) -> None:
    before = work_bench.checkout(tmp_path / "before")
    add_message(other, "upper Note")
    other.approved()
    assert other.apply().status == "applied"
    assert before.apply().exit_code == 4
    assert (exports(before), before.sent()) == ([], [])


def test_a_plan_reads_no_rows_to_find_out_whether_they_are_imported(
    planned_since: Bench, tmp_path: Path
) -> None:
    fresh = planned_since.checkout(tmp_path / "fresh")
    assert fresh.plan().exit_code == 4
    assert (exports(fresh), fresh.sent()) == ([], [])


def test_an_import_whose_question_has_another_answer_by_now_is_not_the_approved_one(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.agent.asks.append(Ask("Which column is Email?", ("Work", "Private")))
    work_bench.imported()
    other = work_bench.checkout(tmp_path / "other")
    add_message(other, "upper Note")
    assert other.plan().exit_code == 2
    fresh = work_bench.checkout(tmp_path / "fresh")
    fresh.spec_text(("Work\n", "Private\n"))
    assert fresh.apply().exit_code == 4
    assert (exports(fresh), fresh.sent()) == ([], [])


def test_a_preview_made_by_others_is_not_replaced_by_who_has_recognised_the_import(
    planned_since: Bench, tmp_path: Path
) -> None:
    fresh = planned_since.checkout(tmp_path / "fresh")
    assert fresh.apply().status == "unchanged"
    add_message(fresh, "upper Email")
    assert fresh.plan().exit_code == 4
    assert fresh.sent() == []


@pytest.mark.parametrize("look", [2, 3])
def test_what_another_checkout_has_imported_a_moment_ago_is_not_imported_again(
    work_bench: Bench, tmp_path: Path, look: int
) -> None:
    work_bench.approved()
    other = work_bench.checkout(tmp_path / "other")
    other.requests = Meanwhile("/preview → 200", look, work_bench.apply)
    outcome = other.apply()
    assert work_bench.agent.calls.count("execute") == 1
    assert outcome.status == "unchanged", outcome


@pytest.mark.parametrize("moment", ["/thread → 200", "/log → 200", "/files → 200"])
def test_what_another_checkout_imports_while_the_preview_is_made_anew_is_not_imported_again(
    work_bench: Bench, tmp_path: Path, moment: str
) -> None:
    planned = work_bench.plan()
    work_bench.approve()

    async def cancel(client: MigrationClient) -> None:
        await client.cancel_run(planned.migration_id or "", planned.run_id or "")

    work_bench.run(lambda session: cancel(session.client))
    other = work_bench.checkout(tmp_path / "other")
    other.requests = Meanwhile(moment, 1, work_bench.apply)
    outcome = other.apply()
    assert (outcome.status, work_bench.agent.calls.count("execute")) == ("unchanged", 1), outcome
