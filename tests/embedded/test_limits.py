"""The published limits, on a clock that the tests turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vernctl.embedded.limits import MAX_RUNS, PUBLISHED
from vernctl.testing import VernServer, vern_server

STRANGE = "Email,Status,Note\na@x.test,lead,\n"


@pytest.fixture
def now() -> list[float]:
    return [1_000_000.0]


@pytest.fixture
def own_server(
    tmp_path: Path, catalog: Path, engine: Any, now: list[float]
) -> Iterator[VernServer]:
    with vern_server(
        catalog=catalog,
        data=tmp_path / "data",
        engine=engine,
        clock=lambda: now[0],
        limits="published",
    ) as server:
        yield server
        engine.let_go()


@pytest.fixture
def limited(own_server: VernServer, small_api: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of a limited server; its own polls cost nothing, unless a test counts them."""
    monkeypatch.setitem(PUBLISHED, "reads", (10_000, 60))
    return small_api(own_server.url, own_server.api_key)


def refused(answer: Any, name: Any) -> bool:
    """Whether this is a 429 with the headers of that class."""
    if answer.status_code != 429:
        return False
    limit, seconds = PUBLISHED[name]
    headers = answer.headers
    assert headers["x-ratelimit-limit"] == str(limit)
    assert headers["x-ratelimit-remaining"] == "0"
    assert 1 <= int(headers["retry-after"]) <= seconds
    assert f"{limit} {name} " in answer.json()["error"]
    return True


def test_one_migration_may_be_created_an_hour(limited: Any, now: list[float]) -> None:
    answer = limited.http.post("/migrations", json={"name": "B"})
    assert refused(answer, "create") and answer.headers["x-ratelimit-reset"] == "1003600"
    now[0] += 3_599
    assert refused(limited.http.post("/migrations", json={"name": "B"}), "create")
    now[0] += 1
    assert limited.http.post("/migrations", json={"name": "B"}).status_code == 201


def test_what_is_refused_for_another_reason_spends_nothing(limited: Any, now: list[float]) -> None:
    now[0] += 3_600
    for wanted in ({}, {"name": "A", "source": "Nobody"}):
        assert limited.http.post("/migrations", json=wanted).status_code in {400, 404}
    assert limited.http.post("/migrations", json={"name": "B"}).status_code == 201
    for _ in range(7):
        assert limited.post("/runs", {"kind": "execute"}).status_code == 409
    limited.upload()
    assert limited.do("generate")["status"] == "awaiting_approval"


def test_one_generate_an_hour_even_where_agent_calls_are_left(
    limited: Any, now: list[float]
) -> None:
    limited.previewed()
    assert refused(limited.post("/runs", {"kind": "generate"}), "generate")
    assert limited.do("clarify", "Why?")["status"] == "awaiting_approval"
    now[0] += 3_600
    assert limited.do("generate")["status"] == "awaiting_approval"


def test_five_agent_calls_an_hour_answers_among_them(limited: Any, now: list[float]) -> None:
    limited.upload(STRANGE)
    run = limited.do("generate")
    limited.answer(run["run_id"], "Map them all to 'Open'")
    limited.settled(run["run_id"])
    for _ in range(3):
        limited.do("clarify", "Why?")
    assert refused(limited.post("/runs", {"kind": "execute"}), "agent")
    assert limited.run(run["run_id"])["status"] == "awaiting_approval"
    now[0] += 3_600
    assert limited.do("execute")["status"] == "completed"


def test_an_hour_lasts_through_a_restart(limited: Any, own_server: VernServer) -> None:
    own_server.restart()
    assert refused(limited.http.post("/migrations", json={"name": "B"}), "create")


def test_reads_and_writes_are_counted_by_the_minute(limited: Any, now: list[float]) -> None:
    PUBLISHED["reads"] = (30, 60)
    answers = [limited.get("/thread") for _ in range(31)]
    assert [a.status_code for a in answers[:30]] == [200] * 30 and refused(answers[30], "reads")
    written = [
        limited.http.patch(f"{limited.base}/knowledge", json={"knowledge": "x"}) for _ in range(11)
    ]
    assert [a.status_code for a in written[:10]] == [200] * 10 and refused(written[10], "writes")
    now[0] += 60
    assert limited.get("/thread").status_code == 200


def test_a_fourth_run_is_refused_with_the_three_that_hold_the_slots(
    limited: Any, now: list[float]
) -> None:
    held = []
    for number in range(MAX_RUNS + 1):
        now[0] += 3_600
        created = limited.http.post("/migrations", json={"name": f"M{number}"})
        limited.id = created.json()["migration"]["id"]
        limited.upload(STRANGE)
        if number < MAX_RUNS:
            held.append(limited.do("generate")["run_id"])
    answer = limited.post("/runs", {"kind": "generate"})
    assert answer.status_code == 429 and answer.json()["code"] == "run_concurrency_limit"
    assert answer.json()["limit"] == MAX_RUNS
    assert [(run["id"], run["status"]) for run in answer.json()["runs"]] == [
        (run_id, "blocked") for run_id in held
    ]


def test_limits_are_off_unless_asked_for(api: Any) -> None:
    for _ in range(3):
        assert api.http.post("/migrations", json={"name": "A"}).status_code == 201
    for _ in range(40):
        assert api.get("/thread").status_code == 200
