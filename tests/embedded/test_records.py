"""What can be read and written beside runs: migrations, preview, exports, knowledge, log."""

from __future__ import annotations

import gzip
from typing import Any

import httpx
import pytest

from vernctl.embedded.auth import Keys

HOSTILE = 'Email,Status,Note\n"a`b|<script>",Open,"line\nbreak"\n'


def test_the_catalog_is_listed(api: Any) -> None:
    assert api.http.get("/sources").json()["sources"][0] == {"name": "Salesforce", "logo_url": None}
    listed = api.http.get("/templates").json()["templates"]
    assert [template["slug"] for template in listed] == ["contacts", "companies"]
    assert api.http.get("/templates/contacts").json() == listed[0]
    assert api.http.get("/templates/nothing").status_code == 404


def test_one_of_is_shown_as_an_anchored_pattern(api: Any) -> None:
    columns = api.http.get("/templates/contacts").json()["columns"]
    assert columns[1]["desiredRule"] == "strict"
    assert columns[1]["strictRule"] == "^(?:Open|Closed)$"


def test_a_wrong_key_is_told_from_a_missing_migration(api: Any) -> None:
    for headers in ({}, {b"x-api-key": b""}, {b"x-api-key": b"wrong"}, {b"x-api-key": b"\xdc"}):
        answer = httpx.get(f"{api.http.base_url}migrations/{api.id}/files", headers=headers)
        assert answer.status_code == 401 and answer.json()["error"]


def test_an_external_id_finds_its_migration_again(api: Any) -> None:
    wanted = {"name": "Globex", "external_id": "globex-1", "source": "Salesforce"}
    first = api.http.post("/migrations", json=wanted)
    again = api.http.post("/migrations", json={**wanted, "name": "Other"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = api.http.post("/migrations", json={**wanted, "source": "Hub Spot"})
    none = api.http.post("/migrations", json={"name": "Globex", "external_id": "globex-1"})
    assert (other.status_code, none.status_code) == (409, 409)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 400),
        ({"name": ""}, 400),
        ({"name": "A", "external_id": "no spaces"}, 400),
        ({"name": "A", "external_id": "x" * 256}, 400),
        ({"name": "A", "templates": []}, 400),
        ({"name": "A", "templates": ["nothing"]}, 404),
        ({"name": "A", "source": "Salesfroce"}, 404),
        ({"name": "A", "source": "Twice"}, 409),
        ({"name": "\ud800"}, 400),
    ],
)
def test_a_migration_that_cannot_be_is_refused(
    api: Any, wanted: dict[str, object], status: int
) -> None:
    import json

    answer = api.http.post("/migrations", content=json.dumps(wanted).encode())
    assert answer.status_code == status, answer.text


def test_a_migration_has_the_sheets_it_asked_for(api: Any) -> None:
    wanted = {"name": "A", "templates": ["companies"]}
    shown = api.http.post("/migrations", json=wanted).json()["migration"]
    assert shown["templates"] == [{"slug": "companies", "name": "Companies"}]
    assert shown["status"] == "awaiting_files" and len(shown["id"]) == 36


def test_a_migrations_status_follows_its_work(connect: Any) -> None:
    api = connect(external_id="s1")

    def status() -> str:
        wanted = {"name": "Acme", "external_id": "s1"}
        return str(api.http.post("/migrations", json=wanted).json()["migration"]["status"])

    seen = [status()]
    api.upload()
    seen.append(status())
    api.do("generate")
    seen.append(status())
    api.do("execute")
    seen.append(status())
    assert seen == ["awaiting_files", "ready", "awaiting_approval", "completed"]


def test_there_is_no_preview_before_the_first(api: Any) -> None:
    assert api.get("/preview").status_code == 404


def test_a_preview_says_what_it_is_a_sample_of_and_which_cells_are_invalid(api: Any) -> None:
    api.previewed()
    contacts, companies = api.get("/preview").json()["sheets"]
    assert contacts["sample"] == {"rows": 2, "of": 2}
    assert contacts["invalid_cells"] == [
        {"row": 1, "column": "Email", "message": "Required field is empty"}
    ]
    assert companies["rows"] == [["Company"]]


def test_a_preview_can_be_narrowed(api: Any) -> None:
    api.previewed()
    sheets = api.get("/preview", fields="Status,Company").json()["sheets"]
    assert sheets[0]["rows"] == [["Status"], ["Open"], ["Closed"]]
    assert sheets[0]["invalid_cells"] == [] and sheets[1]["rows"] == [["Company"]]
    filled = api.get("/preview", omit_empty="true").json()["sheets"][0]
    assert filled["rows"][0] == ["Email", "Status"]
    assert api.get("/preview", fields="status").status_code == 400
    assert api.get("/preview", omit_empty="maybe").status_code == 400


def test_exports_filter_rows_and_count_them(api: Any) -> None:
    api.previewed()
    report = api.do("execute")["report"]
    assert (report["inserted"], report["invalidCellCount"]) == (2, 1)
    rows = {}
    for which in ("valid", "all", "invalid"):
        answer = api.get("/exports/contacts.csv", filter=which)
        rows[which] = (answer.headers["x-total-records"], answer.text)
    head = "Email,Status,Note\r\n"
    assert rows == {
        "valid": ("1", f"{head}a@x.test,Open,\r\n"),
        "all": ("2", f"{head}a@x.test,Open,\r\n,Closed,\r\n"),
        "invalid": ("1", f"{head},Closed,\r\n"),
    }
    assert api.get("/exports/contacts.csv").text == rows["valid"][1]


def test_an_export_is_narrowed_and_refused_like_a_preview(api: Any) -> None:
    api.previewed()
    api.do("execute")
    assert api.get("/exports/contacts.csv", fields="Status").text == "Status\r\nOpen\r\n"
    assert api.get("/exports/contacts.csv", omit_empty="true").text.startswith("Email,Status\r\n")
    assert api.get("/exports/contacts.csv", fields="Nope").status_code == 400
    assert api.get("/exports/contacts.csv", filter="good").status_code == 400
    assert api.get("/exports/nothing.csv").status_code == 404


def test_an_export_is_compressed_only_on_request(api: Any) -> None:
    api.previewed()
    api.do("execute")
    url = f"{api.base}/exports/contacts.csv"
    plain = api.http.get(url, headers={"accept-encoding": "identity"})
    packed = api.http.get(url, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip" and packed.text == plain.text
    raw = httpx.Client(headers={"x-api-key": api.http.headers["x-api-key"]})
    with raw, raw.stream("GET", f"{api.http.base_url}{url[1:]}") as stream:
        assert gzip.decompress(b"".join(stream.iter_raw())).decode() == plain.text


def test_a_sheet_without_an_import_is_its_header(api: Any) -> None:
    answer = api.get("/exports/contacts.csv")
    assert answer.text == "Email,Status,Note\r\n" and answer.headers["x-total-records"] == "0"
    refused = api.get("/exports/contacts.csv", omit_empty="true")
    assert refused.status_code == 409 and refused.json()["code"] == "coverage_unavailable"


@pytest.mark.parametrize("where", ["", "/sources/Zendesk%20%26%20Co"])
def test_knowledge_is_replaced_whole_and_guarded(api: Any, where: str) -> None:
    path = f"{where or api.base}/knowledge"
    assert api.http.get(path).json()["knowledge"] is None
    first = api.http.patch(path, json={"knowledge": "USD."}).json()
    assert first["knowledge"] == "USD." and first["updated_at"]
    guard = first["updated_at"]
    second = api.http.patch(path, json={"knowledge": "EUR.", "if_unmodified_since": guard})
    assert second.status_code == 200 and second.json()["updated_at"] > guard
    stale = api.http.patch(path, json={"knowledge": "GBP.", "if_unmodified_since": guard})
    assert stale.status_code == 412
    assert stale.json()["updated_at"] == second.json()["updated_at"]
    assert api.http.get(path).json()["knowledge"] == "EUR."
    assert api.http.patch(path, json={"knowledge": None}).json()["knowledge"] is None
    assert api.http.patch(path, json={}).status_code == 400
    bad = api.http.patch(path, json={"knowledge": "x", "if_unmodified_since": "yesterday"})
    assert bad.status_code == 400


def test_knowledge_is_locked_while_a_run_holds_it(connect: Any, engine: Any) -> None:
    api = connect(source="Salesforce")
    api.upload()
    engine.hold()
    run_id = api.start("generate")
    for path in (f"{api.base}/knowledge", "/sources/Salesforce/knowledge"):
        assert api.http.patch(path, json={"knowledge": "x"}).status_code == 409
    assert api.http.patch("/sources/Hub%20Spot/knowledge", json={"knowledge": "x"}).is_success
    engine.let_go()
    api.settled(run_id)
    assert api.http.patch("/sources/Salesforce/knowledge", json={"knowledge": "x"}).is_success


def test_an_unknown_source_has_no_knowledge(api: Any) -> None:
    assert api.http.get("/sources/Nobody/knowledge").status_code == 404
    answer = api.http.patch("/sources/Nobody/knowledge", json={"knowledge": "x"})
    assert answer.status_code == 404


def test_the_log_waits_for_the_run_to_end(api: Any, engine: Any) -> None:
    api.upload()
    engine.hold()
    run_id = api.start("generate")
    refused = api.get("/log")
    assert refused.status_code == 409
    assert refused.json()["status"] == "ready" and refused.json()["retry_after_seconds"] > 0
    engine.let_go()
    api.settled(run_id)
    assert api.get("/log").status_code == 200


def test_the_log_has_every_step_with_its_outcome(api: Any) -> None:
    api.previewed()
    api.do("update", "upper Email")
    api.do("execute")
    log = api.get("/log").json()
    assert [run["kind"] for run in log["runs"]] == ["generate", "update", "execute"]
    assert [run["status"] for run in log["runs"]] == ["awaiting_approval"] * 2 + ["completed"]
    assert log["covers"]["runs"] == 3 and log["status"] == "completed"
    execute = log["runs"][-1]
    assert execute["files"] == ["contacts.csv"] and execute["outcome"] == {
        "ok": True,
        "rows_written": 2,
        "per_sheet": [{"sheet": "Contacts", "rows": 2}, {"sheet": "Companies", "rows": 0}],
        "invalid_rows": 1,
        "error": None,
        "replaced_existing_data": False,
    }
    assert [line["event"] for line in execute["audit"]] == ["execute requested", "completed"]


def test_the_logs_markdown_shows_a_customers_text_as_code(api: Any) -> None:
    api.upload(HOSTILE, "a`b\n# <b>.csv")
    api.do("generate")
    api.do("update", "upper Email")
    answer = api.get("/log", format="md")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert "- files: ``a`b # <b>.csv``" in answer.text
    assert api.get("/log", format="xml").status_code == 400


def test_another_accounts_migration_is_not_there(own_server: Any, small_api: Any) -> None:
    server, api = own_server, small_api(own_server.url, own_server.api_key)
    server.service.keys = Keys({server.api_key: "default", "second": "other"})
    other = httpx.Client(base_url=server.url, headers={"x-api-key": "second"})
    with other:
        assert other.get(f"/migrations/{api.id}/files").status_code == 404
        answer = other.post("/migrations", json={"name": "A", "external_id": "same"})
        assert answer.status_code == 201
    assert (
        api.http.post("/migrations", json={"name": "A", "external_id": "same"}).status_code == 201
    )


def test_without_connectors_a_connection_is_refused_in_the_apis_own_terms(api: Any) -> None:
    run_id = api.previewed()
    secrets = {"credentials": {"token": "s3cret"}}
    refused = {
        "get": api.get("/source-connection"),
        "save": api.post("/source-connection", {"source_key": "hubspot", **secrets}),
        "submit": api.post(f"/runs/{run_id}/credentials", secrets),
        "nothing": api.post(f"/runs/{run_id}/credentials", {"credentials": {}}),
    }
    statuses = {name: answer.status_code for name, answer in refused.items()}
    assert statuses == {"get": 404, "save": 400, "submit": 409, "nothing": 400}
    assert not any("s3cret" in answer.text for answer in refused.values())
    assert api.http.delete(f"{api.base}/source-connection").json() == {"deleted": False}
