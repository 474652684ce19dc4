"""Answers questions from a spec's rules, or says why it does not. Nothing is ever guessed.

Questions are prose that an agent writes anew in each run, so rules match on the text, the context
and the labels of the options, never on ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

from vernctl.api.models import Question
from vernctl.spec.model import AnswerRule
from vernctl.spec.nearness import nearest_pattern
from vernctl.spec.patterns import compile_pattern, names, normalise
from vernctl.spec.reader import quoted
from vernctl.spec.stanza import stanza_for

__all__ = ["Matched", "NearMiss", "match", "near_misses", "stanza_for"]

#: Of labels that are long or many, an error names as much as a person reads.
_SHOWN_LABELS = 8
_SHOWN_LABEL = 80
#: A rule that comes less near than this is not worth a person's look.
_NEAR = 0.6

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
    """A rule that did not match: how near it came (0 to 1), what kept it from matching, and the
    edit that would make it match, in words and done (``mended``)."""

    rule: AnswerRule
    score: float
    why: str
    edit: str
    mended: AnswerRule


class _Obstacle(NamedTuple):
    """One thing that keeps a rule from matching, and the edit that would take it away."""

    why: str
    edit: str
    update: Mapping[str, object]


class _Folded(NamedTuple):
    """A question as rules see it: normalised text, context, both, and labels."""

    text: str
    context: str
    everything: str
    labels: frozenset[str]
    offered: tuple[str, ...]


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
    found = [rule for rule in rules if _matches(rule, folded, during, used or {})]
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
        obstacles = list(_obstacles(rule, folded, during, used or {}))
        # Each anchor that is off takes a tenth, so that a pattern that is found stands first.
        score = 1.0 - 0.1 * len(obstacles)
        if not compile_pattern(rule.pattern).matches(folded.text):
            near = nearest_pattern(rule.pattern, folded.text)
            if near is None:
                continue
            score -= 1.0 - near.score
            why = "its pattern is not found in the question"
            edit = f"the pattern {quoted(near.pattern)}"
            obstacles.insert(0, _Obstacle(why, edit, {"pattern": near.pattern}))
        if obstacles:
            found.append(_near_miss(rule, score, obstacles))
    near_enough = [miss for miss in found if miss.score >= _NEAR]
    return tuple(sorted(near_enough, key=lambda miss: (-miss.score, miss.rule.place))[:most])


def _near_miss(rule: AnswerRule, score: float, obstacles: Sequence[_Obstacle]) -> NearMiss:
    update = {name: value for obstacle in obstacles for name, value in obstacle.update.items()}
    return NearMiss(
        rule,
        max(round(score, 2), 0.0),
        "; ".join(obstacle.why for obstacle in obstacles),
        ", ".join(obstacle.edit for obstacle in obstacles),
        rule.model_copy(update=update),
    )


def _fold(question: Question) -> _Folded:
    text = normalise(question.question)
    context = normalise(question.context or "")
    offered = tuple(option.label for option in question.options)
    labels = frozenset(map(normalise, offered))
    return _Folded(text, context, f"{text}\n{context}", labels, offered)


def _matches(rule: AnswerRule, question: _Folded, during: str, used: Mapping[str, int]) -> bool:
    if not compile_pattern(rule.pattern).matches(question.text):
        return False
    return next(_obstacles(rule, question, during, used), None) is None


def _obstacles(
    rule: AnswerRule, question: _Folded, during: str, used: Mapping[str, int]
) -> Iterator[_Obstacle]:
    """What, beside its pattern, keeps a rule from matching."""
    if rule.during not in ("any", during):
        yield _Obstacle(f"it is only for {rule.during}", "during: any", {"during": "any"})
    if rule.context is not None and not (
        question.context and compile_pattern(rule.context).matches(question.context)
    ):
        why = f'its context "{rule.context}" is not found'
        yield _Obstacle(why, "no context", {"context": None})
    for what, name in (("sheet", rule.sheet), ("column", rule.column)):
        if name is not None and not names(question.everything, name):
            yield _Obstacle(f'the {what} "{name}" is not named', f"no {what}", {what: None})
    if rule.options is not None and question.labels != {normalise(o) for o in rule.options}:
        shown = ", ".join(quoted(label[:_SHOWN_LABEL]) for label in question.offered)
        edit = f"options: [{shown}]" if shown else "no options"
        offered = question.offered or None
        yield _Obstacle("other options are offered", edit, {"options": offered})
    if rule.times is not None and used.get(rule.pattern, 0) >= rule.times:
        why = f"it has answered {rule.times} times in this run"
        yield _Obstacle(why, f"times: {used[rule.pattern] + 1}", {"times": used[rule.pattern] + 1})


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
    shown = [label[:_SHOWN_LABEL] for label in labels[:_SHOWN_LABELS]]
    near = get_close_matches(said[:_SHOWN_LABEL], shown, n=1, cutoff=0.6)
    more = ", …" if len(labels) > len(shown) else ""
    hint = f'did you mean "{near[0]}"?' if near else "offered: " + ", ".join(shown) + more
    return f'"{said}" is not offered ({hint})'
