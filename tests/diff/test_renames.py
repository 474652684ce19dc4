"""Renames: proposed where the values say so, believed where the spec does."""

from __future__ import annotations

from collections.abc import Callable

from vernctl.diff.compare import diff_sheets, diff_snapshots
from vernctl.diff.model import Rename, SheetDiff
from vernctl.render import json, markdown, text
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.sheet import Sheet
from vernctl.spec.model import Moved, Review

MakeSheet = Callable[..., Sheet]
MakeSnapshot = Callable[..., Snapshot]

OLD = [["a", "Ann", "111", "x"], ["b", "Bob", "222", "y"], ["c", "Cid", "", "z"]]
NEW = [["a", "Ann", "111", "p"], ["b", "Bob", "222", "q"], ["c", "Cid", "", "r"]]


def renamed(make_sheet: MakeSheet, moved: Moved | None = None) -> SheetDiff:
    old = make_sheet("id Name Mobile Code", OLD)
    new = make_sheet("id Name Phone Tag", NEW)
    return diff_sheets(old, new, ["id"], "spec", moved=moved)


def test_a_column_with_the_same_values_under_another_name_is_proposed(
    make_sheet: MakeSheet,
) -> None:
    diff = renamed(make_sheet)
    assert diff.proposed_columns == (Rename(old="Mobile", new="Phone", shared=2, of=2),)
    said = "renamed? column Mobile → Phone (100 % of cells equal)"
    assert said in text.render_sheet_diff(diff)
    assert said.replace("?", r"\?") in markdown.render_sheet_diff(diff) or said in (
        markdown.render_sheet_diff(diff)
    )
    assert '"Mobile": "Phone"' in json.render_sheet_diff(diff)


def test_a_proposal_changes_nothing_until_it_is_confirmed(make_sheet: MakeSheet) -> None:
    diff = renamed(make_sheet)
    assert diff.dropped_columns == ("Mobile", "Code")
    assert {cell.column for row in diff.changed for cell in row.cells} == {"Phone", "Tag"}


def test_a_confirmed_rename_is_no_change_of_cells(make_sheet: MakeSheet) -> None:
    diff = renamed(make_sheet, Moved(columns={"Mobile": "Phone", "Code": "Tag"}))
    assert diff.moved_columns == (("Mobile", "Phone"), ("Code", "Tag"))
    assert (diff.added_columns, diff.dropped_columns) == ((), ())
    assert {cell.column for row in diff.changed for cell in row.cells} == {"Tag"}
    assert not diff.is_empty
    assert "renamed: column Mobile → Phone" in text.render_sheet_diff(diff)


def test_a_rename_that_has_taken_place_before_is_no_change(make_sheet: MakeSheet) -> None:
    sheet = make_sheet("id Phone", [["a", "1"]])
    diff = diff_sheets(sheet, sheet, ["id"], "spec", moved=Moved(columns={"Mobile": "Phone"}))
    assert diff.is_empty


def test_a_renamed_key_column_still_tells_rows_apart(
    make_sheet: MakeSheet, snapshot_of: MakeSnapshot
) -> None:
    review = Review(
        key={"contacts": ("Email",)}, moved={"contacts": Moved(columns={"Mail": "Email"})}
    )
    old = snapshot_of(make_sheet("Mail Name", [["a", "Ann"], ["b", "Bob"]]))
    new = snapshot_of(make_sheet("Email Name", [["a", "Ann"], ["b", "Rob"]]), review=review)
    (diff,) = diff_snapshots(old, new).sheets
    assert (diff.key, diff.key_source) == (("Email",), "spec")
    assert [(row.key, row.cells[0].column) for row in diff.changed] == [(("b",), "Name")]


def test_a_row_under_another_key_is_proposed_and_can_be_confirmed(make_sheet: MakeSheet) -> None:
    old = make_sheet("Email Name City", [["a@x", "Ann", "Bern"], ["b@x", "Bob", "Wien"]])
    new = make_sheet("Email Name City", [["ann@y", "Ann", "Bern"], ["b@x", "Bob", "Wien"]])
    proposed = diff_sheets(old, new, ["Email"], "spec")
    assert [(r.old, r.new) for r in proposed.proposed_keys] == [("a@x", "ann@y")]
    assert (len(proposed.added), len(proposed.removed)) == (1, 1)
    confirmed = diff_sheets(old, new, ["Email"], "spec", moved=Moved(keys={"a@x": "ann@y"}))
    assert (confirmed.added, confirmed.removed) == ((), ())
    (change,) = confirmed.changed
    assert [(c.column, c.old, c.new) for c in change.cells] == [("Email", "a@x", "ann@y")]


def test_columns_that_share_little_are_not_proposed(make_sheet: MakeSheet) -> None:
    old = make_sheet("id Status", [["a", "on"], ["b", "off"], ["c", "on"]])
    new = make_sheet("id Active", [["a", "off"], ["b", "off"], ["c", "off"]])
    assert diff_sheets(old, new, ["id"], "spec").proposed_columns == ()
