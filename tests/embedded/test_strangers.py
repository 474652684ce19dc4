"""What clients that nobody here wrote do: odd headers, odd paths, requests that break off."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip", "gzip"), ("br, GZIP;q=0.5", "gzip"), ("gzip;q=0", None), ("identity", None)],
)
def test_an_export_is_packed_only_for_who_takes_it(
    api: Any, server: Any, accepted: str, coding: str | None
) -> None:
    api.previewed()
    api.do("execute")
    url = f"{server.url}/migrations/{api.id}/exports/contacts.csv"
    shown = httpx.get(url, headers={"x-api-key": server.api_key, "accept-encoding": accepted})
    assert shown.headers.get("content-encoding") == coding
    assert shown.text.startswith("Email,Status,Note\r\n")


def test_a_body_announced_as_too_long_is_refused_before_it_comes(server: Any) -> None:
    answer = raw(server, "POST", "content-length: 99999999999", b"{")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_path_with_a_slash_too_many_leads_nowhere_else(server: Any) -> None:
    shown = httpx.get(f"{server.url}/templates/", headers={"x-api-key": server.api_key})
    assert shown.status_code == 404 and "location" not in shown.headers


def test_a_request_that_breaks_off_is_no_failure_of_the_server(
    server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    raw(server, "POST", "content-length: 500", b"{", wait=False)
    shown = httpx.get(f"{server.url}/templates", headers={"x-api-key": server.api_key})
    assert shown.status_code == 200
    assert "Traceback" not in caplog.text and "Exception" not in caplog.text


def raw(server: Any, method: str, header: str, body: bytes, *, wait: bool = True) -> bytes:
    """Send bytes as they are; the answer as it comes, or hang up."""
    at = urlsplit(server.url)
    with socket.create_connection((at.hostname, at.port), timeout=20) as line:
        head = f"{method} {at.path}/migrations HTTP/1.1\r\nhost: x\r\n{header}\r\n"
        line.sendall(f"{head}x-api-key: {server.api_key}\r\n\r\n".encode() + body)
        return line.recv(4_096) if wait else b""
