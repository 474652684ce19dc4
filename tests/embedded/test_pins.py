"""Pins: what later customers of a source start from, and that nothing drifts without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vernctl.testing import vern_server

STRANGE = "Email,Status,Note\na@x.test,lead,\n"


@pytest.fixture
def made(own_server: Any, small_api: Any) -> Any:
    """Makes migrations from one source on a server of the test's own."""

    def make(source: str | None = "Salesforce", server: Any = own_server) -> Any:
        api = small_api(server.url, server.api_key)
        body = {"name": "A", "source": source}
        api.id = api.http.post("/migrations", json=body).json()["migration"]["id"]
        api.upload(STRANGE)
        return api

    return make


def pin(api: Any, run_id: object, source: str = "Salesforce") -> Any:
    return api.http.post(f"/sources/{source}/pin", json={"run_id": run_id})


def worked(api: Any) -> str:
    """A run that was answered and updated."""
    run = api.do("generate")
    label = run["questions"][0]["options"][0]["label"]
    api.answer(run["run_id"], [{"id": "q1", "value": label}])
    api.settled(run["run_id"])
    assert api.do("update", "upper Email")["status"] == "awaiting_approval"
    return str(run["run_id"])


def rows(api: Any) -> Any:
    return api.get("/preview").json()["sheets"][0]["rows"][1:]


def test_a_pinned_source_starts_the_next_generate_from_that_run(made: Any) -> None:
    run_id = worked(made())
    told = pin(made(), run_id)
    assert told.json() == {"source": "Salesforce", "pinned_recipe_run_id": run_id}
    later = made()
    assert later.do("generate")["status"] == "awaiting_approval", "the answer is known"
    assert rows(later) == [["A@X.TEST", "Open", ""]]
    assert made(source="Hub Spot").do("generate")["status"] == "blocked"


def test_without_a_pin_nothing_is_reused(made: Any) -> None:
    api = made()
    run_id = worked(api)
    api.do("execute")
    assert made().do("generate")["status"] == "blocked"
    pin(api, run_id)
    assert pin(api, None).json()["pinned_recipe_run_id"] is None
    assert made().do("generate")["status"] == "blocked"


def test_a_pin_holds_what_later_runs_do_not_change(made: Any) -> None:
    run_id = worked(made())
    pin(made(), run_id)
    later = made()
    later.do("generate")
    later.do("update", "upper Note")
    assert later.do("update", "upper Status")["status"] == "awaiting_approval"
    last = made()
    last.do("generate")
    assert rows(last) == [["A@X.TEST", "Open", ""]]


def test_a_pin_that_cannot_be_is_refused(made: Any, engine: Any) -> None:
    api = made()
    assert pin(api, "00000000-0000-4000-8000-000000000000").status_code == 404
    assert pin(api, None, "Nowhere").status_code == 404
    assert pin(api, None, "Twice").status_code == 409
    blocked = api.do("generate")["run_id"]
    assert pin(api, blocked).status_code == 409
    assert pin(api, blocked, "Hub Spot").status_code == 400
    assert api.http.post("/sources/Salesforce/pin", json={}).status_code == 400


def test_with_reuse_the_latest_import_that_worked_is_started_from(
    catalog: Path, tmp_path: Path, engine: Any, made: Any
) -> None:
    with vern_server(catalog=catalog, engine=engine, reuse="latest") as server:
        first = made(server=server)
        worked(first)
        assert made(server=server).do("generate")["status"] == "blocked", "not imported yet"
        assert first.do("execute")["status"] == "completed"
        assert made(server=server).do("generate")["status"] == "awaiting_approval"
