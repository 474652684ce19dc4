"""One sheet's difference as the JSON document has it."""

from __future__ import annotations

import json
from typing import TypedDict

from vernctl.diff.values import Diff, SheetDiff

#: The version of every JSON document.
FORMAT = 1


class SheetDocument(TypedDict):
    """One sheet against the approved snapshot.

    ``rows`` stand in the preview, drawn from ``sample_of`` (null: the server does not say);
    ``added``, ``removed``, ``changed`` count rows, ``cells`` changed cells; ``cosmetic`` is the
    part of ``changed`` in which only the writing differs; ``invalid`` counts rows with an invalid
    cell, ``invalid_before`` those of the approved snapshot; ``columns`` are the preview's
    (``reordered_columns``: those of both are in another order);
    ``moved_columns`` are renames that the spec confirms (old: new), ``renamed_columns`` and
    ``renamed_keys`` are those that the data proposes.
    """

    name: str
    rows: int
    rows_before: int
    sample_of: int | None
    added: int
    removed: int
    changed: int
    cells: int
    cosmetic: int
    invalid: int
    invalid_before: int
    columns: list[str]
    added_columns: list[str]
    dropped_columns: list[str]
    reordered_columns: bool
    moved_columns: dict[str, str]
    renamed_columns: dict[str, str]
    renamed_keys: dict[str, str]
    key: list[str]
    key_source: str
    groups: list[GroupDocument]


class GroupDocument(TypedDict):
    """Equal changes of one column; ``old``/``new`` are null where they differ from row to row."""

    column: str
    kind: str
    count: int
    old: str | None
    new: str | None


def sheet_document(sheet: SheetDiff) -> SheetDocument:
    """One sheet's counts, columns and groups."""
    return SheetDocument(
        name=sheet.name,
        rows=sheet.rows,
        rows_before=sheet.rows_before,
        sample_of=sheet.sample_of,
        added=len(sheet.added),
        removed=len(sheet.removed),
        changed=len(sheet.changed),
        cells=sheet.cells,
        cosmetic=sheet.cosmetic,
        invalid=sheet.invalid,
        invalid_before=sheet.invalid_before,
        columns=list(sheet.columns),
        added_columns=list(sheet.added_columns),
        dropped_columns=list(sheet.dropped_columns),
        reordered_columns=sheet.is_reordered,
        moved_columns=dict(sheet.moved_columns),
        renamed_columns={rename.old: rename.new for rename in sheet.proposed_columns},
        renamed_keys={rename.old: rename.new for rename in sheet.proposed_keys},
        key=list(sheet.key),
        key_source=sheet.key_source,
        groups=[
            GroupDocument(column=g.column, kind=g.kind, count=g.count, old=g.old, new=g.new)
            for g in sheet.groups
        ],
    )


def sheet_documents(diff: Diff | None) -> dict[str, SheetDocument]:
    """Every sheet of a diff, by its slug."""
    return {sheet.slug: sheet_document(sheet) for sheet in diff.sheets} if diff else {}


def render_sheet_diff(sheet: SheetDiff) -> str:
    """``diff`` of two CSV files: the sheets object, under the new file's name."""
    return to_json({"format": FORMAT, "sheets": {sheet.slug: sheet_document(sheet)}})


def to_json(document: object) -> str:
    """Indented JSON in UTF-8 without escapes; lone surrogates, which UTF-8 cannot hold, escaped."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"
