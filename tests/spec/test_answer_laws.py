"""Whatever is asked, offered or written as a rule: no crash, no hang, no answer of nobody's."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vernctl.api.models import Option, Question
from vernctl.spec.answers import match, near_misses, stanza_for
from vernctl.spec.model import AnswerRule
from vernctl.spec.patterns import PatternError, compile_pattern, matches_everything, normalise

#: Letters and marks that matching treats in its own way, and any others.
CHARS = st.sampled_from(
    "ab Z9*/'\"`“„«–-\\()[]|?+.{}^$\u00ad\u200b\u202e\ud800ßﬁİſ½é\u0301\n\t\x00"
)
TEXTS = st.one_of(st.text(CHARS, max_size=30), st.text(max_size=30), st.text(st.characters()))
LABELS = st.lists(TEXTS, max_size=5)


def a_question(text: str, labels: list[str], context: str | None, free: bool) -> Question:
    options = [Option.model_construct(id=str(n), label=label) for n, label in enumerate(labels)]
    return Question.model_construct(
        id="q", question=text, context=context, options=tuple(options), allow_custom=free
    )


@st.composite
def rules(draw: st.DrawFn) -> AnswerRule:
    """A rule that a spec could hold: its patterns compile and say something."""
    patterns = st.one_of(TEXTS, TEXTS.map(lambda text: f"/{text}/")).filter(_good)
    field = draw(st.sampled_from(["answer", "choose", "say"]))
    said = draw(TEXTS)
    return AnswerRule.model_construct(
        pattern=draw(patterns),
        answer=said if field == "answer" else None,
        choose=said if field == "choose" else None,
        say=said if field == "say" else None,
        context=draw(st.none() | patterns),
        sheet=draw(st.none() | TEXTS),
        column=draw(st.none() | TEXTS),
        options=draw(st.none() | LABELS.map(tuple)),
        during=draw(st.sampled_from(["any", "plan", "apply"])),
        times=draw(st.none() | st.integers(1, 2)),
    )


def _good(pattern: str) -> bool:
    try:
        return not matches_everything(pattern)
    except PatternError:
        return False


@settings(max_examples=100, deadline=None)
@given(TEXTS, LABELS, st.none() | TEXTS, st.booleans(), st.lists(rules(), max_size=4), st.data())
def test_only_a_rule_that_matches_alone_answers_and_only_with_what_it_says(
    text: str,
    labels: list[str],
    context: str | None,
    free: bool,
    spec: list[AnswerRule],
    data: st.DataObject,
) -> None:
    # Half of the time the question is about what a rule says.
    about_a_rule: bool = data.draw(st.booleans())
    if spec and about_a_rule:
        text += spec[0].pattern.strip("/*")
        labels = [*labels, spec[0].text.swapcase()]
    question = a_question(text, labels, context, free)
    found = match(question, spec, during="plan")
    assert (found.answer is None) == (found.status != "answered")
    for miss in near_misses(question, spec):
        assert match(question, [miss.mended], during="plan").status != "unanswered"
        assert match(question, [miss.rule], during="plan").status == "unanswered"
    if found.answer is not None:
        assert found.rule in spec
        alone = [rule for rule in spec if match(question, [rule], during="plan").rule is not None]
        assert alone == [found.rule]
        said = found.rule.text
        if labels and found.rule.say is None:
            assert found.answer in labels
            assert normalise(found.answer) == normalise(said) or found.answer == said
        else:
            assert found.answer == said
            assert free


@settings(max_examples=100, deadline=None)
@given(TEXTS)
@example("\u200b")
@example("/[“]/")
@example("/[–-/]/")
@example("/\ud800/")
@example("/？/")
def test_any_text_is_a_pattern_or_is_refused_as_one(pattern: str) -> None:
    if _good(pattern):
        compile_pattern(pattern).matches("any text at all")


HOSTILE: dict[str, Callable[[int], str]] = {
    "one letter": lambda n: "a" * n,
    "words": lambda n: "a b " * (n // 4),
    "quotes": lambda n: "'\" " * (n // 3),
    "stars": lambda n: "*" * n,
    "spaces": lambda n: " \u00a0" * (n // 2),
    "unseen": lambda n: "\u200b" * n,
    "combining": lambda n: "e" + "\u0301" * (n - 1),
    "ligatures": lambda n: "ﷺ" * (n // 18),
    "near": lambda n: "which column is the emai " * (n // 25),
}
RULES = [
    AnswerRule(pattern="*a*a*a*a*b", answer="x"),
    AnswerRule(pattern="which * column * is * Email", answer="x", sheet="a a a"),
    AnswerRule(pattern="/(a*)*b/", answer="x"),
    AnswerRule(pattern="a", answer="x", context="/(a|b| )*x$/"),
    AnswerRule(pattern="a", answer="x", context="*a*b*c", column="a"),
]


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_time_that_matching_takes_grows_no_faster_than_the_text(
    make: Callable[[int], str],
) -> None:
    def seconds(size: int) -> float:
        text = make(size)
        question = a_question(text, [text, text + "x"], text, True)
        began = time.process_time()
        match(question, RULES, during="plan")
        near_misses(question, RULES)
        stanza_for(question, [question])
        return time.process_time() - began

    small, large = seconds(10_000), seconds(100_000)
    # Ten times the text: ten times the time, with room for a busy machine; a square would be 100.
    assert large < max(35 * small, 0.5), (small, large)
