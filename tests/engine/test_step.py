"""Steps over rows and cells: performed in order, every row read accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernctl.engine.compile.run import run_recipe
from vernctl.engine.compile.tables import Stored
from vernctl.engine.database import open_database
from vernctl.engine.recipe.model import Input, Recipe, SheetRecipe
from vernctl.engine.recipe.ops import Lower, MapValues, Suffix, Upper
from vernctl.engine.recipe.steps import (
    CellStep,
    Condition,
    DedupeStep,
    DropStep,
    FillStep,
    Step,
)
from vernctl.engine.recipe.values import FromColumn, FromTarget, Joined, Lookup, Part

Rows = Sequence[Sequence[str]]


def perform(
    folder: Path, steps: Sequence[Step], rows: Rows, columns: Sequence[str] = ("a", "b")
) -> tuple[list[tuple[str, ...]], Counter[int]]:
    """(rows that stay, number of rows dropped by each step)."""
    values = {column: FromColumn(column=column) for column in columns}
    sheet = SheetRecipe(
        template="t",
        inputs=(Input(table="in", values=values),),
        columns=tuple(columns),
        steps=tuple(steps),
    )
    with open_database(folder) as con:
        cells = ", ".join(f"c{i} VARCHAR" for i in range(len(columns)))
        con.execute(f"CREATE TABLE source (_row BIGINT, {cells})")
        marks = ", ".join("?" for _ in range(len(columns) + 1))
        for i, row in enumerate(rows):
            con.execute(f"INSERT INTO source VALUES ({marks})", [i, *row])
        tables = {"in": Stored("source", tuple(columns))}
        made = run_recipe(con, Recipe(sheets=(sheet,)), tables)["t"].table
        cells = ", ".join(f"c{i}" for i in range(len(columns)))
        kept = con.execute(
            f"SELECT {cells} FROM {made} WHERE _drop IS NULL ORDER BY _pos"
        ).fetchall()
        dropped = con.execute(f"SELECT _drop FROM {made} WHERE _drop IS NOT NULL").fetchall()
    return kept, Counter(index for (index,) in dropped)


def where(column: str, *values: str, negated: bool = False) -> DropStep:
    condition = Condition(column=column, test="equals", values=values, negated=negated)
    return DropStep(drop_rows=(condition,))


def test_a_step_reads_what_the_steps_before_it_wrote(tmp_path: Path) -> None:
    renamed = CellStep(columns=("a",), do=MapValues(values={"x": "y"}))
    rows = [("x", ""), ("y", ""), ("z", "")]
    assert perform(tmp_path, [renamed, where("a", "x")], rows)[0] == [
        ("y", ""),
        ("y", ""),
        ("z", ""),
    ]
    assert perform(tmp_path, [where("a", "x"), renamed], rows)[0] == [("y", ""), ("z", "")]


def test_a_cell_that_another_step_reads_is_as_it_was_then(tmp_path: Path) -> None:
    fill = FillStep(fill="b", value=FromTarget(target="a"))
    upper = CellStep(columns=("a",), do=Upper())
    assert perform(tmp_path, [fill, upper], [("x", "")])[0] == [("X", "x")]
    assert perform(tmp_path, [upper, fill], [("x", "")])[0] == [("X", "X")]


def test_no_operation_makes_a_value_of_a_blank_cell(tmp_path: Path) -> None:
    suffixed = CellStep(columns=("a", "b"), do=Suffix(add="!"))
    assert perform(tmp_path, [suffixed], [("", " "), ("x", "")])[0] == [("", " "), ("x!", "")]


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("first", [("k", ""), ("", "1"), ("", "2"), ("l", "x")]),
        ("last", [("", "1"), ("", "2"), ("K ", "b"), ("l", "x")]),
        ("fullest", [("K", "a"), ("", "1"), ("", "2"), ("l", "x")]),
    ],
)
def test_of_rows_alike_one_is_kept_and_blank_keys_never_match(
    tmp_path: Path, keep: str, kept: list[tuple[str, str]]
) -> None:
    rows = [("k", ""), ("K", "a"), ("", "1"), ("", "2"), ("K ", "b"), ("l", "x")]
    step = DedupeStep.model_validate({"dedupe": ("a",), "keep": keep})
    assert perform(tmp_path, [step], rows) == (kept, Counter({0: 2}))


def test_whole_rows_are_equal_only_cell_by_cell(tmp_path: Path) -> None:
    rows = [("a", "bc"), ("ab", "c"), ("a", "bc"), ("A", "bc"), ("a:2", "b"), ("a", "2:b")]
    kept, dropped = perform(tmp_path, [DedupeStep(dedupe=())], rows)
    assert kept == [*rows[:2], *rows[3:]]
    assert dropped == Counter({0: 1})


def test_a_dropped_row_takes_no_part_in_what_follows(tmp_path: Path) -> None:
    rows = [("k", "old"), ("k", "new")]
    kept, dropped = perform(tmp_path, [where("b", "OLD"), DedupeStep(dedupe=("a",))], rows)
    assert kept == [("k", "new")]
    assert dropped == Counter({0: 1})


def test_conditions_test_a_cell_in_the_ways_they_say(tmp_path: Path) -> None:
    rows = [("apple pie", "1"), ("Pineapple", "2"), (" ", "3"), ("apple", "4")]

    def kept_by(test: str, *values: str, negated: bool = False) -> str:
        condition = Condition.model_validate(
            {"column": "a", "test": test, "values": values, "negated": negated}
        )
        kept, _ = perform(tmp_path, [DropStep(drop_rows=(condition,))], rows)
        return "".join(row[1] for row in kept)

    assert kept_by("blank") == "124"
    assert kept_by("blank", negated=True) == "3"
    assert kept_by("equals", "APPLE") == "123"
    assert kept_by("contains", "Apple") == "3"
    assert kept_by("starts", "apple") == "23"
    assert kept_by("ends", "apple", "pie", negated=True) == "124"


@pytest.mark.parametrize(
    ("part", "separator", "cell", "wanted"),
    [
        ("first", None, " Ada  King Lovelace", "Ada"),
        ("rest", None, "Ada  King Lovelace ", "King Lovelace"),
        ("last", None, "Ada King Lovelace", "Lovelace"),
        ("all_but_last", None, "Ada King Lovelace", "Ada King"),
        ("first", None, "Ada", "Ada"),
        ("rest", None, "Ada", ""),
        ("last", None, "Ada", "Ada"),
        ("all_but_last", None, "Ada", ""),
        ("first", ",", "Lovelace, Ada", "Lovelace"),
        ("rest", ",", "Lovelace, Ada, Countess", "Ada, Countess"),
        ("all_but_last", ",", "Lovelace, Ada, Countess", "Lovelace, Ada"),
        ("rest", "|", "a.b|c|d", "c|d"),
        ("rest", None, "two\nlines here", "lines here"),
    ],
)
def test_a_part_of_a_value_is_cut_where_it_says(
    tmp_path: Path, part: str, separator: str | None, cell: str, wanted: str
) -> None:
    cut = {"part": part, "of": FromTarget(target="a"), "separator": separator}
    step = FillStep(fill="b", value=Part.model_validate(cut), always=True)
    assert perform(tmp_path, [step], [(cell, "")])[0] == [(cell, wanted)]


def test_values_joined_leave_no_separator_for_a_blank(tmp_path: Path) -> None:
    both = Joined(join=(FromTarget(target="a"), FromTarget(target="b")), separator=", ")
    step = FillStep(fill="c", value=both, always=True)
    rows = [("x", "y", ""), (" ", "y", ""), ("x", "", "")]
    kept, _ = perform(tmp_path, [step], rows, ("a", "b", "c"))
    assert [row[2] for row in kept] == ["x, y", "y", "x"]


def test_a_lookup_takes_the_first_filled_row_of_another_sheet(tmp_path: Path) -> None:
    value = Lookup(sheet="firms", take="site", match="name", by="firm")
    firms = SheetRecipe(
        template="firms",
        inputs=(Input(table="f", values={c: FromColumn(column=c) for c in ("name", "site")}),),
        columns=("name", "site"),
        steps=(CellStep(columns=("site",), do=Lower()),),
    )
    people = SheetRecipe(
        template="people",
        inputs=(Input(table="p", values={"firm": FromColumn(column="firm")}),),
        columns=("firm", "site"),
        steps=(FillStep(fill="site", value=value),),
    )
    with open_database(tmp_path) as con:
        con.execute(
            "CREATE TABLE f AS SELECT * FROM (VALUES (0::BIGINT, 'Acme', ''), "
            "(1, 'acme ', 'A.test'), (2, 'ACME', 'b.test')) t(_row, c0, c1)"
        )
        con.execute(
            "CREATE TABLE p AS SELECT * FROM (VALUES (0::BIGINT, ' ACME'), (1, 'x')) t(_row, c0)"
        )
        tables = {"f": Stored("f", ("name", "site")), "p": Stored("p", ("firm",))}
        made = run_recipe(con, Recipe(sheets=(people, firms)), tables)
        rows = con.execute(f"SELECT c1 FROM {made['people'].table} ORDER BY _row").fetchall()
    assert rows == [("a.test",), ("",)]


CELLS = st.sampled_from(["", " ", "a", "A", "a ", "b", "ab"])
ROW_STEPS = st.one_of(
    st.builds(where, st.sampled_from("ab"), CELLS, negated=st.booleans()),
    st.builds(
        DedupeStep,
        dedupe=st.sampled_from([(), ("a",), ("b",), ("a", "b")]),
        keep=st.sampled_from(["first", "last", "fullest"]),
    ),
    st.just(CellStep(columns=("a", "b"), do=Upper())),
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=12),
    steps=st.lists(ROW_STEPS, max_size=4),
)
def test_every_row_read_is_written_or_accounted_for(
    tmp_path: Path, rows: list[tuple[str, str]], steps: list[Step]
) -> None:
    kept, dropped = perform(tmp_path, steps, rows)
    assert len(kept) + sum(dropped.values()) == len(rows)
