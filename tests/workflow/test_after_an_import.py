"""What was imported once says nothing of a run that was made since."""

from bench import Bench


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
