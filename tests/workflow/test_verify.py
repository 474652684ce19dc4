"""After an execute: what is there is held against what was approved, by reading every row."""

from __future__ import annotations

import json

import pytest
from bench import Bench, Meanwhile

from vernctl.testing import ThreadServer

Row = tuple[str, ...]


def imported(bench: Bench, becomes: dict[int, Row]) -> None:
    """Approve three rows, the last without its Email, and let the execute write these instead."""
    bench.approved()
    bench.agent.rewrites = lambda sheet, n, row: becomes.get(n, row)


def test_a_cell_that_was_invalid_and_is_healed_is_counted_and_no_failure(
    work_bench: Bench,
) -> None:
    imported(work_bench, {2: ("c@x.test", "CID", "three")})
    outcome = work_bench.apply()
    assert outcome.status == "applied"
    assert outcome.verification is not None
    assert (outcome.verification.present, outcome.verification.healed) == (3, 1)


@pytest.mark.parametrize(
    "becomes",
    [
        {0: ("a@x.test", "ANN", "another")},
        # The invalid row's valid cells count as anybody's.
        {2: ("c@x.test", "CID", "another")},
        # As many rows, but one of them twice.
        {1: ("a@x.test", "ANN", "one")},
    ],
)
def test_rows_with_other_valid_cells_are_not_as_approved_and_their_files_are_held(
    work_bench: Bench, becomes: dict[int, Row]
) -> None:
    imported(work_bench, becomes)
    outcome = work_bench.apply()
    assert outcome.exit_code == 6
    assert outcome.verification is not None
    assert outcome.verification.problems == ("Contacts: 1 approved rows are not there as approved",)
    assert not (work_bench.root / "out/acme").exists()
    assert (work_bench.root / "out/acme.held/contacts.csv").is_file()
    receipt = json.loads((work_bench.root / ".vernctl/receipts/acme/0001.json").read_text())
    assert receipt["outcome"] == "not_as_approved"


def test_a_preview_that_differs_between_two_reads_cannot_be_approved(work_bench: Bench) -> None:
    def drift() -> None:
        assert isinstance(work_bench.server, ThreadServer)
        with work_bench.server.service.store.transaction() as db:
            db.run("UPDATE previews SET sheets = replace(sheets, 'BOB', 'ROB')")

    work_bench.requests = Meanwhile("/preview → 200", 1, drift)
    outcome = work_bench.plan()
    assert outcome.exit_code == 1
    assert outcome.error is not None
    assert "differs between two reads" in outcome.error.message
    assert "review.ignore" in (outcome.error.next or "")
    assert work_bench.approve().exit_code == 4
