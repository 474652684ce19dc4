"""A recipe is data: the same again through YAML, and no name or value in it is ever SQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernctl.engine.compile.run import run_recipe
from vernctl.engine.compile.tables import Stored
from vernctl.engine.database import open_database
from vernctl.engine.model import EngineError
from vernctl.engine.recipe.base import RecipeValue
from vernctl.engine.recipe.model import (
    Input,
    Join,
    Recipe,
    SheetRecipe,
    recipe_from_yaml,
    recipe_to_yaml,
)
from vernctl.engine.recipe.ops import Lower, MapValues, Prefix, Replace, Trim
from vernctl.engine.recipe.steps import CellStep, Condition, DedupeStep, DropStep, FillStep
from vernctl.engine.recipe.values import (
    Changed,
    Constant,
    FirstOf,
    FromColumn,
    FromTarget,
    Joined,
    Lookup,
    Part,
)

#: Text that a person or a hostile file may hold; YAML has no lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FILLED = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
LEAVES: st.SearchStrategy[RecipeValue] = st.one_of(
    st.builds(FromColumn, column=TEXT),
    st.builds(FromTarget, target=TEXT),
    st.builds(Constant, constant=TEXT),
    st.builds(Lookup, sheet=TEXT, take=TEXT, match=TEXT, by=TEXT),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Joined, join=st.lists(inner, max_size=2).map(tuple), separator=TEXT),
        st.builds(FirstOf, first_of=st.lists(inner, max_size=2).map(tuple)),
        st.builds(Part, part=st.sampled_from(["first", "rest"]), of=inner),
        st.builds(Changed, changed=inner, ops=st.just((Lower(), Trim()))),
    ),
    max_leaves=3,
)
OPS = st.one_of(
    st.just(Trim()),
    st.builds(Replace, find=FILLED, by=TEXT),
    st.builds(MapValues, values=st.dictionaries(TEXT, TEXT, max_size=3)),
    st.builds(Prefix, add=FILLED),
)
COLUMNS = st.lists(TEXT, min_size=1, max_size=2).map(tuple)
STEPS = st.one_of(
    st.builds(CellStep, columns=COLUMNS, do=OPS, because=TEXT),
    st.builds(FillStep, fill=TEXT, value=VALUES, always=st.booleans()),
    st.builds(
        DropStep,
        drop_rows=st.lists(
            st.builds(Condition, column=TEXT, test=st.just("equals"), values=COLUMNS), max_size=2
        ).map(tuple),
    ),
    st.builds(DedupeStep, dedupe=COLUMNS, keep=st.sampled_from(["first", "last", "fullest"])),
)
SHEETS = st.builds(
    SheetRecipe,
    template=TEXT,
    inputs=st.lists(
        st.builds(Input, table=TEXT, values=st.dictionaries(TEXT, VALUES, max_size=2)), max_size=2
    ).map(tuple),
    columns=COLUMNS,
    steps=st.lists(STEPS, max_size=3).map(tuple),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(sheets=st.lists(SHEETS, max_size=2))
def test_a_recipe_is_the_same_again_through_yaml(sheets: list[SheetRecipe]) -> None:
    recipe = Recipe(sheets=tuple(sheets))
    text = recipe_to_yaml(recipe)
    assert recipe_from_yaml(text) == recipe
    assert recipe_to_yaml(recipe_from_yaml(text)) == text


def test_a_recipe_that_is_none_is_refused_in_one_sentence() -> None:
    for text in ("sheets: [", "sheets: [{template: a, columns: [b], colums: []}]"):
        with pytest.raises(EngineError, match=r"^The recipe is .*\.$"):
            recipe_from_yaml(text)


HOSTILE = "x\"; DROP TABLE source_0; --'\\$1{0}\x00é"


def test_hostile_names_and_values_are_data(tmp_path: Path) -> None:
    sheet = SheetRecipe(
        template=HOSTILE,
        inputs=(
            Input(
                table=HOSTILE,
                joins=(Join(table="other", on=((HOSTILE, "key"),)),),
                values={
                    HOSTILE: FromColumn(column=HOSTILE),
                    "b": Joined(join=(Constant(constant=HOSTILE),)),
                    "c": FromColumn(column="value", table="other"),
                },
            ),
        ),
        columns=(HOSTILE, "b", "c"),
        steps=(
            CellStep(columns=(HOSTILE,), do=MapValues(values={HOSTILE: HOSTILE + "!"})),
            FillStep(fill="b", value=Constant(constant=HOSTILE), always=True),
            DropStep(drop_rows=(Condition(column="b", test="contains", values=("'--",)),)),
        ),
    )
    with open_database(tmp_path) as con:
        con.execute("CREATE TABLE source_0 (_row BIGINT, c0 VARCHAR)")
        con.execute("INSERT INTO source_0 VALUES (0, ?), (1, 'plain')", [HOSTILE])
        con.execute("CREATE TABLE source_1 (_row BIGINT, c0 VARCHAR, c1 VARCHAR)")
        con.execute("INSERT INTO source_1 VALUES (0, ?, 'first'), (1, ?, 'second')", [HOSTILE] * 2)
        tables = {
            HOSTILE: Stored("source_0", (HOSTILE,)),
            "other": Stored("source_1", ("key", "value")),
        }
        made = run_recipe(con, Recipe(sheets=(sheet,)), tables)
        rows = con.execute(f"SELECT c0, c1, c2 FROM {made[HOSTILE].table} ORDER BY _row").fetchall()
    assert rows == [(HOSTILE + "!", HOSTILE, "first"), ("plain", HOSTILE, "")]


def test_a_recipe_for_other_files_is_refused_by_name(tmp_path: Path) -> None:
    sheet = SheetRecipe(template="t", inputs=(Input(table="gone.csv", values={}),), columns=("a",))
    with open_database(tmp_path) as con, pytest.raises(EngineError, match=r'"gone\.csv"'):
        run_recipe(con, Recipe(sheets=(sheet,)), {})


def test_sheets_that_look_into_each_other_are_refused(tmp_path: Path) -> None:
    def looking(slug: str, other: str) -> SheetRecipe:
        value = Lookup(sheet=other, take="a", match="a", by="a")
        return SheetRecipe(template=slug, columns=("a",), steps=(FillStep(fill="a", value=value),))

    recipe = Recipe(sheets=(looking("x", "y"), looking("y", "x")))
    with open_database(tmp_path) as con, pytest.raises(EngineError, match="circle: x → y → x"):
        run_recipe(con, recipe, {})
