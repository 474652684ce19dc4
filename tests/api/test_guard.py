"""Where the key and a customer's bytes may go, and where the key never shows."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import traceback
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

import pytest
from pydantic import JsonValue

from vernctl.api.calls import writing
from vernctl.api.client import MigrationClient
from vernctl.api.guard import ApiKey, check_base_url, check_signed_url, segment
from vernctl.api.models import ServerIdentity
from vernctl.errors import ApiError, BadRequestError, ContractError, UnauthorizedError

if TYPE_CHECKING:
    from tests.api.conftest import Bench, Server

KEY = "vk_secret-0123456789"


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("https://app.vern.so/api/v1/", "https://app.vern.so/api/v1"),
        ("https://AU.app.vern.so", "https://au.app.vern.so/api/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1"),
        ("http://localhost:1/api/v1", "http://localhost:1/api/v1"),
        ("http://[::1]:9", "http://[::1]:9/api/v1"),
    ],
)
def test_vern_and_loopback_may_see_the_key(url: str, becomes: str) -> None:
    assert check_base_url(url) == becomes


@pytest.mark.parametrize(
    "url",
    [
        "http://app.vern.so/api/v1",
        "https://vern.so/api/v1",
        "https://app.vern.so.evil.example/api/v1",
        "https://app.vern.so@evil.example/api/v1",
        "https://user:password@app.vern.so/api/v1",
        "https://app.vern.so/api/v1?key=1",
        "ftp://app.vern.so",
        "app.vern.so",
        "https://",
        "https://app.vern.so:port",
        "http://127.0.0.1.evil.example",
        "http://10.0.0.5:8080",
        "https://app.vern.so\\@evil.example",
        "https://evil.example\\.app.vern.so",
        "https://app.vern.so\t.evil.example",
        "https://app.vern.so%2eevil.example",
        "https://app.vern.so/api/\x00",
    ],
)
def test_every_other_place_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(ApiError) as caught:
        MigrationClient(url, KEY)
    assert caught.value.remote == "Nothing was sent."
    assert "password" not in str(caught.value).replace("user name or password", "")


def test_a_host_of_ones_own_is_allowed_by_name_and_over_https_only() -> None:
    assert check_base_url("https://api.example:8443/v1", ["api.example"])
    assert check_base_url("https://api.example:8443/v1", ["API.example:8443"])
    with pytest.raises(ApiError, match="over http"):
        check_base_url("http://api.example/v1", ["api.example"])
    with pytest.raises(ApiError, match="neither"):
        check_base_url("https://api.example:8443/v1", ["api.example:443"])


@pytest.mark.parametrize("key", ["", "with space", "line\nbreak", "schlüssel", "nul\0"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(UnauthorizedError) as caught:
        MigrationClient("https://app.vern.so", key)
    assert not key or key not in str(caught.value)


def test_a_signed_url_is_https_or_loopback_to_loopback() -> None:
    assert check_signed_url("https://s3.example/x?t=1", base_is_loopback=False, request="PUT x")
    assert check_signed_url("http://127.0.0.1:1/x?t=1", base_is_loopback=True, request="PUT x")
    for url, local in [
        ("http://127.0.0.1:1/x?t=secret", False),
        ("http://s3.example/x?t=secret", True),
        ("file:///etc/passwd?t=secret", True),
        ("/relative?t=secret", True),
        ("https://[broken?t=secret", True),
    ]:
        with pytest.raises(ApiError) as caught:
            check_signed_url(url, base_is_loopback=local, request="PUT x")
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_cannot_name_another_path(value: str) -> None:
    with pytest.raises(BadRequestError):
        segment(value)
    assert segment("a/../b?c#d e") == "a%2F..%2Fb%3Fc%23d%20e"


def test_the_key_is_in_no_repr_and_no_copy() -> None:
    key = ApiKey(KEY)
    client = MigrationClient("https://app.vern.so", KEY)
    for shown in (repr(key), str(key), f"{key}", repr(client), repr(vars(client))):
        assert KEY not in shown
    for give_away in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            give_away(key)


def test_the_key_is_in_no_error_no_trace_and_no_log(
    bench: Bench, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on("GET", "/sources", server.json({"error": f"your key {KEY} is revoked"}, 401))
    server.on("GET", "/templates", server.drop())
    server.on("GET", "/migrations/m/log", server.data(KEY.encode()))
    for path in ("sources", "templates", "log"):

        async def script(client: MigrationClient, path: str = path) -> None:
            calls = {"sources": client.list_sources, "templates": client.list_templates}
            await (calls[path]() if path in calls else client.get_log("m"))

        with pytest.raises(ApiError) as caught:
            bench.run(script)
        shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
        assert KEY not in shown
        for error in (caught.value.__context__, caught.value.__cause__):
            request = getattr(error, "_request", None)
            assert request is None or KEY not in str(list(request.headers.items()))
    assert all(asked.headers["x-api-key"] == KEY for asked in server.asked)
    assert bench.trace
    assert KEY not in "".join(bench.trace)
    assert KEY not in caplog.text


def test_credentials_are_in_no_error_no_trace_and_no_log(
    bench: Bench, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given: dict[str, JsonValue] = {"client": {"secret": "hunter2-secret"}, "keys": ["sk_live_1"]}
    echo = server.json({"error": "hunter2-secret and sk_live_1 were rejected."}, 400)
    server.on("POST", "/migrations/m/runs/r/credentials", echo)
    server.on("POST", "/migrations/m/source-connection", echo)
    acts: list[Callable[[MigrationClient], Coroutine[None, None, object]]] = [
        lambda client: client.submit_credentials("m", "r", given),
        lambda client: client.save_source_connection("m", "rest", credentials=given),
    ]
    for act in acts:
        with pytest.raises(BadRequestError, match="were rejected") as caught:
            bench.run(act)
        shown = str(caught.value) + "".join(bench.trace) + caplog.text
        assert "hunter2" not in shown
        assert "sk_live" not in shown
    assert "hunter2" not in repr(writing("POST", "/x", {"credentials": given}))


def test_a_redirect_stays_on_its_origin_or_is_refused(bench: Bench, server: Server) -> None:
    there = server.json({"sources": [{"name": "Salesforce"}]})
    server.on("GET", "/moved", there)
    server.on("GET", "/sources", server.json({}, 307, {"location": "/api/v1/moved"}))
    assert bench.run(lambda client: client.list_sources())[0].name == "Salesforce"
    for location in ("http://localhost:1/steal", "https://evil.example/", "//evil.example/x"):
        server.on("GET", "/sources", server.json({}, 302, {"location": location}))
        with pytest.raises(ContractError, match="redirected"):
            bench.run(lambda client: client.list_sources())


def test_a_write_never_follows_a_redirect(bench: Bench, server: Server) -> None:
    server.on("POST", "/migrations/m/runs", server.json({}, 307, {"location": "/api/v1/again"}))
    with pytest.raises(ContractError, match="redirected"):
        bench.run(lambda client: client.start_run("m", "execute"))
    assert len(server.asked) == 1


def test_redirects_in_a_circle_end(bench: Bench, server: Server) -> None:
    server.on("GET", "/sources", server.json({}, 302, {"location": "/api/v1/sources"}))
    with pytest.raises(ContractError, match="redirected more than"):
        bench.run(lambda client: client.list_sources())


def test_loopback_goes_round_every_proxy(
    bench: Bench, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.on("GET", "/sources", server.json({"sources": []}))
    assert bench.run(lambda client: client.list_sources()) == ()


def test_the_servers_name_is_believed_on_loopback(bench: Bench, server: Server) -> None:
    said = {"x-vernctl-server": "embedded; engine=3"}
    server.on("GET", "/sources", server.json({"sources": []}, headers=said))

    async def script(client: MigrationClient) -> tuple[ServerIdentity | None, ...]:
        before = client.identity
        await client.list_sources()
        return before, client.identity

    assert bench.run(script) == (None, ServerIdentity(name="embedded", engine=3))


def test_another_hosts_word_on_its_name_is_not_believed() -> None:
    import httpx

    client = MigrationClient("https://app.vern.so", KEY)
    answer = httpx.Response(200, headers={"x-vernctl-server": "embedded; engine=3"})
    client._transport._learn(answer)
    assert client.identity is None


def test_a_client_outside_its_block_says_how_to_use_it() -> None:
    client = MigrationClient("https://app.vern.so", KEY)
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(client.list_sources())
