"""Where everything came from: the first import, read off by comparing files with the preview."""

from __future__ import annotations

from vernctl.diff.model import ColumnOrigin, Diff, Provenance, SheetDiff, SheetOrigin
from vernctl.render import forms, words
from vernctl.render.escape import bare_or_quoted, quoted, text_safe
from vernctl.render.text.layout import Column, Ink, Page, Part

RECODINGS = 6
UNUSED = 8


def add_origins(page: Page, provenance: Provenance, diff: Diff | None) -> None:
    """Per sheet its columns with source, change, fill and distinct values; then the unused."""
    for sheet in provenance.sheets:
        found = next((s for s in diff.sheets if s.slug == sheet.slug), None) if diff else None
        page.blank()
        _add_sheet(page, sheet)
        _add_accounting(page, sheet, found)
    if provenance.unused:
        shown, rest = forms.unused_first(provenance.unused, UNUSED)
        named = ", ".join(
            f"{text_safe(column.file, 30)} {quoted(column.column, 30)} "
            f"({words.percent(column.filled)} filled)"
            for column in shown
        )
        page.wrap(f"not used   {named}{f' and {rest}' if rest else ''}", indent=2, hanging=11)
    for table in provenance.unfed:
        told = text_safe(forms.unfed_words(table), 300)
        page.wrap(f"left out   {told}", indent=2, hanging=11, style="warn")
    page.wrap(words.READ_OFF_NOTE, indent=2, style="dim")


def _add_sheet(page: Page, sheet: SheetOrigin) -> None:
    rows = words.rows_shown(sheet.rows, sheet.sample_of)
    name = text_safe(sheet.slug, 24)
    files = {origin.file for origin in sheet.columns if origin.file}
    if len(files) == 1:
        rows += f" · {text_safe(min(files), 40)}"
    page.ends([Ink(name, "bold"), "   ", rows], Ink("filled  distinct", "dim"), indent=2)
    columns = [Column(flexible=True), Column(flexible=True), Column(flexible=True)]
    columns += [Column(right=True), Column(right=True)]
    table = [_origin_row(o, sheet.rows, name_file=len(files) > 1) for o in sheet.columns]
    notes = {i: (_recodings(origin),) for i, origin in enumerate(sheet.columns) if origin.recodings}
    page.table(table, columns, indent=4, fill=2, notes=notes)


def _origin_row(origin: ColumnOrigin, rows: int, *, name_file: bool) -> list[Part]:
    if origin.sources:
        named = " + ".join(quoted(source, 24) for source in origin.sources)
        source = f"{text_safe(origin.file, 30)} {named}" if origin.file and name_file else named
        how = text_safe(words.origin_words(origin))
    else:
        source, how = text_safe(words.origin_words(origin)), ""
    share = words.percent_of(origin.filled, rows)
    return [text_safe(origin.column, 24), source, how, share, words.number(origin.distinct)]


def _recodings(origin: ColumnOrigin) -> str:
    shown = [
        f"{', '.join(bare_or_quoted(old, 20) for old in recoding.old[:4])}"
        f"{', …' if len(recoding.old) > 4 else ''} → {bare_or_quoted(recoding.new, 20)} "
        f"({words.number(recoding.count)})"
        for recoding in origin.recodings[:RECODINGS]
    ]
    left = len(origin.recodings) - RECODINGS
    return "   ".join([*shown, *([f"… {left} more"] if left > 0 else [])])


def _add_accounting(page: Page, sheet: SheetOrigin, diff: SheetDiff | None) -> None:
    page.wrap(f"rows       {' · '.join(forms.rows_accounted(sheet))}", indent=2, hanging=11)
    if diff is not None and diff.invalid:
        groups = " · ".join(
            f"{text_safe(group.column, 24)}: {text_safe(group.message, 48)} "
            f"({words.number(group.count)})"
            for group in forms.invalid_forms(diff.invalid_groups)
        )
        rows = words.counted(diff.invalid, "row")
        page.wrap(f"invalid    {rows}{': ' if groups else ''}{groups}", indent=2, hanging=11)
