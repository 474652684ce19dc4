"""One file with several kinds of rows: a column says which sheet a row belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernctl.engine.author import Authored, author
from vernctl.engine.compile.tables import Stored
from vernctl.engine.execute import execute
from vernctl.engine.loaded import Loaded
from vernctl.engine.model import Column, InputFile, Template
from vernctl.engine.readers import SourceTable
from vernctl.engine.recipe.model import Split, recipe_from_yaml, recipe_to_yaml
from vernctl.engine.splitting import take_apart

COMPANIES = Template(
    slug="companies",
    name="Companies",
    columns=(Column(name="Name", required=True, unique=True), Column(name="Domain")),
)
CONTACTS = Template(
    slug="contacts",
    name="Contacts",
    columns=(
        Column(name="Email", required=True, unique=True, strict="@"),
        Column(name="Name"),
        Column(name="Phone"),
    ),
)
DEALS = Template(
    slug="deals",
    name="Deals",
    columns=(Column(name="Deal Name", required=True), Column(name="Amount"), Column(name="Stage")),
)
EXPORT = """\
Record Type,Name,Email,Domain,Phone
Organisation,Acme,,acme.test,
Person,Ann Lee,ann@acme.test,,030 1
person,Bob Ray,bob@acme.test,,030 2
Organisation,Globex,,globex.test,
Person,Cy Fox,cy@globex.test,,
"""


def run(
    folder: Path,
    text: str,
    *templates: Template,
    answers: Mapping[str, str] | None = None,
    name: str = "export.csv",
) -> Authored:
    (folder / name).write_text(text, encoding="utf-8")
    file = InputFile(name=name, path=folder / name)
    return author([file], templates, answers=answers, workdir=folder / "work")


def names(authored: Authored, slug: str, at: int) -> list[str]:
    assert not authored.questions, authored.questions
    return [row[at] for sheet in authored.sheets if sheet.slug == slug for row in sheet.rows]


def test_rows_go_to_the_sheet_that_their_type_names(tmp_path: Path) -> None:
    made = run(tmp_path, EXPORT, COMPANIES, CONTACTS)
    assert names(made, "companies", 0) == ["Acme", "Globex"]
    assert names(made, "contacts", 1) == ["Ann Lee", "Bob Ray", "Cy Fox"]
    assert not [cell for sheet in made.sheets for cell in sheet.invalid]
    assert {count.slug: count.rows_read for count in made.counts} == {"companies": 2, "contacts": 3}
    assert any('"Record Type" says what a row is' in note for note in made.notes)
    assert recipe_from_yaml(recipe_to_yaml(made.recipe)) == made.recipe


def test_why_a_column_matches_names_the_rows_that_are_meant(tmp_path: Path) -> None:
    made = run(tmp_path, EXPORT, COMPANIES, CONTACTS)
    contacts = made.recipe.sheet("contacts")
    assert contacts is not None
    assert [item.table for item in contacts.inputs] == ["export.csv (Record Type: Person)"]


@pytest.mark.parametrize(
    ("answer", "contacts", "left"), [("Contacts", 5, False), ("Leave them out", 3, True)]
)
def test_rows_of_no_known_kind_are_asked_about(
    tmp_path: Path, answer: str, contacts: int, left: bool
) -> None:
    text = f"{EXPORT}Lead,Di Roe,di@x.test,,\n,Ed Poe,ed@x.test,,\n"
    [asked] = run(tmp_path, text, COMPANIES, CONTACTS).questions
    assert asked.question == (
        '"Record Type" of export.csv says what a row is, and 2 rows name no sheet. '
        "Where do they belong?"
    )
    assert asked.options == ("Companies", "Contacts", "Leave them out")
    assert "Lead (1), blank (1)" in asked.context
    made = run(tmp_path, text, COMPANIES, CONTACTS, answers={asked.key: answer})
    assert len(names(made, "contacts", 0)) == contacts
    told = "export.csv: 2 rows of another Record Type left out of every sheet."
    assert (told in made.notes) is left


@pytest.mark.parametrize(("header", "asked"), [("Record Type", 1), ("Entity", 1), ("Type", 0)])
def test_rows_of_another_thing_are_asked_about_where_one_template_is_named(
    tmp_path: Path, header: str, asked: int
) -> None:
    text = EXPORT.replace("Record Type", header)
    assert len(run(tmp_path, text, CONTACTS).questions) == asked
    grades = text.replace("Organisation", "Gold").replace("Person", "Contact")
    assert not run(tmp_path, grades, CONTACTS).questions


@pytest.mark.parametrize(
    ("header", "name"),
    [("Related To", "export.csv"), ("Type", "deals.csv"), ("Type", "export.csv")],
)
def test_a_column_that_says_whose_a_row_is_parts_nothing(
    tmp_path: Path, header: str, name: str
) -> None:
    text = (
        f"{header},Deal Name,Amount,Stage\nContact,One,1,won\nCompany,Two,2,lost\n"
        "Contact,Three,3,won\n"
    )
    made = run(tmp_path, text, COMPANIES, CONTACTS, DEALS, name=name)
    assert names(made, "deals", 0) == ["One", "Two", "Three"]


def test_an_import_takes_the_same_rows_as_the_preview(tmp_path: Path) -> None:
    made = run(tmp_path, EXPORT, COMPANIES, CONTACTS)
    report = execute(
        recipe_from_yaml(recipe_to_yaml(made.recipe)),
        [InputFile(name="export.csv", path=tmp_path / "export.csv")],
        [COMPANIES, CONTACTS],
        database=tmp_path / "out.duckdb",
        workdir=tmp_path / "work",
    )
    assert {sheet.slug: sheet.rows for sheet in report.sheets} == {"companies": 2, "contacts": 3}


kinds = st.sampled_from(["Company", " company", "CONTACT", "Contacts", "Lead", "", " ", "straße"])


@given(rows=st.lists(kinds, max_size=12), taken=st.lists(kinds, max_size=6))
def test_every_row_is_in_one_part_or_among_the_rest(rows: list[str], taken: list[str]) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE source_0 (_row BIGINT, c0 VARCHAR)")
        con.executemany("INSERT INTO source_0 VALUES (?, ?)", [(-1, "Other"), *enumerate(rows)])
        table = SourceTable(
            name="a.csv", file="a.csv", columns=("Type",), row_count=len(rows) + 1, store=Path()
        )
        loaded = Loaded({"a.csv": table}, {"a.csv": Stored("source_0", ("Type",))}, {"a.csv": ""})
        told = list(dict.fromkeys(value.strip().casefold() for value in taken))
        parts = {"one": tuple(told[::2]), "two": tuple(told[1::2])}
        apart = take_apart(con, loaded, [Split(table="a.csv", by="Type", parts=parts)])
        found = [
            row
            for stored in apart.stored.values()
            for (row,) in con.execute(f"SELECT _row FROM {stored.table}").fetchall()
        ]
    assert sorted(found) == list(range(-1, len(rows)))
    assert sum(each.row_count for each in apart.tables.values()) == len(rows) + 1
