"""A plan in pieces, for ``vernctl review``: first the whole at a glance, then change by change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from vernctl.diff.model import AddedRow, ChangeGroup, RemovedRow, SheetDiff
from vernctl.render import forms, words
from vernctl.render.escape import WHOLE, bare_or_quoted, quoted, text_safe
from vernctl.render.text.diff import add_diff
from vernctl.render.text.head import add_facts, add_head
from vernctl.render.text.layout import Column, Ink, Page, Part, Style
from vernctl.render.text.origins import add_origins
from vernctl.render.text.results import add_checks, add_error
from vernctl.snapshot.sheet import Row
from vernctl.workflow.outcome import SpecOutcome

if TYPE_CHECKING:
    from vernctl.workflow.reviewing import Decision, Verb

#: Rows shown of one group.
ROWS = 8
_CELL = 28


def overview(outcome: SpecOutcome, *, width: int = 80, colour: bool = False) -> str:
    """Which spec, what would change in numbers, where it came from, and its checks."""
    page = Page(width, colour=colour)
    add_head(page, outcome)
    add_facts(page, outcome)
    if outcome.error is not None:
        add_error(page, outcome.error)
    if outcome.provenance is not None:
        add_origins(page, outcome.provenance, outcome.diff)
    elif outcome.diff is not None:
        live = outcome.live is not None
        add_diff(page, outcome.diff, outcome.causes, detail="counts", live=live)
        if outcome.diff.is_empty:
            for cause in dict.fromkeys(map(words.cause_words, outcome.causes)):
                page.wrap(f"every cell is the same; new: {text_safe(cause, WHOLE)}", 2, 2)
    add_checks(page, outcome)
    return str(page)


def pieces(
    outcome: SpecOutcome, *, width: int = 80, colour: bool = False
) -> list[Callable[[], str]]:
    """Rows gone, rows new, cells that became invalid, then every group with some of its rows.

    Each is drawn when it is called for: a plan may have hundreds of groups over many rows.
    """
    found: list[Callable[[], str]] = []
    for sheet in outcome.diff.sheets if outcome.diff else ():
        for number, add in enumerate(_parts(sheet)):
            head = words.causes_of(sheet, outcome.causes) if number == 0 else None
            found.append(partial(_piece, sheet, add, head, Page(width, colour=colour)))
    return found


def _piece(
    sheet: SheetDiff, add: Callable[[Page], None], causes: Sequence[str] | None, page: Page
) -> str:
    if causes is not None:  # the sheet's first
        page.line(Ink(text_safe(sheet.slug, 40), "bold"), indent=2)
        for reason in causes:
            page.wrap(f"because: {text_safe(reason, WHOLE)}", indent=2, hanging=9)
    add(page)
    return str(page)


def ledger(decisions: Sequence[Decision], *, width: int = 80, colour: bool = False) -> str:
    """Every decision with what came of it, and how many there were of each."""
    page = Page(width, colour=colour)
    page.blank()
    styles: dict[Verb, Style] = {"accepted": "good", "rejected": "bad", "skipped": "dim"}
    for decision in decisions:
        said = text_safe(decision.said, WHOLE)
        page.line(Ink(f"{decision.verb:<10}", styles[decision.verb]), text_safe(decision.name, 24))
        page.wrap(said, indent=10)
    counts = Counter(decision.verb for decision in decisions)
    told = [f"{count} {verb}" for verb in styles if (count := counts[verb])]
    page.line(" · ".join(told) or "Nothing was decided.")
    if counts["accepted"]:
        page.wrap("Commit what was written beside the specs: merging it is the approval.")
    return str(page)


def _parts(sheet: SheetDiff) -> Iterator[Callable[[Page], None]]:
    if sheet.removed:
        yield partial(_add_rows, "−", "removed", sheet.removed, "bad")
    if sheet.added:
        yield partial(_add_rows, "+", "new", sheet.added, "good")
    for form in forms.validity_forms(sheet):
        yield partial(_add_validity, *form)
    for group in sheet.groups:
        yield partial(_add_group, sheet, group)


def _add_rows(
    sign: str, verb: str, rows: Sequence[AddedRow | RemovedRow], style: Style, page: Page
) -> None:
    page.line(Ink(f"{sign} {words.counted(len(rows), 'row')} {verb}", style), indent=4)
    for row in rows[:ROWS]:
        page.line("  ".join(bare_or_quoted(cell, _CELL) for cell in row.cells), indent=8)
    _add_left(page, len(rows))


def _add_validity(invalid: bool, column: str, message: str, count: int, page: Page) -> None:
    sign, told = ("!", "now invalid") if invalid else ("✓", "no longer invalid")
    why = f": {text_safe(message, 60)}" if message else ""
    cells = words.counted(count, "cell")
    text = f"{sign} {text_safe(column, 24)}  {cells} {told}{why}"
    page.wrap(text, 4, 4, "bad" if invalid else "good")


def _add_group(sheet: SheetDiff, group: ChangeGroup, page: Page) -> None:
    told = f"{text_safe(group.column, 24)}  {words.number(group.count)}"
    page.line(Ink("~", "warn"), f" {told}  {words.KIND_WORDS[group.kind]}", indent=4)
    rows: list[list[Part]] = [
        [_key(key, row), quoted(old, _CELL), "→", quoted(new, _CELL)]
        for key, row, old, new in _changes(sheet, group)
    ]
    columns = [Column(flexible=True), Column(), Column(), Column(flexible=True)]
    page.table(rows, columns, indent=8)
    _add_left(page, group.count)


def _changes(sheet: SheetDiff, group: ChangeGroup) -> list[tuple[Row, int, str, str]]:
    """The first few changes that the group counts."""
    found: list[tuple[Row, int, str, str]] = []
    for row in sheet.changed:
        for cell in row.cells:
            same = group.old is None or (cell.old, cell.new) == (group.old, group.new)
            if cell.column == group.column and cell.kind == group.kind and same:
                found.append((row.key, row.new_row + 1, cell.old, cell.new))
        if len(found) >= ROWS:
            break
    return found[:ROWS]


def _key(key: Row, row: int) -> str:
    return " / ".join(bare_or_quoted(part, 24) for part in key) or f"row {words.number(row)}"


def _add_left(page: Page, count: int) -> None:
    if count > ROWS:
        page.line(Ink(f"… {words.number(count - ROWS)} more", "dim"), indent=8)
