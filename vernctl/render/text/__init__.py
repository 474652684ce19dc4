"""Screens of text: at least 40 columns, 80 as a rule, and each ends with what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from vernctl.diff.model import Diff, SheetDiff
from vernctl.render import words
from vernctl.render.escape import WHOLE, text_safe
from vernctl.render.text.diff import Detail, add_diff
from vernctl.render.text.effects import add_effects
from vernctl.render.text.head import add_facts, add_head
from vernctl.render.text.heals import add_heals, add_remarks
from vernctl.render.text.layout import Page
from vernctl.render.text.origins import add_origins
from vernctl.render.text.questions import add_clarified, add_questions, open_questions
from vernctl.render.text.results import add_checks, add_error, add_import, add_waiting
from vernctl.render.text.roll_up import QUIET, add_roll_up
from vernctl.render.text.steps import add_steps
from vernctl.workflow.outcome import ErrorOutcome, SpecOutcome

#: Whole screens for this many specs of one command; the rest stand in the roll-up alone.
SCREENS = 20


def render_outcomes(
    outcomes: Sequence[SpecOutcome], *, width: int = 80, colour: bool = False
) -> str:
    """What one command has to say about its specs; ends with a newline.

    One spec gets its screen. Of several, those that need somebody get theirs, then all are rolled
    up, failures first. Without ``colour`` there is no escape code anywhere in the result.
    """
    page = Page(width, colour=colour)
    if not outcomes:
        page.line("No active spec was found.")
        page.line("  create one      vernctl init")
        return str(page)
    if len(outcomes) == 1:
        _add_screen(page, outcomes[0])
        return str(page)
    loud = [o for o in outcomes if o.status not in QUIET or o.command in ("status", "show")]
    for outcome in loud[:SCREENS]:
        page.blank()
        _add_screen(page, outcome)
    if len(loud) > SCREENS:
        page.blank()
        page.line(f"… {words.counted(len(loud) - SCREENS, 'further spec')}, in the list below")
    add_roll_up(page, outcomes)
    if not loud:
        page.line("Nothing to do.")
    return str(page)


def render_sheet_diff(sheet: SheetDiff, *, width: int = 80, colour: bool = False) -> str:
    """``diff`` of two CSV files: the sheet as a plan would show it, in full."""
    page = Page(width, colour=colour)
    whole = sheet.model_copy(update={"sample_of": sheet.rows})
    add_diff(page, Diff(base_digest=None, digest="", sheets=(whole,)), (), detail="full")
    return str(page)


def render_error(error: ErrorOutcome, *, width: int = 80, colour: bool = False) -> str:
    """An error that concerns no single spec: message, reasons, remote data, what to do next."""
    page = Page(width, colour=colour)
    add_error(page, error, indent=0)
    if error.next:
        page.literal(text_safe(error.next, WHOLE), indent=2)
    return str(page)


def _add_screen(page: Page, outcome: SpecOutcome) -> None:
    add_head(page, outcome)
    add_facts(page, outcome)
    if outcome.error is not None:
        add_error(page, outcome.error)
    add_waiting(page, outcome)
    if not words.is_settled(outcome):
        _add_findings(page, outcome)
    add_import(page, outcome)
    add_checks(page, outcome)
    add_clarified(page, outcome)
    add_questions(page, outcome)
    page.blank()
    _add_next(page, outcome)


def _add_findings(page: Page, outcome: SpecOutcome) -> None:
    add_steps(page, outcome)
    add_effects(page, outcome)
    diff = outcome.diff
    if outcome.provenance is not None and outcome.first_import and outcome.command != "approve":
        add_origins(page, outcome.provenance, diff)
    elif diff is not None and not diff.is_empty:
        details: dict[str, Detail] = {"show": "full", "approve": "counts"}
        detail = details.get(outcome.command, "usual")
        add_diff(page, diff, outcome.causes, detail=detail, live=outcome.live is not None)
    elif outcome.command == "diff" and outcome.base_ref is None:
        page.line("equal", indent=2)
    elif diff is not None and outcome.status == "unchanged":
        digest = words.digest_words(diff.digest)
        page.line(f"the preview is the approved one, {digest}", indent=2)
    add_heals(page, outcome)
    add_remarks(page, outcome)


def _add_next(page: Page, outcome: SpecOutcome) -> None:
    path = text_safe(outcome.path, WHOLE)
    if outcome.status == "changed" and outcome.diff is not None and not outcome.diff.is_empty:
        page.wrap(words.rows_note(outcome.diff, unseen=outcome.unseen))
    if outcome.command == "diff" and outcome.base_ref is None:
        return
    if outcome.command == "diff":
        page.literal(f"  once merged   vernctl apply {path}")
    elif outcome.status == "changed" and outcome.next in (None, f"vernctl approve {outcome.path}"):
        page.literal(f"  look closer   vernctl show {path}")
        page.literal(f"  approve       vernctl approve {path}")
    elif open_questions(outcome):
        page.literal(f"  next   vernctl {words.verb_again(outcome)} {path}")
    elif outcome.status == "unchanged" and not outcome.next:
        page.line("  Nothing to do.")
    else:
        page.literal(f"  next   {text_safe(words.next_command(outcome), WHOLE)}")
