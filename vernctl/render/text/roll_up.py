"""Several specs at a glance: counts, then a line for each that needs somebody, failures first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vernctl.render import words
from vernctl.render.escape import WHOLE, text_safe
from vernctl.render.text.head import STYLES
from vernctl.render.text.layout import Column, Ink, Page, Part
from vernctl.render.text.questions import open_questions
from vernctl.workflow.outcome import SpecOutcome, Status

QUIET: tuple[Status, ...] = ("unchanged", "held", "closed")
#: Quiet specs are named one by one up to this many; a fleet of them is only counted.
NAMED = 12


def add_roll_up(page: Page, outcomes: Sequence[SpecOutcome]) -> None:
    """``500 specs   481 unchanged   14 changed …`` and one line for each that is not quiet."""
    counts = Counter(outcome.status for outcome in outcomes)
    page.blank()
    shown = [
        Ink(f"{count} {words.STATUS_WORDS[status]}", STYLES[status])
        for status in words.STATUS_ORDER
        if (count := counts[status])
    ]
    page.flow([Ink(words.counted(len(outcomes), "spec"), "bold"), *shown])
    quiet = sum(counts[status] for status in QUIET)
    listed = [o for o in _ordered(outcomes) if quiet <= NAMED or o.status not in QUIET]
    rows: list[list[Part]] = [
        [
            Ink(words.status_words(outcome), STYLES[outcome.status]),
            text_safe(outcome.name, 24),
            gist(outcome),
        ]
        for outcome in listed
    ]
    page.table(rows, [Column(), Column(), Column(flexible=True)], indent=2)


def gist(outcome: SpecOutcome) -> str:
    """One spec in half a line: what is the matter, or what there is to see."""
    if outcome.status == "blocked":
        return words.counted(len(open_questions(outcome)), "question") + " without an answer"
    failed = [check for check in outcome.checks if not check.ok]
    if outcome.status == "refused" and failed:
        return text_safe(words.check_words(failed[0]), WHOLE)
    if outcome.error is not None:
        return text_safe(outcome.error.message.strip(), 200)
    if outcome.diff is not None and not outcome.diff.is_empty:
        return "; ".join(
            f"{text_safe(sheet.slug, 24)} {words.row_changes(sheet)}"
            for sheet in outcome.diff.sheets
            if not sheet.is_empty
        )
    return text_safe(outcome.facts[0], 200) if outcome.facts else ""


def _ordered(outcomes: Sequence[SpecOutcome]) -> list[SpecOutcome]:
    return sorted(outcomes, key=lambda o: (words.STATUS_ORDER.index(o.status), o.name))
