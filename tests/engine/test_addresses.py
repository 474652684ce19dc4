"""An address that stands whole in one column is taken apart where it comes apart for certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from vernctl.engine.author import Authored, author
from vernctl.engine.model import Column, InputFile, Template
from vernctl.engine.recipe.addresses import FORMS, forms_of
from vernctl.engine.recipe.model import recipe_from_yaml, recipe_to_yaml

AMERICAN = [
    ("12 High St, Springfield, IL 62704", "12 High St", "Springfield", "IL", "62704", ""),
    ("400 Oak Ave, Apt 4, Austin, TX 78701-1234", "400 Oak Ave, Apt 4", "Austin", "TX",
     "78701-1234", ""),
    ("PO Box 7, New York, New York 10001, USA", "PO Box 7", "New York", "New York", "10001", "USA"),
    ("1 Main St; Fargo; ND 58102", "1 Main St", "Fargo", "ND", "58102", ""),
]  # fmt: skip
EUROPEAN = [
    ("Hauptstr. 5, 10115 Berlin", "Hauptstr. 5", "Berlin", "", "10115", ""),
    ("12 rue de la Paix, 75002 Paris, France", "12 rue de la Paix", "Paris", "", "75002", "France"),
    ("Bahnhofstrasse 1|8001 Zürich|Schweiz", "Bahnhofstrasse 1", "Zürich", "", "8001", "Schweiz"),
    ("Damrak 70, 1012 LM Amsterdam", "Damrak 70", "Amsterdam", "", "1012 LM", ""),
    ("Gartenweg 12a 80331 München", "Gartenweg 12a", "München", "", "80331", ""),
]
BRITISH = [
    ("221B Baker Street, London, NW1 6XE", "221B Baker Street", "London", "", "NW1 6XE", ""),
    ("Flat 2, 9 Elm Row, Leeds LS1 4AP", "Flat 2, 9 Elm Row", "Leeds", "", "LS1 4AP", ""),
]
WHOLE = ["Rose Cottage, Didcot, Oxfordshire, OX11 7AB", "somewhere in Spain", "Berlin"]
PARTS = ("Street", "City", "State", "Zip", "Country")


def work(
    folder: Path,
    addresses: Sequence[str],
    *columns: str,
    answers: Mapping[str, str] | None = None,
) -> Authored:
    path = folder / "places.csv"
    rows = [f'{i + 1},"{address}"' for i, address in enumerate(addresses)]
    path.write_text("\n".join(["No,Address", *rows]) + "\n", encoding="utf-8")
    names = ("No", *(columns or PARTS))
    template = Template(slug="places", name="Places", columns=tuple(Column(name=n) for n in names))
    files = [InputFile(name="places.csv", path=path)]
    return author(files, [template], answers=answers, workdir=folder)


@pytest.mark.parametrize("known", [AMERICAN, EUROPEAN, BRITISH, [*AMERICAN, *EUROPEAN, *BRITISH]])
def test_an_address_becomes_street_city_state_code_and_country(
    tmp_path: Path, known: list[tuple[str, ...]]
) -> None:
    made = work(tmp_path, [address for address, *_ in known])
    assert made.questions == ()
    assert [row[1:] for row in made.sheets[0].rows] == [tuple(parts) for _, *parts in known]


def test_an_address_on_several_lines_is_the_same(tmp_path: Path) -> None:
    made = work(tmp_path, [address.replace(", ", "\n") for address, *_ in AMERICAN[:2]])
    assert [row[2] for row in made.sheets[0].rows] == ["Springfield", "Austin"]


def test_what_does_not_come_apart_stays_whole_and_is_spoken_of(tmp_path: Path) -> None:
    known = [f"{i} High St, Fargo, ND 58102" for i in range(1, 20)]
    made = work(tmp_path, [*known, *WHOLE])
    assert [row[1:] for row in made.sheets[0].rows[-3:]] == [
        (each, "", "", "", "") for each in WHOLE
    ]
    assert made.notes == (
        'Places: 3 addresses of "Address" stay whole in the street: "Berlin", "Rose Cottage, '
        'Didcot, Oxfordshire, OX11 7AB", "somewhere in Spain".',
    )


def test_where_many_do_not_come_apart_it_is_asked_once(tmp_path: Path) -> None:
    addresses = [address for address, *_ in AMERICAN] + WHOLE
    made = work(tmp_path, addresses)
    assert [(question.question, question.options) for question in made.questions] == [
        (
            'Should the addresses in "Address" be taken apart?',
            ("Take them apart", "Leave them whole"),
        )
    ]
    key = made.questions[0].key
    apart = work(tmp_path, addresses, answers={key: "Take them apart"})
    assert apart.sheets[0].rows[0][1:] == AMERICAN[0][1:]
    whole = work(tmp_path, addresses, answers={key: "Leave them whole"})
    assert whole.sheets[0].rows[0][1:] == (AMERICAN[0][0], "", "", "", "")


def test_where_most_do_not_come_apart_nothing_is_taken_apart(tmp_path: Path) -> None:
    made = work(tmp_path, [AMERICAN[0][0], *WHOLE])
    assert "AddressPart" not in repr(made.recipe)


def test_a_piece_that_no_column_takes_is_told(tmp_path: Path) -> None:
    made = work(tmp_path, [address for address, *_ in AMERICAN], "Street", "City", "Zip")
    assert made.notes == (
        'Places: no column takes the state and the country of the addresses in "Address".',
    )


def test_an_address_whose_pieces_have_no_place_stays_whole(tmp_path: Path) -> None:
    made = work(tmp_path, [address for address, *_ in AMERICAN], "Address", "City")
    assert [row[1:] for row in made.sheets[0].rows[:1]] == [(AMERICAN[0][0], "Springfield")]


def test_a_column_of_its_own_is_not_taken_from_an_address(tmp_path: Path) -> None:
    path = tmp_path / "shops.csv"
    path.write_text('Address,City,Zip\n"1 A St, Fargo, ND 58102",Bismarck,58501\n' * 1, "utf-8")
    columns = tuple(Column(name=name) for name in ("Address", "City", "Zip"))
    template = Template(slug="shops", name="Shops", columns=columns)
    made = author([InputFile(name="shops.csv", path=path)], [template], workdir=tmp_path)
    assert made.sheets[0].rows == (("1 A St, Fargo, ND 58102", "Bismarck", "58501"),)


def test_the_recipe_of_a_split_is_the_same_again_through_yaml(tmp_path: Path) -> None:
    made = work(tmp_path, [address for address, *_ in (*AMERICAN, *EUROPEAN)])
    assert recipe_from_yaml(recipe_to_yaml(made.recipe)) == made.recipe


def test_no_address_is_read_in_two_ways() -> None:
    """Of every known address only one form takes it: their order decides nothing."""
    countries = ("USA", "France", "Schweiz")
    for address, *_ in (*AMERICAN, *EUROPEAN, *BRITISH):
        forms = forms_of([address], countries)
        assert len(forms) == 1
        assert set(forms) <= set(FORMS)
