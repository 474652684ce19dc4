"""A question that nobody has answered: what is asked, what may be said, and the line to paste."""

from __future__ import annotations

from vernctl.render import words
from vernctl.render.escape import WHOLE, text_safe
from vernctl.render.text.layout import Page
from vernctl.workflow.outcome import QuestionOutcome, SpecOutcome

_OPEN = ("unanswered", "ambiguous", "invalid")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def open_questions(outcome: SpecOutcome) -> tuple[QuestionOutcome, ...]:
    """The questions that keep the run from going on."""
    return tuple(question for question in outcome.questions if question.status in _OPEN)


def add_questions(page: Page, outcome: SpecOutcome) -> None:
    """Every open question with its options, then the stanzas and the place to paste them."""
    asked = open_questions(outcome)
    if not asked:
        return
    if outcome.error is None:  # which would say the same
        page.blank()
        page.wrap("Waiting for a decision. Nothing was guessed, nothing was imported.")
    for number, question in enumerate(asked, start=1):
        page.blank()
        _add_question(page, question, f"{number}  " if len(asked) > 1 else "")
    stanzas = [question.stanza for question in asked if question.stanza]
    if stanzas:
        page.blank()
        _add_stanzas(page, stanzas, outcome)


def _add_question(page: Page, question: QuestionOutcome, number: str) -> None:
    page.wrap(f"{number}{text_safe(question.question, 400)}", indent=2, hanging=2, style="warn")
    if question.context:
        page.wrap(text_safe(question.context, 400), indent=4)
    for i, option in enumerate(question.options):
        letter = _LETTERS[i] if i < len(_LETTERS) else str(i + 1)
        page.wrap(f"{letter}  {text_safe(option.label, 200)}", indent=4, hanging=3)
    if question.allow_custom:
        page.line("or any text" if question.options else "any text", indent=4)
    if question.why and question.status != "unanswered":
        page.wrap(f"{question.status}: {text_safe(question.why, 400)}", indent=4, hanging=2)
    for near in question.near:
        page.wrap(
            f"near, not used: {near.score:.0%} {text_safe(near.place, 80)} "
            f'"{text_safe(near.rule, 160)}": {text_safe(near.why, 200)}; '
            f"it would match with {text_safe(near.edit, 400)}",
            indent=4,
            hanging=2,
            style="dim",
        )


def _add_stanzas(page: Page, stanzas: list[str], outcome: SpecOutcome) -> None:
    lines = "this line" if len(stanzas) == 1 else f"these {len(stanzas)} lines"
    place = text_safe(outcome.answers_place or outcome.path, WHOLE)
    has_section = ":" in place
    where = f"under `answers:` ({place})" if has_section else f"to {place}"
    waits = "; the run waits and holds one of the account's slots" if outcome.run_id else ""
    again = words.verb_again(outcome)
    page.wrap(f"Choose, then add {lines} {where} and {again} again{waits}:")
    page.blank()
    if not has_section:
        page.literal("answers:")
    for stanza in stanzas:
        for line in stanza.splitlines():
            page.literal(text_safe(line, WHOLE), indent=4 if has_section else 2)


def add_clarified(page: Page, outcome: SpecOutcome) -> None:
    """What the agent said about its preview when it was asked."""
    told = outcome.clarified
    if told is None:
        return
    page.blank()
    for question in told.asked:
        page.wrap(f"asked: {text_safe(question, 400)}", indent=2, hanging=2)
    for line in told.answer.splitlines()[:20]:
        page.wrap(text_safe(line, 600), indent=4)
