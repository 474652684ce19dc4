"""Names and assignment, the two halves of matching, by themselves."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernctl.engine.assign import assign
from vernctl.engine.hints import hints_in
from vernctl.engine.names import name_of, name_score, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("customerID", ("customer", "id")),
        ("HTMLBody2", ("html", "body", "2")),
        ("E-Mail-Adresse", ("e", "mail", "adresse")),
        ("Größe (cm)", ("grosse", "cm")),
        ("property_hs_createdate", ("property", "hs", "createdate")),
        ("Číslo účtu", ("cislo", "uctu")),
        ("", ()),
    ],
)
def test_a_name_is_parted_into_plain_words(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Kundennummer", ("customer", "number")),
        ("lastname", ("last name",)),
        ("Rechnungsdatum", ("invoice date",)),
        ("Handy-Nr.", ("mobile",)),
        ("Address Line 2", ("street 2",)),
        ("Companies", ("company",)),
        ("Date of Birth", ("birth date",)),
        ("shoe size", ("shoe", "size")),
    ],
)
def test_words_become_the_things_they_mean(text: str, units: tuple[str, ...]) -> None:
    assert name_of(text).units == units


def score(one: str, two: str) -> float:
    return name_score(name_of(one), name_of(two), {}, {})


@pytest.mark.parametrize(
    ("wanted", "better", "worse"),
    [
        ("Email", "E-Mail Address", "Mailing Address"),
        ("First Name", "Vorname", "Last Name"),
        ("Phone", "Tel. No.", "Fax"),
        ("Quantity", "qty", "quality"),
        ("Description", "dscrptn", "Discount"),
        ("Payment Reference", "Reference for payment", "Payment Method"),
        ("subscribed", "opted in", "unsubscribed"),
        ("department", "dept", "deposit"),
    ],
)
def test_the_nearer_meaning_scores_higher(wanted: str, better: str, worse: str) -> None:
    assert score(wanted, better) > max(0.5, score(wanted, worse) + 0.15)


@given(one=st.text(max_size=12), two=st.text(max_size=12))
def test_likeness_is_a_share_and_the_same_from_both_sides(one: str, two: str) -> None:
    assert 0.0 <= score(one, two) <= 1.0
    assert score(one, two) == pytest.approx(score(two, one))
    assert score(one, one) == 1.0


SQUARE = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 20), min_size=width, max_size=width), min_size=1, max_size=4
    )
)


@settings(max_examples=150)
@given(scores=SQUARE, least=st.integers(0, 10))
def test_no_other_assignment_has_a_greater_sum(scores: list[list[int]], least: int) -> None:
    def worth(pairs: list[tuple[int, int]]) -> int:
        return sum(max(0, scores[row][column] - least) for row, column in pairs)

    found = assign(scores, least)
    pairs = [(row, column) for row, column in enumerate(found) if column is not None]
    assert len({column for _, column in pairs}) == len(pairs)
    assert all(scores[row][column] > least for row, column in pairs)
    rows, columns = len(scores), len(scores[0])
    padded = list(range(columns)) + [-1] * rows
    best = max(
        worth([(row, column) for row, column in enumerate(each) if column >= 0])
        for each in set(permutations(padded, rows))
    )
    assert worth(pairs) == best


@pytest.mark.parametrize(
    "text",
    [
        "Use Work E-mail for Email.",
        "Email comes from Work E-mail",
        'The column "Work E-mail" is our Email',
        "Amounts are USD.\nWork E-mail → Email\n",
        "work e-mail maps to email; the rest is fine",
    ],
)
def test_plain_statements_about_columns_are_understood(text: str) -> None:
    hints = hints_in(text, ["Work E-mail", "E-mail 2"], ["Email", "Phone"])
    assert hints.pairs == {("Work E-mail", "Email")}
    assert not hints.ignored


@pytest.mark.parametrize(
    "text",
    ["Work E-mail is often empty. Email is required.", "Emails are lower case.", "", "Work E-mail"],
)
def test_other_sentences_say_nothing_about_columns(text: str) -> None:
    assert hints_in(text, ["Work E-mail", "E-mail 2"], ["Email", "Phone"]).pairs == frozenset()


def test_columns_to_leave_alone_are_understood() -> None:
    hints = hints_in("Don't import Legacy ID. Skip the column Fax.", ["Legacy ID", "Fax"], ["ID"])
    assert hints.ignored == {"Legacy ID", "Fax"}
