"""The digest: what exactly an approval approves.

sha256 over canonical JSON (sorted keys, no white space, UTF-8) of the format number, the inputs and
the sheets. Rows are sorted by all their cells, so that row order, which no service promises, is
not part of what is approved; invalid cells count by (row, column), not by the wording of the rule.
Answers, checks, export, ids and times are not in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from vernctl.api.models import Template
from vernctl.snapshot.model import DIGEST_FORMAT, Inputs
from vernctl.snapshot.sheet import Sheet

SHORT = 7


def digest_of(inputs: Inputs, sheets: Iterable[Sheet]) -> str:
    """The digest (64 hex) of a preview and the inputs that led to it.

    ``sheets`` must already be without ignored columns and, where cells are tokenised, tokens.
    """
    companies = inputs.companies.model_dump() if inputs.companies else None
    document = {
        "format": DIGEST_FORMAT,
        # Named one by one: a field that the model grows must not change approved digests.
        "inputs": {
            "endpoint": inputs.endpoint,
            "external_id": inputs.external_id,
            "epoch": inputs.epoch,
            "source": inputs.source,
            "templates": sorted(inputs.templates),
            "files": sorted([file.name, file.sha256] for file in inputs.files),
            "connection": inputs.connection,
            "knowledge": inputs.knowledge,
            "refinements": inputs.refinements,
            "definitions": sorted(inputs.definitions, key=lambda template: str(template["slug"])),
            # In that dialect alone: the digests of the other stay what they are.
            **({"companies": companies} if companies else {}),
        },
        "sheets": {sheet.slug: _canonical_sheet(sheet) for sheet in sheets},
    }
    return hashlib.sha256(canonical_json(document)).hexdigest()


def canonical_json(value: object) -> bytes:
    """JSON that two machines write alike: sorted keys, no white space, UTF-8, no escapes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def short(digest: str) -> str:
    """The digest as people are shown it."""
    return digest[:SHORT]


def ordered(sheet: Sheet) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(cells, names of invalid columns) of every row, sorted: the canonical order of a sheet."""
    invalid = sheet.invalid_by_row()
    marked = [(row, tuple(sorted(invalid.get(i, ())))) for i, row in enumerate(sheet.rows)]
    marked.sort()
    return marked


def normal_definition(template: Template) -> dict[str, JsonValue]:
    """A template as far as it decides cells, without what is empty or incidental."""
    columns: list[JsonValue] = [
        _without_empty(
            {
                "name": column.name,
                "description": column.description,
                "required": column.required,
                "unique": column.unique,
                "desiredRule": column.desired_rule if column.desired_rule != "none" else None,
                "strictRule": column.strict_rule,
                "linkRule": [
                    {"template": link.template_id, "column": link.column_name}
                    for link in column.link_rule or ()
                ],
                "schema": column.schema_,
            }
        )
        for column in template.columns
    ]
    return _without_empty(
        {
            "slug": template.slug,
            "name": template.name,
            "description": template.description,
            "columns": columns,
        }
    )


def _without_empty(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in values.items() if value not in (None, "", False, [], {})}


def _canonical_sheet(sheet: Sheet) -> dict[str, Sequence[object]]:
    rows = ordered(sheet)
    unplaced = sorted([-1, cell.column, cell.message] for cell in sheet.invalid if cell.row < 0)
    return {
        "columns": sheet.columns,
        "rows": [row for row, _ in rows],
        "invalid": [[i, column] for i, (_, columns) in enumerate(rows) for column in columns]
        + unplaced,
    }
