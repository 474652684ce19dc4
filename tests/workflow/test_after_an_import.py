"""What was imported once says nothing of a run that was made since."""

from pathlib import Path

from bench import Bench

from vernctl.workflow.session import Session


def test_a_preview_made_after_an_import_is_not_taken_for_imported(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    first = work_bench.plan()
    again = work_bench.plan()
    assert (first.status, again.status) == ("changed", "changed")
    assert again.digest == first.digest
    assert work_bench.status().status == "changed"
    assert work_bench.approve().status == "approved"
    assert work_bench.apply().status == "applied"


def test_a_change_that_was_taken_back_before_its_import_costs_nothing(work_bench: Bench) -> None:
    work_bench.imported()
    text = work_bench.spec_path.read_text()
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    assert work_bench.plan().status == "changed"
    work_bench.spec_path.write_text(text)
    work_bench.sent()
    assert work_bench.plan().status == "unchanged"
    assert work_bench.apply().status == "unchanged"
    assert work_bench.sent() == []
    assert work_bench.agent.calls.count("execute") == 1


def test_a_run_that_was_canceled_after_an_import_is_no_reason_to_import_again(
    work_bench: Bench,
) -> None:
    work_bench.imported()
    text = work_bench.spec_path.read_text()
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    planned = work_bench.plan()

    async def cancel(session: Session) -> None:
        await session.client.cancel_run(planned.migration_id or "", planned.run_id or "")

    work_bench.run(cancel)
    work_bench.spec_path.write_text(text)
    work_bench.sent()
    assert work_bench.apply().status == "unchanged"
    assert work_bench.sent() == []


def test_an_import_that_another_one_replaced_is_not_taken_to_be_still_in(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.imported()
    other = work_bench.checkout(tmp_path / "other")
    other.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    assert other.plan().status == "changed"
    other.approve()
    assert other.apply().status == "applied"
    assert work_bench.apply().status != "unchanged"
