"""The catalog: every mistake at once, with its position."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernctl.embedded.catalog import api_template, load_catalog
from vernctl.embedded.catalog_file import CatalogFile
from vernctl.errors import SpecError

WHOLE = """\
sources:
  - {name: Salesforce}
templates:
  - slug: contacts
    name: Contacts
    description: People.
    columns:
      - {name: Email, description: Work address, required: true, unique: true, strict: "@"}
      - {name: Status, one_of: ["A.B", "C|D"]}
      - {name: Company, link: companies.Name}
      - {name: Owner, link: [companies.Name, contacts.Email]}
      - {name: Tags, schema: {type: array, items: {type: string}}}
  - slug: companies
    columns: [{name: Name}]
"""

WRONG = """\
sources:
  - {nmae: Salesforce}
  - {name: 0042}
  - {name: A, recipe: {}}
templates:
  - slug: con tacts
    columns:
      - {name: Email, strict: "(?=x)"}
      - {name: email, required: maybe}
      - {name: Status, one_of: [yes, Open]}
      - {name: Link, link: nowhere}
      - {name: Other, link: companies.Name}
      - {name: Twice, name: Again}
      - {name: Empty, one_of: []}
  - slug: none
    columns: []
  - just text
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "catalog.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load_catalog(path)
    return [
        f"{problem.place.line}:{problem.place.column} {problem.message}"
        for problem in caught.value.problems
    ]


def test_a_whole_catalog_is_read(tmp_path: Path) -> None:
    catalog = load_catalog(write(tmp_path, WHOLE))
    [source] = catalog.sources
    assert source.name == "Salesforce"
    contacts = catalog.template("contacts")
    assert contacts is not None and contacts.description == "People."
    email, status, company, owner, tags = contacts.columns
    assert (email.required, email.unique, email.strict) == (True, True, "@")
    assert status.one_of == ("A.B", "C|D")
    assert [(link.template, link.column) for link in company.link] == [("companies", "Name")]
    assert len(owner.link) == 2
    assert tags.schema_ == {"type": "array", "items": {"type": "string"}}
    companies = catalog.template("companies")
    assert companies is not None and companies.name == "companies"


def test_the_api_shows_rules_as_the_contract_words_them(tmp_path: Path) -> None:
    contacts = load_catalog(write(tmp_path, WHOLE)).template("contacts")
    assert contacts is not None
    columns = api_template(contacts)["columns"]
    assert isinstance(columns, list)
    email, status, company, _, tags = columns
    assert isinstance(status, dict) and isinstance(company, dict)
    assert status["strictRule"] == r"^(?:A\.B|C\|D)$" and status["desiredRule"] == "strict"
    assert company["desiredRule"] == "link"
    assert company["linkRule"] == [{"templateId": "companies", "columnName": "Name"}]
    assert isinstance(email, dict) and email["strictRule"] == "@"
    assert isinstance(tags, dict) and tags["desiredRule"] == "none" and "schema" in tags


def test_every_mistake_is_reported_at_once_with_its_position(
    tmp_path: Path, snapshot: object
) -> None:
    assert problems(write(tmp_path, WRONG)) == snapshot


@pytest.mark.parametrize(
    "recipe", ["format: 1\nsheets: {}", "a: [", "- 1", "\x00", "format: 1\nsheets: [{op: 1}]"]
)
def test_what_is_no_recipe_is_refused_at_its_place(tmp_path: Path, recipe: str) -> None:
    (tmp_path / "crm.yaml").write_text(recipe)
    [told] = problems(write(tmp_path, "sources: [{name: CRM, recipe: crm.yaml}]"))
    assert told.startswith('1:31 recipe "crm.yaml" cannot be used: ')


@pytest.mark.parametrize(
    "text", ["templates: [", "a: 1\na: 2", "- list", "%!", "x: *gone", "templates: {a: 1}"]
)
def test_what_is_no_catalog_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(write(tmp_path, text))


def test_a_catalog_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path / "catalog.yaml") == ["0:0 there is no such file"]


def test_an_empty_catalog_offers_nothing(tmp_path: Path) -> None:
    assert load_catalog(write(tmp_path, "")).templates == ()


def test_aliases_cannot_unfold_without_bound(tmp_path: Path) -> None:
    laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    laughs += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    inner = "\n".join(f"          {line}" for line in laughs)
    text = f"templates:\n- slug: t\n  columns:\n  - name: A\n    schema:\n{inner}\n"
    assert "unfolds to too many values" in problems(write(tmp_path, text))[0]


def test_a_running_server_follows_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "templates: [{slug: a, columns: [{name: A}]}]")
    follower = CatalogFile(path)
    assert follower.current().template("b") is None
    write(tmp_path, "templates: [{slug: bb, columns: [{name: A}]}]")
    assert follower.current().template("bb") is not None
    write(tmp_path, "templates: 7")
    with pytest.raises(SpecError):
        follower.current()
    path.unlink()
    with pytest.raises(SpecError):
        follower.current()


def test_a_running_server_follows_a_recipe_that_the_catalog_names(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text("format: 1\nsheets: []\n")
    follower = CatalogFile(write(tmp_path, "sources: [{name: CRM, recipe: crm.yaml}]"))
    assert follower.current().sources[0].recipe == "format: 1\nsheets: []\n"
    (tmp_path / "crm.yaml").write_text("format: 1\nengine: 1\n")
    assert follower.current().sources[0].recipe == "format: 1\nengine: 1\n"
