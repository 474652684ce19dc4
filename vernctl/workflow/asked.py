"""Questions as they are shown, recorded and recognised again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from vernctl.api.models import Question
from vernctl.snapshot.model import RecordedQuestion
from vernctl.spec.answers import Matched, match, near_misses, stanza_for
from vernctl.spec.model import AnswerRule, Spec
from vernctl.spec.patterns import normalise
from vernctl.workflow.outcome import AskedOption, NearRule, QuestionOutcome

During = Literal["plan", "apply"]
#: What stands in the place of a rule where a person answered; no pattern is empty.
BY_HAND = ""
_COUNT = re.compile(r"\d[\d.,]*")


def question_outcome(
    found: Matched,
    among: Sequence[Question] = (),
    rules: Sequence[AnswerRule] = (),
    *,
    during: During = "plan",
    used: Mapping[str, int] | None = None,
) -> QuestionOutcome:
    """What a match says, for the eye and for the JSON document.

    ``among``: the block that the question came in, which its stanza has to tell it from; the rules
    of ``rules`` that came near are shown with a question that none answers.
    """
    question, rule = found.question, found.rule
    unanswered = found.status == "unanswered"
    near = near_misses(question, rules, during=during, used=used) if unanswered else ()
    return QuestionOutcome(
        question=question.question,
        status=found.status,
        context=question.context,
        options=tuple(AskedOption(id=o.id, label=o.label) for o in question.options),
        allow_custom=question.allow_custom,
        answer=found.answer,
        rule=rule.pattern if rule else None,
        rule_place=str(rule.place) if rule else None,
        stanza=stanza_for(question, among) if unanswered else None,
        why=found.why,
        near=tuple(
            NearRule(
                rule=miss.rule.pattern,
                place=str(miss.rule.place),
                score=miss.score,
                why=miss.why,
                edit=miss.edit,
            )
            for miss in near
        ),
    )


def as_recorded(found: Matched, during: During) -> RecordedQuestion:
    """A question and its answer as journal, snapshot and receipt keep them."""
    question = found.question
    return RecordedQuestion(
        question=question.question,
        context=question.context,
        options=tuple(option.label for option in question.options),
        allow_custom=question.allow_custom,
        answer=found.answer or "",
        rule=found.rule.pattern if found.rule else BY_HAND,
        during=during,
    )


def as_question(recorded: RecordedQuestion) -> Question:
    """A recorded question in the form that rules are matched against."""
    return Question.model_validate(
        {
            "id": "recorded",
            "question": recorded.question,
            "context": recorded.context,
            "options": [{"id": str(i), "label": label} for i, label in enumerate(recorded.options)],
            "allowCustom": recorded.allow_custom,
        }
    )


def from_outcome(outcome: QuestionOutcome) -> Question:
    """A shown question in the form that rules are matched against and made of."""
    return Question.model_validate(
        {
            "id": "shown",
            "question": outcome.question,
            "context": outcome.context,
            "options": [option.model_dump() for option in outcome.options],
            "allowCustom": outcome.allow_custom,
        }
    )


def matched_today(recorded: RecordedQuestion, rules: Sequence[AnswerRule]) -> Matched:
    """What today's rules make of a recorded question.

    An answer that a person gave by hand stands for as long as no rule gives one.
    """
    during: During = "apply" if recorded.during == "apply" else "plan"
    if recorded.covered:
        return _covered_today(recorded, rules)
    found = match(as_question(recorded), rules, during=during)
    if found.answer is None and recorded.rule == BY_HAND:
        return Matched(found.question, "answered", recorded.answer)
    return found


def _covered_today(recorded: RecordedQuestion, rules: Sequence[AnswerRule]) -> Matched:
    """Of a question that was not kept whole, the rule that decided tells."""
    question = as_question(recorded)
    if recorded.rule == BY_HAND:
        return Matched(question, "answered", recorded.answer)
    deciding = [rule for rule in rules if rule.pattern == recorded.rule]
    said = {normalise(rule.text): rule for rule in deciding}
    rule = said.get(normalise(recorded.answer)) or (deciding[0] if len(deciding) == 1 else None)
    if rule is None:
        return Matched(question, "unanswered", None)
    same = normalise(rule.text) == normalise(recorded.answer)
    return Matched(question, "answered", recorded.answer if same else rule.text, rule)


def answer_today(recorded: RecordedQuestion, rules: Sequence[AnswerRule]) -> str | None:
    """What would be answered to a recorded question now; None: nothing, or not one thing."""
    return matched_today(recorded, rules).answer


def same_question(one: RecordedQuestion, other: RecordedQuestion) -> bool:
    """Whether two texts ask the same thing: decided by the same rule, over the same options."""
    if one.rule == BY_HAND or other.rule == BY_HAND:
        return _wording(one.question) == _wording(other.question)
    # The options of a question that is not kept whole are not there to be compared.
    kept = not (one.covered or other.covered)
    return one.rule == other.rule and (not kept or _labels(one) == _labels(other))


def earlier_wording(question: RecordedQuestion, approved: Sequence[RecordedQuestion]) -> str | None:
    """How a question read when it was approved, where it reads otherwise now but for counts."""
    same = [before for before in approved if same_question(before, question)]
    now = _wording(question.question)
    if not same or any(_wording(before.question) == now for before in same):
        return None
    return same[0].question


def unused_rules(spec: Spec, asked: Sequence[RecordedQuestion]) -> tuple[AnswerRule, ...]:
    """The spec's own rules for planning that have answered none of the questions asked.

    A base's rules are for many customers; what is only for an apply cannot be told from a plan.
    """
    used = {found.rule.place for q in asked if (found := matched_today(q, spec.answers)).rule}
    return tuple(
        rule
        for rule in spec.answers
        if rule.place.file == spec.shown_path and rule.during != "apply" and rule.place not in used
    )


def _labels(question: RecordedQuestion) -> frozenset[str]:
    return frozenset(map(normalise, question.options))


def _wording(text: str) -> str:
    return _COUNT.sub("#", normalise(text))
