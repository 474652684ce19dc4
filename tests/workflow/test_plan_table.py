"""Rows of the planner's table and its edges, each against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench
from scripted_agent import Ask

from vernctl.api.client import MigrationClient
from vernctl.api.uploads import Upload
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.plan import PlannedStep
from vernctl.workflow.session import Session
from vernctl.workflow.work import Work


def updates(outcome: SpecOutcome) -> list[tuple[str, ...]]:
    return [
        step.messages
        for step in outcome.steps
        if isinstance(step, PlannedStep) and step.kind == "update"
    ]


def kinds(outcome: SpecOutcome) -> list[str]:
    return [step.kind for step in outcome.steps]


def test_a_file_of_another_size_under_the_same_name_poisons_the_migration(
    work_bench: Bench, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("Email,Name,Note\n")

    async def make(session: Session) -> None:
        spec = work_bench.specs()[0]
        made = await session.client.create_migration(
            name="Acme",
            external_id=Work.open(session, spec).address,
            source=spec.migration.source,
            templates=None,
        )
        await session.client.upload_files(
            made.migration.id, [Upload(name="contacts.csv", path=other)]
        )

    work_bench.run(make)
    outcome = work_bench.plan()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "contacts.csv is there twice, or is not the file of this spec" in outcome.error.message
    assert "Raise `epoch:`" in (outcome.next or "")
    assert "author" not in work_bench.agent.calls


def test_an_unknown_preview_is_replaced_where_that_is_asked_for(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.plan()
    elsewhere = work_bench.checkout(tmp_path / "elsewhere")
    elsewhere.spec_text(("  - upper Name\n", "  - upper Note\n"))
    assert elsewhere.plan().exit_code == 4
    outcome = elsewhere.plan(replace=True)
    assert outcome.status == "changed", outcome.error
    assert kinds(outcome) == ["upload", "generate", "update"]
    # The files are there already: its list is compared, and nothing is sent twice.
    assert [line for line in elsewhere.sent() if "/files" in line] == []


def test_a_reordering_alone_sends_nothing_until_it_is_asked_to_count(work_bench: Bench) -> None:
    two = "  - upper Name\n  - upper Note\n"
    work_bench.spec_text(("  - upper Name\n", two))
    work_bench.approved()
    work_bench.spec_text((two, "  - upper Note\n  - upper Name\n"))
    work_bench.sent()
    assert work_bench.plan().status == "approved"
    assert work_bench.sent() == []
    outcome = work_bench.plan(reorder=True)
    assert kinds(outcome) == ["generate", "update"]
    assert updates(outcome) == [("upper Note", "upper Name")]


def test_what_others_changed_makes_no_run_until_a_refresh_is_asked_for(work_bench: Bench) -> None:
    work_bench.imported()
    catalog = work_bench.root / "catalog.yaml"
    catalog.write_text(catalog.read_text().replace("{name: Note}", "{name: Note, required: true}"))
    work_bench.sent()
    assert work_bench.plan().status == "unchanged"
    assert work_bench.sent() == []
    outcome = work_bench.plan(refresh=True)
    assert kinds(outcome) == ["generate", "update"]
    assert [cause.ref for cause in outcome.causes] == ["Contacts.Note"]


@pytest.mark.parametrize(
    "edit",
    [
        ("  - upper Name\n", "  - upper Note\n"),
        ("refine:\n", "knowledge: Amounts are USD.\nrefine:\n"),
    ],
)
def test_what_an_update_cannot_undo_is_generated_anew_before_any_import(
    work_bench: Bench, edit: tuple[str, str]
) -> None:
    work_bench.approved()
    work_bench.spec_text(edit)
    outcome = work_bench.plan()
    assert outcome.cost.generate == 1
    assert [kind for kind in kinds(outcome) if kind != "knowledge"] == ["generate", "update"]


def test_a_run_that_failed_is_generated_anew(work_bench: Bench) -> None:
    work_bench.agent.fails = "author"
    assert work_bench.plan().status == "failed"
    work_bench.agent.fails = ""
    outcome = work_bench.plan()
    assert outcome.status == "changed"
    assert kinds(outcome) == ["generate", "update"]
    assert outcome.steps[0].reason == "the last run failed"


def test_without_a_recorded_id_a_plan_that_only_reads_says_that_it_cannot_know(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.plan()
    elsewhere = work_bench.checkout(tmp_path / "elsewhere")
    outcome = elsewhere.plan(read_only=True)
    assert elsewhere.sent() == []
    assert outcome.performed is False
    assert "cannot know" in outcome.facts[1]


@pytest.mark.parametrize("state", ["held", "closed"])
def test_a_spec_that_is_held_or_closed_is_counted_and_nothing_is_asked(
    work_bench: Bench, state: str
) -> None:
    work_bench.spec_text(("version: 1\n", f"version: 1\nstate: {state}\nwhy: the season is over\n"))
    for outcome in (work_bench.plan(), work_bench.apply(yes=True)):
        assert outcome.status == state
        assert outcome.facts == (f"{state}: the season is over",)
        assert outcome.exit_code == 0
    assert work_bench.sent() == []


def test_an_update_that_meets_a_preview_which_is_gone_starts_over(work_bench: Bench) -> None:
    planned = work_bench.plan()
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))

    async def cancel(client: MigrationClient) -> None:
        await client.cancel_run(planned.migration_id or "", planned.run_id or "")

    work_bench.run(lambda session: cancel(session.client))
    outcome = work_bench.plan()
    assert outcome.status == "changed", outcome.error
    assert kinds(outcome) == ["generate", "update"]
    assert outcome.steps[0].reason == "the last run canceled"


def test_after_an_import_a_question_that_lost_its_rule_blocks_without_a_run(
    work_bench: Bench,
) -> None:
    work_bench.agent.asks.append(Ask("Which column is Email?", ("Work", "Private")))
    work_bench.imported()
    work_bench.spec_text(('  "Which * is Email?": Work\n', '  "nothing": Work\n'))
    work_bench.sent()
    assert work_bench.plan().status == "blocked"
    assert work_bench.sent() == []


def test_a_reordering_can_count_after_an_import_too(work_bench: Bench) -> None:
    two = "  - upper Name\n  - upper Note\n"
    work_bench.spec_text(("  - upper Name\n", two))
    work_bench.imported()
    work_bench.spec_text((two, "  - upper Note\n  - upper Name\n"))
    assert work_bench.plan().status == "unchanged"
    outcome = work_bench.plan(reorder=True)
    assert updates(outcome) == [("upper Note", "upper Name")]
    assert outcome.status == "changed"
    assert [cause.ref for cause in outcome.causes] == ["the messages were applied in another order"]
