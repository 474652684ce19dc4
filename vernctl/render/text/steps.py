"""The steps of a plan, what they cost, and the questions that were answered on the way."""

from __future__ import annotations

from vernctl.render import words
from vernctl.render.escape import WHOLE, bare_or_quoted, text_safe
from vernctl.render.text.layout import Column, Ink, Page, Part
from vernctl.workflow.outcome import QuestionOutcome, SpecOutcome, Step

#: Characters of detail and reason that fit beside each other in 80 columns.
_BESIDE = 32


def add_steps(page: Page, outcome: SpecOutcome) -> None:
    """Every step with its reason and cost; answered questions stand under the steps."""
    if not outcome.steps:
        return
    page.blank()
    title = words.steps_title(outcome)
    dear = [kind for kind in ("create", "generate") if any(s.kind == kind for s in outcome.steps)]
    header: list[Part] = [Ink(title, "bold"), "", *(Ink(kind, "dim") for kind in dear)]
    rows = [[*header, Ink("agent calls", "dim")]]
    rows += [_step_row(step, dear) for step in outcome.steps]
    columns = [Column(), Column(flexible=True), *(Column(right=True) for _ in [*dear, ""])]
    page.table(rows, columns, indent=2, fill=1, notes=_notes(outcome))
    later = f"; apply will take {outcome.apply_calls} more" if outcome.apply_calls else ""
    page.wrap(f"in all: {words.cost_words(outcome.cost)}{later}", indent=2, hanging=2)
    if outcome.hour:
        page.wrap(f"left of this hour: {text_safe(outcome.hour)}", indent=2, hanging=2)


def _step_row(step: Step, dear: list[str]) -> list[Part]:
    about = text_safe(step.detail or step.reason, WHOLE)
    if step.detail and _fits(step) and step.reason:
        about += f" · {_reason(step)}"
    once = ["1" if step.kind == kind else "" for kind in dear]
    return [f"  {step.kind}", about, *once, str(step.agent_calls) if step.agent_calls else ""]


def _fits(step: Step) -> bool:
    """Whether detail and reason stand beside each other; else the reason has its own line."""
    return not step.detail or not step.reason or len(step.detail) + len(step.reason) < _BESIDE


def _reason(step: Step) -> str:
    return text_safe(step.reason, 200)


def _notes(outcome: SpecOutcome) -> dict[int, list[str]]:
    """Under each step what does not fit beside it; under the first answer, the questions."""
    notes: dict[int, list[str]] = {}
    settled = [q for q in outcome.questions if q.status in ("answered", "expected")]
    kinds = [step.kind for step in outcome.steps]
    under = next((kinds.index(kind) for kind in ("answer", "generate") if kind in kinds), -1)
    for i, step in enumerate(outcome.steps):
        lines = [] if _fits(step) else [_reason(step)]
        if i == under or (under < 0 and step is outcome.steps[-1]):
            lines += [line for question in settled for line in _answered(question)]
        notes[i + 1] = lines
    return notes


def _answered(question: QuestionOutcome) -> list[str]:
    place = f"   {text_safe(question.rule_place, 80)}" if question.rule_place else "   by hand"
    expected = " (expected)" if question.status == "expected" else ""
    answer = bare_or_quoted(question.answer or "", 80)
    lines = [f"? {text_safe(question.question, 160)}", f"  → {answer}{expected}{place}"]
    if question.approved_wording:
        before = bare_or_quoted(question.approved_wording, 160)
        lines.append(f"  worded otherwise when it was approved: {before}")
    return lines
