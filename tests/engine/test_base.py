"""Starting from a recipe: what it decided is decided, the rest is authored as ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from vernctl.engine.author import Authored, author
from vernctl.engine.model import Column, InputFile, Template
from vernctl.engine.recipe.model import Recipe, recipe_from_yaml, recipe_to_yaml

MESSAGES = (
    "Uppercase every Country.",
    "Drop rows where Company is Hooli.",
    "Set Phone to 'none' where it is blank.",
)
PEOPLE = Template(
    slug="people",
    name="People",
    columns=(
        Column(name="Name", required=True, unique=True),
        Column(name="Level", one_of=("High", "Low")),
        Column(name="Since"),
        Column(name="Remark"),
        Column(name="Region", required=True),
    ),
)
FIRST = "who,grade,joined,notes\nann,H,1/2/2024,a\nbob,L,3/4/2024,b\n"


def write(folder: Path, name: str, text: str) -> InputFile:
    (folder / name).write_text(text, encoding="utf-8")
    return InputFile(name=name, path=folder / name)


def through_yaml(recipe: Recipe) -> Recipe:
    return recipe_from_yaml(recipe_to_yaml(recipe))


@pytest.fixture
def made(tmp_path: Path) -> Recipe:
    """A recipe of a system's first customer, with what a person has settled."""
    file = write(tmp_path, "first.csv", FIRST)
    messages = (
        "Use who for Name.",
        "Use grade for Level.",
        "Use joined for Since.",
        "Map H in Level to High and L to Low.",
        "Dates in Since are MM/DD/YYYY.",
        "Set Region to 'EMEA'.",
        "Leave Remark empty.",
    )
    found = author([file], [PEOPLE], messages=messages, workdir=tmp_path / "work")
    assert not found.questions, found.questions
    return through_yaml(found.recipe)


def again(recipe: Recipe, folder: Path, **files: str) -> Authored:
    inputs = [write(folder, f"{name}.csv", text) for name, text in files.items()]
    return author(inputs, [PEOPLE], base=recipe, workdir=folder / "work2")


def rows(authored: Authored) -> list[list[str]]:
    assert not authored.questions, authored.questions
    return [list(row) for row in authored.sheets[0].rows]


def test_the_same_files_with_their_own_recipe_give_the_same_sheets(
    files: Sequence[InputFile],
    templates: Sequence[Template],
    answers: Mapping[str, str],
    tmp_path: Path,
) -> None:
    first = author(files, templates, messages=MESSAGES, answers=answers, workdir=tmp_path / "a")
    base = through_yaml(first.recipe)
    second = author(files, templates, base=base, workdir=tmp_path / "b")
    assert not second.questions
    assert second.sheets == first.sheets
    third = author(files, templates, base=second.recipe, workdir=tmp_path / "c")
    assert third.recipe == second.recipe, "a recipe started from itself stays what it is"


def test_the_next_customers_file_is_read_as_the_recipe_says(made: Recipe, tmp_path: Path) -> None:
    found = again(made, tmp_path, other="notes,joined,grade,who\nx,5/6/2025,L,cy\n")
    assert rows(found) == [["cy", "Low", "2025-05-06", "", "EMEA"]]
    assert found.notes[0].startswith("Started from the recipe of the source")


def test_dates_that_tell_their_order_outweigh_the_recipe(made: Recipe, tmp_path: Path) -> None:
    text = "who,grade,joined,notes\ncy,H,25/6/2025,x\ndi,L,26/6/2025,x\ned,L,5/6/2025,x\n"
    assert [row[2] for row in rows(again(made, tmp_path, first=text))] == [
        "2025-06-25",
        "2025-06-26",
        "2025-06-05",
    ]


def test_values_that_the_recipe_does_not_know_are_asked_about(made: Recipe, tmp_path: Path) -> None:
    found = again(made, tmp_path, first="who,grade,joined,notes\ncy,Q,1/2/2025,x\n")
    assert ["Level" in question.question for question in found.questions] == [True]


def test_a_column_that_is_not_there_is_matched_afresh_and_said_so(
    made: Recipe, tmp_path: Path
) -> None:
    found = again(made, tmp_path, first="who,level,joined,notes\ncy,High,1/2/2025,x\n")
    assert rows(found) == [["cy", "High", "2025-01-02", "", "EMEA"]]
    assert any('Level is not there ("grade")' in note for note in found.notes)


def test_files_that_are_nothing_like_the_recipes_are_matched_afresh(
    made: Recipe, tmp_path: Path
) -> None:
    found = again(made, tmp_path, crm="Name,Level,Region\nann,High,APAC\n")
    assert any("no table has the columns" in note for note in found.notes)
    assert rows(found) == [["ann", "High", "", "", "APAC"]]


def test_rows_of_a_file_beside_the_recipes_are_not_lost(made: Recipe, tmp_path: Path) -> None:
    found = again(made, tmp_path, first=FIRST, people="Name,Level\ncy,Low\n")
    assert sorted(row[0] for row in rows(found)) == ["ann", "bob", "cy"]
