"""The first lines of a spec's screen: which spec this is, and what became of it in one sentence."""

from __future__ import annotations

from vernctl.render import words
from vernctl.render.escape import WHOLE, text_safe
from vernctl.render.text.layout import Ink, Page, Style
from vernctl.workflow.outcome import SpecOutcome, Status

STYLES: dict[Status, Style] = {
    "unchanged": "dim",
    "changed": "warn",
    "approved": "good",
    "blocked": "warn",
    "waiting": "warn",
    "refused": "bad",
    "applied": "good",
    "not_as_approved": "bad",
    "partial": "bad",
    "failed": "bad",
    "held": "dim",
    "closed": "dim",
}


def add_head(page: Page, outcome: SpecOutcome) -> None:
    """``acme   Acme Corp · Salesforce · 2 files, 1,462 rows · embedded      FIRST IMPORT``."""
    name = Ink(text_safe(outcome.name), "bold")
    if outcome.command == "diff" and outcome.base_ref is not None:
        base = f"{text_safe(outcome.base_ref, 30)} {words.digest_words(outcome.base_digest)}"
        right = f"{base} → here {words.digest_words(outcome.digest)}"
        page.ends([name, "   what merging this would approve"], right)
        return
    about = [outcome.title, outcome.source, words.input_words(outcome), outcome.endpoint]
    line = " · ".join(text_safe(part) for part in about if part)
    page.ends([name, "   ", line], Ink(_mark(outcome), STYLES[outcome.status]))


def add_facts(page: Page, outcome: SpecOutcome) -> None:
    """Plain lines that the command has to say, and its warnings."""
    for fact in outcome.facts:
        page.wrap(text_safe(fact, WHOLE), indent=2, hanging=2)
    for warning in outcome.warnings:
        page.wrap(f"warning: {text_safe(warning, WHOLE)}", indent=2, hanging=2, style="warn")


def _mark(outcome: SpecOutcome) -> str:
    if outcome.status == "changed":
        return "FIRST IMPORT" if outcome.first_import else "CHANGES"
    return words.status_words(outcome).upper()
