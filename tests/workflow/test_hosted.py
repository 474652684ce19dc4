"""At a service's URL: agent calls are scarce, so nothing is made anew that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench
from hosted import HostedBench, hosted

from vernctl.api.client import MigrationClient
from vernctl.testing import ThreadServer, VernServer


@pytest.fixture
def at_url(work_bench: Bench) -> Iterator[HostedBench]:
    """A project whose endpoint is a service's URL; its one spec is planned and approved."""
    with hosted(work_bench) as made:
        outcome = made.plan()
        assert outcome.status == "changed", outcome.error
        assert outcome.endpoint != "embedded"
        made.approve()
        made.sent()
        yield made


def _expire(bench: Bench) -> None:
    """The preview goes, as it does when a run is canceled or swept."""
    seen = bench.status()

    async def cancel(client: MigrationClient) -> None:
        await client.cancel_run(seen.migration_id or "", seen.run_id or "")

    bench.run(lambda session: cancel(session.client))
    bench.sent()


def _replace(bench: Bench) -> None:
    """Somebody else refines the preview."""
    migration_id = bench.status().migration_id or ""

    async def refine(client: MigrationClient) -> None:
        await client.start_run(migration_id, "update", message="upper Note")
        async for _ in client.stream_thread(migration_id):
            pass

    bench.run(lambda session: refine(session.client))
    bench.sent()


def test_an_expired_preview_is_refused_without_a_request_and_says_what_it_would_cost(
    at_url: Bench,
) -> None:
    _expire(at_url)
    outcome = at_url.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "is no longer on the service" in outcome.error.message
    assert outcome.error.reasons == ("making it anew takes 2 agent calls",)
    assert outcome.error.next == "vernctl apply specs/acme.yaml --regenerate"
    assert at_url.sent() == []


def test_an_expired_preview_is_made_anew_where_that_is_asked_for_and_executed_if_it_is_the_same(
    at_url: Bench,
) -> None:
    _expire(at_url)
    outcome = at_url.apply(regenerate=True)
    assert outcome.status == "applied", outcome.error
    assert [step.kind for step in outcome.steps] == ["generate", "update", "execute"]


def test_an_expired_preview_that_comes_out_another_is_not_executed(at_url: Bench) -> None:
    _expire(at_url)
    at_url.agent.drift = "!"
    outcome = at_url.apply(regenerate=True)
    assert outcome.exit_code == 4
    assert at_url.pending.is_dir()
    assert "execute" not in at_url.agent.calls


def test_a_replaced_preview_is_refused_with_its_difference_and_no_request(at_url: Bench) -> None:
    _replace(at_url)
    outcome = at_url.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "approved for a preview that is no longer there" in outcome.error.message
    assert "Contacts: +0 -0 ~3 rows" in outcome.error.reasons
    assert outcome.error.reasons[-1] == "told since then: upper Note"
    assert at_url.sent() == []


def test_a_replaced_preview_is_made_anew_only_where_that_is_asked_for(at_url: Bench) -> None:
    _replace(at_url)
    assert at_url.plan().exit_code == 4
    assert at_url.sent() == []
    outcome = at_url.apply(regenerate=True)
    assert outcome.status == "applied", outcome.error


@pytest.fixture
def another_account(at_url: HostedBench, tmp_path: Path) -> Iterator[VernServer]:
    """The URL is answered by a service that has none of the project's migrations."""
    data = tmp_path / "another"
    other = ThreadServer(at_url.root / "catalog.yaml", data, engine=at_url.agent)
    other.api_key = at_url.server.api_key
    other.start()
    at_url.answered_by(other)
    yield other
    other.stop()


def test_a_recorded_migration_that_answers_404_is_taken_for_another_key_and_not_made_anew(
    at_url: HostedBench, another_account: VernServer
) -> None:
    for outcome in (at_url.plan(), at_url.apply()):
        assert outcome.exit_code == 4
        assert outcome.error is not None
        assert "another key, or another region" in outcome.error.message
        assert "--recreate" in (outcome.error.next or "")
    assert at_url.sent() == []


def test_recreate_starts_anew_where_the_recorded_migration_is_gone(
    at_url: HostedBench, another_account: VernServer
) -> None:
    outcome = at_url.plan(recreate=True)
    assert outcome.status == "approved", outcome.error
    assert [step.kind for step in outcome.steps] == ["create", "upload", "generate", "update"]
    assert at_url.apply().status == "applied"
