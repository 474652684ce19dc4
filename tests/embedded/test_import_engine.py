"""The whole path with vernctl's own engine, and with a real SIGKILL in the middle of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from vernctl.testing import vern_server

CATALOG = """\
templates:
  - slug: contacts
    name: Contacts
    columns:
      - {name: Email, required: true, unique: true, strict: "@"}
      - {name: Status, one_of: [Open, Closed]}
      - {name: Company, link: companies.Name}
  - slug: companies
    name: Companies
    columns: [{name: Name, required: true}]
"""
CONTACTS = "E-mail;Status;Company\n A@x.test ;open;Acme\nb@x.test;lead;Acme\n;Closed;Nobody\n"
COMPANIES = "Name\nAcme\n"


def generate(api: Any) -> dict[str, Any]:
    """Generate, answering every question with the first option."""
    run = api.do("generate")
    while run["status"] == "blocked":
        answers = [
            {"id": question["id"], "value": question["options"][0]["label"]}
            for question in run["questions"]
        ]
        assert api.answer(run["run_id"], answers).status_code == 200
        run = api.settled(run["run_id"])
    assert run["status"] == "awaiting_approval", run
    return dict(run)


def test_two_servers_give_the_same_preview_and_the_exported_rows_are_its_rows(
    tmp_path: Path, small_api: Any
) -> None:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    previews = []
    for files in ((CONTACTS, COMPANIES), (COMPANIES, CONTACTS)):
        with vern_server(catalog=catalog) as server:
            api = small_api(server.url, server.api_key)
            for text in files:
                api.upload(text, "contacts.csv" if text == CONTACTS else "companies.csv")
            generate(api)
            previews.append(api.get("/preview").content)
            report = api.do("execute")["report"]
            exported = api.get("/exports/contacts.csv", filter="all").text
            valid = api.get("/exports/contacts.csv")
    assert previews[0] == previews[1]
    sheet = next(s for s in report["perSheet"] if s["slug"] == "contacts")
    assert sheet["rowsRead"] == sheet["rowCount"] + sum(sheet["dropped"].values()) == 3
    assert exported.splitlines()[0] == "Email,Status,Company" and "a@x.test,Open,Acme" in exported
    assert int(valid.headers["x-total-records"]) == sheet["rowCount"] - sheet["invalidRows"]


def test_whatever_the_moment_of_the_kill_the_run_ends_as_if_nothing_had_happened(
    tmp_path: Path, small_api: Any
) -> None:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    with vern_server(catalog=catalog, data=tmp_path / "data", process=True) as server:
        api = small_api(server.url, server.api_key)
        api.upload(CONTACTS)
        api.upload(COMPANIES, "companies.csv")
        run_id = generate(api)["run_id"]
        preview = api.get("/preview").content
        api.start("execute")
        for moment in (0.0, 0.15):
            time.sleep(moment)
            server.kill()
            server.restart()
        assert api.settled(run_id)["report"]["inserted"] == 4
        assert api.get("/log").json()["runs"][-1]["outcome"]["replaced_existing_data"] is False
        assert len(list((tmp_path / "data" / "sheets").glob("*.duckdb"))) == 1
        generate(api)
        again = api.get("/preview").content
        assert again == preview.replace(b'"status": "completed"', b'"status": "awaiting_approval"')


def test_a_sheet_that_no_file_feeds_is_imported_empty(tmp_path: Path, small_api: Any) -> None:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    with vern_server(catalog=catalog) as server:
        api = small_api(server.url, server.api_key)
        api.upload("Email,Status\na@x.test,Open\n")
        generate(api)
        [_, empty] = api.get("/preview").json()["sheets"]
        assert empty["rows"] == [["Name"]]
        done = api.do("execute")
        assert done["status"] == "completed", done
        assert done["report"]["perSheet"][1]["rowCount"] == 0
        assert done["report"]["coverage"]["outputs"]["companies"]["rows"] == 0
        assert api.get("/exports/companies.csv", filter="all").text == "Name\r\n"
