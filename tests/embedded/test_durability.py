"""kill -9 and restart: every run ends, nothing is half-written, no sequence repeats."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from vernctl.embedded.store import Store
from vernctl.embedded.work import MAX_ATTEMPTS
from vernctl.testing import ProcessServer

STRANGE = "Email,Status,Note\na@x.test,lead,\n"
MAP = "Map them all to 'Open'"


@pytest.fixture
def server(
    tmp_path: Path, catalog: Path, engine: Any, small_engine_file: Path
) -> Iterator[ProcessServer]:
    """A server process with the small engine."""
    program = (str(small_engine_file), "--gate", str(engine.gate))
    running = ProcessServer(catalog, tmp_path / "data", program)
    running.start()
    yield running
    engine.let_go()
    running.kill()


def kill_and_restart(server: ProcessServer, engine: Any) -> None:
    server.kill()
    engine.let_go()
    server.restart()


def test_a_generate_that_was_killed_is_taken_up_again(api: Any, engine: Any, server: Any) -> None:
    api.upload()
    engine.hold()
    run_id = api.start("generate")
    api.until(run_id, lambda run: run["message"] == "Reading the files")
    before = [event["sequence"] for event in api.events(include="all")]
    kill_and_restart(server, engine)
    assert api.settled(run_id)["status"] == "awaiting_approval"
    after = [event["sequence"] for event in api.events(include="all")]
    assert after[: len(before)] == before and after == sorted(set(after))


def test_a_blocked_run_still_waits_for_its_answer(api: Any, engine: Any, server: Any) -> None:
    api.upload(STRANGE)
    run = api.do("generate")
    kill_and_restart(server, engine)
    assert api.run(run["run_id"]) == run
    api.answer(run["run_id"], MAP)
    engine.hold()
    kill_and_restart(server, engine)
    assert api.settled(run["run_id"])["answers"] == {"q1": MAP}
    assert api.get("/preview").json()["sheets"][0]["rows"][1][1] == "Open"


def test_an_execute_that_was_killed_is_done_once(api: Any, engine: Any, server: Any) -> None:
    api.previewed()
    engine.hold()
    run_id = api.start("execute")
    api.until(run_id, lambda run: run["message"] == "Writing the rows")
    kill_and_restart(server, engine)
    done = api.settled(run_id)
    assert done["status"] == "completed" and done["report"]["inserted"] == 2
    [_, execute] = api.get("/log").json()["runs"]
    assert execute["outcome"]["replaced_existing_data"] is False
    assert api.get("/exports/contacts.csv", filter="all").headers["x-total-records"] == "2"
    assert len(list((server.data / "sheets").iterdir())) == 1


def test_a_replacing_execute_that_was_killed_leaves_the_earlier_rows_readable(
    api: Any, engine: Any, server: Any
) -> None:
    api.previewed()
    api.do("execute")
    api.do("generate")
    api.do("update", "upper Email")
    engine.hold()
    run_id = api.start("execute")
    api.until(run_id, lambda run: run["message"] == "Writing the rows")
    server.kill()
    server.restart()
    assert "a@x.test" in api.get("/exports/contacts.csv").text
    engine.let_go()
    api.settled(run_id)
    assert "A@X.TEST" in api.get("/exports/contacts.csv").text


def test_a_commit_that_was_not_recorded_heals(api: Any, engine: Any, server: Any) -> None:
    """The rows are on disk, the server dies before it has written that they count."""
    run_id = api.previewed()
    report = api.do("execute")["report"]
    server.kill()
    database = sqlite3.connect(server.data / "server.sqlite")
    with database:
        database.execute("UPDATE runs SET status = 'running', report = NULL")
        database.execute("DELETE FROM imports")
        database.execute(
            "UPDATE steps SET outcome = NULL, completed_at = NULL WHERE kind='execute'"
        )
    database.close()
    server.restart()
    assert api.settled(run_id)["report"] == report
    assert api.get("/exports/contacts.csv").status_code == 200
    assert len(list((server.data / "sheets").iterdir())) == 1


def test_a_step_that_takes_the_server_down_is_given_up(api: Any, engine: Any, server: Any) -> None:
    api.upload()
    engine.hold()
    run_id = api.start("generate")
    for attempt in range(1, MAX_ATTEMPTS + 1):
        api.until(run_id, lambda run: attempts(server) == attempt)  # noqa: B023
        server.kill()
        server.restart()
    failed = api.settled(run_id)
    assert failed["status"] == "failed" and "timed out" in failed["error"]


def attempts(server: Any) -> int:
    database = sqlite3.connect(server.data / "server.sqlite")
    [(attempts,)] = database.execute("SELECT attempts FROM steps").fetchall()
    database.close()
    return int(attempts)


def test_an_upload_that_was_killed_is_not_a_file(api: Any, engine: Any, server: Any) -> None:
    files = {"files": [{"name": "a.csv"}]}
    url = api.post("/files", files).json()["files"][0]["signed_url"]
    sent, killed = threading.Event(), threading.Event()

    def body() -> Iterator[bytes]:
        yield b"half"
        sent.set()
        killed.wait(5)
        while True:
            yield b"more"

    def put() -> None:
        with pytest.raises(httpx.HTTPError):
            httpx.put(url, content=body())

    sender = threading.Thread(target=put)
    sender.start()
    assert sent.wait(5)
    server.kill()
    killed.set()
    sender.join(5)
    server.restart()
    assert api.get("/files").json() == {"files": []}
    assert list((server.data / "files").glob("*.part")) == []
    assert httpx.put(url, content=b"whole").status_code == 200


def test_a_stop_lets_go_of_the_work_and_the_next_start_takes_it_up(
    api: Any, engine: Any, server: Any
) -> None:
    api.upload()
    engine.hold()
    run_id = api.start("generate")
    server.stop()
    engine.let_go()
    server.restart()
    assert api.settled(run_id)["status"] == "awaiting_approval"


def test_a_poll_does_not_wait_for_what_is_being_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.transaction() as db:
        db.insert("meta", name="a", value="committed")
    with store.transaction() as writing:
        writing.run("UPDATE meta SET value = 'not yet' WHERE name = 'a'")
        seen: list[str] = []

        def poll() -> None:
            with store.reading() as db:
                seen.extend(row["value"] for row in db.all("SELECT value FROM meta"))
                with pytest.raises(sqlite3.OperationalError):
                    db.run("DELETE FROM meta")

        polling = threading.Thread(target=poll)
        polling.start()
        polling.join(10)
    store.close()
    assert seen == ["committed"]


def test_an_export_job_that_was_killed_is_done_again(api: Any, engine: Any, server: Any) -> None:
    api.previewed()
    api.do("execute")
    gate = engine.gate.with_suffix(".export")
    gate.touch()
    job_id = api.post("/exports", {"slug": "contacts"}).json()["job_id"]
    while (job := api.get(f"/exports/jobs/{job_id}").json())["status"] == "pending":
        pass
    assert job["status"] == "running" and job["download_url"] is None
    server.kill()
    gate.unlink()
    server.restart()
    while (job := api.get(f"/exports/jobs/{job_id}").json())["status"] in {"pending", "running"}:
        pass
    assert httpx.get(job["download_url"]).text == "Email,Status,Note\r\na@x.test,Open,\r\n"
    assert [file.name for file in (server.data / "exports").iterdir()] == [job_id]
