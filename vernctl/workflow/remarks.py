"""What a plan and an apply remark on questions: worded anew, unseen, by hand, rules without use."""

from __future__ import annotations

from collections.abc import Sequence

from vernctl.errors import Problem, SpecError
from vernctl.snapshot.model import RecordedQuestion, Snapshot
from vernctl.spec.model import AnswerRule
from vernctl.workflow.asked import BY_HAND, earlier_wording, same_question
from vernctl.workflow.outcome import QuestionOutcome


def with_wordings(
    outcomes: Sequence[QuestionOutcome],
    asked: Sequence[RecordedQuestion],
    base: Snapshot | None,
) -> tuple[QuestionOutcome, ...]:
    """The questions of a plan, each with its wording when it was approved if that was another."""
    before = base.questions if base is not None else ()
    wordings = {question.question: earlier_wording(question, before) for question in asked}
    return tuple(
        outcome.model_copy(update={"approved_wording": wordings.get(outcome.question)})
        for outcome in outcomes
    )


def warnings_of(asked: Sequence[RecordedQuestion], unused: Sequence[AnswerRule]) -> tuple[str, ...]:
    """What a person should know of a preview's questions and of the spec's rules."""
    said = [_useless(rule) for rule in unused]
    by_hand = sum(question.rule == BY_HAND for question in asked)
    if by_hand:
        were = "answer was" if by_hand == 1 else "answers were"
        said.append(f"{by_hand} {were} given by hand; no rule says so, a fresh run asks again.")
    return tuple(said)


def refused_unused(unused: Sequence[AnswerRule]) -> SpecError:
    """Rules that answer nothing, as problems of the spec."""
    return SpecError(
        [
            Problem(rule.place, f'"{rule.pattern}" answered no question of this plan')
            for rule in unused
        ],
        remote="Nothing was imported.",
        next="Mend or drop these rules, or plan without --strict.",
    )


def unseen_while_applying(
    outcomes: Sequence[QuestionOutcome],
    asked: Sequence[RecordedQuestion],
    approved: Snapshot,
) -> tuple[QuestionOutcome, ...]:
    """The questions of an apply; those that the approved preview was not asked are marked."""
    new = {question.question for question in asked if is_unseen(question, approved)}
    return tuple(
        outcome.model_copy(update={"unseen": True}) if outcome.question in new else outcome
        for outcome in outcomes
    )


def is_unseen(question: RecordedQuestion, approved: Snapshot) -> bool:
    """Whether the approved preview was made without this question."""
    return not any(same_question(question, before) for before in approved.questions)


def warnings_unseen(outcomes: Sequence[QuestionOutcome]) -> tuple[str, ...]:
    """Every question that nobody had seen when the preview was approved, with its answer."""
    return tuple(
        f"asked while applying, not seen at plan: {outcome.question} → {outcome.answer}"
        for outcome in outcomes
        if outcome.unseen
    )


def _useless(rule: AnswerRule) -> str:
    return f'{rule.place}: the rule "{rule.pattern}" answered no question of this plan.'
