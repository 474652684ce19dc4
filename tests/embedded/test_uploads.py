"""Files: signed links, exact names, bounded bytes, nothing outside the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from vernctl.embedded import uploads
from vernctl.testing import vern_server


def mint(api: Any, *names: str) -> list[dict[str, Any]]:
    minted: list[dict[str, Any]] = api.post(
        "/files", {"files": [{"name": name} for name in names]}
    ).json()["files"]
    return minted


@pytest.mark.parametrize(
    "name",
    [
        "contacts.csv",
        "../../etc/passwd",
        "a/b\\c.csv",
        "Ünïcode \u202e.csv",
        "x" * 500,
        "\n\x1b[1m",
    ],
)
def test_a_name_comes_back_exactly_as_sent_and_its_bytes_lie_by_id(
    api: Any, server: Any, name: str
) -> None:
    [file] = mint(api, name)
    assert file["name"] == name
    assert httpx.put(file["signed_url"], content=b"abc").status_code == 200
    [listed] = api.get("/files").json()["files"]
    assert (listed["name"], listed["size"]) == (name, 3)
    stored = server.data / "files" / listed["storage_path"].rsplit("/", 1)[1]
    assert stored.read_bytes() == b"abc"


def test_a_file_is_listed_only_when_its_bytes_are_here(api: Any) -> None:
    mint(api, "a.csv")
    assert api.get("/files").json() == {"files": []}


def test_a_link_works_once(api: Any) -> None:
    url = api.upload("one")
    again = httpx.put(url, content=b"two")
    assert again.status_code == 409
    assert api.get("/files").json()["files"][0]["size"] == 3


def test_a_link_needs_no_key_but_its_own_token(api: Any) -> None:
    [file] = mint(api, "a.csv")
    bare, _, token = file["signed_url"].partition("?token=")
    expires, _, mac = token.partition(".")
    forged = [
        bare,
        f"{bare}?token=",
        f"{bare}?token=soon.{mac}",
        f"{bare}?token={int(expires) + 1}.{mac}",
        f"{bare}?token={token[:-1]}",
        f"{bare[:-1]}{'0' if bare[-1] != '0' else '1'}?token={token}",
        f"{bare}?token=%E2%82%AC.%E2%82%AC",
    ]
    for url in forged:
        answer = httpx.put(url, content=b"x")
        assert answer.status_code == 403 and answer.json()["error"]
    assert httpx.put(file["signed_url"], content=b"x").status_code == 200


def test_a_link_expires(tmp_path: Path, catalog: Path, engine: Any, small_api: Any) -> None:
    now = [1_000_000.0]
    with vern_server(catalog=catalog, clock=lambda: now[0], engine=engine) as server:
        api = small_api(server.url, server.api_key)
        [file] = mint(api, "a.csv")
        now[0] += uploads.LINK_SECONDS + 1
        answer = httpx.put(file["signed_url"], content=b"x")
        assert answer.status_code == 403 and "expired" in answer.json()["error"]


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(
    api: Any, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_FILE", 10)
    [file] = mint(api, "a.csv")
    assert httpx.put(file["signed_url"], content=b"x" * 11).status_code == 413
    assert list((server.data / "files").glob("*.part")) == []
    assert api.get("/files").json() == {"files": []}
    assert httpx.put(file["signed_url"], content=b"x" * 10).status_code == 200


def test_an_upload_that_breaks_off_is_not_a_file(api: Any, server: Any) -> None:
    [file] = mint(api, "a.csv")

    def broken() -> Any:
        yield b"half"
        raise OSError("cable pulled")

    with pytest.raises(OSError, match="cable"):
        httpx.put(file["signed_url"], content=broken(), headers={"content-length": "100"})
    assert api.get("/files").json() == {"files": []}
    assert httpx.put(file["signed_url"], content=b"whole").status_code == 200


def test_at_most_25_links_are_minted_at_a_time(api: Any) -> None:
    assert len(mint(api, *[f"{n}.csv" for n in range(25)])) == 25
    files = [{"name": f"{n}.csv"} for n in range(26)]
    assert api.post("/files", {"files": files}).status_code == 400
    assert api.post("/files", {"files": []}).status_code == 400
    assert api.post("/files", {"files": [{"name": ""}]}).status_code == 400


def test_a_run_takes_at_most_five_documents(api: Any) -> None:
    for number in range(6):
        api.upload("x", f"{number}.PDF")
    refused = api.post("/runs", {"kind": "generate"})
    assert refused.status_code == 400 and "5 of them PDF or Word" in refused.json()["error"]


def test_links_carry_the_public_origin(tmp_path: Path, catalog: Path, engine: Any) -> None:
    from vernctl.embedded.bodies import CreateMigration, CreateUploads
    from vernctl.embedded.migrations import create_migration
    from vernctl.embedded.serve import RunningServer, ServeConfig

    config = ServeConfig(
        tmp_path / "data", catalog, {"key": "default"}, public_url="https://vern.test"
    )
    server = RunningServer(config, engine=engine)
    service = server.service
    catalog_now = service.catalog("default")
    with service.store.transaction() as db:
        shown: Any = create_migration(db, catalog_now, "default", CreateMigration(name="A"))[0]
    wanted = CreateUploads.model_validate({"files": [{"name": "a.csv"}]})
    minted: Any = service.uploads.mint(
        "default", shown["migration"]["id"], wanted, str(service.public_url)
    )
    assert minted["files"][0]["signed_url"].startswith("https://vern.test/api/v1/uploads/")
    server.close()
