"""A diff as a reviewer reads it: per sheet its counts, equal changes grouped, and the causes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vernctl.diff.model import AddedRow, Cause, ChangeGroup, Diff, RemovedRow, SheetDiff
from vernctl.render import forms, words
from vernctl.render.escape import WHOLE, bare_or_quoted, quoted, text_safe
from vernctl.render.text.layout import Column, Ink, Page, Part, Style

#: Kinds of change shown for one sheet before the rest is only counted.
GROUPS = 12
KEYS = 3
_CELL = 32

Detail = Literal["counts", "usual", "full"]


def add_diff(
    page: Page,
    diff: Diff,
    causes: Sequence[Cause],
    *,
    detail: Detail = "usual",
    live: bool = False,
) -> None:
    """All sheets. ``counts`` leaves the changes out, ``full`` shows ten times as many."""
    page.blank()
    width = max((len(text_safe(sheet.slug, 24)) for sheet in diff.sheets), default=0)
    for sheet in diff.sheets:
        _add_counts(page, sheet, width, live=live)
        if not sheet.is_empty and detail != "counts":
            _add_changes(page, sheet, full=detail == "full")
            for reason in words.causes_of(sheet, causes):
                page.wrap(f"because: {text_safe(reason, WHOLE)}", indent=4, hanging=9)
    for slug in diff.dropped_sheets:
        page.line(Ink(f"− sheet {text_safe(slug)} is gone", "bad"), indent=2)


def _add_counts(page: Page, sheet: SheetDiff, width: int, *, live: bool) -> None:
    name = text_safe(sheet.slug, 24)
    rows = words.rows_shown(sheet.rows, sheet.sample_of)
    changes = (words.row_changes(sheet, live=live), words.invalid_change(sheet))
    right = "   ".join(part for part in changes if part)
    page.ends([Ink(name, "bold"), " " * (width - len(name) + 3), rows], right, indent=2)


def _add_changes(page: Page, sheet: SheetDiff, *, full: bool) -> None:
    note = words.key_note(sheet)
    if note:
        page.wrap(text_safe(note, WHOLE), indent=4, hanging=2, style="dim")
    for column in () if sheet.is_new else sheet.added_columns:
        page.line(Ink(f"+ column {text_safe(column)}", "good"), indent=4)
    for column in () if sheet.is_new else sheet.dropped_columns:
        page.line(Ink(f"− column {text_safe(column)}", "bad"), indent=4)
    for told in words.rename_notes(sheet):
        page.wrap(text_safe(told, WHOLE), indent=4, hanging=2, style="dim")
    if not sheet.is_new:
        _add_rows(page, "−", "removed", sheet.removed, full=full)
        _add_rows(page, "+", "added", sheet.added, full=full)
    _add_validity(page, sheet)
    _add_groups(page, sheet, GROUPS * 10 if full else GROUPS)
    if sheet.cosmetic:
        of = words.counted(len(sheet.changed), "changed row")
        page.line(f"{words.number(sheet.cosmetic)} of {of} only in writing", indent=4)


def _add_rows(
    page: Page, sign: str, verb: str, rows: Sequence[AddedRow | RemovedRow], *, full: bool
) -> None:
    if not rows:
        return
    most = KEYS * 10 if full else KEYS
    keys = [_key(row) for row in rows[:most]]
    more = f" and {words.number(len(rows) - most)} more" if len(rows) > most else ""
    style: Style = "bad" if sign == "−" else "good"
    named = f": {', '.join(keys)}{more}" if any(keys) else ""
    page.wrap(f"{sign} {words.counted(len(rows), 'row')} {verb}{named}", 4, 4, style)


def _key(row: AddedRow | RemovedRow) -> str:
    cells = row.key or tuple(cell for cell in row.cells if cell)[:2]
    return " / ".join(bare_or_quoted(cell, 24) for cell in cells)


def _add_validity(page: Page, sheet: SheetDiff) -> None:
    for invalid, column, message, count in forms.validity_forms(sheet):
        text = f"{text_safe(column, 24)}  {words.counted(count, 'cell')}"
        if not invalid:
            page.line(Ink(f"✓ {text} no longer invalid", "good"), indent=4)
        else:
            why = f": {text_safe(message, 60)}" if message else ""
            page.wrap(f"! {text} now invalid{why}", 4, 4, "bad")
    if sheet.is_new and not sheet.validity:
        for group in forms.invalid_forms(sheet.invalid_groups):
            text = f"! {text_safe(group.column, 24)}  {words.counted(group.count, 'cell')} invalid"
            page.wrap(f"{text}: {text_safe(group.message, 60)}", 4, 4, "bad")


def _add_groups(page: Page, sheet: SheetDiff, most: int) -> None:
    rows = [_group_row(group) for group in sheet.groups[:most]]
    columns = [Column(), Column(flexible=True), Column(right=True), Column(flexible=True)]
    page.table(rows, [*columns, Column(flexible=True)], indent=4, gap=1)
    left = len(sheet.groups) - most
    if left > 0:
        page.line(f"… {words.counted(left, 'further kind')} of change", indent=4)


def _group_row(group: ChangeGroup) -> list[Part]:
    column = text_safe(group.column, 24)
    count = f" {words.number(group.count)} "
    if group.old is not None and group.new is not None:
        shown = f" {bare_or_quoted(group.old, _CELL)} → {bare_or_quoted(group.new, _CELL)}"
        return [Ink("~", "warn"), column, count, shown, ""]
    example = ""
    if group.examples:
        old, new = group.examples[0]
        example = f" {quoted(old, _CELL)} → {quoted(new, _CELL)}"
    return [Ink("~", "warn"), column, count, f" {words.KIND_WORDS[group.kind]}", example]
