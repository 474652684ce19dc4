"""A sheet in canonical form: what previews, snapshots, exports and diffs have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pydantic import JsonValue

from vernctl.api.models import Preview, PreviewSheet
from vernctl.errors import ContractError
from vernctl.snapshot.rows import Heal, InvalidCell, Row, Sheet, unique_names

__all__ = [
    "Heal",
    "InvalidCell",
    "Row",
    "Sheet",
    "remarks_of",
    "sheet_from_preview",
    "sheets_from_preview",
    "unique_names",
]


def sheets_from_preview(preview: Preview) -> tuple[Sheet, ...]:
    """Every sheet of a preview in canonical form, in the order of their slugs.

    Raises :class:`ContractError` where two sheets have one slug or a row is wider than its header.
    """
    found = sorted(map(sheet_from_preview, preview.sheets), key=lambda sheet: sheet.slug)
    for one, other in pairwise(found):
        if one.slug == other.slug:
            raise ContractError(f"The preview has two sheets of the template {one.slug!r}.")
    return tuple(found)


def remarks_of(preview: Preview) -> tuple[str, ...]:
    """What the server has to say about its preview, as vernctl's own tells it beside the API's
    fields: sentences, which may quote cells."""
    told = (preview.model_extra or {}).get("remarks")
    return tuple(each for each in told if isinstance(each, str)) if isinstance(told, list) else ()


def sheet_from_preview(sheet: PreviewSheet) -> Sheet:
    """Read one preview sheet; short rows are padded, as the grid has one width.

    The API does not pin the shape of ``invalid_cells`` elements: ``row``/``rowIndex`` (0-based
    data row), ``column``/``columnName``/``colIndex``, ``message``/``reason``/``error`` are read.
    An element of another shape, or of a row that is not there, is kept as an invalid cell of
    row -1, so that it still counts. Raises :class:`ContractError` where a row is wider than the
    header and the cells beyond it are filled: nothing is cut off in silence.
    """
    columns = unique_names(sheet.rows[0]) if sheet.rows else ()
    rows = tuple(_fitted(row, len(columns), sheet.template.slug) for row in sheet.rows[1:])
    invalid = [_invalid_cell(element, columns, len(rows)) for element in sheet.invalid_cells]
    extra = sheet.model_extra or {}
    return Sheet(
        slug=sheet.template.slug,
        name=sheet.template.name,
        columns=columns,
        rows=rows,
        invalid=tuple(sorted(set(invalid))),
        sample_of=_sample_of(extra.get("sample")),
        heals=tuple(_heals(extra.get("heals"), columns)),
    )


def _fitted(row: Row, width: int, slug: str) -> Row:
    if len(row) == width:
        return row
    if any(row[width:]):
        raise ContractError(
            f"The preview of {slug!r} has a row of {len(row)} cells under a header of {width}."
        )
    return (*row[:width], *[""] * (width - len(row)))


def _sample_of(sample: object) -> int | None:
    of = sample.get("of") if isinstance(sample, Mapping) else None
    return of if isinstance(of, int) and not isinstance(of, bool) else None


def _heals(told: object, columns: Sequence[str]) -> Iterator[Heal]:
    """What the server mended, as vernctl's own server tells it beside the API's fields."""
    for each in told if isinstance(told, list) else ():
        if not isinstance(each, Mapping) or each.get("column") not in columns:
            continue
        cells, what = each.get("cells"), each.get("what")
        if isinstance(cells, int) and not isinstance(cells, bool) and isinstance(what, str):
            before, after = each.get("before"), each.get("after")
            told_both = isinstance(before, str) and isinstance(after, str)
            pair = (before, after) if told_both else (None, None)
            yield Heal(each["column"], what, cells, *pair)


def _invalid_cell(element: JsonValue, columns: Sequence[str], rows: int) -> InvalidCell:
    if isinstance(element, dict):
        row = _first(element, "row", "rowIndex")
        column = _column(_first(element, "column", "columnName", "colIndex"), columns)
        if isinstance(row, int) and not isinstance(row, bool) and column is not None:
            message = _first(element, "message", "reason", "error")
            return InvalidCell(row if 0 <= row < rows else -1, column, _text(message))
    return InvalidCell(-1, "", _text(element))


def _column(column: JsonValue, columns: Sequence[str]) -> str | None:
    if isinstance(column, int) and not isinstance(column, bool) and 0 <= column < len(columns):
        return columns[column]
    return column if isinstance(column, str) else None


def _text(value: JsonValue) -> str:
    if value is None:
        return ""
    return (
        value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    )


def _first(element: Mapping[str, JsonValue], *names: str) -> JsonValue:
    return next((element[name] for name in names if element.get(name) is not None), None)
