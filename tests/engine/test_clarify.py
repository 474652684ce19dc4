"""Clarify: answers from the recipe, or a list of what can be asked."""

from __future__ import annotations

import pytest

from vernctl.engine.author import Authored
from vernctl.engine.clarify import clarify


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "Which column did you map Email from?",
            'Email in contacts comes from "Work E-mail" of contacts.csv (4 of 5 cells filled). '
            "Then: white space trimmed (healed); lower case (healed).",
        ),
        (
            "What did you do to the last names?",
            'Last Name in contacts comes from all but the first word of "Full name" of '
            "contacts.csv (5 of 5 cells filled), unchanged.",
        ),
        (
            "Where does Owner come from",
            "Owner in contacts comes from no column of the files. "
            "Then: set to the constant 'Unknown' (answered).",
        ),
        (
            "How many rows of contacts were dropped?",
            "Contacts has 3 of 5 rows read; 1 dropped as exact duplicate row, "
            "1 dropped as double Email.",
        ),
        ("Which columns are not used?", 'Not used of contacts.csv: "Fax".'),
        (
            "Are there invalid cells in contacts?",
            "Contacts has 1 invalid rows of 3: Email: Required field is empty (1) in the preview.",
        ),
    ],
)
def test_a_question_about_the_recipe_is_answered(
    settled: Authored, question: str, answer: str
) -> None:
    assert clarify(settled, question) == answer


def test_a_waiting_recipe_says_that_it_waits(asked: Authored) -> None:
    assert "waits for an answer" in clarify(asked, "How many rows are there?")


def test_what_cannot_be_answered_says_what_can(settled: Authored) -> None:
    assert clarify(settled, "What is the moon made of?").startswith("I can say where a column")
