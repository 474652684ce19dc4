"""Files to the service: streamed from disk, and proved by the file list."""

from __future__ import annotations

import asyncio
import logging
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vernctl.api.client import MigrationClient
from vernctl.api.uploads import Upload
from vernctl.errors import (
    ApiError,
    BadRequestError,
    ConflictError,
    ContractError,
    InputError,
    UnreachableError,
)

if TYPE_CHECKING:
    from tests.api.conftest import Asked, Bench, Handler, Server

FILES = "/migrations/m/files"
TOKEN = "signed-token-987"


class Storage:
    """Signs uploads, keeps what is PUT and lists it, as the service does. ``keep`` can differ."""

    def __init__(self, server: Server, origin: str | None = None) -> None:
        self.server = server
        self.origin = origin
        self.kept: dict[str, bytes] = {}
        self.keep: Handler = self.store
        server.on("POST", FILES, self.sign)
        server.on("GET", FILES, self.list)

    async def sign(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        wanted = asked.json
        assert isinstance(wanted, dict)
        files = wanted["files"]
        assert isinstance(files, list)
        names = [str(file["name"]) for file in files if isinstance(file, dict)]
        base = self.origin or self.server.origin
        for name in names:
            self.server.on("PUT", f"//put/{name}", self.keep)
        signed = [{"name": n, "signed_url": f"{base}/put/{n}?token={TOKEN}"} for n in names]
        await self.server.json({"files": signed}, 201)(asked, writer)

    async def store(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.kept[asked.path.rpartition("/")[2]] = asked.body
        await self.server.json({})(asked, writer)

    async def list(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        listed = [{"name": name, "size": len(body)} for name, body in self.kept.items()]
        await self.server.json({"files": listed})(asked, writer)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_bytes(b"Email\na@b.c\n")
    return path


def test_a_file_arrives_byte_for_byte_and_without_the_key(
    bench: Bench, server: Server, file: Path
) -> None:
    storage = Storage(server)
    listed = bench.run(lambda client: client.upload_files("m", [Upload("contacts.csv", file)]))
    assert storage.kept == {"contacts.csv": file.read_bytes()}
    assert [(entry.name, entry.size) for entry in listed] == [("contacts.csv", 12)]
    put = next(asked for asked in server.asked if asked.method == "PUT")
    assert "x-api-key" not in put.headers
    assert put.headers["content-type"] == "text/csv"
    assert put.query == {"token": TOKEN}
    assert server.asked[0].json == {"files": [{"name": "contacts.csv", "content_type": "text/csv"}]}


def test_the_signed_url_is_in_no_error_no_trace_and_no_log(
    bench: Bench, server: Server, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    Storage(server)
    uploads = [Upload("contacts.csv", file)]
    bench.run(lambda client: client.upload_files("m", uploads))
    Storage(server, origin="http://127.0.0.1:9")
    with pytest.raises(UnreachableError) as caught:
        bench.run(lambda client: client.upload_files("m", uploads))
    assert TOKEN not in str(caught.value)
    assert TOKEN not in "".join(bench.trace)
    assert TOKEN not in caplog.text


def test_a_put_is_repeated_over_resets_and_gateways(
    bench: Bench, server: Server, file: Path
) -> None:
    storage = Storage(server)

    async def script(client: MigrationClient) -> None:
        plain = storage.store

        async def flaky(asked: Asked, writer: asyncio.StreamWriter) -> None:
            tries = server.count("PUT", "contacts.csv")
            fault = {1: server.drop(), 2: server.json({"error": "x"}, 503)}.get(tries, plain)
            await fault(asked, writer)

        storage.keep = flaky
        await client.upload_files("m", [Upload("contacts.csv", file)])

    bench.run(script)
    assert storage.kept == {"contacts.csv": file.read_bytes()}
    assert server.count("PUT", "contacts.csv") == 3


def test_a_put_whose_reply_was_lost_counts_as_done_where_the_list_has_it(
    bench: Bench, server: Server, file: Path
) -> None:
    storage = Storage(server)

    async def once(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if server.count("PUT", "contacts.csv") > 1:
            await server.json({"error": "This URL was used."}, 409)(asked, writer)
            return
        storage.kept["contacts.csv"] = asked.body
        writer.transport.abort()

    storage.keep = once
    listed = bench.run(lambda client: client.upload_files("m", [Upload("contacts.csv", file)]))
    assert listed[0].size == 12


def test_a_put_that_is_refused_and_not_listed_is_an_error(
    bench: Bench, server: Server, file: Path
) -> None:
    storage = Storage(server)
    storage.keep = server.json({"error": "expired"}, 400)
    with pytest.raises(BadRequestError, match="expired"):
        bench.run(lambda client: client.upload_files("m", [Upload("contacts.csv", file)]))


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ([{"name": "contacts.csv", "size": 11}], "has 11 bytes in it and 12 here"),
        ([{"name": "contacts.csv"}, {"name": "contacts.csv"}], "is in it 2 times"),
        ([], "is not in it"),
    ],
)
def test_a_file_list_that_differs_spoils_the_migration(
    bench: Bench, server: Server, file: Path, listed: list[object], says: str
) -> None:
    Storage(server)
    server.on("GET", FILES, server.json({"files": listed}))
    with pytest.raises(ConflictError, match=says) as caught:
        bench.run(lambda client: client.upload_files("m", [Upload("contacts.csv", file)]))
    assert caught.value.next == "raise migration.epoch in the spec"


def test_a_file_that_is_listed_a_moment_later_is_waited_for(
    bench: Bench, server: Server, file: Path
) -> None:
    Storage(server)
    late = {"files": [{"name": "contacts.csv", "size": None}]}
    server.on("GET", FILES, server.json({"files": []}), server.json(late))
    assert bench.run(lambda client: client.upload_files("m", [Upload("contacts.csv", file)]))


@pytest.mark.parametrize("where", ["https://", "http://127.0.0.1.evil.example", "ftp://127.0.0.1"])
def test_bytes_do_not_go_to_a_place_that_is_not_safe(
    bench: Bench, server: Server, file: Path, where: str
) -> None:
    Storage(server, origin=where)
    with pytest.raises(ApiError, match="does not send data to") as caught:
        bench.run(lambda client: client.upload_files("m", [Upload("contacts.csv", file)]))
    assert TOKEN not in str(caught.value)


def test_what_cannot_be_uploaded_is_refused_before_anything_is_sent(
    bench: Bench, server: Server, file: Path
) -> None:
    twice = [Upload("a.csv", file), Upload("a.csv", file)]
    absent = [Upload("a.csv", file.parent / "absent.csv")]
    for files, says in ((twice, "'a.csv'"), (absent, "is not a file")):

        async def script(client: MigrationClient, files: list[Upload] = files) -> None:
            await client.upload_files("m", files)

        with pytest.raises(InputError, match=says):
            bench.run(script)
    assert server.asked == []


def test_many_files_go_in_batches_of_twenty_five(bench: Bench, server: Server, file: Path) -> None:
    storage = Storage(server)
    many = [Upload(f"{n}.csv", file) for n in range(60)]
    assert len(bench.run(lambda client: client.upload_files("m", many))) == 60
    assert len(storage.kept) == 60
    batches = [asked.body.count(b'"name"') for asked in server.asked if asked.method == "POST"]
    assert batches == [25, 25, 10]


def test_a_service_that_signs_other_files_breaks_the_contract(
    bench: Bench, server: Server, file: Path
) -> None:
    server.on("POST", FILES, server.json({"files": [{"name": "x", "signed_url": "https://a/b"}]}))
    with pytest.raises(ContractError, match=r"0 signed URLs for 'contacts.csv'"):
        bench.run(lambda client: client.upload_files("m", [Upload("contacts.csv", file)]))


def test_a_file_that_changes_while_it_is_sent_is_not_stored(
    bench: Bench, server: Server, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(server)
    stated = file.stat()

    class Shrunk(type(file)):  # type: ignore[misc]
        def stat(self, **_: object) -> object:
            return stated

    upload = Upload("contacts.csv", Shrunk(file))
    file.write_bytes(b"Email\n")
    with pytest.raises(InputError, match="changed while it was uploaded"):
        bench.run(lambda client: client.upload_files("m", [upload]))
    assert storage.kept == {}


def test_a_large_file_is_sent_in_bounded_memory(
    bench: Bench, server: Server, tmp_path: Path
) -> None:
    big = tmp_path / "big.csv"
    with big.open("wb") as out:
        out.truncate(64 << 20)
    Storage(server)
    received = 0

    async def sink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        await reader.readuntil(b"\r\n\r\n")
        while received < big.stat().st_size:
            received += len(await reader.read(1 << 18))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def script(client: MigrationClient) -> int:
        listener = await asyncio.start_server(sink, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        Storage(server, origin=f"http://127.0.0.1:{port}")
        server.on("GET", FILES, server.json({"files": [{"name": "big.csv", "size": 64 << 20}]}))
        tracemalloc.start()
        await client.upload_files("m", [Upload("big.csv", big)])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        listener.close()
        return peak

    assert bench.run(script) < 12 << 20
    assert received == 64 << 20
