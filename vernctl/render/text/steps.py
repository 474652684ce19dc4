"""The steps of a plan, what they cost, and the questions that were answered on the way."""

from __future__ import annotations

from vernctl.render import words
from vernctl.render.escape import WHOLE, bare_or_quoted, text_safe
from vernctl.render.text.layout import Column, Ink, Page, Part
from vernctl.workflow.outcome import QuestionOutcome, SpecOutcome, Step

_ONCE = {"create", "generate"}


def add_steps(page: Page, outcome: SpecOutcome) -> None:
    """Every step with its reason and cost; answered questions stand under the steps."""
    if not outcome.steps:
        return
    page.blank()
    title = "Steps" if outcome.performed else "Steps that a plan would make"
    dear = [kind for kind in ("create", "generate") if any(s.kind == kind for s in outcome.steps)]
    header: list[Part] = [Ink(title, "bold"), "", *(Ink(kind, "dim") for kind in dear)]
    rows = [[*header, Ink("agent calls", "dim")]]
    rows += [_step_row(step, dear) for step in outcome.steps]
    columns = [Column(), Column(flexible=True), *(Column(right=True) for _ in [*dear, ""])]
    page.table(rows, columns, indent=2, fill=1)
    for question in outcome.questions:
        if question.status in ("answered", "expected"):
            _add_answered(page, question)
    later = f"; apply will take {outcome.apply_calls} more" if outcome.apply_calls else ""
    page.wrap(f"in all: {words.cost_words(outcome.cost)}{later}", indent=2, hanging=2)


def _step_row(step: Step, dear: list[str]) -> list[Part]:
    about = " · ".join(text_safe(part, WHOLE) for part in (step.detail, step.reason) if part)
    once = ["1" if step.kind == kind else "" for kind in dear]
    return [f"  {step.kind}", about, *once, str(step.agent_calls) if step.agent_calls else ""]


def _add_answered(page: Page, question: QuestionOutcome) -> None:
    asked = text_safe(question.question, max(page.width - 44, 20))
    answer = bare_or_quoted(question.answer or "", 30)
    expected = "  (expected)" if question.status == "expected" else ""
    page.line("? ", asked, f"  → {answer}{expected}", indent=6)
    if question.rule_place:
        page.line(Ink(text_safe(question.rule_place, WHOLE), "dim"), indent=8)
