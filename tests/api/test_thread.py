"""The thread: every event once and in order, however often the stream is cut."""

from __future__ import annotations

import asyncio
import json
import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from vernctl.api.client import MigrationClient
from vernctl.api.models import ThreadEvent
from vernctl.errors import (
    ContractError,
    NotFoundError,
    RateLimitedError,
    UnauthorizedError,
    UnreachableError,
)

if TYPE_CHECKING:
    from tests.api.conftest import Asked, Bench, Handler, Server

STREAM, PAGE = "/migrations/m/thread/stream", "/migrations/m/thread"
OPEN = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
#: Schedules of the fault test; VERNCTL_SCHEDULES=2000 makes a longer one of it.
SCHEDULES = int(os.environ.get("VERNCTL_SCHEDULES", "60"))


def event(sequence: int) -> dict[str, object]:
    return {"sequence": sequence, "type": "message", "data": f"token {sequence} é"}


def frame(sequence: int) -> bytes:
    return f"event: message\ndata: {json.dumps(event(sequence), ensure_ascii=False)}\n\n".encode()


def done(last: int | None) -> bytes:
    return f'event: done\ndata: {{"last_sequence": {json.dumps(last)}}}\n\n'.encode()


async def follow(
    client: MigrationClient, after: int | None = None, run_id: str | None = None
) -> list[int]:
    return [e.sequence async for e in client.stream_thread("m", after=after, run_id=run_id)]


def test_events_arrive_in_order_until_done(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.raw(OPEN + frame(1) + b": ping\n\n" + frame(2) + done(2)))
    assert bench.run(follow) == [1, 2]
    assert server.asked[0].query == {"include": "user"}
    assert server.asked[0].headers["accept"] == "text/event-stream"


def test_an_empty_thread_ends_at_once(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.raw(OPEN + done(None)))
    assert bench.run(follow) == []
    assert len(server.asked) == 1


def test_data_may_be_a_string_or_an_object(bench: Bench, server: Server) -> None:
    whole = b'event: status\ndata: {"sequence": 4, "type": "status", "data": {"message": "m"}}\n\n'
    server.on("GET", STREAM, server.raw(OPEN + frame(3) + whole + done(4)))

    async def script(client: MigrationClient) -> list[ThreadEvent]:
        return [e async for e in client.stream_thread("m")]

    assert [e.data for e in bench.run(script)] == ["token 3 é", {"message": "m"}]


def test_a_cut_stream_goes_on_after_the_last_whole_event(bench: Bench, server: Server) -> None:
    half = frame(3)[:-4]
    server.on(
        "GET",
        STREAM,
        server.raw(OPEN + frame(1) + frame(2) + half),
        server.raw(OPEN + frame(3) + done(3)),
    )
    assert bench.run(follow) == [1, 2, 3]
    assert [asked.query.get("after") for asked in server.asked] == [None, "2"]


def test_a_stream_that_is_cut_after_every_event_is_still_a_stream(
    bench: Bench, server: Server
) -> None:
    cuts = [server.raw(OPEN + frame(sequence)) for sequence in range(1, 9)]
    server.on("GET", STREAM, *cuts, server.raw(OPEN + done(8)))
    assert bench.run(follow) == list(range(1, 9))
    assert server.count("GET", "/thread") == 0


def test_a_quiet_stream_that_the_service_closes_in_time_is_opened_again(
    bench: Bench, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vernctl.api.thread._QUIET", 0.0)
    quiet = server.raw(OPEN + b": ping\n\n")
    server.on("GET", STREAM, *[quiet] * 6, server.raw(OPEN + frame(1) + done(1)))
    assert bench.run(follow) == [1]
    assert server.count("GET", "/thread") == 0


def test_a_stream_that_always_hangs_is_read_by_pages(
    bench: Bench, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vernctl.api.thread._QUIET", 0.0)
    bench.policy = replace(bench.policy, stream_timeout=0.1)

    async def hang(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(OPEN)
        await writer.drain()
        await asyncio.sleep(5)

    server.on("GET", STREAM, hang)
    server.on("GET", PAGE, server.json({"events": [event(1)]}), server.json({"events": []}))
    assert bench.run(follow) == [1]


def test_after_is_strict_whatever_the_service_repeats(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.raw(OPEN + frame(5) + frame(6) + frame(6) + frame(7) + done(7)))
    assert bench.run(lambda client: follow(client, after=5)) == [6, 7]


def test_a_half_closed_chunked_stream_is_a_cut(bench: Bench, server: Server) -> None:
    piece = frame(1)
    chunk = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    server.on("GET", STREAM, server.raw(CHUNKED + chunk), server.raw(OPEN + frame(2) + done(2)))
    assert bench.run(follow) == [1, 2]


def test_a_silent_stream_is_opened_again(bench: Bench, server: Server) -> None:
    async def stall(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(OPEN + frame(1))
        await writer.drain()
        await asyncio.sleep(5)

    server.on("GET", STREAM, stall, server.raw(OPEN + frame(2) + done(2)))
    assert bench.run(follow) == [1, 2]


def test_leaving_early_closes_the_stream(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.raw(OPEN + frame(1) + frame(2), close=False))

    async def script(client: MigrationClient) -> int:
        stream = client.stream_thread("m")
        async for first in stream:
            await stream.aclose()
            return first.sequence
        return 0

    assert bench.run(script) == 1


@pytest.mark.parametrize("status", [404, 405, 406])
def test_a_refused_stream_is_read_by_pages(bench: Bench, server: Server, status: int) -> None:
    server.on("GET", STREAM, server.json({"error": "no streams"}, status))
    first = {"events": [event(1), event(2)], "last_sequence": 9}
    server.on(
        "GET",
        PAGE,
        server.json(first),
        server.json({"events": [event(3)]}),
        server.json({"events": []}),
    )
    assert bench.run(follow) == [1, 2, 3]
    afters = [asked.query.get("after") for asked in server.asked if asked.path.endswith("thread")]
    assert afters[:3] == [None, "2", "3"]
    assert server.count("GET", "/stream") == 1


def test_a_stream_that_keeps_failing_is_read_by_pages(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.json({"error": "bad gateway"}, 502))
    server.on("GET", PAGE, server.json({"events": [event(1)]}), server.json({"events": []}))
    assert bench.run(follow) == [1]
    assert server.count("GET", "/stream") == bench.policy.fruitless_streams


def test_an_answer_that_is_no_stream_is_read_by_pages(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.data(b"<html>", headers={"content-type": "text/html"}))
    server.on("GET", PAGE, server.json({"events": [event(1)]}), server.json({"events": []}))
    assert bench.run(follow) == [1]


def test_pages_end_when_the_run_is_at_rest_and_not_before(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.json({"error": "no"}, 405))
    empty = server.json({"events": []})
    pages = [empty, empty, empty, empty, server.json({"events": [event(1)]}), empty]
    server.on("GET", PAGE, *pages)
    running = server.json({"run_id": "r", "status": "running"})
    blocked = server.json({"run_id": "r", "status": "blocked"})
    server.on("GET", "/migrations/m/runs/r", running, running, running, blocked)
    assert bench.run(lambda client: follow(client, run_id="r")) == [1]


def test_a_thread_that_is_nowhere_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFoundError):
        bench.run(follow)


def test_a_wrong_key_ends_the_stream_with_its_error(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.json({"error": "Invalid API key"}, 401))
    with pytest.raises(UnauthorizedError, match="Invalid API key"):
        bench.run(follow)


def test_a_limit_on_streams_is_waited_out_or_said(bench: Bench, server: Server) -> None:
    soon = server.json({"error": "limit"}, 429, {"retry-after": "0"})
    server.on("GET", STREAM, soon, server.raw(OPEN + frame(1) + done(1)))
    assert bench.run(follow) == [1]
    server.on("GET", STREAM, server.json({"error": "limit"}, 429, {"retry-after": "600"}))
    with pytest.raises(RateLimitedError):
        bench.run(follow)


def test_a_service_that_is_gone_is_unreachable(bench: Bench, server: Server) -> None:
    server.on("GET", STREAM, server.drop())
    server.on("GET", PAGE, server.drop())
    with pytest.raises(UnreachableError):
        bench.run(follow)


def test_a_frame_that_is_no_event_is_an_error_and_not_lost(bench: Bench, server: Server) -> None:
    server.on(
        "GET", STREAM, server.raw(OPEN + b'event: message\ndata: {"text": "a"}\n\n' + done(1))
    )
    with pytest.raises(ContractError, match="sequence"):
        bench.run(follow)


def test_a_frame_without_end_is_refused(
    bench: Bench, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vernctl.api.thread.FRAME_LIMIT", 100_000)
    server.on("GET", STREAM, server.raw(OPEN + b"data: " + b"x" * 200_000))
    with pytest.raises(ContractError, match="larger than"):
        bench.run(follow)


class FlakyThread:
    """A thread that grows while it is read, over a line that breaks as a seed wills."""

    def __init__(self, seed: int, server: Server) -> None:
        self.random = random.Random(seed)
        self.server = server
        gaps = [self.random.randint(1, 3) for _ in range(self.random.randint(0, 25))]
        self.dropped = False
        self.sequences = [sum(gaps[: index + 1]) for index in range(len(gaps))]

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        after = int(asked.query.get("after", "-1"))
        fault = self.random.choice(
            ["drop", "status", "limit", "cut", "cut", "cut", "repeat", "whole"]
        )
        if fault in {"drop", "status", "limit"}:
            replies: dict[str, Handler] = {
                "drop": self.server.drop(),
                "status": self.server.json({"error": "x"}, self.random.choice([500, 502, 503])),
                "limit": self.server.json({"error": "x"}, 429, {"retry-after": "0"}),
            }
            await replies[fault](asked, writer)
            return
        if fault == "repeat":
            after -= self.random.randint(1, 5)
        body = b"".join(frame(s) for s in self.sequences if s > after)
        body += done(self.sequences[-1] if self.sequences else None)
        if fault == "cut":
            body = body[: self.random.randrange(len(body))]
        writer.write(OPEN)
        while body:
            size = self.random.randint(1, 200)
            writer.write(body[:size])
            body = body[size:]
            await writer.drain()
            await asyncio.sleep(0)
        if fault == "cut" and self.random.random() < 0.3:
            writer.transport.abort()
        writer.close()

    async def page(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """A page, for when too many streams in a row brought nothing."""
        self.dropped = self.random.random() < 0.3 and not self.dropped
        if self.dropped:
            await self.server.drop()(asked, writer)
            return
        after = int(asked.query.get("after", "-1"))
        events = [event(s) for s in self.sequences if s > after][: self.random.randint(1, 9)]
        await self.server.json({"events": events})(asked, writer)


@pytest.mark.parametrize("batch", range(6))
def test_no_event_is_lost_or_repeated_under_any_schedule_of_faults(
    bench: Bench, server: Server, batch: int
) -> None:
    async def script(client: MigrationClient) -> None:
        for seed in range(batch, SCHEDULES, 6):
            thread = FlakyThread(seed, server)
            server.on("GET", STREAM, thread)
            server.on("GET", PAGE, thread.page)
            assert await follow(client) == thread.sequences, f"seed {seed}"

    bench.run(script)
