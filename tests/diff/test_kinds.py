"""Kinds of change: cosmetic only where it is certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernctl.diff.kinds import classify, kind_of, may_be_equal
from vernctl.diff.model import COSMETIC, ChangeKind


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("", "x", "filled"),
        ("  ", "x", "filled"),
        ("x", "", "blanked"),
        ("x", " ", "blanked"),
        (" 030 1234 ", "030 1234", "white_space"),
        ("a  b", "a b", "white_space"),
        ("a\u200bb", "ab", "white_space"),
        ("", "  ", "white_space"),
        ("Ann@X.test", "ann@x.test", "case"),
        (" ANN ", "Ann", "case"),
        ("STRASSE", "Straße", "case"),
        ("1,234.50", "1234.5", "format"),
        ("1.234,50", "1234.50", "format"),
        ("1'234.50", "1234.50", "format"),
        ("1.50", "1.5", "format"),
        ("1e3", "1000", "format"),
        ("-1,234.5", "-1234.5", "format"),
        ("030/1234567", "030 1234567", "format"),
        ("+49 (30) 1234567", "+49301234567", "format"),
        ("2026-11-21", "21.11.2026", "format"),
        ("11/21/2026", "2026-11-21", "format"),
        ("2026-11-21T00:00:00", "2026-11-21", "format"),
        ("21 Nov 2026", "2026-11-21", "format"),
        ("November 21st, 2026", "2026-11-21", "format"),
        ("05/05/2026", "2026-05-05", "format"),
        ("2026-11-21 17:03:34", "2026-11-21T17:03:34", "format"),
        ("2026-11-21 17:03:34.500", "2026-11-21T17:03:34.5Z", "edited"),
        ("2026-11-21 17:03:34+00:00", "2026-11-21T17:03:34Z", "format"),
        ("21.11.2026 17:03", "2026-11-21T17:03:00", "format"),
        ("11/21/2026, 5:03 PM", "2026-11-21 17:03", "format"),
        ("21 Nov 2026 12:00 AM", "2026-11-21", "format"),
        ("2026-11-21 17:03", "2026-11-21", "edited"),
        ("2026-11-21 17:03", "2026-11-21 5:03", "edited"),
        ("2026-11-21 25:03", "2026-11-21T25:03", "edited"),
        ("03/04/2026", "03.04.2026", "format"),
        ("Acme, Inc.", "Acme Inc", "format"),
        ("O’Neil", "O'Neil", "format"),
        ("e\u0301", "\u00e9", "format"),
        ("New York", "NewYork", "edited"),
        ("007", "7", "edited"),
        ("00420", "420", "edited"),
        ("1.234", "1234", "edited"),
        ("1,000", "1000", "edited"),
        ("$100", "€100", "edited"),
        ("5%", "5", "edited"),
        ("-1234567", "1234567", "edited"),
        ("(1234567)", "1234567", "edited"),
        ("1.234567", "1234567", "edited"),
        ("a.b@x.test", "ab@x.test", "edited"),
        ("a.b@x.test", "a b@x.test", "edited"),
        ("https://a-b.test", "https://a.b.test", "edited"),
        ("v1.2", "v12", "edited"),
        ("C++", "C", "edited"),
        ("03/04/2026", "2026-04-03", "edited"),
        ("21.11.26", "2026-11-21", "edited"),
        ("31/02/2026", "2026-02-31", "edited"),
        ("21 Foo 2026", "2026-11-21", "edited"),
        ("٣", "3", "edited"),
        ("Foo", "Bar", "edited"),
    ],
)
def test_a_change_is_of_one_kind(old: str, new: str, kind: ChangeKind) -> None:
    assert kind_of(old, new) == kind


def test_the_same_change_in_several_rows_is_a_mapping() -> None:
    kinds = classify({("CANCELLED", "Closed"): 2, ("Void", "Closed"): 1})
    assert kinds == {("CANCELLED", "Closed"): "mapped", ("Void", "Closed"): "edited"}


def test_a_doubtful_date_takes_the_order_that_the_column_proves() -> None:
    doubtful = ("03/04/2026", "2026-04-03")
    assert classify({doubtful: 1, ("21/11/2026", "2026-11-21"): 1})[doubtful] == "format"
    assert classify({doubtful: 1, ("11/21/2026", "2026-11-21"): 1})[doubtful] == "edited"


def test_a_column_that_proves_two_orders_proves_none() -> None:
    doubtful = ("03/04/2026", "2026-04-03")
    both = {("21/11/2026", "2026-11-21"): 1, ("11/22/2026", "2026-11-22"): 1}
    assert classify({doubtful: 1, **both})[doubtful] == "edited"


@given(st.text(max_size=8), st.text(max_size=8))
def test_any_two_texts_have_a_kind_and_a_change_of_writing_works_both_ways(
    old: str, new: str
) -> None:
    if old != new:
        assert (kind_of(old, new) in COSMETIC) == (kind_of(new, old) in COSMETIC)


@pytest.mark.parametrize(
    ("old", "new", "equal"),
    [
        ("03/04/2026", "2026-03-04", True),
        ("21.11.26", "2026-11-21", True),
        ("1.234", "1234", True),
        ("€ 1,234.50", "1234.5", True),
        ("+49 30 12345678", "030 12345678", True),
        ("+49 30 12345678", "030 12345679", False),
        ("lead", "Open", False),
    ],
)
def test_evidence_in_bulk_is_read_generously(old: str, new: str, equal: bool) -> None:
    assert may_be_equal(old, new) is equal
