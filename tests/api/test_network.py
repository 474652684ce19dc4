"""What stands between the client and the service: certificates, proxies, and what they break."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from vernctl.api.client import MigrationClient
from vernctl.api.policy import Policy
from vernctl.api.uploads import Upload
from vernctl.errors import ApiError, ConflictError, UnreachableError

if TYPE_CHECKING:
    from tests.api.conftest import Server

KEY = "vk_secret-0123456789"
TLS = Path(__file__).parent / "tls"
HASTY = Policy(attempts=1, connect_timeout=2.0, read_timeout=2.0)
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def sources_over_tls(server: Server) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(TLS / "server.pem")
    server.on("GET", "/sources", server.json({"sources": []}))

    async def main() -> None:
        async with (
            server.running(tls),
            MigrationClient(server.origin, KEY, policy=HASTY) as client,
        ):
            assert await client.list_sources() == ()

    asyncio.run(main())


def test_a_certificate_of_an_unknown_authority_is_refused(server: Server) -> None:
    with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED") as caught:
        sources_over_tls(server)
    assert caught.value.remote == "Nothing was sent."
    assert server.asked == []


def test_a_ca_bundle_from_the_environment_is_trusted(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
    sources_over_tls(server)
    assert len(server.asked) == 1


def upload_over_tls(server: Server, file: Path) -> None:
    """A plain API on loopback whose storage speaks TLS, as behind a TLS proxy."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(TLS / "server.pem")
    server.on("PUT", "//put", server.data(b""))
    server.on("GET", "/migrations/m/files", server.json({"files": []}))

    async def main() -> None:
        async with server.running(tls):
            signed = {"name": file.name, "signed_url": f"{server.origin}/put?token=t"}
            server.on("POST", "/migrations/m/files", server.json({"files": [signed]}, 201))
            async with (
                server.running(),
                MigrationClient(server.origin, KEY, policy=HASTY) as client,
            ):
                await client.upload_files("m", [Upload(file.name, file)])

    asyncio.run(main())


def test_a_signed_url_over_tls_is_verified_although_the_api_is_plain(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"a")
    with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
        upload_over_tls(server, file)
    assert server.count("PUT", "/put") == 0
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
    with pytest.raises(ConflictError, match="is not in it"):
        upload_over_tls(server, file)
    assert [asked.body for asked in server.asked if asked.method == "PUT"] == [b"a"]


def test_a_plain_pool_trusts_no_certificate_at_all(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(TLS / "server.pem")

    async def main() -> None:
        async with server.running(tls), MigrationClient("http://127.0.0.1:9", KEY) as client:
            await client._transport.pools.main.get(server.origin)

    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        asyncio.run(main())


def through_proxy(reply: bytes, act: Callable[[str], None]) -> bytes:
    """What a proxy on loopback was told, where it answers ``reply`` to whatever it is."""
    told = b""
    left = asyncio.Event()

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal told
        told += await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()
        told += await reader.read(4096)
        writer.close()
        await writer.wait_closed()
        left.set()

    async def main() -> None:
        listener = await asyncio.start_server(proxy, "127.0.0.1", 0)
        act(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
        async with listener:
            client = MigrationClient(
                "https://api.example/v1", KEY, allow_hosts=["api.example"], policy=HASTY
            )
            try:
                async with client:
                    await client.start_run("m", "execute")
            finally:
                await left.wait()

    with pytest.raises(UnreachableError) as caught:
        asyncio.run(main())
    assert caught.value.remote == "Nothing was sent."
    return told


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nthis is no TLS",
    ],
)
def test_a_proxy_sees_where_to_and_never_the_key(
    monkeypatch: pytest.MonkeyPatch, reply: bytes
) -> None:
    told = through_proxy(reply, lambda url: monkeypatch.setenv("HTTPS_PROXY", url))
    assert told.startswith(b"CONNECT api.example:443 HTTP/1.1\r\n")
    assert KEY.encode() not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/no/such/bundle.pem"),
        ("SSL_CERT_FILE", __file__),
        ("HTTPS_PROXY", "gopher://user:hidden@proxy.example:1"),
        ("HTTPS_PROXY", "http://user:hidden@proxy:port"),
    ],
)
def test_an_environment_that_cannot_be_used_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    async def main() -> None:
        async with MigrationClient("https://app.vern.so", KEY):
            raise AssertionError("the client opened")

    with pytest.raises(ApiError, match="cannot be used") as caught:
        asyncio.run(main())
    assert "hidden" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None
