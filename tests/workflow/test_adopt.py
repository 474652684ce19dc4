"""A migration that was made by hand becomes a spec's own, without a run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from bench import CONTACTS, Bench
from scripted_agent import Ask

from vernctl.api.client import MigrationClient
from vernctl.api.models import Answer
from vernctl.api.uploads import Upload
from vernctl.errors import InputError, RefusedError
from vernctl.workflow.adopt import Adoption, adopt
from vernctl.workflow.outcome import SpecOutcome


async def _by_hand(bench: Bench, *, execute: bool) -> str:
    """What a person does in an application: upload, generate, answer, refine, perhaps import."""
    async with MigrationClient(bench.server.url, bench.server.api_key) as client:
        made = await client.create_migration(
            name="Acme", external_id="by-hand", source="Salesforce", templates=["contacts"]
        )
        migration = made.migration.id
        await client.upload_files(
            migration, [Upload("contacts.csv", bench.root / "data" / "contacts.csv")]
        )
        await client.put_knowledge(migration, "Amounts are USD.\n  Names: as they are.\n")
        run = (await client.start_run(migration, "generate")).run_id
        await _settled(client, migration)
        asked = (await client.get_run(migration, run)).questions
        if asked:
            await client.answer(migration, run, [Answer(id=asked[0].id, value="Work")])
            await _settled(client, migration)
        await client.start_run(migration, "update", message="upper Name")
        await _settled(client, migration)
        if execute:
            await client.start_run(migration, "execute")
            await _settled(client, migration)
        return migration


async def _settled(client: MigrationClient, migration: str) -> None:
    async for _ in client.stream_thread(migration):
        pass


def _adopted(bench: Bench, migration: str) -> SpecOutcome:
    bench.spec_path.unlink()
    wanted = Adoption(migration, bench.spec_path, source="Salesforce")
    return bench.run(lambda session: adopt(session, wanted))


def test_the_spec_says_what_was_done_by_hand(work_bench: Bench) -> None:
    work_bench.agent.asks.append(Ask("Which column is Email?", ("Work", "Private")))
    migration = asyncio.run(_by_hand(work_bench, execute=False))
    _adopted(work_bench, migration)
    [spec] = work_bench.specs()
    assert spec.messages == ("upper Name",)
    assert spec.knowledge == "Amounts are USD.\n  Names: as they are.\n"
    assert [rule.text for rule in spec.answers] == ["Work"]
    assert spec.migration.templates == ("contacts",)
    assert [path.name for path in spec.files] == ["contacts.csv"]


def test_once_approved_the_plan_takes_no_run(work_bench: Bench) -> None:
    work_bench.agent.asks.append(Ask("Which column is Email?", ("Work", "Private")))
    migration = asyncio.run(_by_hand(work_bench, execute=False))
    assert _adopted(work_bench, migration).status == "changed"
    assert work_bench.approve().status == "approved"
    work_bench.requests.clear()
    planned = work_bench.plan()
    assert (planned.status, planned.migration_id) == ("approved", migration)
    assert work_bench.sent() == []


def test_what_was_approved_after_adopting_can_be_applied(work_bench: Bench) -> None:
    _adopted(work_bench, asyncio.run(_by_hand(work_bench, execute=False)))
    work_bench.approve()
    assert work_bench.apply().status == "applied"
    assert work_bench.agent.calls.count("author") == 2


def test_an_import_made_by_hand_is_verified_and_not_made_again(work_bench: Bench) -> None:
    _adopted(work_bench, asyncio.run(_by_hand(work_bench, execute=True)))
    work_bench.approve()
    assert work_bench.plan().status == "unchanged"
    applied = work_bench.apply()
    assert (applied.status, applied.receipt is not None) == ("unchanged", True)
    assert work_bench.agent.calls.count("execute") == 1


def test_another_checkout_recognises_what_was_adopted(work_bench: Bench, tmp_path: Path) -> None:
    _adopted(work_bench, asyncio.run(_by_hand(work_bench, execute=False)))
    work_bench.approve()
    other = work_bench.checkout(tmp_path / "other")
    assert other.plan().status == "approved"
    assert other.sent() == []


def test_a_file_that_is_not_here_is_named(work_bench: Bench) -> None:
    migration = asyncio.run(_by_hand(work_bench, execute=False))
    work_bench.data(CONTACTS + "d@x.test,Dan,four\n")
    with pytest.raises(InputError) as refused:
        _adopted(work_bench, migration)
    assert any("contacts.csv" in reason for reason in refused.value.reasons)
    assert not work_bench.spec_path.exists()


def test_a_spec_that_is_there_is_never_written_over(work_bench: Bench) -> None:
    before = work_bench.spec_path.read_text()
    with pytest.raises(RefusedError):
        work_bench.run(lambda s: adopt(s, Adoption("any", work_bench.spec_path)))
    assert work_bench.spec_path.read_text() == before
