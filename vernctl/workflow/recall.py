"""What a preview was made with, by the service's own record.

The journal knows what this checkout has sent. Another checkout of the same spec may have refined
the same run, or answered it; once the run has settled, the session log says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue, ValidationError

from vernctl.api.models import LoggedRun, Question
from vernctl.snapshot.model import RecordedQuestion
from vernctl.spec.answers import Matched, match
from vernctl.spec.model import AnswerRule
from vernctl.workflow.asked import as_recorded
from vernctl.workflow.messages import split_message


class Recalled(NamedTuple):
    """The messages of a run's updates in their order, and its questions with their answers."""

    messages: tuple[str, ...]
    questions: tuple[RecordedQuestion, ...]


def recalled(
    logged: Sequence[LoggedRun], run_id: str, rules: Sequence[AnswerRule]
) -> Recalled | None:
    """What the log tells of a run; None where it does not know it, or not what was said."""
    steps = [run for run in logged if run.run_id == run_id and run.kind in ("generate", "update")]
    updates = [step for step in steps if step.kind == "update"]
    if not steps or any(step.message is None for step in updates):
        return None
    return Recalled(
        tuple(part for step in updates for part in split_message(step.message or "")),
        tuple(question for step in steps for question in _asked(step, rules)),
    )


def _asked(step: LoggedRun, rules: Sequence[AnswerRule]) -> Iterator[RecordedQuestion]:
    """The questions of a step that were answered; their shape in the log is not pinned."""
    answers: Mapping[str, JsonValue] = step.answers if isinstance(step.answers, dict) else {}
    for said in step.questions if isinstance(step.questions, list) else []:
        try:
            question = Question.model_validate(said)
        except ValidationError:
            continue
        answer = answers.get(question.id)
        if not isinstance(answer, str):
            continue
        found = match(question, rules, during="plan")
        same = found.answer == answer
        yield as_recorded(found if same else Matched(question, "answered", answer), "plan")
