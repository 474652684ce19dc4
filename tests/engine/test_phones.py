"""Phone numbers are written internationally where their country is certain, and only there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import phonenumbers
import pytest

from vernctl.engine.author import Authored, author
from vernctl.engine.compile.tables import sql
from vernctl.engine.heal.regions import numbering_of, region_named
from vernctl.engine.model import Column, InputFile, Template
from vernctl.engine.recipe.base import name
from vernctl.engine.recipe.phones import Phone

_E164 = phonenumbers.PhoneNumberFormat.E164
#: Numbers as they stand in one column; the country of each row, where it is named.
MIXED = [
    ("+49 30 901820", "Germany"), ("0049 (0)89 23300", "DE"), ("030/901821", "Deutschland"),
    ("089 23301-0", "germany "), ("(212) 555-2368", "USA"), ("020 7946 0958", "United Kingdom"),
    ("044 668 18 00", "Schweiz"), ("030 901822", ""), ("030 901823", "Atlantis"),
    ("12345", "DE"), ("ask reception", "DE"), ("", "DE"), ("089 23302 ext. 17", "DE"),
]  # fmt: skip


def work(
    folder: Path, rows: Sequence[tuple[str, str]], *messages: str, knowledge: str = "", **phone: str
) -> Authored:
    lines = [f"K{i},{number},{country}" for i, (number, country) in enumerate(rows)]
    path = folder / "people.csv"
    path.write_text("\n".join(["Key,Phone,Country", *lines]) + "\n", encoding="utf-8")
    columns = (Column(name="Key"), Column.model_validate({"name": "Phone", **phone}))
    template = Template(slug="people", name="People", columns=(*columns, Column(name="Country")))
    files = [InputFile(name="people.csv", path=path)]
    return author(files, [template], workdir=folder, messages=messages, knowledge=knowledge)


def phones(made: Authored) -> list[str]:
    return [row[1] for row in made.sheets[0].rows]


def test_a_number_gets_the_code_of_the_country_that_its_row_names(tmp_path: Path) -> None:
    assert phones(work(tmp_path, MIXED)) == [
        "+4930901820", "+498923300", "+4930901821", "+4989233010", "+12125552368",
        "+442079460958", "+41446681800", "030 901822", "030 901823", "12345", "ask reception", "",
        "+498923302 ext. 17",
    ]  # fmt: skip


def test_a_number_without_the_prefix_of_its_country_may_be_a_local_one_and_stays(
    tmp_path: Path,
) -> None:
    rows = [
        ("+43 1 588010", "Austria"), ("7675-3425", "Austria"), ("2967 542", "Ireland"),
        ("21 345 6789", "Ireland"), ("021 345 6789", "Ireland"), ("91 555 22 82", "Spain"),
    ]  # fmt: skip
    assert phones(work(tmp_path, rows)) == [
        "+431588010", "7675-3425", "2967 542", "21 345 6789", "+353213456789", "+34915552282",
    ]  # fmt: skip


def test_without_a_country_only_numbers_that_tell_theirs_are_written_anew(tmp_path: Path) -> None:
    made = work(tmp_path, [(number, "") for number, _ in MIXED])
    changed = {a: b for (a, _), b in zip(MIXED, phones(made), strict=True) if a != b}
    assert changed == {"+49 30 901820": "+4930901820", "0049 (0)89 23300": "+498923300"}


@pytest.mark.parametrize(
    ("knowledge", "messages"),
    [
        ("Phone numbers are German.", ()),
        ("", ("Phones without a country code are German",)),
        ("", ("All phone numbers are from Germany.",)),
    ],
)
def test_what_somebody_says_of_the_country_counts_where_no_row_names_one(
    tmp_path: Path, knowledge: str, messages: tuple[str, ...]
) -> None:
    made = work(tmp_path, MIXED, *messages, knowledge=knowledge)
    assert made.questions == ()
    assert phones(made)[4:9] == [
        "+12125552368", "+442079460958", "+41446681800", "+4930901822", "+4930901823",
    ]  # fmt: skip


def test_a_column_whose_international_numbers_are_of_one_country_is_of_it(tmp_path: Path) -> None:
    rows = [(f"+49 30 90182{i}", "") for i in range(6)] + [("030 / 9018 30", ""), ("09 123", "")]
    assert phones(work(tmp_path, rows))[-2:] == ["030 / 9018 30", "09 123"]
    assert phones(work(tmp_path, rows[:-1]))[-1] == "+4930901830"


def test_a_column_that_is_written_in_one_way_stays_unless_its_description_asks(
    tmp_path: Path,
) -> None:
    rows = [(f"+49 30 90182{i}", "DE") for i in range(9)]
    assert phones(work(tmp_path, rows)) == [number for number, _ in rows]
    made = work(tmp_path, rows, description="The number in E.164 form")
    assert phones(made)[0] == "+4930901820"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (r"^\+[0-9]{7,15}$", ["+4930901820", "+4930901821", "+12125552368", "12345"]),
        (r"^0[0-9]{6,}$", ["030901820", "030901821", "(212) 555-2368", "12345"]),
        (r"^[0-9 +()/-]+$", ["+49 30 901820", "030/901821", "(212) 555-2368", "12345"]),
    ],
)
def test_a_rule_says_which_form_is_wanted(tmp_path: Path, rule: str, expected: list[str]) -> None:
    rows = [MIXED[0], MIXED[2], MIXED[4], MIXED[9]]
    assert phones(work(tmp_path, rows, strict=rule)) == expected


def test_the_heal_is_listed_and_taken_back(tmp_path: Path) -> None:
    (first, *_) = work(tmp_path, MIXED).sheets[0].heals
    assert (first.column, first.what.split(",")[0], first.before) == (
        "Phone",
        "phone number in E.164",
        "+49 30 901820",
    )
    left = work(tmp_path, MIXED, "Leave Phone as it is")
    assert phones(left) == [number for number, _ in MIXED]


def test_every_country_is_written_as_the_numbering_plans_have_it() -> None:
    """An example number of every country, as it is dialled within the country."""
    wrong, left = [], []
    with duckdb.connect() as con:
        for region in sorted(phonenumbers.SUPPORTED_REGIONS):
            plan = numbering_of(region)
            if plan is None:
                continue
            done = sql(Phone(form="e164", **plan._asdict()).build(name("x")))
            for cell, number in _examples(region):
                (found,) = (
                    con.execute(f"SELECT {done} FROM (SELECT ? AS x)", [cell]).fetchone() or ()
                )
                if found == cell:
                    left.append(region)
                elif found != phonenumbers.format_number(number, _E164):
                    wrong.append((region, cell, found))
    assert (wrong, len(left) <= 3) == ([], True)


def _examples(region: str) -> list[tuple[str, phonenumbers.PhoneNumber]]:
    number = phonenumbers.example_number(region)
    national = phonenumbers.PhoneNumberFormat.NATIONAL
    return [] if number is None else [(phonenumbers.format_number(number, national), number)]


@pytest.mark.parametrize(
    ("text", "region"), [("German", "DE"), ("the UK", None), ("UK", "GB"), ("Österreich", "AT")]
)
def test_a_country_is_known_by_its_name_or_its_people(text: str, region: str | None) -> None:
    assert region_named(text) == region
