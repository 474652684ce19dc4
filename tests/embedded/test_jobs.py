"""Export jobs: queued, written in the background, fetched by a signed link, gone in the end."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from vernctl.testing import vern_server


@pytest.fixture
def imported(api: Any) -> Any:
    api.previewed()
    assert api.do("execute")["status"] == "completed"
    return api


def finished(api: Any, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        job: dict[str, Any] = api.get(f"/exports/jobs/{job_id}").json()
        if job["status"] in {"completed", "failed"}:
            return job
        time.sleep(0.01)
    raise AssertionError("the job does not end")


def start(api: Any, **body: object) -> str:
    started = api.post("/exports", body)
    assert started.status_code == 202, started.text
    assert started.json()["status"] == "pending"
    return str(started.json()["job_id"])


def test_one_sheet_comes_as_the_csv_that_the_plain_export_gives(imported: Any) -> None:
    job = finished(imported, start(imported, slug="contacts"))
    assert (job["format"], job["total_rows"], job["rows_processed"]) == ("csv", 1, 1)
    fetched = httpx.get(job["download_url"])
    assert fetched.text == imported.get("/exports/contacts.csv").text
    assert len(fetched.content) == job["file_size"]
    assert fetched.headers["content-type"].startswith("text/csv")


def test_several_sheets_come_as_a_zip(imported: Any) -> None:
    job = finished(imported, start(imported, slugs=["contacts", "companies"]))
    with zipfile.ZipFile(io.BytesIO(httpx.get(job["download_url"]).content)) as archive:
        assert archive.namelist() == ["contacts.csv", "companies.csv"]
        assert archive.read("companies.csv") == b"Company\r\n"


def test_only_the_columns_asked_for_are_written(imported: Any) -> None:
    job = finished(imported, start(imported, slug="contacts", fields=["Email"]))
    assert httpx.get(job["download_url"]).text == "Email\r\na@x.test\r\n"
    job = finished(imported, start(imported, slug="contacts", omit_empty=True))
    assert httpx.get(job["download_url"]).text.startswith("Email,Status\r\n")


def test_a_wrong_request_is_told_what_is_wrong(imported: Any, connect: Any) -> None:
    for body, status in (
        ({}, 400),
        ({"slug": "contacts", "slugs": ["companies"]}, 400),
        ({"slug": "contacts", "fields": ["Nope"]}, 400),
        ({"slug": "nothing"}, 404),
    ):
        assert imported.post("/exports", body).status_code == status, body
    assert connect().post("/exports", {"slug": "contacts"}).status_code == 409
    assert imported.get("/exports/jobs/none").status_code == 404


def test_a_link_is_good_for_its_own_export_and_no_other(imported: Any) -> None:
    url = finished(imported, start(imported, slug="contacts"))["download_url"]
    other = finished(imported, start(imported, slug="companies"))["download_url"]
    swapped = url.partition("?")[0] + "?" + other.partition("?")[2]
    assert httpx.get(swapped).status_code == 403
    assert httpx.get(url.partition("?")[0]).status_code == 403


def test_a_second_export_waits_until_the_first_has_ended(imported: Any, server: Any) -> None:
    with server.service.store.transaction() as db:
        db.insert(
            "export_jobs",
            id="0",
            migration=imported.id,
            request="{}",
            format="csv",
            status="running",
            total=0,
            expires=time.time() + 60,
        )
    refused = imported.post("/exports", {"slug": "contacts"})
    assert refused.status_code == 409 and refused.json()["job_id"] == "0"
    with server.service.store.transaction() as db:
        db.run("UPDATE export_jobs SET status = 'failed' WHERE id = '0'")
    finished(imported, start(imported, slug="contacts"))


def test_an_export_expires_with_its_file(
    catalog: Path, tmp_path: Path, engine: Any, small_api: Any
) -> None:
    hour = [1_800_000_000.0]
    data = tmp_path / "data"
    with vern_server(catalog=catalog, data=data, engine=engine, clock=lambda: hour[0]) as server:
        api = small_api(server.url, server.api_key)
        api.previewed()
        api.do("execute")
        job_id = start(api, slug="contacts")
        url = finished(api, job_id)["download_url"]
        hour[0] += 1_000
        assert httpx.get(url).status_code == 403
        hour[0] += 24 * 3_600
        assert api.get(f"/exports/jobs/{job_id}").status_code == 410
        assert not any((data / "exports").iterdir())


def test_jobs_have_a_limit_of_their_own(
    catalog: Path, tmp_path: Path, engine: Any, small_api: Any
) -> None:
    with vern_server(catalog=catalog, engine=engine, limits="published") as server:
        api = small_api(server.url, server.api_key)
        api.previewed()
        api.do("execute")
        for _ in range(5):
            job_id = start(api, slug="contacts")
            while server.service.store.clock() and not _done(server, job_id):  # type: ignore[attr-defined]
                time.sleep(0.01)
        refused = api.post("/exports", {"slug": "contacts"})
        assert refused.status_code == 429 and refused.headers["x-ratelimit-limit"] == "5"


def _done(server: Any, job_id: str) -> bool:
    with server.service.store.transaction() as db:
        return bool(db.one("SELECT status FROM export_jobs WHERE id = ?", job_id)[0] == "completed")


def test_an_export_that_a_kill_left_unfinished_is_done_again(
    own_server: Any, small_api: Any
) -> None:
    api = small_api(own_server.url, own_server.api_key)
    api.previewed()
    api.do("execute")
    job_id = start(api, slug="contacts")
    finished(api, job_id)
    with own_server.service.store.transaction() as db:
        db.run("UPDATE export_jobs SET status = 'running', size = NULL")
    (own_server.data / "exports" / job_id).rename(own_server.data / "exports" / f"{job_id}.part")
    own_server.restart()
    job = finished(api, job_id)
    assert job["status"] == "completed"
    assert httpx.get(job["download_url"]).text.count("\r\n") == 2
    assert [file.name for file in (own_server.data / "exports").iterdir()] == [job_id]
