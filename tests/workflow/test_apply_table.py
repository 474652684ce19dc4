"""Rows of the table of apply that need somebody to interfere."""

import pytest
from bench import CONTACTS, Bench

from vernctl.api.client import MigrationClient
from vernctl.api.models import Run
from vernctl.api.uploads import Upload
from vernctl.workflow import executing
from vernctl.workflow.receipts import receipts_of


class EndedError(Exception):
    """The command ends here."""


def kinds(outcome_steps: object) -> list[str]:
    return [step.kind for step in outcome_steps]  # type: ignore[attr-defined]


def run_of(bench: Bench) -> tuple[str, str]:
    outcome = bench.status()
    assert outcome.migration_id is not None
    assert outcome.run_id is not None
    return outcome.migration_id, outcome.run_id


def test_an_execute_under_way_is_finished_whatever_the_spec_says_now(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved = work_bench.approved().digest

    async def end(*_: object) -> None:
        raise EndedError

    with monkeypatch.context() as patched, pytest.raises(ExceptionGroup):
        patched.setattr(executing, "confirm", end)
        work_bench.apply()
    work_bench.spec_text(("  - upper Name\n", "  - upper Note\n"))
    outcome = work_bench.apply()
    assert (outcome.status, outcome.digest) == ("applied", approved)
    chain = receipts_of(work_bench.root / ".vernctl" / "receipts", "acme")
    assert [(receipt.outcome, receipt.digest) for receipt, _ in chain] == [("applied", approved)]
    assert work_bench.agent.calls.count("execute") == 1
    assert work_bench.apply().exit_code == 4


def test_a_preview_that_is_gone_is_made_again_and_executed_only_if_it_is_the_same(
    work_bench: Bench,
) -> None:
    work_bench.approved()
    migration_id, run_id = run_of(work_bench)

    async def cancel(client: MigrationClient) -> Run:
        return await client.cancel_run(migration_id, run_id)

    assert work_bench.run(lambda session: cancel(session.client)).status == "canceled"
    outcome = work_bench.apply()
    assert outcome.status == "applied", outcome.error
    assert kinds(outcome.steps) == ["generate", "update", "execute"]


def test_a_preview_that_somebody_replaced_is_refused_without_a_request(work_bench: Bench) -> None:
    work_bench.approved()
    migration_id, _ = run_of(work_bench)

    async def refine(client: MigrationClient) -> None:
        await client.start_run(migration_id, "update", message="upper Note")
        async for _ in client.stream_thread(migration_id):
            pass

    work_bench.run(lambda session: refine(session.client))
    work_bench.sent()
    outcome = work_bench.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "approved for a preview that is no longer there" in outcome.error.message
    assert work_bench.sent() == []
    assert "execute" not in work_bench.agent.calls


def test_a_file_that_is_there_twice_poisons_the_migration(work_bench: Bench) -> None:
    work_bench.plan()
    migration_id, _ = run_of(work_bench)
    path = work_bench.root / "data" / "contacts.csv"

    async def upload(client: MigrationClient) -> None:
        with pytest.raises(Exception, match="2 times"):
            await client.upload_files(migration_id, [Upload(name="contacts.csv", path=path)])

    work_bench.run(lambda session: upload(session.client))
    for journal in (work_bench.root / ".vernctl" / "journal" / "embedded").iterdir():
        lines = journal.read_text().splitlines(keepends=True)
        journal.write_text("".join(lines[:2]))
    outcome = work_bench.plan(replace=True)
    assert outcome.exit_code == 4
    assert outcome.next is not None
    assert "Raise `epoch:`" in outcome.next


def test_a_raised_epoch_opens_a_fresh_migration_for_the_same_inputs(work_bench: Bench) -> None:
    first = work_bench.imported()
    work_bench.spec_text(("source: Salesforce\n", "source: Salesforce\n  epoch: 2\n"))
    again = work_bench.imported()
    assert again.status == "applied"
    assert again.migration_id != first.migration_id


def test_recorded_files_stand_for_absent_ones_and_an_upload_of_them_is_an_error(
    work_bench: Bench,
) -> None:
    work_bench.approved()
    path = work_bench.root / "data" / "contacts.csv"
    path.unlink()
    outcome = work_bench.apply()
    assert outcome.status == "applied"
    assert any("not on this host" in said or "on this host" in said for said in outcome.warnings)
    work_bench.spec_text(("source: Salesforce\n", "source: Salesforce\n  epoch: 2\n"))
    work_bench.sent()
    refused = work_bench.plan()
    assert work_bench.sent() == []
    assert refused.exit_code == 1
    assert refused.error is not None
    assert "contacts.csv must be uploaded" in refused.error.message
    work_bench.data(CONTACTS)
    assert work_bench.plan().status == "changed"


def test_some_files_here_and_some_absent_is_an_error_that_names_both(work_bench: Bench) -> None:
    work_bench.data(CONTACTS, "more.csv")
    work_bench.spec_text(("[../data/contacts.csv]", "[../data/contacts.csv, ../data/more.csv]"))
    work_bench.plan()
    work_bench.sent()
    (work_bench.root / "data" / "more.csv").unlink()
    for outcome in (work_bench.plan(), work_bench.apply()):
        assert outcome.exit_code == 1
        assert outcome.error is not None
        assert "more.csv is not on this host, but contacts.csv is" in outcome.error.message
    assert work_bench.sent() == []
