"""The /companies dialect: one run maps and imports; corrections reach it while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from vernctl.embedded.catalog import load_catalog
from vernctl.embedded.companies import source_ids, template_id

GRID = [["Email", "Status", "Note"], ["a@x.test", "Open", ""], [None, "Closed", ""]]
CSV = b"Email,Status,Note\na@x.test,Open,\n,Closed,\n"
STRANGE = [["Email", "Status", "Note"], ["a@x.test", "lead", ""]]


def salesforce(server: Any) -> str:
    catalog = load_catalog(server.catalog)
    return next(key for key, source in source_ids(catalog).items() if source.name == "Salesforce")


class Company:
    """A company seen by a client."""

    def __init__(self, api: Any, server: Any, **more: object) -> None:
        self.http = api.http
        self.server = server
        self.body: dict[str, object] = {
            "name": "Acme",
            "source": salesforce(server),
            "template_ids": [template_id("contacts")],
            **more,
        }
        created = self.http.post("/companies", json=self.body)
        assert created.status_code == 201, created.text
        self.id = created.json()["company"]["id"]

    def at(self, path: str) -> str:
        return f"/companies/{self.id}{path}"

    def upload(self, content: bytes = CSV, size: int | None = None) -> str:
        wanted = {"name": "contacts.csv", "content_type": "text/csv"}
        minted = self.http.post(
            self.at("/uploads"), json={**wanted, "size": len(content) if size is None else size}
        ).json()
        self.put = httpx.put(minted["upload_url"], content=content)
        return str(minted["upload_ref"])

    def start(self, **body: object) -> Any:
        return self.http.post(self.at("/imports"), json=body)

    def run(self, **body: object) -> dict[str, Any]:
        started = self.start(**body)
        assert started.status_code == 201, started.text
        return self.settled(started.json()["run_id"])

    def settled(self, run_id: str) -> dict[str, Any]:
        return self.until(run_id, lambda run: run["status"] not in {"queued", "running"})

    def until(self, run_id: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            run: dict[str, Any] = self.http.get(self.at(f"/imports/{run_id}")).json()
            if done(run):
                return run
            time.sleep(0.005)
        raise AssertionError(f"the run stays {run}")

    def say(self, run_id: str, **body: object) -> Any:
        return self.http.post(self.at(f"/imports/{run_id}/messages"), json=body)

    def csv(self, **params: str) -> Any:
        return self.http.get(self.at("/export.csv"), params=params)


@pytest.fixture
def company(api: Any, server: Any) -> Company:
    return Company(api, server)


def test_one_run_maps_and_imports_uploaded_files(company: Company) -> None:
    run = company.run(files=[company.upload()])
    assert run["status"] == "completed" and run["report"]["inserted"] == 2
    assert company.csv().text == "Email,Status,Note\r\na@x.test,Open,\r\n"
    assert company.csv(filter="all").headers["x-total-records"] == "2"


def test_rows_may_come_in_the_request(company: Company) -> None:
    assert company.run(rows=GRID)["report"]["inserted"] == 2
    assert company.csv(template="contacts").text.count("\r\n") == 2
    assert company.csv(template=template_id("contacts")).status_code == 200
    assert company.csv(template="companies").status_code == 404


def test_an_external_id_is_used_once(company: Company, api: Any, server: Any) -> None:
    again = {**company.body, "external_id": "acme-77"}
    assert api.http.post("/companies", json=again).status_code == 201
    assert api.http.post("/companies", json=again).status_code == 409
    taken = api.http.post("/migrations", json={"name": "A", "external_id": "acme-77"})
    assert taken.status_code == 409


def test_unknown_ids_are_not_found(company: Company, api: Any) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    for wrong in ({"source": nobody}, {"template_ids": [nobody]}):
        assert api.http.post("/companies", json={**company.body, **wrong}).status_code == 404
    assert api.http.get(f"/companies/{nobody}/imports").status_code == 404
    assert api.http.get(f"/migrations/{company.id}/files").status_code == 404
    assert api.http.get(f"/companies/{api.id}/imports").status_code == 404


def test_an_idempotency_key_starts_one_import(company: Company) -> None:
    first = company.start(rows=GRID, idempotency_key="k")
    run_id = first.json()["run_id"]
    company.settled(run_id)
    again = company.start(rows=GRID, idempotency_key="k")
    assert (again.status_code, again.json()["run_id"]) == (200, run_id)
    other = company.start(rows=STRANGE, idempotency_key="k")
    assert other.status_code == 409 and other.json()["run_id"] == run_id


def test_the_active_run_and_the_history_newest_first(company: Company, engine: Any) -> None:
    assert company.http.get(company.at("/imports?status=active")).json() == {"run": None}
    first = company.run(rows=GRID)["run_id"]
    engine.hold()
    second = company.start(rows=GRID).json()["run_id"]
    busy = company.start(rows=GRID)
    assert busy.status_code == 409 and busy.json()["run_id"] == second
    active = company.http.get(company.at("/imports?status=active")).json()["run"]
    assert active["run_id"] == second
    engine.let_go()
    company.settled(second)
    listed = company.http.get(company.at("/imports")).json()["runs"]
    assert [run["run_id"] for run in listed] == [second, first]
    assert company.http.get(company.at("/imports?status=old")).status_code == 400


def test_a_block_is_answered_and_the_import_goes_on(company: Company) -> None:
    run = company.run(rows=STRANGE)
    assert run["status"] == "blocked" and run["blocked_reason"] == "question"
    label = run["questions"][0]["options"][0]["label"]
    wrong = company.say(run["run_id"], answers=[{"id": "q9", "value": label}])
    assert wrong.status_code == 400
    told = company.say(run["run_id"], answers=[{"id": "q1", "value": label}])
    assert told.json()["status"] == "running"
    assert told.json()["poll_url"].endswith(f"/companies/{company.id}/imports/{run['run_id']}")
    done = company.settled(run["run_id"])
    assert done["status"] == "completed" and done["answers"] == {"q1": label}
    assert "a@x.test,Open" in company.csv().text


def test_a_running_import_takes_a_correction_and_a_finished_one_does_not(
    company: Company, engine: Any
) -> None:
    engine.hold()
    run_id = company.start(rows=GRID).json()["run_id"]
    company.until(run_id, lambda run: run["message"] == "Reading the files")
    assert company.say(run_id, answers=[{"id": "q1", "value": "x"}]).status_code == 409
    assert company.say(run_id, message="upper Email").status_code == 200
    engine.let_go()
    company.settled(run_id)
    assert "A@X.TEST" in company.csv().text
    assert company.say(run_id, message="upper Note").status_code == 409
    company.run(rows=GRID)
    assert "a@x.test" in company.csv().text, "a correction applies to its run only"


def test_a_correction_during_the_writing_is_not_lost(company: Company, engine: Any) -> None:
    run_id = company.start(rows=GRID).json()["run_id"]
    for _ in range(20):
        if company.say(run_id, message="upper Email").status_code == 409:
            break
    assert company.settled(run_id)["status"] == "completed"


def test_a_blocked_import_goes_on_with_a_correction(company: Company) -> None:
    run = company.run(rows=STRANGE)
    assert company.say(run["run_id"], message="upper Email").status_code == 200
    again = company.settled(run["run_id"])
    assert again["status"] == "blocked" and again["questions"][0]["id"] == "q2"
    label = again["questions"][0]["options"][1]["label"]
    company.say(run["run_id"], answers=[{"id": "q2", "value": label}])
    company.settled(run["run_id"])
    assert "A@X.TEST,lead" in company.csv(filter="all").text


def test_a_wrong_request_is_told_what_is_wrong(company: Company) -> None:
    bodies: tuple[dict[str, object], ...] = (
        {},
        {"rows": GRID, "files": ["x"]},
        {"files": ["x"]},
        {"rows": [{"a": "1"}, ["b"]]},
        {"rows": []},
    )
    for body in bodies:
        assert company.start(**body).status_code == 400, body
    assert company.say("x", answers=[{"id": "q", "value": "v"}]).status_code == 404
    assert company.say("x").status_code == 400


def test_an_upload_must_have_the_size_that_was_announced(company: Company) -> None:
    ref = company.upload(CSV, size=3)
    assert company.put.status_code == 400 and "3 bytes were announced" in company.put.text
    assert company.start(files=[ref]).status_code == 400


def test_several_sheets_are_exported_one_at_a_time(api: Any, server: Any) -> None:
    both = [template_id("contacts"), template_id("companies")]
    company = Company(api, server, template_ids=both)
    company.run(rows=GRID)
    assert company.csv().status_code == 400
    assert company.csv(template="companies").text == "Company\r\n"


def test_a_canceled_import_lets_the_next_one_start(company: Company) -> None:
    run_id = company.run(rows=STRANGE)["run_id"]
    cancel = {"status": "cancel_requested"}
    assert company.http.patch(company.at(f"/imports/{run_id}"), json=cancel).status_code == 200
    assert company.run(rows=GRID)["status"] == "completed"
