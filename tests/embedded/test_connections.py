"""Live sources: attached, asked for secrets, read; secrets never come out again."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from vernctl.testing import vern_server

CATALOG = """\
templates:
  - slug: contacts
    name: Contacts
    columns: [{name: Email, required: true}, {name: Name}]
"""
SECRET = "s3cret-token-0123456789"
PEOPLE = [{"email": f"p{n}@x.test", "name": f"P{n}"} for n in range(5)]


class Source(BaseHTTPRequestHandler):
    """Five people in pages of two, in three ways; the header must be right."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        given = self.headers.get("authorization") or self.headers.get("x-token") or ""
        if given.removeprefix("Bearer ") != "good":
            self._send({"error": "no"}, 401)
            return
        if parts.path == "/moved":
            self.send_response(302)
            self.send_header("location", "/people")
            self.end_headers()
            return
        start = (int(query.get("page", ["1"])[0]) - 1) * 2
        start = int(query.get("after", [start])[0])
        body: dict[str, object] = {"data": {"items": PEOPLE[start : start + 2]}}
        if start + 2 < len(PEOPLE):
            body |= {"after": start + 2, "next": f"{parts.path}?after={start + 2}"}
        if parts.path == "/elsewhere":
            body["next"] = "https://evil.test/people"
        self._send(body, 200)

    def _send(self, body: object, status: int, headers: Mapping[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def source() -> Iterator[str]:
    with serving(Source) as url:
        yield url


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("live")
    (folder / "catalog.yaml").write_text(CATALOG)
    database = sqlite3.connect(folder / "crm.db")
    with database:
        database.execute("CREATE TABLE contacts (email TEXT, name TEXT, photo BLOB)")
        database.execute("INSERT INTO contacts VALUES ('a@x.test', 'Ann', x'ff'), (NULL, 'Bo', 1)")
        database.execute("CREATE TABLE other (x)")
    database.close()
    with vern_server(catalog=folder / "catalog.yaml", data=folder / "data") as server:
        yield server


@pytest.fixture
def api(running: Any, small_api: Any) -> Any:
    return small_api(running.url, running.api_key)


def rest(source: str, path: str = "/people", **more: object) -> dict[str, object]:
    config = {
        "base_url": source,
        "streams": {"contacts": {"path": path, "records": "data.items"}},
        "paging": {"by": "page"},
        **more,
    }
    return {"source_key": "rest", "config": config}


def attach(api: Any, body: Mapping[str, object]) -> dict[str, Any]:
    saved = api.post("/source-connection", body)
    assert saved.status_code == 201, saved.text
    shown: dict[str, Any] = saved.json()["source_connection"]
    return shown


def give(api: Any, run_id: str, token: str = "good", **more: object) -> Any:
    body = {"credentials": {"token": token}, **more}
    return api.post(f"/runs/{run_id}/credentials", body)


def emails(api: Any) -> list[str]:
    return [row[0] for row in api.get("/preview").json()["sheets"][0]["rows"][1:]]


def test_a_sqlite_file_is_read_where_nothing_was_uploaded(api: Any) -> None:
    wanted = {"path": "crm.db"}
    body = {"source_key": "SQLite", "config": wanted, "selected_streams": ["contacts"]}
    shown = attach(api, body)
    assert shown["creds_configured"] is False and shown["config"] == wanted
    run = api.do("generate")
    assert run["status"] == "awaiting_approval", run
    assert sorted(emails(api)) == ["", "a@x.test"]
    assert api.get("/files").json()["files"] == []
    now = api.get("/source-connection").json()["source_connection"]
    assert now["last_snapshot"] == {"streams": {"contacts": 2}} and now["last_sync_at"]
    assert api.get("/log").json()["runs"][0]["files"] == ["contacts.jsonl"]


def test_a_file_outside_the_allowed_folders_is_refused(api: Any, tmp_path: Path) -> None:
    (tmp_path / "far.db").touch()
    for path in (str(tmp_path / "far.db"), "../../../etc/passwd", "none.db", ""):
        wanted = {"source_key": "sqlite", "config": {"path": path}}
        assert api.post("/source-connection", wanted).status_code == 400, path


@pytest.mark.parametrize(
    "paging",
    [
        {"by": "page"},
        {"by": "cursor", "parameter": "after", "at": "after"},
        {"by": "next"},
    ],
    ids=["page", "cursor", "next"],
)
def test_a_rest_source_is_read_page_by_page(api: Any, source: str, paging: Any) -> None:
    attach(api, {**rest(source, paging=paging), "credentials": {"token": "good"}})
    assert api.do("generate")["status"] == "awaiting_approval"
    assert sorted(emails(api)) == [person["email"] for person in PEOPLE]


def test_a_run_without_credentials_blocks_until_it_gets_them(api: Any, source: str) -> None:
    saved = attach(api, rest(source, auth="header", header="x-token"))
    run = api.do("generate")
    assert (run["status"], run["blocked_reason"]) == ("blocked", "credentials")
    request = run["credential_request"]
    assert request["connection_id"] == saved["id"] and list(request["schema"]) == ["token"]
    assert "questions" not in run
    told = api.answer(run["run_id"], "good")
    assert told.status_code == 409 and "credentials" in told.json()["error"]
    other = give(api, run["run_id"], connection_id="00000000-0000-4000-8000-000000000000")
    assert other.status_code == 409
    assert give(api, run["run_id"], connection_id=saved["id"]).json()["status"] == "running"
    assert api.settled(run["run_id"])["status"] == "awaiting_approval"
    assert give(api, run["run_id"]).status_code == 409
    assert api.get("/source-connection").json()["source_connection"]["creds_configured"] is True


def test_rejected_credentials_block_again(api: Any, source: str) -> None:
    attach(api, {**rest(source), "credentials": {"token": SECRET}})
    run = api.do("generate")
    for _ in range(4):
        assert run["blocked_reason"] == "credentials"
        assert "these credentials (401)" in run["credential_request"]["reason"]
        give(api, run["run_id"], SECRET)
        run = api.settled(run["run_id"])
    give(api, run["run_id"], "nö\r\nx: y")
    assert "ASCII" in api.settled(run["run_id"])["credential_request"]["reason"]
    give(api, run["run_id"])
    assert api.settled(run["run_id"])["status"] == "awaiting_approval"


def test_wrong_credentials_are_refused_without_being_repeated(api: Any, source: str) -> None:
    attach(api, rest(source))
    run_id = api.do("generate")["run_id"]
    for wrong in ({}, {"password": SECRET}, {"token": ""}, {"token": 5}, {"token": [SECRET]}):
        refused = api.post(f"/runs/{run_id}/credentials", {"credentials": wrong})
        assert refused.status_code == 400 and SECRET not in refused.text, wrong
    api.cancel(run_id)
    assert give(api, run_id).status_code == 409


def test_a_secret_is_nowhere_but_in_the_vault(api: Any, source: str, running: Any) -> None:
    attach(api, {**rest(source), "credentials": {"token": SECRET}})
    run = api.do("generate")
    give(api, run["run_id"], SECRET)
    api.settled(run["run_id"])
    api.cancel(run["run_id"])
    for path in ("/source-connection", f"/runs/{run['run_id']}", "/thread?include=all", "/log"):
        assert SECRET not in api.get(path).text
    vault = running.data / "vault-key"
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600
    kept = [file for file in running.data.rglob("*") if file.is_file()]
    assert not any(SECRET.encode() in file.read_bytes() for file in kept)


def test_a_lost_vault_key_fails_the_run_and_new_credentials_mend_it(
    api: Any, source: str, running: Any
) -> None:
    attach(api, {**rest(source), "credentials": {"token": "good"}})
    (running.data / "vault-key").unlink()
    run = api.do("generate")
    assert run["status"] == "failed" and "vault" in run["error"]
    attach(api, {"source_key": "rest", "credentials": {"token": "good"}})
    assert api.do("generate")["status"] == "awaiting_approval"


def test_a_redirect_or_another_origin_does_not_get_the_secret(api: Any, source: str) -> None:
    attach(api, {**rest(source, "/moved"), "credentials": {"token": "good"}})
    assert "answers 302" in api.do("generate")["error"]
    attach(api, rest(source, "/elsewhere", paging={"by": "next"}))
    assert "another origin" in api.do("generate")["error"]


def test_extract_via_api_decides_between_files_and_the_source(api: Any, source: str) -> None:
    assert api.post("/runs", {"kind": "generate", "extract_via_api": True}).status_code == 400
    attach(api, {**rest(source), "credentials": {"token": "good"}})
    forced = api.post("/runs", {"kind": "generate", "extract_via_api": False})
    assert forced.status_code == 400, "file-only, and there are no files"
    api.upload("Email,Name\nfile@x.test,F\n")
    assert api.do("generate")["status"] == "awaiting_approval"
    assert emails(api) == ["file@x.test"]
    both = api.post("/runs", {"kind": "generate", "extract_via_api": True}).json()["run_id"]
    assert api.settled(both)["status"] == "awaiting_approval"
    assert len(emails(api)) == 6


def test_a_connection_is_changed_in_place_and_deleted_with_its_secrets(
    api: Any, source: str
) -> None:
    first = attach(api, {**rest(source), "credentials": {"token": "good"}})
    changed = attach(api, {"source_key": "rest", "selected_streams": ["contacts"]})
    assert changed["id"] == first["id"] and changed["creds_configured"] is True
    assert changed["config"] == first["config"]
    assert api.get("/source-connection", source_key="sqlite").status_code == 404
    assert api.get("/source-connection", profile_id="workbook").status_code == 200
    gone = api.http.delete(f"{api.base}/source-connection")
    assert gone.json() == {"deleted": True}
    assert api.http.delete(f"{api.base}/source-connection").json() == {"deleted": False}
    assert api.get("/source-connection").status_code == 404


def test_a_configuration_that_cannot_work_is_refused(api: Any, source: str) -> None:
    for body in (
        {"source_key": "salesforce"},
        {"source_key": "rest", "config": {"base_url": source}},
        rest("http://crm.test"),
        rest("https://user:pass@crm.test"),
        {**rest(source), "selected_streams": ["nothing"]},
        {**rest(source), "credentials": {"password": "x"}},
    ):
        assert api.post("/source-connection", body).status_code == 400, body


def test_a_secret_is_not_passed_on_to_another_host(api: Any, source: str) -> None:
    attach(api, {**rest(source), "credentials": {"token": "good"}})
    kept = attach(api, rest(source, "/other"))
    assert kept["creds_configured"] is True, "the same host asks for the same token"
    moved = attach(api, rest(source.replace("127.0.0.1", "localhost")))
    assert moved["creds_configured"] is False
    assert api.do("generate")["blocked_reason"] == "credentials"


class Moody(Source):
    """A source with a bad day: busy first, then in offsets or links, or the same for ever."""

    busy = 0

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if type(self).busy:
            type(self).busy -= 1
            self._send("later", 429, {"retry-after": "0"})
            return
        if parts.path == "/asleep":
            self._send("later", 503, {"retry-after": "3600"})
        elif parts.path == "/same":
            self._send(PEOPLE[:2], 200, {})
        else:
            start = int(query.get("offset", ["0"])[0])
            more = f'<{parts.path}?offset={start + 2}>; rel="next"'
            links = {"link": more} if start + 2 < len(PEOPLE) else {}
            odd = {"@odata.value": PEOPLE[start : start + 2]}
            self._send(odd, 200, links)


@pytest.fixture
def moody() -> Iterator[str]:
    with serving(Moody) as url:
        yield url


def moods(url: str, path: str, by: str, records: str = "@odata.value") -> dict[str, object]:
    config = {
        "base_url": url,
        "auth": "none",
        "streams": {"contacts": {"path": path, "records": records}},
        "paging": {"by": by},
    }
    return {"source_key": "rest", "config": config}


@pytest.mark.parametrize("by", ["offset", "link"])
def test_a_busy_source_is_asked_again_and_read_by_offsets_and_links(
    api: Any, moody: str, by: str
) -> None:
    Moody.busy = 2
    attach(api, moods(moody, "/people", by))
    assert api.do("generate")["status"] == "awaiting_approval"
    assert sorted(emails(api)) == [person["email"] for person in PEOPLE]


def test_a_source_that_never_ends_or_sleeps_for_an_hour_fails_the_run(api: Any, moody: str) -> None:
    attach(api, moods(moody, "/same", "page", ""))
    assert "two pages are the same" in api.do("generate")["error"]
    attach(api, moods(moody, "/asleep", "none", ""))
    assert "busy for 3600 s more" in api.do("generate")["error"]


@pytest.mark.parametrize(
    ("url", "anywhere", "hosts", "refused"),
    [
        ("http://127.0.0.1:1", True, (), False),
        ("http://127.0.0.1:1", False, (), True),
        ("https://10.0.0.7", False, (), True),
        ("https://[::ffff:10.0.0.7]", False, (), True),
        ("https://10.0.0.7", False, ("10.0.0.7",), False),
        ("https://10.0.0.7", True, (), False),
        ("https://169.254.169.254", True, (), True),
        ("https://[fe80::1]", True, (), True),
        ("https://93.184.216.34", False, (), False),
        ("https://nowhere.invalid", True, (), True),
    ],
)
def test_a_server_that_others_reach_is_no_way_into_its_network(
    url: str, anywhere: bool, hosts: tuple[str, ...], refused: bool
) -> None:
    from vernctl.embedded.connectors import ConnectorError
    from vernctl.embedded.connectors.reach import refuse_unreachable

    if refused:
        with pytest.raises(ConnectorError):
            refuse_unreachable(url, hosts, anywhere)
    else:
        refuse_unreachable(url, hosts, anywhere)
