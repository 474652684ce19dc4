"""Every answer that the contract documents is brought about once: operation × status → request.

401 and 404 are asked of every operation alike in test_operations.py.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from vernctl.embedded.limits import PUBLISHED, LimitClass
from vernctl.testing import vern_server

#: A parameter of a path that no case has filled.
FREE = re.compile(r"\{[a-z_]+\}")
NEEDS = "VERNCTL_CONTRACT"
CATALOG = """\
sources: [{name: Salesforce}, {name: Hub Spot}, {name: Twice}, {name: Twice}]
templates:
  - slug: contacts
    name: Contacts
    columns: [{name: Email}, {name: Status, one_of: [Open, Closed]}, {name: Note}]
"""
STRANGE = "Email,Status,Note\na@x.test,lead,\n"
#: A source that refuses every connection: its credentials are asked for before it is.
REST = {
    "source_key": "rest",
    "config": {
        "base_url": "http://127.0.0.1:9",
        "streams": {"contacts": {"path": "/", "records": "items"}},
    },
}
IN_FLIGHT = {"queued", "running", "blocked"}
LONG_AGO = "2001-01-01T00:00:00Z"


class World:
    """A migration on a server with a clock that a case may turn and an engine it may hold."""

    def __init__(self, server: Any, engine: Any, api: Any, shift: list[float]) -> None:
        self.server, self.engine, self.api, self.shift = server, engine, api, shift
        self.runs: list[str] = []

    def patch(self, path: str, body: object) -> httpx.Response:
        answer: httpx.Response = self.api.http.patch(path, json=body)
        return answer

    def of_source(self) -> World:
        """The same with a migration from Salesforce."""
        body = {"name": "A", "source": "Salesforce"}
        self.api.id = self.api.http.post("/migrations", json=body).json()["migration"]["id"]
        return self

    def held(self) -> str:
        """A run that is at work for as long as the case takes."""
        self.api.upload()
        self.engine.hold()
        self.runs.append(self.api.start("generate"))
        return self.runs[-1]

    def asked(self) -> str:
        """A run that is blocked by a question."""
        self.api.upload(STRANGE)
        run = self.api.do("generate")
        assert run["blocked_reason"] == "question", run
        self.runs.append(run["run_id"])
        return self.runs[-1]

    def locked(self) -> str:
        """A run that is blocked for credentials."""
        assert self.api.post("/source-connection", REST).status_code == 201
        run = self.api.do("generate")
        assert run["blocked_reason"] == "credentials", run
        self.runs.append(run["run_id"])
        return self.runs[-1]

    def leave(self) -> None:
        """End what is in flight: a run holds its source and its templates against other cases."""
        for run_id in self.runs:
            self.api.cancel(run_id)
        self.engine.let_go()
        for run_id in self.runs:
            self.api.until(run_id, lambda run: run["status"] not in IN_FLIGHT)

    def imported(self) -> World:
        self.api.previewed()
        assert self.api.do("execute")["status"] == "completed"
        return self

    def job(self) -> str:
        started = self.imported().api.post("/exports", {"slug": "contacts"})
        return str(started.json()["job_id"])

    def busy(self, path: str, body: object) -> httpx.Response:
        """An edit while a run from Salesforce holds what it would change."""
        self.of_source().held()
        return self.patch(path.format(base=self.api.base), body)

    def moved(self, path: str) -> httpx.Response:
        """A guarded write of a document that has changed since."""
        self.patch(path, {"knowledge": "first"})
        return self.patch(path, {"knowledge": "second", "if_unmodified_since": LONG_AGO})


def _pinned(w: World) -> httpx.Response:
    run_id = w.of_source().api.previewed()
    answer: httpx.Response = w.api.http.post("/sources/Salesforce/pin", json={"run_id": run_id})
    return answer


def _taken(w: World) -> httpx.Response:
    wanted = {"name": "A", "external_id": "taken"}
    w.api.http.post("/migrations", json={**wanted, "source": "Salesforce"})
    answer: httpx.Response = w.api.http.post("/migrations", json={**wanted, "source": "Hub Spot"})
    return answer


def _held_log(w: World) -> httpx.Response:
    w.held()
    answer: httpx.Response = w.api.get("/log")
    return answer


def _expired(w: World) -> httpx.Response:
    job_id = w.job()
    w.shift[0] += 48 * 3_600
    answer: httpx.Response = w.api.get(f"/exports/jobs/{job_id}")
    return answer


def _previewed(w: World, **params: object) -> httpx.Response:
    w.api.previewed()
    answer: httpx.Response = w.api.get("/preview", **params)
    return answer


def _disconnected(w: World) -> httpx.Response:
    w.api.post("/source-connection", REST)
    answer: httpx.Response = w.api.http.delete(f"{w.api.base}/source-connection")
    return answer


def _connected(w: World) -> httpx.Response:
    w.api.post("/source-connection", REST)
    answer: httpx.Response = w.api.get("/source-connection")
    return answer


def _credentials(w: World, run_id: str, body: object) -> httpx.Response:
    answer: httpx.Response = w.api.post(f"/runs/{run_id}/credentials", body)
    return answer


SOURCE, TEMPLATE = "/sources/Salesforce", "/templates/contacts"
TOKEN = {"credentials": {"token": "t"}}
NOT_AN_ID = [{"id": "none", "value": "x"}]

CASES: Final[dict[tuple[str, int], Callable[[World], httpx.Response]]] = {
    ("listSources", 200): lambda w: w.api.http.get("/sources"),
    ("pinSource", 200): _pinned,
    ("pinSource", 400): lambda w: w.api.http.post(f"{SOURCE}/pin", json={}),
    ("pinSource", 409): lambda w: w.api.http.post("/sources/Twice/pin", json={"run_id": None}),
    ("listTemplates", 200): lambda w: w.api.http.get("/templates"),
    ("getTemplate", 200): lambda w: w.api.http.get(TEMPLATE),
    ("updateTemplate", 200): lambda w: w.patch(TEMPLATE, {"name": "Contacts"}),
    ("updateTemplate", 400): lambda w: w.patch(TEMPLATE, {}),
    ("updateTemplate", 409): lambda w: w.busy(TEMPLATE, {"name": "People"}),
    ("createMigration", 201): lambda w: w.api.http.post("/migrations", json={"name": "B"}),
    ("createMigration", 400): lambda w: w.api.http.post("/migrations", json={}),
    ("createMigration", 404): lambda w: w.api.http.post(
        "/migrations", json={"name": "B", "source": "Nowhere"}
    ),
    ("createMigration", 409): _taken,
    ("createUploads", 201): lambda w: w.api.post("/files", {"files": [{"name": "a.csv"}]}),
    ("createUploads", 400): lambda w: w.api.post("/files", {}),
    ("listFiles", 200): lambda w: w.api.get("/files"),
    ("startRun", 201): lambda w: (w.api.upload(), w.api.post("/runs", {"kind": "generate"}))[1],
    ("startRun", 400): lambda w: w.api.post("/runs", {"kind": "guess"}),
    ("startRun", 409): lambda w: w.api.post("/runs", {"kind": "execute"}),
    ("getRun", 200): lambda w: w.api.get(f"/runs/{w.api.previewed()}"),
    ("cancelRun", 200): lambda w: w.api.cancel(w.held()),
    ("cancelRun", 400): lambda w: w.patch(f"{w.api.base}/runs/{w.held()}", {"status": "gone"}),
    ("answerRun", 200): lambda w: w.api.answer(w.asked(), "Map them all to 'Open'"),
    ("answerRun", 400): lambda w: w.api.answer(w.asked(), NOT_AN_ID),
    ("answerRun", 409): lambda w: w.api.answer(w.api.previewed(), "Too late"),
    ("submitCredentials", 200): lambda w: _credentials(w, w.locked(), TOKEN),
    ("submitCredentials", 400): lambda w: _credentials(w, w.locked(), {}),
    ("submitCredentials", 409): lambda w: _credentials(w, w.api.previewed(), TOKEN),
    ("getSourceConnection", 200): _connected,
    ("saveSourceConnection", 201): lambda w: w.api.post("/source-connection", REST),
    ("saveSourceConnection", 400): lambda w: w.api.post("/source-connection", {}),
    ("deleteSourceConnection", 200): _disconnected,
    ("getPreview", 200): _previewed,
    ("getPreview", 400): lambda w: _previewed(w, omit_empty="perhaps"),
    ("getThread", 200): lambda w: w.api.get("/thread"),
    ("streamThread", 200): lambda w: w.api.get("/thread/stream"),
    ("exportCsv", 200): lambda w: w.imported().api.get("/exports/contacts.csv"),
    ("exportCsv", 400): lambda w: w.imported().api.get("/exports/contacts.csv", fields="Nope"),
    ("exportCsv", 409): lambda w: w.api.get("/exports/contacts.csv", omit_empty="true"),
    ("updateSource", 200): lambda w: w.patch(SOURCE, {"name": "Salesforce"}),
    ("updateSource", 400): lambda w: w.patch(SOURCE, {}),
    ("updateSource", 409): lambda w: w.busy(SOURCE, {"name": "SF"}),
    ("getSourceKnowledge", 200): lambda w: w.api.http.get(f"{SOURCE}/knowledge"),
    ("updateSourceKnowledge", 200): lambda w: w.patch(f"{SOURCE}/knowledge", {"knowledge": "k"}),
    ("updateSourceKnowledge", 400): lambda w: w.patch(f"{SOURCE}/knowledge", {}),
    ("updateSourceKnowledge", 409): lambda w: w.busy(f"{SOURCE}/knowledge", {"knowledge": "k"}),
    ("updateSourceKnowledge", 412): lambda w: w.moved(f"{SOURCE}/knowledge"),
    ("getMigrationKnowledge", 200): lambda w: w.api.get("/knowledge"),
    ("updateMigrationKnowledge", 200): lambda w: w.patch(
        f"{w.api.base}/knowledge", {"knowledge": "k"}
    ),
    ("updateMigrationKnowledge", 400): lambda w: w.patch(f"{w.api.base}/knowledge", {}),
    ("updateMigrationKnowledge", 409): lambda w: w.busy("{base}/knowledge", {"knowledge": "k"}),
    ("updateMigrationKnowledge", 412): lambda w: w.moved(f"{w.api.base}/knowledge"),
    ("getSessionLog", 200): lambda w: w.api.get("/log"),
    ("getSessionLog", 409): _held_log,
    ("createExport", 202): lambda w: w.imported().api.post("/exports", {"slug": "contacts"}),
    ("createExport", 400): lambda w: w.imported().api.post("/exports", {}),
    ("createExport", 409): lambda w: w.api.post("/exports", {"slug": "contacts"}),
    ("getExportJob", 200): lambda w: w.api.get(f"/exports/jobs/{w.job()}"),
    ("getExportJob", 410): _expired,
}


def documented() -> set[tuple[str, int, str, str]]:
    """(operation, status, method, path) of everything that the contract documents."""
    if NEEDS not in os.environ:
        return set()
    document = json.loads(Path(os.environ[NEEDS]).read_text(encoding="utf-8"))
    return {
        (operation["operationId"], int(status), method.upper(), path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict)
        for status in operation["responses"]
    }


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, small_engine_module: Any
) -> Iterator[tuple[Any, Any, list[float]]]:
    folder, shift = tmp_path_factory.mktemp("statuses"), [0.0]
    (folder / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    engine = small_engine_module.SmallEngine(folder / "gate")
    with vern_server(
        catalog=folder / "catalog.yaml",
        data=folder / "data",
        engine=engine,
        clock=lambda: time.time() + shift[0],
    ) as server:
        yield server, engine, shift


@pytest.fixture
def world(running: Any, small_api: Any) -> Iterator[World]:
    server, engine, shift = running
    api = small_api(server.url, server.api_key)
    made = World(server, engine, api, shift)
    yield made
    made.leave()


@pytest.mark.parametrize(("name", "status"), CASES, ids=lambda each: str(each))
def test_the_documented_answer_is_given(world: World, name: str, status: int) -> None:
    answer = CASES[name, status](world)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert isinstance(answer.json()["error"], str)


#: What spends which class; everything else that is keyed reads (GET) or writes.
CLASSES: Final[dict[str, tuple[LimitClass, str, object]]] = {
    "createMigration": ("create", "", {"name": "B"}),
    "startRun": ("generate", "", {"kind": "generate"}),
    "answerRun": ("agent", "asked", {"answers": "Map them all to 'Open'"}),
    "submitCredentials": ("agent", "locked", TOKEN),
    "createExport": ("jobs", "", {"slug": "contacts"}),
}


def spend_all(server: Any) -> None:
    """Use up every class of the account, as that many requests would."""
    for name, (limit, _) in PUBLISHED.items():
        for _ in range(limit):
            server.service.limits.spend_alone("default", name)


@pytest.mark.skipif(NEEDS not in os.environ, reason=f"{NEEDS} is unset")
def test_every_operation_says_when_its_limit_is_used_up(
    catalog: Path, small_engine_module: Any, tmp_path: Path, small_api: Any, monkeypatch: Any
) -> None:
    engine = small_engine_module.SmallEngine(tmp_path / "gate")
    now = [1_800_000_000.0]
    with vern_server(
        catalog=catalog, engine=engine, clock=lambda: now[0], limits="published"
    ) as server:
        with monkeypatch.context() as wide:
            for each, (_, seconds) in list(PUBLISHED.items()):
                wide.setitem(PUBLISHED, each, (10_000, seconds))
            ready = small_api(server.url, server.api_key)
            World(server, engine, ready, now).imported()
            places = {"": (ready.base, "none")}
            for state in ("asked", "locked"):
                api = small_api(server.url, server.api_key)
                places[state] = (api.base, getattr(World(server, engine, api, now), state)())
        now[0] += 3_600
        spend_all(server)
        for name, status, method, path in sorted(documented()):
            if status != 429 or name == "cancelRun":
                continue  # no published class counts a cancel
            usual: LimitClass = "reads" if method == "GET" else "writes"
            spent, state, body = CLASSES.get(name, (usual, "", {}))
            base, run_id = places[state]
            path = path.replace("/migrations/{migration_id}", base).replace("{run_id}", run_id)
            path = path.replace("{file}", "contacts.csv")
            answer = ready.http.request(method, FREE.sub("contacts", path), json=body)
            limit, seconds = PUBLISHED[spent]
            assert answer.status_code == 429, (name, answer.text)
            assert f"{limit} {spent} " in answer.json()["error"], name
            assert answer.headers["x-ratelimit-limit"] == str(limit), name
            assert answer.headers["x-ratelimit-remaining"] == "0", name
            assert answer.headers["retry-after"] == str(seconds), name
            assert answer.headers["x-ratelimit-reset"] == str(int(now[0]) + seconds), name


def test_a_cancel_that_no_class_counts_is_limited_by_a_scenario(
    catalog: Path, small_engine_module: Any, tmp_path: Path, small_api: Any
) -> None:
    script = tmp_path / "scenario.yaml"
    script.write_text('requests: [{method: PATCH, path: "*/runs/*", status: 429, retry_after: 3}]')
    engine = small_engine_module.SmallEngine(tmp_path / "gate")
    with vern_server(catalog=catalog, engine=engine, script=script) as server:
        api = small_api(server.url, server.api_key)
        refused = api.cancel(api.previewed())
        assert refused.status_code == 429 and refused.headers["retry-after"] == "3"


@pytest.mark.skipif(NEEDS not in os.environ, reason=f"{NEEDS} is unset")
def test_no_documented_answer_is_without_a_case() -> None:
    alike = {401, 429}
    missing = {
        (name, status)
        for name, status, _, path in documented()
        if (name, status) not in CASES
        and status not in alike
        and not (status == 404 and "{" in path)
    }
    assert not missing
