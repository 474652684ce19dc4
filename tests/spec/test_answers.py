"""A question is answered by exactly one rule, or it is said why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vernctl.api.models import Option, Question
from vernctl.errors import Place
from vernctl.spec.answers import match, near_misses, stanza_for
from vernctl.spec.load import load_spec
from vernctl.spec.model import AnswerRule
from vernctl.spec.patterns import Expression, normalise

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop


def ask(text: str, *labels: str, context: str | None = None, free: bool = True) -> Question:
    options = tuple(Option(id=f"o{n}", label=label) for n, label in enumerate(labels))
    return Question(id="q", question=text, context=context, options=options, allowCustom=free)


def rule(pattern: str, answer: str | None = "Open", /, **fields: object) -> AnswerRule:
    place = Place("specs/acme.yaml", len(pattern), 3)
    return AnswerRule.model_validate(
        {"pattern": pattern, "answer": answer, "place": place, **fields}
    )


def answered(question: Question, *rules: AnswerRule, used: Mapping[str, int] | None = None) -> str:
    """What is sent, or the status where nothing is."""
    found = match(question, rules, during="plan", used=used)
    assert (found.answer is None) == (found.status != "answered")
    return found.answer if found.answer is not None else found.status


STATUS = ask("37 Status values aren’t one of the allowed options?", "Open", "Closed")


@pytest.mark.parametrize(
    "pattern",
    [
        "* values aren't one of the allowed options",
        "status VALUES",
        "37 Status   values\n aren't",
        "Status*allowed*options",
        "/^[0-9]+ status values/",
        "/STATUS.*options\\?$/",
    ],
)
def test_a_pattern_is_found_anywhere_and_folds_case_space_and_quotes(pattern: str) -> None:
    assert answered(STATUS, rule(pattern)) == "Open"


@pytest.mark.parametrize("pattern", ["options*status", "statusvalues", "/^status/", "Country"])
def test_a_pattern_that_is_not_found_does_not_match(pattern: str) -> None:
    assert answered(STATUS, rule(pattern)) == "unanswered"


def test_a_question_without_a_rule_is_unanswered() -> None:
    found = match(STATUS, (), during="plan")
    assert (found.status, found.rule) == ("unanswered", None)


def test_two_rules_that_match_are_ambiguous_even_if_they_agree() -> None:
    found = match(STATUS, [rule("Status values"), rule("allowed options")], during="plan")
    assert found.status == "ambiguous"
    assert found.why == (
        '2 answer rules match this question: "Status values" (specs/acme.yaml:13:3) and '
        '"allowed options" (specs/acme.yaml:15:3)'
    )


def test_the_label_is_sent_as_it_was_offered() -> None:
    question = ask("Which?", "Map them all to ‘Open’")
    assert answered(question, rule("which", "map them  all to 'open'")) == "Map them all to ‘Open’"


@pytest.mark.parametrize("free", [True, False])
def test_a_label_with_a_typo_is_never_sent_as_free_text(free: bool) -> None:
    question = ask("Which?", "Work Email", "Personal Email", free=free)
    found = match(question, [rule("which", "Work Emial")], during="plan")
    assert (found.status, found.answer) == ("invalid", None)
    assert found.why == '"Work Emial" is not offered (did you mean "Work Email"?)'


def test_a_label_that_is_far_from_all_names_what_is_offered() -> None:
    found = match(ask("Which?", "a", "b"), [rule("which", "zzz")], during="plan")
    assert found.why == '"zzz" is not offered (offered: a, b)'


def test_labels_that_differ_only_in_case_need_the_exact_one() -> None:
    question = ask("Which?", "open", "Open")
    assert answered(question, rule("which", "Open")) == "Open"
    assert answered(question, rule("which", "OPEN")) == "invalid"


def test_a_plain_answer_is_free_text_only_where_nothing_is_offered() -> None:
    assert answered(ask("Name it?"), rule("name it", "Account manager")) == "Account manager"
    assert answered(ask("Name it?", free=False), rule("name it", "x")) == "invalid"


def test_choose_must_be_offered() -> None:
    only = rule("which", None, choose="Open")
    assert answered(ask("Which?", "OPEN"), only) == "OPEN"
    assert answered(ask("Which?"), only) == "invalid"


def test_say_is_sent_beside_the_options_where_free_text_is_allowed() -> None:
    only = rule("which", None, say="Ask the owner")
    assert answered(ask("Which?", "a"), only) == "Ask the owner"
    assert answered(ask("Which?", "a", free=False), only) == "invalid"


@pytest.mark.parametrize(
    ("anchor", "matches"),
    [
        ({"context": "*contacts*"}, True),
        ({"context": "/CONTACTS\\.csv/"}, True),
        ({"context": "companies"}, False),
        ({"sheet": "contacts"}, True),
        ({"sheet": "contact"}, False),
        ({"column": "E-mail 2"}, True),
        ({"column": "mail"}, False),
        ({"column": "Status"}, True),
        ({"options": ["closed", "OPEN"]}, True),
        ({"options": ["Open"]}, False),
        ({"during": "plan"}, True),
        ({"during": "apply"}, False),
        ({"times": 2}, True),
        ({"times": 1}, False),
    ],
)
def test_an_anchor_narrows_a_rule(anchor: Mapping[str, object], matches: bool) -> None:
    question = ask("Status?", "Open", "Closed", context='contacts.csv has "E-mail 2" (12 % filled)')
    expected = "Open" if matches else "unanswered"
    assert answered(question, rule("status", **anchor), used={"status": 1}) == expected


def test_a_context_is_not_found_where_the_question_has_none() -> None:
    assert answered(STATUS, rule("status", context="/^/")) == "unanswered"


def test_near_misses_are_shown_with_what_kept_them_and_best_first() -> None:
    rules = [
        rule("Status values are not one of the allowed options"),
        rule("status values", during="apply"),
        rule("something else entirely, about dates"),
        rule("/nothing/"),
        rule("allowed options"),
    ]
    assert [(miss.rule.pattern, miss.why) for miss in near_misses(STATUS, rules)] == [
        ("status values", "it is only for apply"),
        (
            "Status values are not one of the allowed options",
            "its pattern is not found in the question",
        ),
    ]


def test_a_hostile_expression_is_matched_in_linear_time() -> None:
    assert not Expression("(a*)*b").matches("a" * 100_000)


@given(st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_question_matches_its_own_text_as_a_phrase_or_as_an_expression(text: str) -> None:
    folded = normalise(text)
    assert normalise(folded) == folded
    if any(c.isalnum() for c in folded) and not folded.startswith("/"):
        assert answered(ask(text), rule(text, "x")) == "x"


@pytest.mark.parametrize(
    ("question", "stanza"),
    [
        (
            STATUS,
            "\"* Status values aren’t one of the allowed options?\": Open",
        ),
        (ask("Which of two columns is Email?", "Work E-mail"),
         '"Which of two columns is Email?": Work E-mail'),
        (ask("Values like \"03/04/2024\" in contacts: which order?", "DD/MM/YYYY"),
         '"Values like * in contacts: which order?": DD/MM/YYYY'),
        (ask('Is the column "Phone 2" right?', "yes"),
         '"Is the column \\"Phone 2\\" right?": "yes"'),
        (ask("Which\n of \u202ethem?", "a: b"), '"Which of *them?": "a: b"'),
        (ask("How should we name the owner?"),
         '"How should we name the owner?": {say: "<your answer>"}'),
        (ask("2 of 3?", "x"), '"* of *?": x'),
        (ask("Which of 3 columns is Address 2?", "x"), '"Which of * columns is Address 2?": x'),
        (ask("Rows are double. Keep 12 of them?", "x"), '"Rows are double. Keep * of them?": x'),
        (ask("***", "x"), '"/^\\\\x{2a}\\\\x{2a}\\\\x{2a}$/": x'),
        (ask("${env:HOME} is what?", "x"), '"*HOME} is what?": x'),
    ],
)  # fmt: skip
def test_the_stanza_reads_like_the_question(question: Question, stanza: str) -> None:
    assert stanza_for(question) == stanza


def test_the_stanza_answers_the_same_question_with_other_counts() -> None:
    key, value = next(iter(yaml.safe_load(stanza_for(STATUS)).items()))
    again = ask("1,204 Status values aren't one of the allowed options?", "Open", "Closed")
    other = ask("37 Country values aren't one of the allowed options?", "Open", "Closed")
    assert answered(again, rule(key, value)) == "Open"
    assert answered(other, rule(key, value)) == "unanswered"


def test_the_same_words_about_two_sheets_get_two_lines_that_tell_them_apart(
    workshop: Workshop,
) -> None:
    text = "Which of two columns is Email?"
    pair = [
        ask(text, "Mail 1", "Mail", context=f'{name}.csv has "Mail 1" (98 % filled).')
        for name in ("contacts", "companies")
    ]
    lines = [stanza_for(question, pair) for question in pair]
    assert lines[0] == (
        '"Which of two columns is Email?": '
        '{choose: "Mail 1", context: "contacts.csv has * (* % filled)"}'
    )
    (rules,) = [workshop.load(f"answers:\n  {line}\n").answers for line in lines[:1]]
    assert [answered(question, *rules) for question in pair] == ["Mail 1", "unanswered"]


def test_a_name_that_another_name_begins_with_is_not_taken_for_it() -> None:
    key = next(iter(yaml.safe_load(stanza_for(ask("Which of two columns is Email?", "a")))))
    assert answered(ask("Which of two columns is Email 2?", "a"), rule(key, "a")) == "unanswered"


def test_a_placeholder_that_was_not_filled_in_is_refused(workshop: Workshop) -> None:
    (problem,) = workshop.problems(f"answers:\n  {stanza_for(ask('Which name?'))}\n")
    assert problem.endswith("write the answer in place of <your answer>")


LABELS: Sequence[str] = ["Open", "yes", "0042", "- a: b #c", "Ünï “x”", "\u202eevil\x07", "null"]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet="ab 1,'\"*/${env:}\\?\n“”", max_size=40),
        st.text(min_size=200, max_size=600),
    ),
    st.sampled_from(LABELS),
)
@example("/" + "a" * 2000 + "/", "Open")
@example("\U0001f600" * 300, "Open")
@example("", "Open")
@example("İ ß ŉ ﷺ", "Open")
def test_the_stanza_of_any_question_loads_and_answers_that_question(
    shared_workshop: Workshop, text: str, label: str
) -> None:
    question = ask(text, label, free=False)
    stanza = stanza_for(question)
    assert "\n" not in stanza and stanza.isprintable()
    head = "version: 1\nmigration: {name: A, external_id: a}\nanswers:\n  "
    path = shared_workshop.write("specs/acme.yaml", f"{head}{stanza}\n".encode())
    spec = load_spec(path, shared_workshop.project)
    found = match(question, spec.answers, during="plan")
    assert (found.status, found.answer) == ("answered", label)
