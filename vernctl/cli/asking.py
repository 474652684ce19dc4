"""Asks a person on the terminal what no rule of the spec answers."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vernctl.cli.output import is_terminal
from vernctl.errors import UsageError, VernctlError
from vernctl.render.escape import WHOLE, text_safe

if TYPE_CHECKING:
    from vernctl.spec.model import Project, Spec
    from vernctl.workflow.outcome import QuestionOutcome
    from vernctl.workflow.progress import Asker, Given


def asker_for(project: Project) -> Asker:
    """Someone to ask. Raises UsageError where there is no terminal to ask on."""
    if not (is_terminal(sys.stdin.fileno) and is_terminal(sys.stderr.fileno)):
        raise UsageError(
            "--interactive asks on a terminal, and there is none.",
            next="Without it, a plan prints the lines to add to the spec.",
        )

    async def ask_person(
        spec: Spec, questions: Sequence[QuestionOutcome]
    ) -> Sequence[Given | None] | None:
        return _ask_all(project, spec, questions)

    return ask_person


def _ask_all(
    project: Project, spec: Spec, questions: Sequence[QuestionOutcome]
) -> list[Given | None] | None:
    from vernctl.workflow.progress import Given

    given: list[Given | None] = []
    for question in questions:
        if question.status == "answered":
            given.append(None)
            continue
        answer = _ask_one(spec, question)
        if answer is None:
            return None
        given.append(Given(answer))
    return [
        one if one is None else _written(project, spec, question, one, questions)
        for one, question in zip(given, questions, strict=True)
    ]


def _ask_one(spec: Spec, question: QuestionOutcome) -> str | None:
    """The answer, or None where a bare Enter leaves the run waiting."""
    from vernctl.workflow.byhand import SAY, chosen

    _say("")
    _say(f"{text_safe(spec.name)}: {text_safe(question.question, WHOLE)}")
    if question.context:
        _say(f"  {text_safe(question.context, WHOLE)}")
    for number, option in enumerate(question.options, start=1):
        _say(f"  {number}  {text_safe(option.label, WHOLE)}")
    if question.allow_custom:
        _say(f"  {f'or {SAY}TEXT' if question.options else 'any text'}")
    if question.status != "unanswered" and question.why:
        _say(f"  {question.status}: {text_safe(question.why, WHOLE)}")
    labels = [option.label for option in question.options]
    while said := _read("Answer (Enter leaves the run waiting): "):
        try:
            return chosen(labels, question.allow_custom, said)
        except UsageError as mistake:
            _say(f"  {text_safe(mistake.message, WHOLE)} {mistake.next or ''}".rstrip())
    return None


def _written(
    project: Project,
    spec: Spec,
    outcome: QuestionOutcome,
    given: Given,
    among: Sequence[QuestionOutcome],
) -> Given:
    """The answer with its rule, where the person wants one and the spec can take it."""
    if outcome.status != "unanswered":
        return given
    from vernctl.spec.answers import match
    from vernctl.spec.stanza import rule_line
    from vernctl.spec.write import add_rules
    from vernctl.workflow.asked import from_outcome

    question = from_outcome(outcome)
    block = [from_outcome(other) for other in among]
    lines = {
        "literal": rule_line(question, given.answer, block, literal=True),
        "pattern": rule_line(question, given.answer, block),
    }
    _say("")
    for name, line in lines.items():
        _say(f"  {name}   {text_safe(line, WHOLE)}")
    line = lines.get(_read("Write this to the spec? [literal / pattern], Enter for no: "), "")
    if not line:
        return given
    try:
        changed = add_rules(spec, project, [line])
    except VernctlError as error:
        _say(f"  not written: {text_safe(' '.join(error.reasons) or error.message, WHOLE)}")
        return given
    found = match(question, changed.answers, during="plan")
    return given._replace(rule=found.rule) if found.answer == given.answer else given


def _read(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    # While a person thinks, the first Ctrl-C must be enough.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return sys.stdin.readline().strip()
    finally:
        signal.signal(signal.SIGINT, before)


def _say(line: str) -> None:
    print(line, file=sys.stderr)
