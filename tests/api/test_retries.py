"""What is sent again, what never is, and how long a 429 is waited out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from vernctl.api.client import MigrationClient
from vernctl.api.models import Answer
from vernctl.errors import (
    ApiError,
    ConflictError,
    ContractError,
    RateLimitedError,
    ServerError,
    UnreachableError,
)

if TYPE_CHECKING:
    from tests.api.conftest import Bench, Server

RUN = "/migrations/m/runs/r"
STATE = {"run_id": "r", "status": "running"}

Act = Callable[[MigrationClient], Awaitable[object]]
ONCE: dict[str, tuple[str, str, Act]] = {
    "generate": ("POST", "/migrations/m/runs", lambda c: c.start_run("m", "generate")),
    "execute": ("POST", "/migrations/m/runs", lambda c: c.start_run("m", "execute")),
    "answer": (
        "POST",
        f"{RUN}/messages",
        lambda c: c.answer("m", "r", [Answer(id="q", value="A")]),
    ),
    "credentials": (
        "POST",
        f"{RUN}/credentials",
        lambda c: c.submit_credentials("m", "r", {"t": "s"}),
    ),
    "cancel": ("PATCH", RUN, lambda c: c.cancel_run("m", "r")),
}


def test_a_read_survives_resets_gateways_and_truncated_bodies(bench: Bench, server: Server) -> None:
    cut = b"HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n" + b'{"run_id": "r", '
    server.on(
        "GET",
        RUN,
        server.drop(),
        server.json({"error": "bad"}, 502),
        server.raw(cut),
        server.json(STATE),
    )
    run = bench.run(lambda client: client.get_run("m", "r"))
    assert run.status == "running"
    assert server.count("GET", RUN) == 4


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_asked_again_where_the_service_fails(
    bench: Bench, server: Server, status: int
) -> None:
    server.on("GET", RUN, server.json({"error": "bad"}, status), server.json(STATE))
    assert bench.run(lambda client: client.get_run("m", "r")).status == "running"
    assert server.count("GET", RUN) == 2


def test_json_cut_by_a_closing_connection_is_read_again(bench: Bench, server: Server) -> None:
    cut = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b'{"run_id": "r", "sta'
    server.on("GET", RUN, server.raw(cut), server.json(STATE))
    assert bench.run(lambda client: client.get_run("m", "r")).status == "running"


def test_a_read_gives_up_after_the_attempts_it_is_allowed(bench: Bench, server: Server) -> None:
    server.on("GET", RUN, server.json({"error": "down for a moment"}, 503))
    with pytest.raises(ServerError, match="down for a moment"):
        bench.run(lambda client: client.get_run("m", "r"))
    assert server.count("GET", RUN) == bench.policy.attempts


@pytest.mark.parametrize("verb", ONCE)
@pytest.mark.parametrize("fault", ["drop", "gateway", "garbage", "limit"])
def test_a_write_that_costs_an_agent_is_sent_once(
    bench: Bench, server: Server, verb: str, fault: str
) -> None:
    method, path, act = ONCE[verb]
    replies = {
        "drop": server.drop(),
        "gateway": server.json({"error": "bad gateway"}, 502),
        "garbage": server.data(b"<html>"),
        "limit": server.json({"error": "slow down"}, 429, {"retry-after": "0"}),
    }
    server.on(method, path, replies[fault], server.json(STATE))

    async def script(client: MigrationClient) -> None:
        await act(client)

    with pytest.raises(ApiError):
        bench.run(script)
    assert server.count(method, path) == 1


def test_create_is_repeated_because_external_id_makes_it_idempotent(
    bench: Bench, server: Server
) -> None:
    made = {"migration": {"id": "m", "name": "Acme"}}
    server.on("POST", "/migrations", server.drop(), server.json(made, 200))
    created = bench.run(lambda client: client.create_migration(name="Acme", external_id="a-1"))
    assert (created.migration.id, created.created) == ("m", False)
    assert server.asked[0].json == {"name": "Acme", "external_id": "a-1"}
    assert server.asked[0].json == server.asked[1].json


def test_a_create_beyond_the_hour_is_not_waited_for(bench: Bench, server: Server) -> None:
    server.on("POST", "/migrations", server.json({"error": "limit"}, 429, {"retry-after": "1"}))
    with pytest.raises(RateLimitedError) as caught:
        bench.run(lambda client: client.create_migration(name="Acme", external_id="a-1"))
    assert caught.value.retry_after == 1
    assert len(server.asked) == 1


def test_a_read_waits_out_a_short_limit(bench: Bench, server: Server) -> None:
    server.on(
        "GET", RUN, server.json({"error": "limit"}, 429, {"retry-after": "1"}), server.json(STATE)
    )
    assert bench.run(lambda client: client.get_run("m", "r")).status == "running"


def test_a_read_does_not_wait_for_longer_than_its_patience(bench: Bench, server: Server) -> None:
    server.on("GET", RUN, server.json({"error": "limit"}, 429, {"retry-after": "55"}))
    with pytest.raises(RateLimitedError) as caught:
        bench.run(lambda client: client.get_run("m", "r"))
    assert caught.value.retry_after == 55
    assert len(server.asked) == 1


def test_a_429_that_never_ends_is_given_up(bench: Bench, server: Server) -> None:
    bench.policy = replace(bench.policy, patience=0.2)
    server.on("GET", RUN, server.json({"error": "limit"}, 429, {"retry-after": "0"}))
    with pytest.raises(RateLimitedError):
        bench.run(lambda client: client.get_run("m", "r"))
    assert 2 < len(server.asked) < 100


def test_a_full_account_names_the_runs_that_fill_it(bench: Bench, server: Server) -> None:
    body = {
        "error": "3 runs are in progress.",
        "code": "run_concurrency_limit",
        "limit": 3,
        "runs": [{"id": "r1", "status": "running"}, {"id": "r2", "status": "blocked"}],
    }
    server.on("POST", "/migrations/m/runs", server.json(body, 429))
    with pytest.raises(RateLimitedError) as caught:
        bench.run(lambda client: client.start_run("m", "generate"))
    assert caught.value.runs == ("r1", "r2")
    assert caught.value.retry_after is None


def test_a_conflict_names_the_run_in_flight(bench: Bench, server: Server) -> None:
    server.on("POST", "/migrations/m/runs", server.json({"error": "busy", "run_id": "r9"}, 409))
    with pytest.raises(ConflictError) as caught:
        bench.run(lambda client: client.start_run("m", "generate"))
    assert caught.value.run_id == "r9"


def test_a_log_that_is_not_settled_says_when_to_come_back(bench: Bench, server: Server) -> None:
    body = {"error": "still in progress", "status": "ready", "retry_after_seconds": 7}
    server.on("GET", "/migrations/m/log", server.json(body, 409))
    with pytest.raises(ConflictError) as caught:
        bench.run(lambda client: client.get_log("m"))
    assert caught.value.retry_after == 7


def test_a_silent_server_is_a_broken_one(bench: Bench, server: Server) -> None:
    server.on("GET", RUN, server.silent(3), server.json(STATE))
    assert bench.run(lambda client: client.get_run("m", "r")).status == "running"


def test_nothing_sent_is_told_from_a_reply_that_was_lost(bench: Bench, server: Server) -> None:
    server.on("POST", "/migrations/m/runs", server.drop())
    with pytest.raises(UnreachableError) as lost:
        bench.run(lambda client: client.start_run("m", "execute"))
    assert lost.value.remote is None

    async def without_server() -> None:
        async with MigrationClient("http://127.0.0.1:9", "key") as client:
            await client.start_run("m", "execute")

    with pytest.raises(UnreachableError) as unsent:
        asyncio.run(without_server())
    assert unsent.value.remote == "Nothing was sent."


def test_an_odd_answer_is_not_asked_for_again(bench: Bench, server: Server) -> None:
    server.on("GET", RUN, server.json({"status": "running"}))
    with pytest.raises(ContractError, match=r"GET /migrations/m/runs/r: .* run_id"):
        bench.run(lambda client: client.get_run("m", "r"))
    assert len(server.asked) == 1
