"""From a preview to a snapshot: keys, ignored columns, canonical order."""

from __future__ import annotations

import pytest

from vernctl.errors import SpecError
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.keys import choose_key
from vernctl.snapshot.model import Inputs
from vernctl.snapshot.sheet import InvalidCell, Sheet
from vernctl.spec.model import Review


def table(columns: str, *rows: str) -> Sheet:
    return Sheet(
        slug="contacts",
        name="Contacts",
        columns=tuple(columns.split()),
        rows=tuple(tuple(row.split(",")) for row in rows),
    )


def test_ignored_columns_are_outside_sheet_and_digest(inputs: Inputs) -> None:
    review = Review(ignore={"contacts": ("seen", "gone")})
    one = make_snapshot(inputs, [table("id seen", "1,9:00")], review)
    two = make_snapshot(inputs, [table("id seen", "1,9:01")], review)
    assert one.digest == two.digest
    assert one.sheets[0].columns == ("id",)
    assert one.review["contacts"].ignored == ("seen",)


def test_invalid_cells_of_ignored_columns_go_with_them(inputs: Inputs) -> None:
    sheet = table("id seen", "1,x").model_copy(update={"invalid": (InvalidCell(0, "seen", "bad"),)})
    snapshot = make_snapshot(inputs, [sheet], Review(ignore={"contacts": ("seen",)}))
    assert snapshot.sheets[0].invalid == ()


def test_rows_are_in_the_order_of_their_key_and_invalid_cells_follow(inputs: Inputs) -> None:
    sheet = table("a b", "2,x", "1,z").model_copy(update={"invalid": (InvalidCell(0, "b", "bad"),)})
    snapshot = make_snapshot(inputs, [sheet], Review(key={"contacts": ("a",)}))
    assert snapshot.sheets[0].rows == (("1", "z"), ("2", "x"))
    assert snapshot.sheets[0].invalid == (InvalidCell(1, "b", "bad"),)


def test_sheets_are_in_the_order_of_their_slugs(inputs: Inputs) -> None:
    sheets = [table("a").model_copy(update={"slug": slug}) for slug in ("z", "a")]
    assert [sheet.slug for sheet in make_snapshot(inputs, sheets, Review()).sheets] == ["a", "z"]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("Emial",), 'has no column "Emial" (did you mean "Email"?)'),
        (("xyz",), 'has no column "xyz"'),
        (("seen",), '"seen" is ignored'),
    ],
)
def test_a_key_that_cannot_be_is_a_problem_of_the_spec(
    inputs: Inputs, key: tuple[str, ...], said: str
) -> None:
    review = Review(key={"contacts": key}, ignore={"contacts": ("seen",)})
    with pytest.raises(SpecError) as caught:
        make_snapshot(inputs, [table("Email seen", "a,b")], review)
    assert said in str(caught.value.problems[0])
    assert "Nothing was sent" not in caught.value.message


def test_the_specs_key_is_believed_even_where_it_is_not_unique() -> None:
    assert choose_key([table("a b", "1,x", "1,y")], ["a"], ["b"]) == (("a",), "spec")


def test_a_key_of_the_spec_that_one_side_has_not_is_no_key() -> None:
    old, new = table("b", "1"), table("a b", "1,1")
    assert choose_key([old, new], ["a"], []) == (("b",), "found")


def test_a_unique_column_of_the_template_is_verified() -> None:
    assert choose_key([table("a b", "1,x", "1,y")], [], ["a"]) == (("b",), "found")
    assert choose_key([table("a b", "1,x", " ,y")], [], ["a"]) == (("b",), "found")
    assert choose_key([table("a b", "1,x", "2,y")], [], ["b"]) == (("b",), "template")


def test_of_several_keys_the_one_that_both_sides_share_most_of_is_taken() -> None:
    old, new = table("a b", "1,x", "2,y"), table("a b", "7,x", "8,y")
    assert choose_key([old, new], [], []) == (("b",), "found")


def test_a_pair_of_columns_is_found_where_no_single_one_will_do() -> None:
    sheet = table("a b c", "1,x,p", "1,y,p", "2,x,p")
    assert choose_key([sheet], [], []) == (("a", "b"), "found")


def test_rows_that_nothing_tells_apart_have_no_key() -> None:
    assert choose_key([table("a b", "1,x", "1,x")], [], []) == ((), "none")


def test_an_empty_sheet_has_the_templates_key_or_none() -> None:
    assert choose_key([table("a b")], [], ["b"]) == (("b",), "template")
    assert choose_key([table("a b")], [], ["c"]) == ((), "none")
