"""Scenarios and accounts: the server as a test wants it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from vernctl.embedded.auth import Keys
from vernctl.embedded.keys_file import load_keys
from vernctl.embedded.script import load_scenario
from vernctl.errors import SpecError
from vernctl.testing import vern_server


@pytest.fixture
def played(tmp_path: Path, catalog: Path, engine: Any, small_api: Any) -> Callable[[str], Any]:
    @contextmanager
    def play(text: str) -> Iterator[Any]:
        script = tmp_path / "script.yaml"
        script.write_text(text)
        with vern_server(catalog=catalog, engine=engine, script=script) as server:
            yield small_api(server.url, server.api_key)

    return play


def test_a_run_asks_what_the_script_says_and_goes_on_when_answered(played: Any) -> None:
    text = """
    runs:
      - kind: generate
        ask:
          - {question: "Which region?", options: [EU, US], custom: false}
          - {question: "Anything else?"}
    """
    with played(text) as api:
        api.upload()
        run = api.do("generate")
        assert [q["question"] for q in run["questions"]] == ["Which region?", "Anything else?"]
        assert api.answer(run["run_id"], [{"id": "q1", "value": "Asia"}]).status_code == 400
        answers = [{"id": "q1", "value": "EU"}, {"id": "q2", "value": "no"}]
        assert api.answer(run["run_id"], answers).status_code == 200
        assert api.settled(run["run_id"])["status"] == "awaiting_approval"
        assert api.do("execute")["status"] == "completed"


def test_a_run_fails_as_often_as_the_script_says(played: Any) -> None:
    text = "runs: [{kind: execute, migration: Acme, times: 1, fail: The disk is full.}]"
    with played(text) as api:
        api.previewed()
        failed = api.do("execute")
        assert (failed["status"], failed["error"]) == ("failed", "The disk is full.")
        api.do("generate")
        assert api.do("execute")["status"] == "completed"


def test_a_run_waits_for_credentials_and_takes_its_time(played: Any) -> None:
    with played("runs: [{kind: generate, delay: 0.2, credentials: {fields: [key]}}]") as api:
        api.upload()
        begun = time.monotonic()
        run = api.do("generate")
        assert time.monotonic() - begun >= 0.2
        assert list(run["credential_request"]["schema"]) == ["key"]
        given = api.post(f"/runs/{run['run_id']}/credentials", {"credentials": {"key": "k"}})
        assert given.status_code == 200
        assert api.settled(run["run_id"])["status"] == "awaiting_approval"


def test_a_lost_reply_was_served_and_a_lost_request_was_not(played: Any) -> None:
    text = """
    requests:
      - {method: POST, path: "*/runs", lose: request}
      - {method: POST, path: "*/runs", lose: reply}
    """
    with played(text) as api:
        api.upload()
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                api.start("generate")
        events = api.events()
        assert [event["type"] for event in events].count("status") >= 1
        assert events[0]["data"]["status"] == "queued", "one run was started, by the second"
        assert len({event["data"].get("status") for event in events[:1]}) == 1


def test_an_answer_is_what_the_script_says_and_only_when_it_says(played: Any) -> None:
    text = """
    requests:
      - {path: /sources, skip: 1, times: 2, status: 429, retry_after: 7, error: Slow down.}
      - {path: /templates, delay: 0.1}
    """
    with played(text) as api:
        answers = [api.http.get("/sources") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
        assert answers[1].headers["retry-after"] == "7"
        assert answers[1].json() == {"error": "Slow down."}
        begun = time.monotonic()
        assert api.http.get("/templates").status_code == 200
        assert time.monotonic() - begun >= 0.1


def test_a_scenario_with_a_mistake_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("runs: [{kind: generte}]\nrequests: [{status: 200}]\nother: 1\n")
    with pytest.raises(SpecError) as caught:
        load_scenario(path)
    told = " ".join(str(problem) for problem in caught.value.problems)
    assert "runs.0.kind" in told and "requests.0.status" in told and "other" in told


def test_accounts_of_a_keys_file_cannot_see_each_other(
    tmp_path: Path, catalog: Path, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vernctl.testing import ThreadServer

    monkeypatch.setenv("ACME_KEY", "acme-key")
    (tmp_path / "globex").write_text("globex-key\n")
    keys = tmp_path / "keys.yaml"
    keys.write_text("acme: [{env: ACME_KEY}]\nglobex: [{file: globex}]\n")
    assert load_keys(keys) == {"acme-key": "acme", "globex-key": "globex"}
    server = ThreadServer(catalog, tmp_path / "data", engine=engine)
    server.start()
    server.service.keys = Keys(load_keys(keys))
    try:
        acme, globex = ({"x-api-key": key} for key in ("acme-key", "globex-key"))
        body = {"name": "A", "external_id": "a"}
        made = httpx.post(f"{server.url}/migrations", json=body, headers=acme)
        path = f"{server.url}/migrations/{made.json()['migration']['id']}/files"
        assert httpx.get(path, headers=acme).status_code == 200
        assert httpx.get(path, headers=globex).status_code == 404
        again = httpx.post(f"{server.url}/migrations", json=body, headers=globex)
        assert again.status_code == 201, "an external_id is an account's own"
        name = {"name": "Mine"}
        httpx.patch(f"{server.url}/templates/contacts", json=name, headers=acme)
        shown = httpx.get(f"{server.url}/templates/contacts", headers=globex)
        assert shown.json()["name"] == "Contacts"
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("acme: [secret]", "a key must be a mapping"),
        ("acme: [{env: NOT_SET_ANYWHERE}]", "empty or not set"),
        ("acme: [{file: nowhere}]", "cannot be read"),
        ("acme: []", "no account has a key"),
        ("- acme", "must be a mapping"),
    ],
)
def test_a_keys_file_that_opens_nothing_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        load_keys(path)
    assert said in " ".join(str(problem) for problem in caught.value.problems)
