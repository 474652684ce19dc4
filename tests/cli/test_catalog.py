"""``vernctl catalog``: what an account offers, as a catalog of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vernctl.testing import vern_server

ACCOUNT = """\
sources: [{name: Salesforce}]
templates:
  - slug: companies
    name: Companies
    columns: [{name: ID, required: true, unique: true, strict: '^C-[0-9]+$'}]
  - slug: contacts
    name: Contacts
    description: People.
    columns:
      - {name: Email, description: Work address, required: true, unique: true}
      - {name: Company, link: companies.ID}
      - {name: Status, one_of: [Open, "Won | lost", "a.b"]}
      - {name: Tags, schema: {type: array}}
"""


@pytest.fixture
def account(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The project, with an account of its own behind a URL."""
    catalog = tmp_path / "account.yaml"
    catalog.write_text(ACCOUNT)
    with vern_server(catalog=catalog) as server:
        (project / "vernctl.yaml").write_text(f"endpoint: {server.url}\n")
        monkeypatch.setenv("VERN_API_KEY", server.api_key)
        yield project


def test_what_was_pulled_is_the_account(account: Path, vernctl: Any) -> None:
    (account / "catalog.yaml").unlink()
    assert vernctl("catalog", "pull", "-o", "catalog.yaml").code == 0
    ran = vernctl("catalog", "diff")
    assert (ran.code, ran.out) == (0, "The catalog is the account's.\n")
    text = (account / "catalog.yaml").read_text()
    assert "one_of:\n    - Open\n    - Won | lost\n    - a.b\n" in text


def test_a_file_that_is_there_is_not_written_over(account: Path, vernctl: Any) -> None:
    assert vernctl("catalog", "pull", "-o", "catalog.yaml").code == 64


def test_every_difference_is_named_with_its_place(account: Path, vernctl: Any) -> None:
    catalog = ACCOUNT.replace("required: true, unique: true}\n", "required: true}\n", 1)
    catalog = catalog.replace("      - {name: Tags, schema: {type: array}}\n", "")
    (account / "catalog.yaml").write_text(catalog)
    ran = vernctl("catalog", "diff")
    assert ran.code == 2
    assert ran.out.splitlines() == [
        "contacts.Email: unique none → True",
        "contacts.Tags: only in the account",
    ]


def test_the_list_has_sources_templates_and_columns(account: Path, vernctl: Any) -> None:
    said = vernctl("catalog", "list").out
    assert "sources    Salesforce" in said
    assert [line.split()[0] for line in said.splitlines() if line[0] != " "][1:] == [
        "companies",
        "contacts",
    ]
    assert any(line.split() == ["Company", "link"] for line in said.splitlines())
