"""``init`` scaffolds a project that works from the files it finds, and overwrites nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

CONTACTS = "Contact ID,E-mail,Name\n1,a@x.test,Ann\n2,b@x.test,\n3,c@x.test,Cy\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the exports of two customers, which is the working folder."""
    for name in ("acme", "Globex GmbH"):
        data = tmp_path / "data" / name
        data.mkdir(parents=True)
        (data / "contacts.csv").write_text(CONTACTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _template(root: Path, slug: str) -> dict[str, Any]:
    catalog = yaml.safe_load((root / "catalog.yaml").read_text())
    found: dict[str, Any] = next(t for t in catalog["templates"] if t["slug"] == slug)
    return found


def test_each_customers_folder_gets_a_spec(folder: Path, vernctl: Any) -> None:
    ran = vernctl("init")
    assert ran.code == 0
    assert sorted(path.name for path in (folder / "specs").glob("*.yaml")) == [
        "acme.yaml",
        "globex-gmbh.yaml",
    ]
    spec = yaml.safe_load((folder / "specs/globex-gmbh.yaml").read_text())
    assert spec["files"] == ["../data/Globex GmbH/*.csv"]


def test_what_it_writes_is_valid(folder: Path, vernctl: Any) -> None:
    vernctl("init")
    ran = vernctl("validate")
    assert (ran.code, ran.err) == (0, "")


def test_rules_are_read_off_the_file(folder: Path, vernctl: Any) -> None:
    vernctl("init")
    assert _template(folder, "contacts")["columns"] == [
        {"name": "Contact ID", "required": True, "unique": True},
        {"name": "E-mail", "required": True, "unique": True},
        {"name": "Name"},
    ]


def test_a_target_makes_the_template_instead_of_the_customers_files(
    folder: Path, vernctl: Any
) -> None:
    (folder / "people.csv").write_text("Mail,Full Name\na@x.test,Ann\n")
    ran = vernctl("init", "--target", "people=people.csv")
    assert ran.code == 0
    catalog = yaml.safe_load((folder / "catalog.yaml").read_text())
    assert [t["slug"] for t in catalog["templates"]] == ["people"]
    assert [c["name"] for c in catalog["templates"][0]["columns"]] == ["Mail", "Full Name"]


def test_a_target_beside_the_exports_is_not_taken_for_one(
    tmp_path: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.csv").write_text(CONTACTS)
    (tmp_path / "ours.csv").write_text(CONTACTS)
    vernctl("init", "--target", "contacts=ours.csv")
    (spec,) = (tmp_path / "specs").glob("*.yaml")
    assert yaml.safe_load(spec.read_text())["files"] == ["../export.csv"]


def test_the_sheets_of_a_workbook_become_templates(
    tmp_path: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    book = Workbook()
    book.active.title = "Order lines"
    book.active.append(["SKU", "Qty"])
    book.active.append(["A-1", 2])
    book.save(tmp_path / "shop.xlsx")
    vernctl("init")
    assert _template(tmp_path, "order-lines")["name"] == "Order lines"


def test_headers_that_yaml_would_read_otherwise_are_quoted(
    tmp_path: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    header = ["yes", "0042", "a: b", "# c", "Straße", "tab\there"]
    (tmp_path / "x.csv").write_text(",".join(header) + "\n1,2,3,4,5,6\n")
    assert vernctl("init").code == 0
    (template,) = yaml.safe_load((tmp_path / "catalog.yaml").read_text())["templates"]
    names = [column["name"] for column in template["columns"]]
    assert all(isinstance(name, str) for name in names)
    assert names[:5] == header[:5]


def test_nothing_is_overwritten_and_what_was_left_is_said(folder: Path, vernctl: Any) -> None:
    (folder / ".gitignore").write_text("mine\n")
    (folder / "catalog.yaml").write_text("templates: []\n")
    ran = vernctl("init")
    assert (folder / ".gitignore").read_text() == "mine\n"
    assert (folder / "catalog.yaml").read_text() == "templates: []\n"
    assert "left alone  catalog.yaml" in ran.out
    assert "left alone  .gitignore   (it should have: /data/" in ran.out


def test_git_is_told_what_is_data(folder: Path, vernctl: Any) -> None:
    vernctl("init")
    ignored = (folder / ".gitignore").read_text().split()
    assert ignored == ["/data/", "/out/", "/.vernctl/", "*.snapshot.pending/"]
    attributes = (folder / ".gitattributes").read_text().splitlines()
    assert attributes == ["*.csv -text", "*.snapshot/** -text -merge"]


def test_an_empty_folder_gets_an_example_to_edit(
    tmp_path: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert vernctl("init", "new").code == 0
    assert yaml.safe_load((tmp_path / "new/specs/customer.yaml").read_text())["version"] == 1


def test_a_file_that_cannot_be_read_is_named(folder: Path, vernctl: Any) -> None:
    (folder / "data/acme/broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    ran = vernctl("init")
    assert ran.code == 1
    assert "broken.xlsx" in ran.err
    assert not (folder / "vernctl.yaml").exists()
