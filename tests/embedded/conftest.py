"""A real server over loopback, and a client that holds every answer against the contract."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from vernctl.testing import VernServer, vern_server

CATALOG = """\
sources:
  - name: Salesforce
  - name: Hub Spot
  - name: Zendesk & Co
  - name: Twice
  - name: Twice
templates:
  - slug: contacts
    name: Contacts
    columns:
      - {name: Email, required: true, unique: true}
      - {name: Status, one_of: [Open, Closed]}
      - {name: Note}
  - slug: companies
    name: Companies
    columns:
      - {name: Company}
"""
CONTACTS = "Email,Status,Note\na@x.test,Open,\n,Closed,\n"
STRANGE = "Email,Status,Note\na@x.test,lead,\n"


@lru_cache
def contract() -> dict[str, Any] | None:
    """The published contract, where VERNCTL_CONTRACT names it."""
    named = os.environ.get("VERNCTL_CONTRACT")
    if not named:
        return None
    found: dict[str, Any] = json.loads(Path(named).read_text(encoding="utf-8"))
    # the document says object, the service and its clients use bare strings for message tokens
    event = found["components"]["schemas"]["ThreadEvent"]
    event["properties"]["data"]["type"] = ["object", "string"]
    # a concurrency error is an Error too, so that "oneOf" of both can never hold for it
    limited = found["components"]["responses"]["RunStartLimited"]["content"]["application/json"]
    limited["schema"] = {"anyOf": limited["schema"]["oneOf"]}
    return found


def check_against_contract(response: httpx.Response) -> None:
    """Fail where a JSON answer is not what the contract promises for its operation and status."""
    found = contract()
    path = response.request.url.path.removeprefix("/api/v1")
    if found is None or path.startswith("/uploads/"):
        return
    for template, operations in found["paths"].items():
        pattern = re.sub(r"\{[^}]*\}", "[^/]+", template)
        operation = operations.get(response.request.method.lower())
        if operation is None or not re.fullmatch(pattern, path):
            continue
        status = str(response.status_code)
        if status == "200" and operation["operationId"] == "createMigration":
            status = "201"  # its description promises 200 with the same body
        _validate(found, operation["responses"].get(status), response)
        return


def _validate(
    found: dict[str, Any], answer: dict[str, Any] | None, response: httpx.Response
) -> None:
    if answer is None:
        # 400 and 413 are possible wherever something is sent; their body is always the same
        assert response.status_code in {400, 403, 405, 413}, response.text
        assert isinstance(response.json()["error"], str)
        return
    if "$ref" in answer:
        answer = found["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    content = answer["content"]
    kind = response.headers["content-type"].partition(";")[0]
    assert kind in content, f"{kind} is not promised for {response.request.url}"
    if kind == "application/json":
        _validator(json.dumps(content[kind]["schema"])).validate(response.json())


@lru_cache
def _validator(schema: str) -> Draft202012Validator:
    resource = Resource.from_contents(contract(), default_specification=DRAFT202012)
    registry: Any = Registry().with_resource("urn:contract", resource)
    pointed = json.loads(schema.replace('"#/', '"urn:contract#/'))
    return Draft202012Validator(pointed, registry=registry)


class Api:
    """A migration seen by a client: short words for the requests that every test makes."""

    def __init__(self, url: str, key: str, name: str = "Acme", **wanted: object) -> None:
        hooks = {"response": [httpx.Response.read, check_against_contract]}
        self.http = httpx.Client(
            base_url=url, headers={"x-api-key": key}, event_hooks=hooks, timeout=20
        )
        self.id = ""
        if name:
            created = self.http.post("/migrations", json={"name": name, **wanted})
            self.id = created.json()["migration"]["id"]

    @property
    def base(self) -> str:
        return f"/migrations/{self.id}"

    def get(self, path: str, **params: object) -> httpx.Response:
        return self.http.get(f"{self.base}{path}", params=params)  # type: ignore[arg-type]

    def post(self, path: str, body: object) -> httpx.Response:
        return self.http.post(f"{self.base}{path}", json=body)

    def upload(self, text: str = CONTACTS, name: str = "contacts.csv") -> str:
        minted = self.post("/files", {"files": [{"name": name, "content_type": "text/csv"}]})
        url = str(minted.json()["files"][0]["signed_url"])
        assert httpx.put(url, content=text.encode()).status_code == 200
        return url

    def start(self, kind: str, message: str | None = None) -> str:
        body = {"kind": kind, **({"message": message} if message else {})}
        started = self.post("/runs", body)
        assert started.status_code == 201, started.text
        return str(started.json()["run_id"])

    def run(self, run_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.get(f"/runs/{run_id}").json()
        return shown

    def settled(self, run_id: str) -> dict[str, Any]:
        return self.until(run_id, lambda run: run["status"] not in {"queued", "running"})

    def until(self, run_id: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            run = self.run(run_id)
            if done(run):
                return run
            time.sleep(0.005)
        raise AssertionError(f"the run stays {run}")

    def do(self, kind: str, message: str | None = None) -> dict[str, Any]:
        return self.settled(self.start(kind, message))

    def previewed(self, text: str = CONTACTS) -> str:
        self.upload(text)
        run = self.do("generate")
        assert run["status"] == "awaiting_approval", run
        return str(run["run_id"])

    def events(self, **params: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/thread", **params).json()["events"]
        return found

    def answer(self, run_id: str, answers: object) -> httpx.Response:
        return self.post(f"/runs/{run_id}/messages", {"answers": answers})

    def cancel(self, run_id: str) -> httpx.Response:
        return self.http.patch(f"{self.base}/runs/{run_id}", json={"status": "cancel_requested"})


@pytest.fixture(scope="session")
def small_engine_file() -> Path:
    return Path(__file__).with_name("small_engine.py")


@pytest.fixture(scope="session")
def small_engine_module(small_engine_file: Path) -> Any:
    spec = importlib.util.spec_from_file_location("vernctl_small_engine", small_engine_file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.yaml"
    path.write_text(CATALOG, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, small_engine_module: Any) -> Iterator[Any]:
    """One server with the small engine for all tests; each makes migrations of its own."""
    folder = tmp_path_factory.mktemp("embedded")
    catalog = folder / "catalog.yaml"
    catalog.write_text(CATALOG, encoding="utf-8")
    engine = small_engine_module.SmallEngine(folder / "gate")
    with vern_server(catalog=catalog, data=folder / "data", engine=engine) as running:
        yield running, engine


@pytest.fixture
def engine(shared: Any) -> Iterator[Any]:
    """The small engine: ``hold()`` makes it wait, until ``let_go()`` or the end of the test."""
    yield shared[1]
    shared[1].let_go()


@pytest.fixture
def server(shared: Any, engine: Any) -> VernServer:
    running: VernServer = shared[0]
    return running


@pytest.fixture
def own_server(tmp_path: Path, catalog: Path, engine: Any) -> Iterator[VernServer]:
    """A server that a test may stop or change."""
    with vern_server(catalog=catalog, data=tmp_path / "data", engine=engine) as running:
        yield running
        engine.let_go()


@pytest.fixture
def connect(server: VernServer) -> Iterator[Callable[..., Api]]:
    """Makes clients, each with a migration of its own."""
    made: list[Api] = []

    def make(**wanted: object) -> Api:
        made.append(Api(server.url, server.api_key, **wanted))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for api in made:
        api.http.close()


@pytest.fixture
def api(connect: Callable[..., Api]) -> Api:
    """A client with one migration on a server with the small engine."""
    return connect()


@pytest.fixture
def small_api() -> Iterator[Callable[[str, str], Api]]:
    """Makes clients of servers that a test starts itself."""
    made: list[Api] = []

    def make(url: str, key: str) -> Api:
        made.append(Api(url, key))
        return made[-1]

    yield make
    for api in made:
        api.http.close()
