"""Edits of sources and templates: kept over the catalog file, locked while a run uses them."""

from __future__ import annotations

from typing import Any


def columns(api: Any, slug: str = "contacts") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.http.get(f"/templates/{slug}").json()["columns"]
    return found


def patch(api: Any, path: str, body: object) -> Any:
    return api.http.patch(path, json=body)


def test_an_edited_template_outlives_a_restart(own_server: Any, small_api: Any) -> None:
    api = small_api(own_server.url, own_server.api_key)
    changed = patch(api, "/templates/contacts", {"name": "People", "grouping": "CRM"})
    assert changed.status_code == 200 and changed.json()["grouping"] == "CRM"
    own_server.restart()
    shown = api.http.get("/templates/contacts").json()
    assert shown["name"] == "People" and len(shown["columns"]) == 3
    assert api.http.get("/templates").json()["templates"][0]["name"] == "People"


def test_columns_sent_back_as_they_were_read_change_nothing(
    own_server: Any, small_api: Any
) -> None:
    api = small_api(own_server.url, own_server.api_key)
    before = columns(api)
    assert patch(api, "/templates/contacts", {"columns": before}).json()["columns"] == before
    api.previewed("Email,Status,Note\na@x.test,Open,\n")


def test_an_edited_rule_holds_for_the_next_generate(own_server: Any, small_api: Any) -> None:
    api = small_api(own_server.url, own_server.api_key)
    wanted = [{"name": "Email"}, {"name": "Note", "required": True}]
    assert patch(api, "/templates/contacts", {"columns": wanted}).status_code == 200
    api.previewed()
    sheet = api.get("/preview").json()["sheets"][0]
    assert sheet["rows"][0] == ["Email", "Note"]
    assert {cell["column"] for cell in sheet["invalid_cells"]} == {"Email", "Note"}


def test_an_edit_that_no_engine_could_follow_is_refused_and_changes_nothing(api: Any) -> None:
    before = columns(api)
    for body, said in (
        ({}, "empty"),
        ({"columns": [{"name": "A"}, {"name": "a"}]}, "twice"),
        ({"columns": [{"name": "A", "desiredRule": "strict"}]}, "missing"),
        ({"columns": [{"name": "A", "strictRule": "(?=a)"}]}, "RE2"),
        ({"columns": [{"name": "A", "desiredRule": "ai"}]}, "ai"),
        ({"columns": [{"name": "A", "linkRule": [{"templateId": "x", "columnName": "y"}]}]}, "x.y"),
        ({"columns": []}, "at least one"),
        ({"name": None}, "name"),
    ):
        answer = patch(api, "/templates/contacts", body)
        assert answer.status_code == 400 and said in answer.json()["error"], body
    assert columns(api) == before
    assert patch(api, "/templates/nothing", {"name": "A"}).status_code == 404


def test_a_template_and_a_source_are_locked_while_a_migration_uses_them(
    own_server: Any, small_api: Any, engine: Any
) -> None:
    api = small_api(own_server.url, own_server.api_key)
    created = api.http.post("/migrations", json={"name": "Busy", "source": "Salesforce"})
    api.id = created.json()["migration"]["id"]
    api.upload()
    engine.hold()
    run_id = api.start("generate")
    assert patch(api, "/templates/contacts", {"name": "People"}).status_code == 409
    assert patch(api, "/sources/Salesforce", {"name": "SF"}).status_code == 409
    api.cancel(run_id)
    assert patch(api, "/templates/contacts", {"name": "People"}).status_code == 200
    assert patch(api, "/sources/Salesforce", {"name": "SF"}).status_code == 200


def test_a_renamed_source_takes_its_migrations_and_knowledge_along(
    own_server: Any, small_api: Any
) -> None:
    api = small_api(own_server.url, own_server.api_key)
    wanted = {"name": "A", "source": "Salesforce", "external_id": "a-1"}
    first = api.http.post("/migrations", json=wanted).json()["migration"]["id"]
    patch(api, "/sources/Salesforce/knowledge", {"knowledge": "USD."})
    renamed = patch(api, "/sources/Salesforce", {"name": "SF", "auth_url": "https://sf.test/in"})
    assert renamed.json()["source"] == {
        "name": "SF",
        "logo_url": None,
        "auth_url": "https://sf.test/in",
    }
    again = api.http.post("/migrations", json={**wanted, "source": "SF"})
    assert again.status_code == 200 and again.json()["migration"]["id"] == first
    assert api.http.get("/sources/SF/knowledge").json()["knowledge"] == "USD."
    assert api.http.get("/sources/Salesforce/knowledge").status_code == 404


def test_a_name_that_is_taken_or_shared_is_a_conflict(api: Any) -> None:
    assert patch(api, "/sources/Salesforce", {"name": "Hub Spot"}).status_code == 409
    assert patch(api, "/sources/Twice", {"name": "Once"}).status_code == 409
    assert patch(api, "/sources/Nowhere", {"name": "Once"}).status_code == 404
    assert patch(api, "/sources/Salesforce", {}).status_code == 400
