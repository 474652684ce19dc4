"""Answers questions from a spec's rules, or says why it does not. Nothing is ever guessed.

Questions are prose that an agent writes anew in each run, so rules match on the text, the context
and the labels of the options, never on ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Literal, NamedTuple

from vernctl.api.models import Question
from vernctl.spec.model import AnswerRule
from vernctl.spec.patterns import compile_pattern, is_expression, names, normalise
from vernctl.spec.stanza import stanza_for

__all__ = ["Matched", "NearMiss", "match", "near_misses", "stanza_for"]

QuestionStatus = Literal["answered", "unanswered", "ambiguous", "invalid"]


class Matched(NamedTuple):
    """What the rules make of one question.

    ``answer`` is what to send, exactly as offered, and only there when ``status`` is answered;
    ``rule`` is the one rule that matched; ``why`` says in a sentence what stands in the way.
    """

    question: Question
    status: QuestionStatus
    answer: str | None = None
    rule: AnswerRule | None = None
    why: str | None = None


class NearMiss(NamedTuple):
    """A rule that did not match, how near it came (0 to 1), and what kept it from matching."""

    rule: AnswerRule
    score: float
    why: str


class _Folded(NamedTuple):
    """A question as rules see it: normalised text, context, both, and labels."""

    text: str
    context: str
    everything: str
    labels: frozenset[str]


def match(
    question: Question,
    rules: Sequence[AnswerRule],
    *,
    during: Literal["plan", "apply"],
    used: Mapping[str, int] | None = None,
) -> Matched:
    """The answer that exactly one rule gives to a question.

    ``used``: how often a rule's pattern has fired in this run, for rules with ``times``. Two rules
    that match are ambiguous, even where both would say the same.
    """
    folded = _fold(question)
    found = [rule for rule in rules if _obstacle(rule, folded, during, used or {}) is None]
    if not found:
        return Matched(question, "unanswered", why="no answer rule matches this question")
    if len(found) > 1:
        named = " and ".join(f'"{rule.pattern}" ({rule.place})' for rule in found)
        return Matched(
            question, "ambiguous", why=f"{len(found)} answer rules match this question: {named}"
        )
    return _answered(question, found[0])


def near_misses(
    question: Question,
    rules: Sequence[AnswerRule],
    *,
    during: Literal["plan", "apply"] = "plan",
    used: Mapping[str, int] | None = None,
    most: int = 3,
) -> tuple[NearMiss, ...]:
    """The rules that came nearest without matching, best first. To be shown, never to be used."""
    folded = _fold(question)
    found: list[NearMiss] = []
    for rule in rules:
        why = _obstacle(rule, folded, during, used or {})
        if why is None:
            continue
        if compile_pattern(rule.pattern).matches(folded.text):
            found.append(NearMiss(rule, 1.0, why))
        elif not is_expression(rule.pattern):
            score = SequenceMatcher(None, normalise(rule.pattern), folded.text).ratio()
            found.append(NearMiss(rule, round(score, 3), why))
    near = [miss for miss in found if miss.score >= 0.5]
    return tuple(sorted(near, key=lambda miss: (-miss.score, miss.rule.place))[:most])


def _fold(question: Question) -> _Folded:
    text = normalise(question.question)
    context = normalise(question.context or "")
    labels = frozenset(normalise(option.label) for option in question.options)
    return _Folded(text, context, f"{text}\n{context}", labels)


def _obstacle(
    rule: AnswerRule, question: _Folded, during: str, used: Mapping[str, int]
) -> str | None:
    """What keeps a rule from matching, or None where it matches."""
    if not compile_pattern(rule.pattern).matches(question.text):
        return "its pattern is not found in the question"
    if rule.during not in ("any", during):
        return f"it is only for {rule.during}"
    if rule.context is not None and not (
        question.context and compile_pattern(rule.context).matches(question.context)
    ):
        return f'its context "{rule.context}" is not found'
    for what, name in (("sheet", rule.sheet), ("column", rule.column)):
        if name is not None and not names(question.everything, name):
            return f'the {what} "{name}" is not named'
    if rule.options is not None and question.labels != {normalise(o) for o in rule.options}:
        return "other options are offered"
    if rule.times is not None and used.get(rule.pattern, 0) >= rule.times:
        return f"it has answered {rule.times} times in this run"
    return None


def _answered(question: Question, rule: AnswerRule) -> Matched:
    """What the one rule that matches sends: a label as offered, or text where that is allowed."""
    said = rule.text
    labels = [option.label for option in question.options]
    if rule.say is None and (labels or rule.choose is not None):
        offered = _offered(said, labels)
        if len(offered) == 1:
            return Matched(question, "answered", offered[0], rule)
        why = _not_offered(said, labels) if not offered else f'several labels read "{said}"'
        return Matched(question, "invalid", rule=rule, why=why)
    if not question.allow_custom:
        why = "the question takes no free text" + ("" if labels else ", and offers nothing")
        return Matched(question, "invalid", rule=rule, why=why)
    return Matched(question, "answered", said, rule)


def _offered(said: str, labels: Sequence[str]) -> list[str]:
    if said in labels:
        return [said]
    wanted = normalise(said)
    return [label for label in labels if normalise(label) == wanted]


def _not_offered(said: str, labels: Sequence[str]) -> str:
    if not labels:
        return f'"{said}" is to be chosen, but nothing is offered'
    near = get_close_matches(said, labels, n=1, cutoff=0.6)
    hint = f'did you mean "{near[0]}"?' if near else "offered: " + ", ".join(labels)
    return f'"{said}" is not offered ({hint})'
