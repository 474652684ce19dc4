"""Every limit of a spec, from the value that YAML gives to the result that refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest

from vernctl.diff.checks import import_checks, preview_checks
from vernctl.diff.compare import diff_snapshots
from vernctl.diff.limits import Measure, percent
from vernctl.diff.model import CheckResult
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.sheet import Sheet
from vernctl.spec.model import Checks

MakeSheet = Callable[..., Sheet]
MakeSnapshot = Callable[..., Snapshot]
Held = Callable[..., dict[str, CheckResult]]
TODAY = date(2026, 11, 21)


@pytest.fixture
def held(make_sheet: MakeSheet, snapshot_of: MakeSnapshot) -> Held:
    """Hold checks, as YAML has them, against a sheet of ids before and after."""

    def hold(
        checks: Mapping[str, object],
        before: Sequence[str] | None,
        after: Sequence[str],
        *,
        invalid: int = 0,
        invalid_before: int = 0,
        embedded: bool = False,
        unexplained: Sequence[str] = (),
        columns: str = "id",
        sample_of: int | None = None,
    ) -> dict[str, CheckResult]:
        old = None
        if before is not None:
            marks = [(i, "id", "bad") for i in range(invalid_before)]
            old = snapshot_of(make_sheet(columns, [row.split(",") for row in before], marks))
        marks = [(i, "id", "bad") for i in range(invalid)]
        rows = [row.split(",") for row in after]
        width = max([len(row) for row in rows], default=1)
        names = " ".join(columns.split()[:width])
        new = snapshot_of(make_sheet(names, rows, marks, sample_of=sample_of))
        results = preview_checks(
            Checks.model_validate(checks),
            diff_snapshots(old, new),
            new,
            embedded=embedded,
            today=TODAY,
            unexplained=frozenset(unexplained),
        )
        return {result.name: result for result in results}

    return hold


def ids(count: int, start: int = 0) -> list[str]:
    return [f"{i:04}" for i in range(start, start + count)]


@pytest.mark.parametrize(
    ("limit", "removed", "ok"),
    [
        ({"share": Decimal("0.05")}, 5, True),
        ({"share": Decimal("0.05")}, 6, False),
        ({"count": 3}, 3, True),
        ({"count": 3}, 4, False),
        ({"share": Decimal("0.5"), "count": 3}, 4, False),
        ({"share": Decimal("0.01"), "count": 9}, 4, False),
        (None, 10, True),
        (None, 11, False),
    ],
)
def test_removed_rows_bind_by_share_count_or_both(
    held: Held, limit: Mapping[str, object] | None, removed: int, ok: bool
) -> None:
    results = held({"removed_rows": limit}, ids(100), ids(100 - removed))
    assert results["removed_rows"].ok is ok


def test_a_sheets_limit_goes_over_the_specs_and_the_default(held: Held) -> None:
    checks = {
        "removed_rows": {"share": Decimal("0.5")},
        "sheets": {"contacts": {"removed_rows": {"share": Decimal("0.02")}}},
    }
    result = held(checks, ids(100), ids(97))["removed_rows"]
    assert (result.ok, result.limit, result.actual) == (False, "2 %", "3 %")


def test_below_twenty_rows_a_share_also_needs_two_rows(held: Held) -> None:
    assert held({}, ids(5), ids(4))["removed_rows"].ok
    assert not held({}, ids(5), ids(3))["removed_rows"].ok
    assert not held({"removed_rows": {"count": 0}}, ids(5), ids(4))["removed_rows"].ok


def test_an_emptied_sheet_is_refused_whatever_the_limit(held: Held) -> None:
    result = held({"removed_rows": {"share": Decimal(1)}}, ids(1), [])["removed_rows"]
    assert not result.ok
    assert result.actual == "all 1 rows"


def test_a_sheet_that_is_gone_is_refused(snapshot_of: MakeSnapshot, make_sheet: MakeSheet) -> None:
    one, two = make_sheet("id", [("1",)]), make_sheet("id", [("1",)], slug="deals")
    new = snapshot_of(one)
    diff = diff_snapshots(snapshot_of(one, two), new)
    results = preview_checks(
        Checks(), diff, new, embedded=True, today=TODAY, unexplained=frozenset()
    )
    assert [(r.sheet, r.name, r.actual) for r in results if not r.ok] == [
        ("deals", "removed_rows", "the sheet is gone")
    ]


@pytest.mark.parametrize(
    ("limit", "ok"), [({"count": 1}, False), ({"share": Decimal("0.5")}, True)]
)
def test_changed_rows_bind_only_where_the_spec_says(
    held: Held, limit: Mapping[str, object], ok: bool
) -> None:
    before = [f"{i:04},x" for i in range(40)]
    after = [f"{i:04},{'y' if i < 3 else 'x'}" for i in range(40)]
    assert "changed_rows" not in held({}, before, after, columns="id s")
    assert held({"changed_rows": limit}, before, after, columns="id s")["changed_rows"].ok is ok


@pytest.mark.parametrize(
    ("limit", "before", "now", "ok"),
    [
        (None, 5, 15, True),
        (None, 5, 16, False),
        ({"count": 12}, 0, 12, True),
        ({"count": 12}, 0, 13, False),
        ({"share": Decimal("0.02")}, 90, 3, False),
    ],
)
def test_invalid_rows_bind_by_growth_and_by_the_specs_limit(
    held: Held, limit: Mapping[str, object] | None, before: int, now: int, ok: bool
) -> None:
    results = held({"invalid_rows": limit}, ids(100), ids(100), invalid=now, invalid_before=before)
    assert results["invalid_rows"].ok is ok


def test_a_limit_of_invalid_rows_says_so_many_of_so_many(held: Held) -> None:
    result = held({"invalid_rows": {"count": 12}}, ids(100), ids(100), invalid=4)["invalid_rows"]
    assert (result.actual, result.limit) == ("4", "12")


def test_one_more_invalid_row_of_a_few_is_no_growth(held: Held) -> None:
    assert held({}, ids(5), ids(5), invalid=1)["invalid_rows"].ok
    assert not held({}, ids(5), ids(5), invalid=2)["invalid_rows"].ok


def test_a_dropped_column_is_refused_and_named(held: Held) -> None:
    result = held({}, ["1,x", "2,y"], ["1", "2"], columns="id s")["dropped_columns"]
    assert (result.ok, result.actual) == (False, "1 (s)")
    allowed = {"dropped_columns": {"count": 1}}
    assert held(allowed, ["1,x", "2,y"], ["1", "2"], columns="id s")["dropped_columns"].ok


def test_unexplained_changes_are_refused_on_embedded_and_shown_elsewhere(held: Held) -> None:
    given = {"before": ids(30), "after": ids(29), "unexplained": ["contacts"]}
    assert not held({}, embedded=True, **given)["unexplained"].ok
    assert held({}, embedded=False, **given)["unexplained"].limit == "shown"
    assert not held({"unexplained": {"count": 0}}, embedded=False, **given)["unexplained"].ok
    assert held({"unexplained": {"count": 1}}, embedded=True, **given)["unexplained"].ok
    assert held({}, ids(30), ids(29), embedded=True)["unexplained"].ok


def test_rows_bind_after_the_import_and_before_it_where_the_total_is_known(held: Held) -> None:
    result = held({"rows": {"min": 1000}}, None, ids(10))["rows"]
    assert (result.ok, result.phase, result.actual) == (True, "import", "after import")
    result = held({"rows": {"min": 1000}}, None, ids(10), sample_of=999)["rows"]
    assert (result.ok, result.phase, result.actual) == (False, "preview", "999")
    assert not held({"rows": {"count": 9}}, None, ids(10), sample_of=10)["rows"].ok


def test_a_column_must_be_filled_as_far_as_the_spec_says(held: Held) -> None:
    rows = ["1,x", "2,y", "3, ", "4,z"]
    checks: dict[str, object] = {"filled": {"s": Decimal("0.75")}}
    assert held(checks, None, rows, columns="id s")["filled"].ok
    checks = {"filled": {"s": Decimal("0.75")}, "sheets": {"contacts": {"filled": {"s": "0.76"}}}}
    result = held(checks, None, rows, columns="id s")["filled"]
    assert (result.ok, result.limit, result.actual) == (False, "s at least 76 %", "75 %")


def test_a_limit_for_what_is_not_there_is_shown_and_a_misspelt_one_refused(held: Held) -> None:
    assert held({"sheets": {"deals": {}}}, None, ids(3))["sheets"].ok
    assert "contacts" in held({"sheets": {"contcats": {}}}, None, ids(3))["sheets"].actual
    assert not held({"sheets": {"contcats": {}}}, None, ids(3))["sheets"].ok
    assert held({"filled": {"Fax": "0.5"}}, None, ids(3))["filled"].ok
    assert not held({"filled": {"idd": "0.5"}}, None, ids(3))["filled"].ok
    own = {"sheets": {"contacts": {"filled": {"Fax": "0.5"}}}}
    assert not held(own, None, ids(3))["filled"].ok


def test_a_first_import_is_not_held_against_what_is_not_there(held: Held) -> None:
    assert held({}, None, ids(3), invalid=3) == {}
    assert not held({"invalid_rows": {"count": 2}}, None, ids(3), invalid=3)["invalid_rows"].ok


def test_an_empty_sheet_of_a_first_import_is_said_and_not_refused(held: Held) -> None:
    result = held({}, None, [])["rows"]
    assert (result.ok, result.actual) == (True, "the sheet is empty")


def override(snapshot: Snapshot, **changed: str) -> Mapping[str, object]:
    return {
        "check": "removed_rows",
        "digest": snapshot.digest[:7],
        "reason": "they left",
        "expires": "2026-11-21",
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "ok", "said"),
    [
        ({}, True, None),
        ({"sheet": "contacts"}, True, None),
        ({"sheet": "deals"}, False, "50 %"),
        ({"check": "changed_rows"}, False, "50 %"),
        ({"expires": "2026-11-20"}, False, "50 % (override expired 2026-11-20)"),
        ({"digest": "0000000"}, False, "50 % (override is for 0000000)"),
    ],
)
def test_an_override_is_for_one_digest_until_a_day(
    snapshot_of: MakeSnapshot,
    make_sheet: MakeSheet,
    changed: dict[str, str],
    ok: bool,
    said: str | None,
) -> None:
    old = snapshot_of(make_sheet("id", [(i,) for i in ids(40)]))
    new = snapshot_of(make_sheet("id", [(i,) for i in ids(20)]))
    checks = Checks.model_validate({"overrides": [override(new, **changed)]})
    results = preview_checks(
        checks, diff_snapshots(old, new), new, embedded=False, today=TODAY, unexplained=frozenset()
    )
    result = next(result for result in results if result.name == "removed_rows")
    assert result.ok is ok
    assert (result.overridden == "they left") is ok
    if said:
        assert result.actual == said


def test_an_import_is_held_to_rows_invalid_rows_and_filled_columns() -> None:
    checks = Checks.model_validate(
        {
            "rows": {"min": 100},
            "invalid_rows": {"count": 5},
            "filled": {"Email": "0.99"},
        }
    )
    results = import_checks(
        checks,
        {"contacts": (99, 6)},
        digest="0" * 64,
        today=TODAY,
        filled={"contacts": {"Email": Measure(90, 99)}},
    )
    assert [(r.name, r.ok, r.phase, r.limit, r.actual) for r in results] == [
        ("invalid_rows", False, "import", "5", "6"),
        ("rows", False, "import", "at least 100", "99"),
        ("filled", False, "import", "Email at least 99 %", "90.91 %"),
    ]


def test_an_import_may_not_have_far_more_invalid_rows_than_the_approved_sample(
    snapshot_of: MakeSnapshot, make_sheet: MakeSheet
) -> None:
    sheet = make_sheet("id", [(i,) for i in ids(100)], [(0, "id", "bad")])
    approved = snapshot_of(sheet)
    for invalid, ok in ((110, True), (111, False)):
        (result,) = import_checks(
            Checks(),
            {"contacts": (1000, invalid)},
            digest=approved.digest,
            today=TODAY,
            approved=approved,
        )
        assert (result.ok, result.phase) == (ok, "import")


@pytest.mark.parametrize(
    ("share", "said"),
    [("0", "0 %"), ("0.1", "10 %"), ("0.025", "2.5 %"), ("0.00001", "<0.01 %"), ("1", "100 %")],
)
def test_shares_read_as_percentages(share: str, said: str) -> None:
    assert percent(Decimal(share)) == said
