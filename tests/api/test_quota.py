"""The ledger: two vernctls in two terminals do not break a limit together."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernctl.api.client import MigrationClient
from vernctl.api.quota import PUBLISHED, Ledger, Limit, QuotaName, state_folder
from vernctl.errors import RateLimitedError

if TYPE_CHECKING:
    from tests.api.conftest import Asked, Bench, Server

URL, KEY = "https://app.vern.so/api/v1", "vk_secret-0123456789"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(URL, KEY, folder=tmp_path, clock=clock)


def told(limit: int, remaining: int, reset: float) -> dict[str, str]:
    values = {"limit": limit, "remaining": remaining, "reset": int(reset)}
    return {f"x-ratelimit-{name}": str(value) for name, value in values.items()}


def free(ledger: Ledger) -> dict[str, int]:
    return {state.name: state.free for state in ledger.states()}


def test_a_fresh_account_has_its_published_limits(ledger: Ledger) -> None:
    published = {name: limit.requests for name, limit in PUBLISHED.items()}
    assert free(ledger) == published
    assert ledger.resume_at(["generate", "agent"]) is None


def test_a_generate_costs_of_two_classes(ledger: Ledger, clock: Clock) -> None:
    assert ledger.reserve(["generate", "agent"]) == 0
    assert (free(ledger)["generate"], free(ledger)["agent"]) == (0, 4)
    assert ledger.resume_at(["agent"]) is None
    assert ledger.resume_at(["generate", "agent"]) == clock.now + 3601


def test_a_slot_is_free_again_after_its_window(ledger: Ledger, clock: Clock) -> None:
    for _ in range(30):
        assert ledger.reserve(["reads"]) == 0
        clock.now += 1
    assert ledger.reserve(["reads"]) == pytest.approx(31)
    clock.now += 31
    assert ledger.reserve(["reads"]) == 0
    assert ledger.reserve(["reads"]) > 0


def test_what_cannot_be_had_whole_is_not_taken_in_part(ledger: Ledger) -> None:
    ledger.spend(["generate"])
    assert ledger.reserve(["generate", "agent"]) > 3000
    assert free(ledger)["agent"] == 5


def test_headers_overrule_what_the_ledger_thinks(ledger: Ledger, clock: Clock) -> None:
    for _ in range(30):
        ledger.spend(["reads"])
    ledger.learn(["reads"], told(100, 70, clock.now + 40), clock.now)
    assert free(ledger)["reads"] == 70
    clock.now += 1
    ledger.spend(["reads"])
    assert free(ledger)["reads"] == 69
    ledger.learn(["reads"], told(100, 0, clock.now + 40), clock.now)
    assert ledger.resume_at(["reads"]) == clock.now + 40


def test_the_limit_tells_which_class_an_answer_speaks_of(ledger: Ledger, clock: Clock) -> None:
    ledger.learn(["generate", "agent"], told(5, 2, clock.now + 1800), clock.now)
    assert (free(ledger)["generate"], free(ledger)["agent"]) == (1, 2)


def test_a_request_that_left_later_is_not_in_an_answers_count(ledger: Ledger, clock: Clock) -> None:
    sent = clock.now
    clock.now += 1
    ledger.spend(["reads"])
    ledger.learn(["reads"], told(30, 10, clock.now + 40), sent)
    assert free(ledger)["reads"] == 9


def test_another_machines_clock_binds_for_a_window_at_most(ledger: Ledger, clock: Clock) -> None:
    ledger.learn(["reads"], told(30, 0, clock.now + 999_999), clock.now)
    assert ledger.resume_at(["reads"]) == clock.now + 60


def test_a_429_empties_the_class_and_names_the_runs(ledger: Ledger, clock: Clock) -> None:
    ledger.refused(["generate", "agent"], 1200, ())
    assert ledger.resume_at(["generate"]) == clock.now + 1200
    assert ledger.resume_at(["agent"]) is None
    ledger.refused(["agent"], None, ["r1", "r2", "r3"])
    assert ledger.runs() == ("r1", "r2", "r3")
    assert ledger.resume_at(["agent"]) is None
    clock.now += 3600
    assert ledger.runs() == ()


def test_a_429_that_the_headers_explained_is_not_booked_twice(ledger: Ledger, clock: Clock) -> None:
    ledger.learn(["generate", "agent"], told(5, 0, clock.now + 600), clock.now)
    ledger.refused(["generate", "agent"], 600, ())
    assert ledger.resume_at(["generate"]) is None
    assert ledger.resume_at(["agent"]) == clock.now + 600


@pytest.mark.parametrize(
    "headers", [{}, told(5, 1, 0) | {"x-ratelimit-remaining": "-1"}, {"x-ratelimit-limit": "x"}]
)
def test_an_answer_without_the_headers_teaches_nothing(
    ledger: Ledger, clock: Clock, headers: dict[str, str]
) -> None:
    ledger.learn(["reads"], headers, clock.now)
    assert free(ledger)["reads"] == 30


def test_keys_and_endpoints_have_ledgers_of_their_own(tmp_path: Path) -> None:
    Ledger(URL, KEY, folder=tmp_path).spend(["generate"])
    for url, key, left in [(URL, KEY, 0), (f"{URL}/", KEY, 0), (URL, "other", 1), ("x", KEY, 1)]:
        assert free(Ledger(url, key, folder=tmp_path))["generate"] == left


def test_the_ledger_holds_no_key_and_is_the_users_alone(tmp_path: Path, ledger: Ledger) -> None:
    ledger.spend(["generate"])
    files = sorted(path for path in tmp_path.iterdir())
    assert [path.suffix for path in files] == [".json", ".lock"]
    for path in files:
        assert KEY not in path.name + path.read_text()
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", [b"", b"{", b'{"format": 2}', b"\xff\xfe"])
def test_a_ledger_that_cannot_be_read_is_begun_anew(
    tmp_path: Path, ledger: Ledger, damage: bytes
) -> None:
    ledger.spend(["generate"])
    next(tmp_path.glob("*.json")).write_bytes(damage)
    assert free(ledger)["generate"] == 1
    ledger.spend(["generate"])
    assert free(ledger)["generate"] == 0


def test_a_clock_that_was_set_back_does_not_hold_the_account(ledger: Ledger, clock: Clock) -> None:
    ledger.spend(["generate"])
    clock.now -= 100_000
    assert ledger.resume_at(["generate"]) is None


def test_the_state_folder_follows_the_base_directories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere")
    assert state_folder() == Path("/somewhere/vernctl")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == Path.home() / ".local" / "state" / "vernctl"


@given(st.lists(st.tuples(st.sampled_from(["reads", "writes"]), st.floats(0, 20)), max_size=80))
def test_no_window_ever_holds_more_than_its_limit(
    tmp_path_factory: pytest.TempPathFactory, wishes: list[tuple[QuotaName, float]]
) -> None:
    clock = Clock()
    ledger = Ledger(URL, KEY, folder=tmp_path_factory.mktemp("quota"), clock=clock)
    granted: dict[str, list[float]] = {"reads": [], "writes": []}
    for name, pause in wishes:
        clock.now += pause
        if ledger.reserve([name]) == 0:
            granted[name].append(clock.now)
    for granted_name, limit in (("reads", 30), ("writes", 10)):
        times = granted[granted_name]
        assert all(late - early > 60 for early, late in zip(times, times[limit:], strict=False))


def _reserve(folder: Path, wanted: int) -> int:
    ledger = Ledger(URL, KEY, folder=folder)
    return sum(ledger.reserve(["reads"]) == 0 for _ in range(wanted))


def test_two_processes_share_one_account(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        taken = pool.starmap(_reserve, [(tmp_path, 25), (tmp_path, 25)])
    assert sum(taken) == 30


# The client with a ledger


def test_reads_wait_for_their_turn_instead_of_meeting_a_429(
    bench: Bench, server: Server, tmp_path: Path
) -> None:
    server.on("GET", "/sources", server.json({"sources": []}))

    async def script(client: MigrationClient) -> tuple[float, float]:
        ledger = Ledger(client.base_url, KEY, folder=tmp_path)
        reset = time.time() + 1.6
        ledger.learn(["reads"], told(30, 1, reset + 1), time.time())
        async with MigrationClient(
            client.base_url, KEY, policy=replace(bench.policy, patience=5.0), ledger=ledger
        ) as paced:
            await paced.list_sources()
            first = time.time()
            await paced.list_sources()
            return first, time.time()

    first, second = bench.run(script)
    assert second - first > 0.5


def test_a_start_is_noted_and_never_held_back(bench: Bench, server: Server, tmp_path: Path) -> None:
    limited = {"retry-after": "900"} | told(1, 0, time.time() + 900)
    server.on("POST", "/migrations/m/runs", server.json({"error": "limit"}, 429, limited))

    async def script(client: MigrationClient) -> Ledger:
        ledger = Ledger(client.base_url, KEY, folder=tmp_path)
        for _ in range(2):
            async with MigrationClient(client.base_url, KEY, ledger=ledger) as noting:
                with pytest.raises(RateLimitedError):
                    await noting.start_run("m", "generate")
        return ledger

    ledger = bench.run(script)
    assert (free(ledger)["generate"], free(ledger)["agent"]) == (0, 3)
    assert len(server.asked) == 2


def test_what_answers_say_is_in_the_ledger(bench: Bench, server: Server, tmp_path: Path) -> None:
    left = told(30, 3, time.time() + 30)
    server.on("GET", "/sources", server.json({"sources": []}, headers=left))
    full = {"error": "full", "code": "run_concurrency_limit", "runs": [{"id": "r1"}]}
    server.on("POST", "/migrations/m/runs", server.json(full, 429))
    stream = server.json({"error": "limit"}, 429, {"retry-after": "55"})
    server.on("GET", "/migrations/m/thread/stream", stream)

    async def script(client: MigrationClient) -> tuple[int, tuple[str, ...], int]:
        ledger = Ledger(client.base_url, KEY, folder=tmp_path)
        async with MigrationClient(
            client.base_url, KEY, policy=bench.policy, ledger=ledger
        ) as noting:
            await noting.list_sources()
            after_headers = free(ledger)["reads"]
            with pytest.raises(RateLimitedError):
                await noting.start_run("m", "execute")
            with pytest.raises(RateLimitedError):
                _ = [event async for event in noting.stream_thread("m")]
        return after_headers, ledger.runs(), free(ledger)["reads"]

    assert bench.run(script) == (3, ("r1",), 0)


def test_a_state_folder_that_cannot_be_used_costs_the_advice_alone(
    bench: Bench, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    server.on("GET", "/sources", server.json({"sources": []}))
    trace: list[str] = []

    async def script(client: MigrationClient) -> None:
        ledger = Ledger(client.base_url, KEY, folder=tmp_path / "file")
        async with MigrationClient(
            client.base_url, KEY, ledger=ledger, trace=trace.append
        ) as without:
            assert await without.list_sources() == ()

    bench.run(script)
    assert trace[0].startswith("no quota ledger: ")


def test_two_clients_of_one_ledger_cause_no_429(
    bench: Bench, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = Limit(5, 0.3)
    for module in ("quota", "transport"):
        monkeypatch.setattr(f"vernctl.api.{module}.PUBLISHED", {**PUBLISHED, "reads": limit})
    monkeypatch.setattr("vernctl.api.quota._MARGIN", 0.1)
    seen: list[float] = []
    refused: list[float] = []

    async def strict(asked: Asked, writer: asyncio.StreamWriter) -> None:
        now = time.monotonic()
        full = sum(now - one < limit.window for one in seen) >= limit.requests
        (refused if full else seen).append(now)
        answer = server.json({"error": "limit"}, 429) if full else server.json({"sources": []})
        await answer(asked, writer)

    server.on("GET", "/sources", strict)

    async def one(url: str) -> None:
        ledger = Ledger(url, KEY, folder=tmp_path)
        policy = replace(bench.policy, patience=20.0)
        async with MigrationClient(url, KEY, policy=policy, ledger=ledger) as client:
            for _ in range(9):
                await client.list_sources()

    async def script(client: MigrationClient) -> None:
        await asyncio.gather(one(client.base_url), one(client.base_url))

    bench.run(script)
    assert (len(seen), refused) == (18, [])
