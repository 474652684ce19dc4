"""Drift and history: what moved since, told by reading; what was done, told by receipts alone."""

import csv
from pathlib import Path

from bench import CONTACTS, Bench

from vernctl.spec.project import load_project
from vernctl.workflow.commands import drift_specs
from vernctl.workflow.history import history_spec
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.receipts import table_hash


def drift(bench: Bench) -> SpecOutcome:
    specs = bench.specs()
    return bench.run(lambda session: drift_specs(session, specs))[0]


def edit_catalog(bench: Bench) -> None:
    path = bench.root / "catalog.yaml"
    path.write_text(path.read_text().replace("{name: Name}", "{name: Name, required: true}"))
    bench.server.restart()


def test_nothing_has_moved_right_after_an_import(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.sent()
    outcome = drift(work_bench)
    assert (outcome.status, outcome.exit_code) == ("unchanged", 0)
    assert work_bench.sent() == []


def test_a_template_that_changed_is_named_with_its_column(work_bench: Bench) -> None:
    work_bench.imported()
    edit_catalog(work_bench)
    outcome = drift(work_bench)
    assert outcome.exit_code == 2
    assert outcome.facts == ("template: Contacts.Name",)


def test_a_changed_file_is_drift(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.data("Email,Name,Note\na@x.test,Ann,one\n")
    assert "file: contacts.csv changed" in drift(work_bench).facts


def test_another_template_makes_an_approval_stale_that_is_not_yet_applied(
    work_bench: Bench,
) -> None:
    work_bench.approved()
    edit_catalog(work_bench)
    outcome = work_bench.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "templates changed: Contacts.Name" in outcome.error.reasons


def test_another_template_changes_nothing_of_an_import_that_is_in(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.imported()
    edit_catalog(work_bench)
    work_bench.sent()
    for checkout in (work_bench, work_bench.checkout(tmp_path / "elsewhere")):
        outcome = checkout.apply()
        assert outcome.status == "unchanged", outcome.error
        assert checkout.sent() == []


def test_drift_without_an_approval_is_refused(work_bench: Bench) -> None:
    assert drift(work_bench).exit_code == 4


def test_history_tells_each_import_and_what_was_new(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.data(f"{CONTACTS}d@x.test,Dan,four\n")
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    work_bench.imported()
    outcome = history_spec(load_project(work_bench.root), work_bench.specs()[0])
    text = "\n".join(outcome.facts)
    assert "0001" in text
    assert "0002" in text
    assert "files: contacts.csv" in text
    assert "message added: upper Note" in text
    assert "contacts: 3 → 4 rows" in text


def test_a_table_hash_does_not_count_the_order_of_rows_but_their_number(tmp_path: Path) -> None:
    def hashed(*rows: list[str]) -> str:
        path = tmp_path / "t.csv"
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows([["A", "B"], *rows])
        return table_hash(path)

    one, two = ["1", "x"], ["2", "y\nz"]
    assert hashed(one, two) == hashed(two, one)
    assert hashed(one, one) != hashed(one)
    assert hashed(["1x", ""]) != hashed(["1", "x"])
