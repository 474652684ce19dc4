"""Checks, what an import did and how we know, refusals, quota and errors."""

from __future__ import annotations

from vernctl.render import words
from vernctl.render.escape import WHOLE, text_safe
from vernctl.render.text.layout import Ink, Page
from vernctl.workflow.outcome import ErrorOutcome, SpecOutcome


def add_checks(page: Page, outcome: SpecOutcome) -> None:
    """Failed checks first, each on a line of its own; those that hold, together.

    Of those that hold with nothing at all (0 rows removed, …) only the number is told.
    """
    if not outcome.checks:
        return
    page.blank()
    for check in outcome.checks:
        if not check.ok:
            sheet = f"{text_safe(check.sheet, 24)}: " if check.sheet else ""
            over = f"  (overridden: {text_safe(check.overridden, 60)})" if check.overridden else ""
            text = text_safe(words.check_words(check), 60)
            page.line(Ink(f"✗ {sheet}{text}{over}", "bad"), indent=2)
    every = outcome.command == "show"
    held = [c for c in outcome.checks if c.ok and (every or not words.is_plain(c))]
    rest = sum(check.ok for check in outcome.checks) - len(held)
    shown = [
        (f"{text_safe(check.sheet, 24)} " if check.sheet else "")
        + text_safe(words.check_words(check), 60)
        + (f" (overridden: {text_safe(check.overridden, 60)})" if check.overridden else "")
        for check in held
    ]
    if rest:
        shown.append(f"{rest} more at 0" if held else f"all {rest} hold")
    if shown:
        page.wrap(f"Checks   {' · '.join(shown)}", indent=2, hanging=9)


def add_import(page: Page, outcome: SpecOutcome) -> None:
    """Rows imported, what comparing the export with the approved sample found, files, receipt."""
    if words.is_settled(outcome) and outcome.steps:
        kinds = ", ".join(dict.fromkeys(step.kind for step in outcome.steps))
        page.wrap(f"steps: {kinds} · {words.cost_words(outcome.cost)}", 2, 2)
    report = outcome.report
    if isinstance(report, dict):
        inserted, invalid = report.get("inserted"), report.get("invalidCellCount")
        if isinstance(inserted, int):
            took = f" ({outcome.seconds:.1f} s)" if outcome.seconds is not None else ""
            flagged = (
                f", {words.counted(invalid, 'row')} invalid" if isinstance(invalid, int) else ""
            )
            page.line(f"{words.counted(inserted, 'row')} imported{flagged}{took}", indent=2)
    _add_verification(page, outcome)
    if outcome.outputs:
        paths = words.by_folder(outcome.outputs)
        page.wrap("  ".join(text_safe(path, WHOLE) for path in paths), 2, 2)
    if outcome.receipt:
        page.line(f"receipt {text_safe(outcome.receipt, WHOLE)}", indent=2)


def _add_verification(page: Page, outcome: SpecOutcome) -> None:
    found = outcome.verification
    if found is None:
        return
    text = words.verified_words(found)
    if found.healed:
        text += f"; {words.counted(found.healed, 'invalid cell')} healed by the import"
    page.wrap(text, 2, 2, "bad" if found.problems else "good")
    for problem in found.problems:
        page.wrap(f"✗ {text_safe(problem, WHOLE)}", 4, 2, "bad")


def add_error(page: Page, error: ErrorOutcome, indent: int = 2) -> None:
    """The message with its place, the reasons, and what became of remote data."""
    place = f"{text_safe(error.place, WHOLE)}   " if error.place and error.kind != "spec" else ""
    if error.kind == "spec":  # the count comes last: what to mend is read first
        _add_reasons(page, error, indent)
        page.wrap(_sentence(error), indent, 2, "bad")
    else:
        page.wrap(f"{place}{_sentence(error)}", indent, 2, "bad")
        _add_reasons(page, error, indent + 2)
    if error.remote:
        page.wrap(text_safe(error.remote, WHOLE), indent, 2)


def _sentence(error: ErrorOutcome) -> str:
    return text_safe(error.message.strip(), 600)


def _add_reasons(page: Page, error: ErrorOutcome, indent: int) -> None:
    split = [text_safe(reason, 600).partition("   ") for reason in error.reasons]
    aligned = error.kind == "spec"
    width = max((len(place) for place, _, rest in split if rest), default=0) if aligned else 0
    for place, gap, rest in split:
        text = f"{place:<{width}}{gap}{rest}" if rest else place
        page.wrap(text, indent, width + 3 if aligned else 2)


def add_waiting(page: Page, outcome: SpecOutcome) -> None:
    """When the account's hour has room again."""
    if outcome.resume_at:
        page.line(f"next slot {text_safe(words.moment(outcome.resume_at))}", indent=2)
