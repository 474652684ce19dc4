"""Changes as CSV are data: a line for every cell, and every cell exactly as it is."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from vernctl.diff.compare import diff_sheets
from vernctl.render.csv import COLUMNS, render_outcomes, render_sheet_diff
from vernctl.snapshot.sheet import Row, Sheet
from vernctl.workflow.outcome import SpecOutcome


def records(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def a_sheet(*rows: Row) -> Sheet:
    return Sheet(slug="contacts", name="Contacts", columns=("Email", "Note"), rows=rows)


def test_every_change_of_a_spec_is_a_line(
    outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    found = records(render_outcomes([outcomes["needs_approval"]]))
    assert len(found) == 1 + 2 + 4 + 2 + 350
    assert found[:9] == snapshot


def test_several_specs_are_told_apart_by_a_last_column(outcomes: dict[str, SpecOutcome]) -> None:
    found = records(render_outcomes([outcomes["needs_approval"], outcomes["unchanged"]]))
    assert tuple(found[0]) == (*COLUMNS, "spec")
    assert {line[-1] for line in found[1:]} == {"acme"}


def test_a_formula_stays_what_it_is() -> None:
    diff = diff_sheets(a_sheet(("a", "")), a_sheet(("a", '=HYPERLINK("x")')), ("Email",), "spec")
    assert records(render_sheet_diff(diff))[1] == [
        "contacts", "a", "Note", "filled", "", '=HYPERLINK("x")',
    ]  # fmt: skip


def test_without_a_key_the_row_is_counted_from_one() -> None:
    diff = diff_sheets(a_sheet(), a_sheet(("a", "b")), (), "none")
    assert [line[1] for line in records(render_sheet_diff(diff))[1:]] == ["row 1", "row 1"]


def test_a_key_of_several_columns_is_a_list() -> None:
    diff = diff_sheets(a_sheet(), a_sheet(("a", "é")), ("Email", "Note"), "spec")
    assert records(render_sheet_diff(diff))[1][1] == '["a", "é"]'


def test_a_row_without_any_filled_cell_is_not_left_out() -> None:
    diff = diff_sheets(a_sheet(), a_sheet(("", "")), (), "none")
    assert records(render_sheet_diff(diff))[1:] == [["contacts", "row 1", "Email", "added", "", ""]]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_cell_can_be_read_back(value: str) -> None:
    diff = diff_sheets(a_sheet(("k", value + "x")), a_sheet(("k", value)), ("Email",), "spec")
    assert records(render_sheet_diff(diff))[1][4:] == [value + "x", value]
