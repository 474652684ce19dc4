"""An execute that ended badly: what was written is told from the log, and nothing is done again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Row

import pytest
from bench import Bench

from vernctl.api.models import LoggedRun
from vernctl.embedded import runs
from vernctl.embedded.store import Transaction
from vernctl.workflow import executing
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.receipts import receipts_of
from vernctl.workflow.work import Work


@contextmanager
def _failing(bench: Bench) -> Iterator[None]:
    bench.agent.fails = "execute"
    try:
        yield
    finally:
        bench.agent.fails = ""


def _partly(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> SpecOutcome:
    """An execute of the service that fails with two rows written, as its log has it."""
    settle = runs.settle_step

    def partly(db: Transaction, run: Row, *, ok: bool, error: str | None = None) -> None:
        settle(db, run, ok=ok, error=error)
        wrote = "UPDATE steps SET outcome = json_set(outcome, '$.rows_written', 2) WHERE id = ?"
        db.run(wrote, run["step"])

    bench.approved()
    with _failing(bench), monkeypatch.context() as patched:
        patched.setattr("vernctl.embedded.results.settle_step", partly)
        return bench.apply()


def _receipts(bench: Bench) -> list[str]:
    chain = receipts_of(bench.root / ".vernctl" / "receipts", "acme")
    return [receipt.outcome for receipt, _ in chain]


def test_rows_that_were_written_make_it_partial_with_their_number(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = _partly(work_bench, monkeypatch)
    assert (outcome.status, outcome.exit_code) == ("partial", 6)
    assert outcome.error is not None
    assert "(2 rows were written)" in outcome.error.message
    [(receipt, _)] = receipts_of(work_bench.root / ".vernctl" / "receipts", "acme")
    assert receipt.outcome == "partial"
    assert isinstance(receipt.report, dict)
    assert receipt.report["inserted"] == 2
    assert not (work_bench.root / "out").exists()


def test_a_partial_import_is_executed_again_by_retry_alone(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _partly(work_bench, monkeypatch)
    work_bench.sent()
    outcome = work_bench.apply()
    assert outcome.exit_code == 6
    assert "--retry" in (outcome.next or "")
    assert work_bench.sent() == []
    outcome = work_bench.apply(retry=True)
    assert outcome.status == "applied", outcome.error
    assert outcome.facts[0].startswith("REPLACED")
    assert _receipts(work_bench) == ["partial", "applied"]


def test_without_a_log_an_unknown_number_of_rows_counts_as_partial(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.approved()
    looks: list[int] = []
    read = executing.executes_of

    async def lost(work: Work) -> list[LoggedRun]:
        looks.append(1)
        return await read(work) if len(looks) == 1 else []

    with _failing(work_bench), monkeypatch.context() as patched:
        patched.setattr(executing, "executes_of", lost)
        outcome = work_bench.apply()
    assert outcome.exit_code == 6
    assert outcome.error is not None
    assert "an unknown number of rows" in outcome.error.message


def test_what_is_partial_can_be_imported_anew_under_another_epoch(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial = _partly(work_bench, monkeypatch)
    work_bench.spec_text(("  source:", "  epoch: 2\n  source:"))
    outcome = work_bench.imported()
    assert outcome.status == "applied", outcome.error
    assert outcome.migration_id != partial.migration_id


def test_a_preview_that_changes_right_before_the_execute_is_not_executed(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.approved()

    async def meddled(work: Work) -> list[LoggedRun]:
        client, migration_id = work.session.client, work.journal.known.migration_id or ""
        await client.start_run(migration_id, "update", message="upper Note")
        async for _ in client.stream_thread(migration_id):
            pass
        return []

    monkeypatch.setattr(executing, "executes_of", meddled)
    outcome = work_bench.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "changed right before it was to be executed" in outcome.error.message
    assert "execute" not in work_bench.agent.calls
