"""Misspellings that the other rows give away: mended where certain, spoken of where not."""

from __future__ import annotations

from pathlib import Path

from vernctl.engine.author import Authored, author
from vernctl.engine.model import Column, InputFile, Template

_TOWNS = ("Hamburg", "Rostock", "Bergen", "Marburg", "Bergem")


def rows() -> list[list[str]]:
    """Six order lines of each of five shops; a shop has one town."""
    return [[f"L{i}", f"S{i % 5}", _TOWNS[i % 5], f"2024-01-{1 + i:02}"] for i in range(30)]


def work(folder: Path, lines: list[list[str]]) -> Authored:
    path = folder / "lines.csv"
    header = "Line,Shop,Town,Ordered"
    path.write_text("\n".join([header, *(",".join(line) for line in lines)]), encoding="utf-8")
    columns = (Column(name="Line", unique=True), *map(_column, ("Shop", "Town", "Ordered")))
    template = Template(slug="lines", name="Lines", columns=columns)
    return author([InputFile(name="lines.csv", path=path)], [template], workdir=folder)


def _column(name: str) -> Column:
    return Column(name=name)


def towns(made: Authored) -> list[str]:
    return [row[2] for row in made.sheets[0].rows]


def test_a_slip_that_the_other_rows_give_away_is_mended_by_a_named_step(tmp_path: Path) -> None:
    lines = rows()
    lines[6][2] = "Rostcok"
    made = work(tmp_path, lines)
    assert towns(made)[6] == "Rostock"
    (step,) = made.recipe.sheets[0].steps_of("Town")
    assert (step.because, step.describe()) == ("healed", "recoded: Rostcok → Rostock")


def test_another_value_that_is_a_real_one_elsewhere_stays(tmp_path: Path) -> None:
    lines = rows()
    lines[7][2] = "Bergem"
    made = work(tmp_path, lines)
    assert towns(made)[7] == "Bergem"


def test_what_stands_further_away_stays_and_is_spoken_of(tmp_path: Path) -> None:
    lines = rows()
    lines[6][2] = "Trondheim"
    made = work(tmp_path, lines)
    assert towns(made)[6] == "Trondheim"
    assert list(made.notes) == [
        'Lines: 1 unlikely cell of Town left as found: "Trondheim" ("Rostock" in the other '
        "rows of its Shop)."
    ]


def test_rows_that_are_all_apart_from_the_others_are_what_they_are(tmp_path: Path) -> None:
    lines = [[*line, "v1"] for line in rows()]
    lines += [[f"M{i}", f"S{i}", f"{_TOWNS[i]}s", "2024-02-01", "v2"] for i in range(5)]
    path = tmp_path / "lines.csv"
    text = [",".join(line) for line in lines]
    path.write_text("\n".join(["Line,Shop,Town,Ordered,Batch", *text]), encoding="utf-8")
    columns = tuple(Column(name=name) for name in ("Line", "Shop", "Town", "Ordered", "Batch"))
    template = Template(slug="lines", name="Lines", columns=columns)
    made = author([InputFile(name="lines.csv", path=path)], [template], workdir=tmp_path)
    assert towns(made)[30:] == [f"{town}s" for town in _TOWNS]


def test_another_number_is_no_misspelling(tmp_path: Path) -> None:
    lines = [[each[0], each[1], f"Dock {100 + i % 5}", each[3]] for i, each in enumerate(rows())]
    lines[6][2] = "Dock 911"
    made = work(tmp_path, lines)
    assert towns(made)[6] == "Dock 911"


def test_a_column_that_nothing_decides_is_left_alone(tmp_path: Path) -> None:
    lines = [[f"L{i}", f"S{i % 5}", _TOWNS[i * 7 % 11 % 5], "2024-01-01"] for i in range(30)]
    lines[6][2] = "Rostcok"
    made = work(tmp_path, lines)
    assert towns(made)[6] == "Rostcok"
    assert not made.notes
