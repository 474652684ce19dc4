"""Diff and provenance in Markdown: the summary table, then each sheet's groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vernctl.diff.model import (
    AddedRow,
    Cause,
    ChangeGroup,
    ColumnOrigin,
    Diff,
    Provenance,
    RemovedRow,
    SheetDiff,
    SheetOrigin,
)
from vernctl.render import forms, words
from vernctl.render.markdown.build import Level, code, details, more, prose, table


def summary(diff: Diff, level: Level, *, unseen: bool = False) -> list[str]:
    """One line per sheet with every count; then whether unseen rows exist."""
    header = [
        "sheet",
        "rows",
        "added:",
        "removed:",
        "changed:",
        "cells:",
        "only writing:",
        "invalid:",
    ]
    rows = [_summary_row(sheet, level) for sheet in diff.sheets[: level.sheets]]
    lines = table(header, rows)
    lines += more(len(diff.sheets) - level.sheets, "sheet")
    gone = [f"- sheet {prose(slug, level.cell)} is gone" for slug in diff.dropped_sheets]
    lines += [*gone[: level.sheets], *more(len(gone) - level.sheets, "sheet")]
    return [*lines, words.rows_note(diff, unseen=unseen), ""]


def _summary_row(sheet: SheetDiff, level: Level) -> list[str]:
    counts = (len(sheet.added), len(sheet.removed), len(sheet.changed), sheet.cells, sheet.cosmetic)
    invalid = words.invalid_change(sheet).removeprefix("invalid ") or "0"
    shown = ["new" if sheet.is_new else words.number(counts[0])]
    shown += [words.number(count) for count in counts[1:]]
    rows = words.rows_shown(sheet.rows, sheet.sample_of)
    return [prose(sheet.slug, max(level.cell, 24)), rows, *shown, invalid]


def sheet_sections(diff: Diff, causes: Sequence[Cause], level: Level) -> Iterator[str]:
    """A section for each sheet that has changed."""
    for sheet in diff.sheets:
        if not sheet.is_empty and not sheet.is_new and level.groups:
            yield from _section(sheet, causes, level)


def _section(sheet: SheetDiff, causes: Sequence[Cause], level: Level) -> list[str]:
    lines = [f"#### {prose(sheet.slug)}: {words.row_changes(sheet)}", ""]
    because = [f"- because: {prose(reason)}" for reason in words.causes_of(sheet, causes)]
    lines += [*because[: level.items], *([""] if because else [])]
    note = words.key_note(sheet)
    lines += [prose(note), ""] if note else []
    columns = [("added", name) for name in sheet.added_columns]
    columns += [("dropped", name) for name in sheet.dropped_columns]
    lines += [f"- column {code(name, level)} {verb}" for verb, name in columns[: level.items]]
    lines += ["", *more(len(columns) - level.items, "column")] if columns else []
    renames = [f"- {prose(told, 2 * level.cell)}" for told in words.rename_notes(sheet)]
    lines += [*renames[: level.items], ""] if renames else []
    lines += _validity(sheet, level)
    if sheet.groups:
        lines += table(["column", "kind", "cells:", "change"], _group_rows(sheet.groups, level))
        lines += more(len(sheet.groups) - level.groups, "kind of change", "kinds of change")
    lines += _keys("removed", sheet.removed, level) + _keys("added", sheet.added, level)
    return lines


def _group_rows(groups: Sequence[ChangeGroup], level: Level) -> list[list[str]]:
    return [
        [code(g.column, level), words.KIND_WORDS[g.kind], words.number(g.count), _change(g, level)]
        for g in groups[: level.groups]
    ]


def _change(group: ChangeGroup, level: Level) -> str:
    if group.old is not None and group.new is not None:
        return f"{code(group.old, level)} → {code(group.new, level)}"
    if not group.examples or not level.examples:
        return ""
    old, new = group.examples[0]
    return f"e.g. {code(old, level)} → {code(new, level)}"


def _keys(verb: str, rows: Sequence[AddedRow | RemovedRow], level: Level) -> list[str]:
    if not rows or not level.keys:
        return []
    lines = [
        "- " + " / ".join(code(cell, level) for cell in (row.key or row.cells)[:4])
        for row in rows[: level.keys]
    ]
    lines += ["", *more(len(rows) - level.keys, "row")]
    return details(f"{words.counted(len(rows), 'row')} {verb}", lines)


def _validity(sheet: SheetDiff, level: Level) -> list[str]:
    lines = []
    for now_invalid, column, message, count in forms.validity_forms(sheet):
        verb = "**now invalid**" if now_invalid else "no longer invalid"
        why = f": {prose(message, 80)}" if message else ""
        lines.append(f"- {code(column, level)} {words.counted(count, 'cell')} {verb}{why}")
    kept = lines[: level.items]
    return [*kept, "", *more(len(lines) - level.items, "line")] if lines else []


def origin_sections(provenance: Provenance, diff: Diff | None, level: Level) -> Iterator[str]:
    """Per sheet its columns with source, change, fill and distinct values; unused columns last."""
    if not level.groups:
        return
    for sheet in provenance.sheets:
        found = next((s for s in diff.sheets if s.slug == sheet.slug), None) if diff else None
        yield from _origins(sheet, found, level)
    named, rest = forms.unused_first(provenance.unused, level.items)
    lines = [
        f"- {code(column.file, level)} {code(column.column, level)}, "
        f"{words.percent(column.filled)} filled"
        for column in named
    ]
    lines += [*([f"- and {rest}"] if rest else []), ""]
    heading = f"{words.counted(len(provenance.unused), 'column')} not used"
    yield from details(heading, lines if provenance.unused else [])
    for unfed in provenance.unfed[: level.items]:
        yield from (f"**Left out:** {prose(forms.unfed_words(unfed), 300)}", "")
    yield from more(len(provenance.unfed) - level.items, "table")
    yield from (words.READ_OFF_NOTE, "")


def _origins(sheet: SheetOrigin, diff: SheetDiff | None, level: Level) -> list[str]:
    shown = sheet.columns[: level.groups]
    lines = [
        f"#### {prose(sheet.slug)}: where it came from",
        "",
        f"Rows: {' · '.join(forms.rows_accounted(sheet))}",
        "",
    ]
    lines += table(
        ["column", "from", "how", "filled:", "distinct:"],
        [_origin_row(origin, sheet.rows, level) for origin in shown],
    )
    lines += more(len(sheet.columns) - level.groups, "column")
    groups = forms.invalid_forms(diff.invalid_groups) if diff else []
    invalid = [
        f"- {code(group.column, level)} {words.counted(group.count, 'cell')} invalid: "
        f"{prose(group.message, 80)}"
        for group in groups
    ]
    kept = [*invalid[: level.items], "", *more(len(invalid) - level.items, "rule")]
    return lines + (kept if invalid else [])


def _origin_row(origin: ColumnOrigin, rows: int, level: Level) -> list[str]:
    sources = " + ".join(code(source, level) for source in origin.sources[:4])
    source = f"{code(origin.file, level)} {sources}" if origin.file and sources else sources
    how = prose(words.origin_words(origin))
    if level.examples and origin.recodings:
        shown = [
            f"{', '.join(code(old, level) for old in r.old[:3])} → {code(r.new, level)}"
            f" ({words.number(r.count)})"
            for r in origin.recodings[:4]
        ]
        left = len(origin.recodings) - len(shown)
        how += ": " + "; ".join(shown) + (f"; … {left} more" if left else "")
    share = words.percent_of(origin.filled, rows)
    return [code(origin.column, level), source, how, share, words.number(origin.distinct)]
