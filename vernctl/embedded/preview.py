"""The preview: the proposed output, one sheet per template, a sample where a sheet is large."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vernctl.embedded.migrations import find_migration, show_templates
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.store import Store

if TYPE_CHECKING:
    from pydantic import JsonValue


def read_preview(
    store: Store,
    account: str,
    migration_id: str,
    fields: Sequence[str] | None = None,
    omit_empty: bool = False,
) -> bytes:
    """The current preview as JSON; 404 until there is one. ``remarks``, beside the API's fields, is
    what the engine has to say about it, in sentences.

    ``fields``: only these columns, in this order (a name that no sheet has is a 400);
    ``omit_empty``: without the columns in which every row shown is empty.
    """
    with store.reading() as db:
        migration = find_migration(db, account, migration_id)
        row = db.one(
            "SELECT sheets, status, CASE WHEN json_valid(previews.state) THEN"
            " json_extract(previews.state, '$.notes') END AS remarks"
            " FROM previews JOIN runs ON runs.id = previews.run WHERE previews.migration = ?",
            migration.id,
        )
    if row is None:
        raise RefusalError(404, "There is no preview yet; generate one first.")
    status = "completed" if row["status"] == "completed" else "awaiting_approval"
    head = json.dumps({"status": status, "templates": show_templates(migration)})
    sheets: str = row["sheets"]
    if fields is not None or omit_empty:
        narrowed = _narrow(json.loads(sheets), fields, omit_empty)
        sheets = json.dumps(narrowed, ensure_ascii=False)
    return f'{head[:-1]}, "remarks": {row["remarks"] or "[]"}, "sheets": {sheets}}}'.encode()


def _narrow(
    sheets: list[dict[str, JsonValue]], fields: Sequence[str] | None, omit_empty: bool
) -> list[JsonValue]:
    headers = [_grid(sheet)[0] for sheet in sheets]
    unknown = [name for name in fields or () if not any(name in header for header in headers)]
    if unknown:
        raise not_found_column(unknown[0])
    return [_narrow_sheet(sheet, fields, omit_empty) for sheet in sheets]


def not_found_column(name: str) -> RefusalError:
    """400: names are exact and case-sensitive."""
    return RefusalError(400, f"There is no column “{name}”; names are exact and case-sensitive.")


def _grid(sheet: dict[str, JsonValue]) -> list[list[str]]:
    rows: list[list[str]] = sheet["rows"]  # type: ignore[assignment]  # written by results.py
    return rows


def _narrow_sheet(
    sheet: dict[str, JsonValue], fields: Sequence[str] | None, omit_empty: bool
) -> dict[str, JsonValue]:
    header, *rows = _grid(sheet)
    wanted = header if fields is None else [name for name in fields if name in header]
    keep = [
        index
        for index in map(header.index, wanted)
        if not omit_empty or any(row[index] != "" for row in rows)
    ]
    names = {header[index] for index in keep}
    cells = sheet["invalid_cells"]
    heals = sheet.get("heals") or []
    assert isinstance(cells, list)
    assert isinstance(heals, list)
    return {
        **sheet,
        "rows": [[row[index] for index in keep] for row in (header, *rows)],
        "invalid_cells": [c for c in cells if isinstance(c, dict) and c["column"] in names],
        "heals": [h for h in heals if isinstance(h, dict) and h["column"] in names],
    }
