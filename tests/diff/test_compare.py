"""The diff is exact: nothing lost, nothing called by another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernctl.diff.apply import apply_diff
from vernctl.diff.compare import diff_sheets, diff_snapshots
from vernctl.snapshot.digest import ordered
from vernctl.snapshot.model import KeySource, Snapshot
from vernctl.snapshot.sheet import Sheet
from vernctl.spec.model import Review

MakeSheet = Callable[..., Sheet]
MakeSnapshot = Callable[..., Snapshot]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_diff_applied_to_the_old_table_gives_the_new_one(
    data: st.DataObject, any_table: st.SearchStrategy[Sheet]
) -> None:
    old, new = data.draw(any_table), data.draw(any_table)
    shared = [name for name in new.columns if name in old.columns]
    key = data.draw(st.lists(st.sampled_from(shared), unique=True)) if shared else []
    source = data.draw(st.sampled_from(get_args(KeySource)))
    diff = diff_sheets(old, new, key, source)
    assert apply_diff(old, diff).rows == new.rows
    assert len(diff.removed) + len(new.rows) - len(diff.added) == len(old.rows)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_diff_is_empty_exactly_when_the_digest_sees_no_difference(
    data: st.DataObject, any_table: st.SearchStrategy[Sheet]
) -> None:
    old = data.draw(any_table)
    order = data.draw(st.permutations(range(len(old.rows))))
    shuffled = old.model_copy(
        update={
            "rows": tuple(old.rows[i] for i in order),
            "invalid": tuple(
                cell._replace(row=order.index(cell.row)) if cell.row >= 0 else cell
                for cell in old.invalid
            ),
        }
    )
    new = data.draw(st.one_of(any_table, st.just(shuffled)))
    key = data.draw(st.lists(st.sampled_from(old.columns), unique=True)) if old.columns else []
    if not set(key) <= set(new.columns):
        key = []
    diff = diff_sheets(old, new, key, "spec")
    assert diff.is_empty == (_content(old) == _content(new))


def _content(sheet: Sheet) -> object:
    unplaced = sorted(cell[1:] for cell in sheet.invalid if cell.row < 0)
    return sheet.columns, ordered(sheet), unplaced


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_keyless_tables_lose_no_duplicate(
    data: st.DataObject, any_table: st.SearchStrategy[Sheet]
) -> None:
    old = data.draw(any_table)
    rows = data.draw(st.lists(st.sampled_from(old.rows), max_size=10)) if old.rows else []
    new = old.model_copy(update={"rows": tuple(rows), "invalid": ()})
    diff = diff_sheets(old.model_copy(update={"invalid": ()}), new, (), "none")
    if not diff.changed:
        lost = Counter(row.cells for row in diff.removed)
        assert lost == Counter(old.rows) - Counter(rows)


def test_rows_are_matched_by_the_specs_key(make_sheet: MakeSheet) -> None:
    old = make_sheet("id name", [("1", "Ann"), ("2", "Bob"), ("3", "Cid")])
    new = make_sheet("id name", [("3", "Cid"), ("2", "Rob"), ("4", "Dan")])
    diff = diff_sheets(old, new, ("id",), "spec")
    assert [(row.key, row.cells[0].old, row.cells[0].new) for row in diff.changed] == [
        (("2",), "Bob", "Rob")
    ]
    assert [row.key for row in diff.added] == [("4",)]
    assert [row.key for row in diff.removed] == [("1",)]


def test_swapped_keys_are_two_edits_and_no_move(make_sheet: MakeSheet) -> None:
    old = make_sheet("id name", [("1", "Ann"), ("2", "Bob")])
    new = make_sheet("id name", [("2", "Ann"), ("1", "Bob")])
    diff = diff_sheets(old, new, ("id",), "spec")
    assert [(row.old_row, row.new_row) for row in diff.changed] == [(1, 0), (0, 1)]


def test_duplicate_keys_are_counted_and_aligned_by_likeness(make_sheet: MakeSheet) -> None:
    old = make_sheet("id a b", [("1", "x", "y"), ("1", "p", "q"), ("2", "m", "n")])
    new = make_sheet("id a b", [("1", "p", "Q!"), ("1", "x", "y"), ("1", "x", "y")])
    diff = diff_sheets(old, new, ("id",), "spec")
    assert diff.duplicate_keys == 1
    assert [(row.old_row, row.new_row) for row in diff.changed] == [(1, 0)]
    assert [row.new_row for row in diff.added] == [2]
    assert [row.old_row for row in diff.removed] == [2]


def test_a_lost_duplicate_row_is_a_removed_row(make_sheet: MakeSheet) -> None:
    old = make_sheet("a b", [("1", "2"), ("1", "2"), ("3", "4")])
    new = make_sheet("a b", [("1", "2"), ("3", "4")])
    assert len(diff_sheets(old, new, (), "none").removed) == 1


def test_a_key_written_in_another_case_is_the_same_row(make_sheet: MakeSheet) -> None:
    old = make_sheet("email n", [("Ann@X.test ", "1"), ("bob@x.test", "2")])
    new = make_sheet("email n", [("ann@x.test", "1"), ("bob@x.test", "2")])
    diff = diff_sheets(old, new, ("email",), "template")
    assert not diff.added
    assert not diff.removed
    assert diff.cosmetic == 1


def test_a_stated_key_that_differs_is_another_row(make_sheet: MakeSheet) -> None:
    old = make_sheet("id a b", [("1", "x", "y")])
    new = make_sheet("id a b", [("2", "x", "y")])
    diff = diff_sheets(old, new, ("id",), "spec")
    assert (len(diff.added), len(diff.removed), len(diff.changed)) == (1, 1, 0)


def test_rows_under_a_key_that_was_only_found_fall_back_to_likeness(make_sheet: MakeSheet) -> None:
    old = make_sheet("id a b", [("1", "x", "y")])
    new = make_sheet("id a b", [("2", "x", "y")])
    diff = diff_sheets(old, new, ("id",), "found")
    assert (len(diff.added), len(diff.removed), len(diff.changed)) == (0, 0, 1)


def test_rows_with_a_blank_key_are_matched_by_likeness(make_sheet: MakeSheet) -> None:
    old = make_sheet("id a b", [("", "x", "y"), (" ", "p", "q"), ("1", "m", "n")])
    new = make_sheet("id a b", [("", "p", "q"), ("", "x", "z"), ("1", "m", "n")])
    diff = diff_sheets(old, new, ("id",), "spec")
    assert {(row.old_row, row.new_row) for row in diff.changed} == {(1, 0), (0, 1)}
    assert diff.duplicate_keys == 0


def test_keyless_rows_pair_with_the_most_similar(make_sheet: MakeSheet) -> None:
    old = make_sheet("a b c", [("ann", "x", "1"), ("bob", "x", "2"), ("cid", "y", "3")])
    new = make_sheet("a b c", [("bob", "x", "9"), ("cid", "y", "3"), ("dan", "z", "4")])
    diff = diff_sheets(old, new, (), "none")
    assert [(row.old_row, row.new_row) for row in diff.changed] == [(1, 0)]
    assert [row.old_row for row in diff.removed] == [0]
    assert [row.new_row for row in diff.added] == [2]


def test_keyless_rows_that_share_less_than_half_are_different_rows(make_sheet: MakeSheet) -> None:
    old = make_sheet("a b c", [("1", "2", "3")])
    new = make_sheet("a b c", [("1", "8", "9")])
    assert not diff_sheets(old, new, (), "none").changed


def test_rows_are_not_alike_for_what_both_leave_blank(make_sheet: MakeSheet) -> None:
    old = make_sheet("a b c d", [("1", "", "", "")])
    new = make_sheet("a b c d", [("2", "", "", "")])
    assert not diff_sheets(old, new, (), "none").changed


def test_reordered_columns_change_no_row_and_are_said(make_sheet: MakeSheet) -> None:
    old = make_sheet("id name", [("1", "Ann")])
    new = make_sheet("name id", [("Ann", "1")])
    diff = diff_sheets(old, new, ("id",), "spec")
    assert not (diff.changed or diff.added or diff.removed)
    assert not diff.is_empty
    assert diff.columns_before == ("id", "name")


def test_added_and_dropped_columns_are_said(make_sheet: MakeSheet) -> None:
    old = make_sheet("id fax", [("1", "030"), ("2", "")])
    new = make_sheet("id mail", [("1", "a@x.test"), ("2", "")])
    diff = diff_sheets(old, new, ("id",), "spec")
    assert diff.added_columns == ("mail",)
    assert diff.dropped_columns == ("fax",)
    assert [(group.column, group.kind, group.count) for group in diff.groups] == [
        ("mail", "filled", 1)
    ]
    fax = next(stats for stats in diff.stats if stats.column == "fax")
    assert (fax.filled, fax.filled_before, fax.distinct_before) == (None, 1, 1)


def test_equal_changes_are_one_group_with_a_count(make_sheet: MakeSheet) -> None:
    old = make_sheet("id s t", [(str(i), "CANCELLED", " x") for i in range(5)])
    new = make_sheet("id s t", [(str(i), "Closed", "x") for i in range(5)])
    groups = diff_sheets(old, new, ("id",), "spec").groups
    assert [(g.column, g.kind, g.count, g.old, g.new) for g in groups] == [
        ("s", "mapped", 5, "CANCELLED", "Closed"),
        ("t", "white_space", 5, " x", "x"),
    ]


def test_unequal_changes_of_a_kind_are_one_group_with_examples(make_sheet: MakeSheet) -> None:
    old = make_sheet("id s", [(str(i), f"old {i}") for i in range(5)])
    new = make_sheet("id s", [(str(i), f"new {i}") for i in range(5)])
    (group,) = diff_sheets(old, new, ("id",), "spec").groups
    assert (group.kind, group.count, group.old, len(group.examples)) == ("edited", 5, None, 3)


def test_cells_that_become_invalid_come_before_those_that_heal(make_sheet: MakeSheet) -> None:
    old = make_sheet("id a b", [("1", "x", "y")], [(0, "a", "bad a")])
    new = make_sheet("id a b", [("1", "x", "y")], [(0, "b", "bad b"), (-1, "", "odd")])
    diff = diff_sheets(old, new, ("id",), "spec")
    assert [(v.column, v.now_invalid, v.key) for v in diff.validity] == [
        ("b", True, ("1",)),
        ("", True, ()),
        ("a", False, ("1",)),
    ]
    assert (diff.invalid_before, diff.invalid) == (1, 2)
    assert [(g.column, g.message, g.count) for g in diff.invalid_groups] == [
        ("", "odd", 1),
        ("b", "bad b", 1),
    ]


def test_a_first_import_adds_every_row(snapshot_of: MakeSnapshot, make_sheet: MakeSheet) -> None:
    new = snapshot_of(make_sheet("id", [("1",), ("2",)]))
    diff = diff_snapshots(None, new)
    assert diff.base_digest is None
    assert diff.sheets[0].is_new
    assert len(diff.sheets[0].added) == 2


def test_a_sheet_that_is_gone_is_named(snapshot_of: MakeSnapshot, make_sheet: MakeSheet) -> None:
    one, two = make_sheet("id", [("1",)]), make_sheet("id", [("1",)], slug="deals")
    diff = diff_snapshots(snapshot_of(one, two), snapshot_of(one))
    assert diff.dropped_sheets == ("deals",)
    assert not diff.is_empty


def test_the_same_preview_twice_has_an_empty_diff(
    snapshot_of: MakeSnapshot, make_sheet: MakeSheet
) -> None:
    snapshot = snapshot_of(make_sheet("id", [("1",)]))
    assert diff_snapshots(snapshot, snapshot).is_empty


@pytest.mark.parametrize(
    ("unique", "review", "rows", "key", "source"),
    [
        ("", Review(key={"contacts": ("b",)}), [("1", "x"), ("2", "x")], ("b",), "spec"),
        ("b", Review(), [("1", "x"), ("2", "y")], ("b",), "template"),
        ("b", Review(), [("1", "x"), ("2", "x")], ("a",), "found"),
        ("b", Review(), [("1", "x"), ("2", "")], ("a",), "found"),
        ("", Review(), [("1", "x"), ("1", "y"), ("2", "x")], ("a", "b"), "found"),
        ("", Review(), [("1", "x"), ("1", "x")], (), "none"),
    ],
)
def test_the_key_is_the_specs_then_the_templates_then_one_that_is_found(
    snapshot_of: MakeSnapshot,
    make_sheet: MakeSheet,
    unique: str,
    review: Review,
    rows: list[tuple[str, ...]],
    key: tuple[str, ...],
    source: KeySource,
) -> None:
    snapshot = snapshot_of(make_sheet("a b", rows), unique=unique, review=review)
    diff = diff_snapshots(snapshot, snapshot)
    assert (diff.sheets[0].key, diff.sheets[0].key_source) == (key, source)


def test_a_key_that_is_found_must_hold_on_both_sides(
    snapshot_of: MakeSnapshot, make_sheet: MakeSheet
) -> None:
    old = snapshot_of(make_sheet("a b", [("1", "x"), ("1", "y")]))
    new = snapshot_of(make_sheet("a b", [("1", "x"), ("2", "y")]))
    assert diff_snapshots(old, new).sheets[0].key == ("b",)


def test_a_column_whose_values_all_changed_is_not_found_to_be_the_key(
    snapshot_of: MakeSnapshot, make_sheet: MakeSheet
) -> None:
    old = snapshot_of(make_sheet("a b", [("+1", "x"), ("+2", "y")]))
    new = snapshot_of(make_sheet("a b", [("1", "x"), ("2", "y")]))
    assert diff_snapshots(old, new).sheets[0].key == ("b",)
