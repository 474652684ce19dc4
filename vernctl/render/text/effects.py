"""What every single message of a plan changed, where they went out one by one."""

from __future__ import annotations

from vernctl.render.escape import WHOLE, text_safe
from vernctl.render.text.diff import add_diff
from vernctl.render.text.layout import Page
from vernctl.workflow.outcome import SpecOutcome


def add_effects(page: Page, outcome: SpecOutcome) -> None:
    """Each message, and the preview after it against the one before."""
    for effect in outcome.effects:
        page.blank()
        page.wrap(f"by “{text_safe(effect.message, WHOLE)}”", indent=2, hanging=4, style="bold")
        if effect.diff.is_empty:
            page.line("no changes", indent=4)
        else:
            add_diff(page, effect.diff, ())
    if outcome.effects:
        page.blank()
        page.line("in all", indent=2)
