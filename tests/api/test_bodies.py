"""Answers: bounded, unpacked, and read as what the contract promises or not at all."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernctl.api.body import parse
from vernctl.api.models import Preview, Run
from vernctl.errors import ApiError, ContractError, UnreachableError

if TYPE_CHECKING:
    from tests.api.conftest import Asked, Bench, Server

PREVIEW = "/migrations/m/preview"
GZIP = {"content-encoding": "gzip", "content-type": "application/json"}
SHEET = {"template": {"slug": "c", "name": "C"}, "rows": [["Email"], ["a@b.c"]]}


def test_unknown_fields_and_statuses_survive(bench: Bench, server: Server) -> None:
    server.on(
        "GET", "/migrations/m/runs/r", server.json({"run_id": "r", "status": "dreaming", "x": 1})
    )
    run = bench.run(lambda client: client.get_run("m", "r"))
    assert (run.status, run.model_extra) == ("dreaming", {"x": 1})


def test_a_gzipped_answer_is_unpacked(bench: Bench, server: Server) -> None:
    body = gzip.compress(json.dumps({"sheets": [SHEET]}).encode())
    server.on("GET", PREVIEW, server.data(body, headers=GZIP))
    preview = bench.run(lambda client: client.get_preview("m"))
    assert preview.sheets[0].rows == (("Email",), ("a@b.c",))
    assert server.asked[0].headers["accept-encoding"] == "gzip"


def test_a_gzip_body_of_several_members_is_one_answer(bench: Bench, server: Server) -> None:
    whole = json.dumps({"sheets": [SHEET]}).encode()
    body = gzip.compress(whole[:20]) + gzip.compress(b"") + gzip.compress(whole[20:])
    server.on("GET", PREVIEW, server.data(body, headers=GZIP))
    assert len(bench.run(lambda client: client.get_preview("m")).sheets) == 1


def test_a_gzip_body_that_ends_early_is_read_again(bench: Bench, server: Server) -> None:
    body = gzip.compress(json.dumps({"sheets": [SHEET]}).encode())
    server.on("GET", PREVIEW, server.data(body[:-9], headers=GZIP), server.data(body, headers=GZIP))
    assert len(bench.run(lambda client: client.get_preview("m")).sheets) == 1


def test_what_is_not_the_gzip_it_says_is_refused(bench: Bench, server: Server) -> None:
    server.on("GET", PREVIEW, server.data(b"{}", headers=GZIP))
    with pytest.raises(ContractError, match="not the gzip"):
        bench.run(lambda client: client.get_preview("m"))


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_an_encoding_that_was_not_asked_for_is_refused(
    bench: Bench, server: Server, encoding: str
) -> None:
    server.on("GET", PREVIEW, server.data(b"{}", headers={"content-encoding": encoding}))
    with pytest.raises(ContractError, match="was not asked for"):
        bench.run(lambda client: client.get_preview("m"))


def test_an_answer_that_unpacks_without_end_is_stopped(bench: Bench, server: Server) -> None:
    bomb = gzip.compress(b"0" * (64 << 20))
    server.on("GET", "/sources", server.data(bomb, headers=GZIP))
    with pytest.raises(ContractError, match="larger than 16,777,216 bytes"):
        bench.run(lambda client: client.list_sources())
    assert len(server.asked) == 1


def test_an_endless_error_body_does_not_hide_its_status(bench: Bench, server: Server) -> None:
    server.on("GET", "/templates/t", server.data(b"x" * 300_000, 404))
    with pytest.raises(Exception, match="GET /templates/t answered 404"):
        bench.run(lambda client: client.get_template("t"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"sheets": "none"}', "sheets"),
        (b'{"sheets": [{"rows": []}]}', r"sheets\.0\.template"),
        (b'{"sheets": [{"template": {"slug": "c", "name": "C"}, "rows": [[1]]}]}', "rows"),
        (b'{"ok": true}', "no 'sheets'"),
        (b"[]", "its top"),
        (b"null", "its top"),
    ],
)
def test_a_preview_of_another_shape_names_the_request_and_the_field(
    bench: Bench, server: Server, body: bytes, says: str
) -> None:
    server.on("GET", PREVIEW, server.data(body))
    with pytest.raises(ContractError, match=says) as caught:
        bench.run(lambda client: client.get_preview("m"))
    assert caught.value.message.startswith("GET /migrations/m/preview: ")


def test_an_answer_that_is_no_json_is_a_broken_contract(bench: Bench, server: Server) -> None:
    server.on("GET", PREVIEW, server.data(b"<html>Sign in to the network</html>"))
    with pytest.raises(ContractError, match="is not JSON"):
        bench.run(lambda client: client.get_preview("m"))
    assert len(server.asked) == 1


def test_a_start_whose_answer_was_cut_counts_as_a_lost_reply(bench: Bench, server: Server) -> None:
    cut = b"HTTP/1.1 201 Created\r\nconnection: close\r\n\r\n" + b'{"run_id": "r'
    server.on("POST", "/migrations/m/runs", server.raw(cut))
    with pytest.raises(UnreachableError, match="cut short"):
        bench.run(lambda client: client.start_run("m", "execute"))
    assert len(server.asked) == 1


def test_a_broken_contract_never_shows_a_cell() -> None:
    body = b'{"sheets": [{"template": {"slug": "c", "name": "C"}, "rows": [[{"x": "Jane Doe"}]]}]}'
    with pytest.raises(ContractError) as caught:
        parse(Preview, body, "GET /x")
    assert "Jane" not in str(caught.value)


@given(st.binary(max_size=40))
def test_no_bytes_break_the_reading_in_another_way(body: bytes) -> None:
    try:
        assert parse(Run, body, "GET /x").run_id is not None
    except ApiError as error:
        assert type(error) in (ContractError, UnreachableError)
        assert error.message.startswith("GET /x: ")


def test_a_dripping_server_cannot_hold_a_command(bench: Bench, server: Server) -> None:
    async def drip(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    bench.policy = replace(bench.policy, attempts=1, total_timeout=0.4)
    server.on("GET", PREVIEW, drip)
    with pytest.raises(UnreachableError, match=r"no whole answer within 0\.4 s"):
        bench.run(lambda client: client.get_preview("m"))


def test_reading_a_large_preview_leaves_the_collector_as_it_was() -> None:
    rows = [["h"] * 12, *([f"value {r} {c}" for c in range(12)] for r in range(10_000))]
    body = json.dumps({"sheets": [SHEET | {"rows": rows}]}).encode()
    assert len(body) > 1 << 20
    before = sum(stage["collections"] for stage in gc.get_stats())
    assert len(parse(Preview, body, "GET /x").sheets[0].rows) == 10_001
    assert sum(stage["collections"] for stage in gc.get_stats()) - before <= 1
    assert gc.isenabled()
    gc.disable()
    try:
        parse(Preview, body, "GET /x")
        assert not gc.isenabled()
    finally:
        gc.enable()
