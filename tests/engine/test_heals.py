"""Every heal is listed with its count and an example, and a message takes it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernctl.engine.author import Authored, author
from vernctl.engine.author.heals import heal_notes
from vernctl.engine.model import Column, Heal, InputFile, Template

_TOWNS = ("Hamburg", "Rostock", "Bergen", "Marburg", "Passau")
_ORDERS = Template(
    slug="orders",
    name="Orders",
    columns=(
        Column(name="Order", unique=True),
        Column(name="Shop"),
        Column(name="Town"),
        Column(name="Ordered"),
        Column(name="State", one_of=("Open", "Closed")),
    ),
)


def work(folder: Path, *messages: str, town: str = "Rostcok") -> Authored:
    """Thirty orders of five shops: one town misspelled, dates of Germany, states in any case."""
    lines = ["Order,Shop,Town,Ordered,State"]
    for i in range(30):
        here = town if i == 6 else _TOWNS[i % 5]
        lines.append(f"O{i},S{i % 5},{here},{1 + i}.03.2024,{'open' if i % 3 else 'Closed'}")
    lines.append("O29,S4,Passau,30.03.2024,open")
    path = folder / "orders.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    files = [InputFile(name="orders.csv", path=path)]
    return author(files, [_ORDERS], workdir=folder, messages=messages)


def heals(made: Authored) -> dict[str, Heal]:
    return {heal.column: heal for heal in made.sheets[0].heals}


def test_every_heal_is_counted_over_the_rows_that_stay_with_an_example(tmp_path: Path) -> None:
    made = work(tmp_path)
    assert [(heal.column, heal.what, heal.cells) for heal in made.sheets[0].heals] == [
        ("Town", "misspelling, as other rows have it", 1),
        ("State", "spelled as allowed", 20),
        ("Ordered", "date in ISO 8601", 30),
    ]
    assert len(made.sheets[0].rows) == 30
    assert (heals(made)["Town"].before, heals(made)["Town"].after) == ("Rostcok", "Rostock")
    (said,) = heal_notes(made.sheets[0])
    assert said == (
        'Orders, healed: Town 1 cell (misspelling, as other rows have it: "Rostcok" → "Rostock"); '
        'State 20 cells (spelled as allowed: "open" → "Open"); '
        'Ordered 30 cells (date in ISO 8601: "1.03.2024" → "2024-03-01").'
    )


def test_no_cell_changes_that_is_not_listed(tmp_path: Path) -> None:
    healed, left = work(tmp_path), work(tmp_path, "Leave every column as it is.")
    pairs = zip(healed.sheets[0].rows, left.sheets[0].rows, strict=True)
    changed = sum(a != b for pair in pairs for a, b in zip(*pair, strict=True))
    assert changed == sum(heal.cells for heal in healed.sheets[0].heals) == 51
    assert left.sheets[0].heals == ()


@pytest.mark.parametrize(
    "message",
    [
        "Leave Town as it is.",
        "Please leave Town unchanged",
        "Keep Town exactly as it was in the file",
        "Don't change Town",
        "Don’t correct misspellings in Town.",
        "Do not fix typos in the town",
        "Never heal Town.",
        "Town stays as it is",
        "Undo the repairs of Town",
        "Trim Shop, but leave Town as found.",
    ],
)
def test_a_message_takes_back_the_heals_of_a_column(tmp_path: Path, message: str) -> None:
    made = work(tmp_path, message)
    assert made.questions == ()
    assert list(heals(made)) == ["State", "Ordered"]
    assert made.sheets[0].rows[6][2] == "Rostcok"


def test_a_kind_of_heal_is_taken_back_everywhere_or_in_a_column(tmp_path: Path) -> None:
    assert list(heals(work(tmp_path, "Don't correct misspellings."))) == ["Ordered"]
    assert list(heals(work(tmp_path, "Don't convert dates in Ordered"))) == ["Town", "State"]
    assert len(heals(work(tmp_path, "Don't convert dates in Town"))) == 3


def test_a_message_that_takes_back_nothing_says_so(tmp_path: Path) -> None:
    made = work(tmp_path, "Leave Shop as it is")
    assert 'Nothing was healed there, nothing changed: "Leave Shop as it is".' in made.notes


@pytest.mark.parametrize("town", ["Ro'stock", "Róstock", "Ro-stock"])
def test_another_way_to_write_a_name_is_left_and_spoken_of(tmp_path: Path, town: str) -> None:
    made = work(tmp_path, town=town)
    assert made.sheets[0].rows[6][2] == town
    assert "Town" not in heals(made)
    assert f'1 unlikely cell of Town left as found: "{town}"' in made.notes[0]
