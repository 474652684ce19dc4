"""Exports to disk: streamed, checked, and whole or not at all."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernctl.api.exports import RecordCounter
from vernctl.errors import InputError, UnreachableError

if TYPE_CHECKING:
    from tests.api.conftest import Bench, Server

CSV = b'Email,Note\r\na@b.c,"two\r\nlines"\r\nd@e.f,"say ""hi"""\r\n'
EXPORT = "/migrations/m/exports/contacts.csv"


def test_an_export_is_written_whole_and_counted(
    bench: Bench, server: Server, tmp_path: Path
) -> None:
    server.on("GET", EXPORT, server.data(CSV, headers={"x-total-records": "2"}))
    target = tmp_path / "out" / "contacts.csv"
    count = bench.run(lambda client: client.export_csv("m", "contacts", target, filter="all"))
    assert (count, target.read_bytes()) == (2, CSV)
    assert server.asked[0].query == {"filter": "all"}
    assert [path.name for path in target.parent.iterdir()] == ["contacts.csv"]


def test_a_gzipped_export_is_written_unpacked(bench: Bench, server: Server, tmp_path: Path) -> None:
    headers = {"x-total-records": "2", "content-encoding": "gzip"}
    server.on("GET", EXPORT, server.data(gzip.compress(CSV), headers=headers))
    target = tmp_path / "contacts.csv"
    assert bench.run(lambda client: client.export_csv("m", "contacts", target)) == 2
    assert target.read_bytes() == CSV


def test_a_cut_export_is_asked_for_again(bench: Bench, server: Server, tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\nx-total-records: 2\r\n\r\n"
    short = b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\nx-total-records: 2\r\n\r\n"
    whole = server.data(CSV, headers={"x-total-records": "2"})
    server.on("GET", EXPORT, server.raw(head + CSV[:15]), server.raw(short + CSV), whole)
    target = tmp_path / "contacts.csv"
    assert bench.run(lambda client: client.export_csv("m", "contacts", target)) == 2
    assert target.read_bytes() == CSV
    assert len(server.asked) == 3


def test_a_gzipped_export_that_ends_early_is_asked_for_again(
    bench: Bench, server: Server, tmp_path: Path
) -> None:
    packed, headers = gzip.compress(CSV), {"content-encoding": "gzip"}
    cut = server.data(packed[:-8], headers=headers)
    server.on("GET", EXPORT, cut, server.data(packed, headers=headers))
    target = tmp_path / "contacts.csv"
    assert bench.run(lambda client: client.export_csv("m", "contacts", target)) == 2
    assert len(server.asked) == 2


def test_an_export_that_fails_leaves_what_was_there(
    bench: Bench, server: Server, tmp_path: Path
) -> None:
    target = tmp_path / "contacts.csv"
    target.write_bytes(b"before")
    server.on("GET", EXPORT, server.data(CSV, headers={"x-total-records": "3"}))
    with pytest.raises(UnreachableError, match="2 records arrived, and 3 were announced"):
        bench.run(lambda client: client.export_csv("m", "contacts", target))
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["contacts.csv"]


def test_a_disk_that_refuses_is_said_in_one_sentence(
    bench: Bench, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    server.on("GET", EXPORT, server.data(CSV))
    target = tmp_path / "file" / "contacts.csv"
    with pytest.raises(InputError, match="cannot be written"):
        bench.run(lambda client: client.export_csv("m", "contacts", target))


@given(
    st.lists(st.lists(st.text('a,"\n\r é'), min_size=1, max_size=3), max_size=8),
    st.integers(1, 9),
    st.booleans(),
)
def test_records_are_counted_however_the_bytes_are_cut(
    rows: list[list[str]], size: int, ends: bool
) -> None:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    body = "\r\n".join(lines).encode() + (b"\r\n" if ends and rows else b"")
    counter = RecordCounter()
    for start in range(0, len(body), size):
        counter.feed(body[start : start + size])
    assert counter.records == len(rows)
