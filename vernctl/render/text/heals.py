"""What the server mended on the way to a preview, and how one says that a column is to stay."""

from __future__ import annotations

from vernctl.render import forms, words
from vernctl.render.escape import quoted, text_safe
from vernctl.render.text.layout import Column, Page, Part
from vernctl.workflow.outcome import HealedColumn, SpecOutcome

#: Heals shown before the rest is only counted; ``show`` shows ten times as many.
HEALS = 8
_CELL = 16
#: Remarks shown before the rest is only counted, and the cells that one may take.
REMARKS = 5
_REMARK = 300


def add_heals(page: Page, outcome: SpecOutcome) -> None:
    """Heals that nobody has approved yet, and the message that takes one back.

    ``show`` lists those that are approved as well.
    """
    full = outcome.command == "show"
    heals = [heal for heal in outcome.heals if full or not heal.approved]
    if not heals or outcome.command == "approve":
        return
    told = forms.heal_forms(heals)
    shown = told[: HEALS * 10 if full else HEALS]
    page.blank()
    page.line(f"healed     {forms.heals_title(heals)}", indent=2)
    several = len({heal.slug for heal in heals}) > 1
    columns = [Column(flexible=True), Column(right=True), Column(flexible=True)]
    page.table(
        [_row(heal, several=several) for heal in shown],
        [*columns, Column(flexible=True)],
        indent=4,
    )
    if len(told) > len(shown):
        page.line(f"… {words.counted(len(told) - len(shown), 'further kind')} of heal", indent=4)
    page.wrap(text_safe(forms.leave_note(heals), 300), indent=4, hanging=2, style="dim")


def add_remarks(page: Page, outcome: SpecOutcome) -> None:
    """What the server has to say about a preview that is not approved yet."""
    if not outcome.remarks or outcome.status not in ("changed", "refused"):
        return
    page.blank()
    for remark in outcome.remarks[:REMARKS]:
        page.wrap(f"remark     {text_safe(remark, _REMARK)}", indent=2, hanging=11)
    if len(outcome.remarks) > REMARKS:
        more = words.counted(len(outcome.remarks) - REMARKS, "further remark")
        page.line(f"… {more}, in the thread", indent=2)


def _row(heal: HealedColumn, *, several: bool) -> list[Part]:
    named = f"{heal.slug}: {heal.column}" if several else heal.column
    example = ""
    if heal.before is not None and heal.after is not None:
        example = f"{quoted(heal.before, _CELL)} → {quoted(heal.after, _CELL)}"
    return [text_safe(named, 26), words.number(heal.cells), text_safe(heal.what, 48), example]
