"""Many things of one form told as one: invalid cells, validity, unused columns, rows accounted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from vernctl.diff.model import InvalidGroup, SheetDiff, SheetOrigin, UnfedTable, UnusedColumn
from vernctl.render.words import counted, number
from vernctl.workflow.outcome import HealedColumn

_QUOTED = re.compile('".*"')
_NUMBER = re.compile(r"\d+")


def invalid_forms(groups: Sequence[InvalidGroup]) -> list[InvalidGroup]:
    """Groups whose messages differ only in a quoted value or a number, as one; most cells first.

    ``Value "ACC-9" not found in …`` becomes ``Value "…" not found in …`` where there are several.
    """
    forms: dict[tuple[str, str], list[InvalidGroup]] = {}
    for group in groups:
        forms.setdefault((group.column, message_form(group.message)), []).append(group)
    found = [
        InvalidGroup(
            column=column,
            message=same[0].message if len(same) == 1 else form,
            count=sum(group.count for group in same),
        )
        for (column, form), same in forms.items()
    ]
    return sorted(found, key=lambda group: (-group.count, group.column, group.message))


def message_form(message: str) -> str:
    """A rule's words without the value that they were said of."""
    return _NUMBER.sub("…", _QUOTED.sub('"…"', message))


def validity_forms(sheet: SheetDiff) -> list[tuple[bool, str, str, int]]:
    """(now invalid, column, message form, cells), what became invalid first."""
    counts = Counter(
        (cell.now_invalid, cell.column, message_form(cell.message) if cell.now_invalid else "")
        for cell in sheet.validity
    )
    return sorted(((*key, n) for key, n in counts.items()), key=lambda entry: (not entry[0], entry))


def unfed_words(table: UnfedTable) -> str:
    """A table that is in no sheet: "leads.csv: none of its 30 rows is in a sheet"."""
    which = table.table or table.file
    rows = "its one row is not" if table.rows == 1 else f"none of its {number(table.rows)} rows is"
    return f"{which}: {rows} in a sheet"


def unused_first(unused: Sequence[UnusedColumn], most: int) -> tuple[list[UnusedColumn], str]:
    """The fullest of the columns that went nowhere, and a count of the others; empty ones last."""
    fullest = sorted(unused, key=lambda column: -column.filled)
    named = [column for column in fullest if column.filled][:most] or fullest[:most]
    left = len(unused) - len(named)
    empty = sum(not column.filled for column in fullest[len(named) :])
    of = ", all empty" if left == empty else f", of which {number(empty)} are empty"
    return named, f"{counted(left, 'more', 'more')}{of if empty else ''}" if left else ""


def rows_accounted(sheet: SheetOrigin) -> list[str]:
    """What became of the rows that were read, as parts of one line."""
    sampled = sheet.sample_of is not None and sheet.sample_of > sheet.rows
    read, kept = number(sheet.rows_read), number(sheet.rows)
    return [f"{read} read" if sampled else f"{read} read → {kept}", *rows_missing(sheet)]


def rows_missing(sheet: SheetOrigin) -> list[str]:
    """What the rows are that were read and are not in the sheet."""
    parts = []
    if sheet.doubles:
        parts.append(counted(sheet.doubles, "double"))
    if sheet.elsewhere:
        parts.append(f"{number(sheet.elsewhere)} in another sheet")
    if sheet.unexplained:
        parts.append(f"{number(sheet.unexplained)} unexplained")
    return parts


def heals_title(heals: Sequence[HealedColumn]) -> str:
    """How much was mended: ``3,016 cells in 5 columns``."""
    columns = len({(heal.slug, heal.column) for heal in heals})
    return f"{counted(sum(heal.cells for heal in heals), 'cell')} in {counted(columns, 'column')}"


def heal_forms(heals: Sequence[HealedColumn]) -> list[HealedColumn]:
    """Heals of one kind in several columns of a sheet as one, with the first one's example."""
    found: dict[tuple[str, str], list[HealedColumn]] = {}
    for heal in heals:
        found.setdefault((heal.slug, heal.what), []).append(heal)
    return [
        same[0].model_copy(
            update={
                "column": ", ".join(dict.fromkeys(heal.column for heal in same)),
                "cells": sum(heal.cells for heal in same),
            }
        )
        for same in found.values()
    ]


def leave_note(heals: Sequence[HealedColumn]) -> str:
    """The message that takes back the first of these heals."""
    return f'To take one back, add the refinement "Leave {heals[0].column} as it is".'
