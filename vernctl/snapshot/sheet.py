"""A sheet in canonical form: what previews, snapshots, exports and diffs have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, JsonValue

from vernctl.api.models import Preview, PreviewSheet

Row = tuple[str, ...]


class InvalidCell(NamedTuple):
    """A cell that breaks a rule: 0-based data row, column name, the rule's words."""

    row: int
    column: str
    message: str


class Sheet(BaseModel):
    """One sheet: header and rows of exact strings, and the cells that break a rule.

    ``rows`` are data rows (no header), each as long as ``columns``. ``sample_of`` is the number of
    rows that the preview was drawn from, where the server says so; None means it did not say.
    """

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    invalid: tuple[InvalidCell, ...] = ()
    sample_of: int | None = None

    def without_columns(self, ignored: Iterable[str]) -> Sheet:
        """The same sheet without the named columns and their invalid cells."""
        dropped = set(ignored)
        keep = [i for i, name in enumerate(self.columns) if name not in dropped]
        if len(keep) == len(self.columns):
            return self
        return self.model_copy(
            update={
                "columns": tuple(self.columns[i] for i in keep),
                "rows": tuple(tuple(row[i] for i in keep) for row in self.rows),
                "invalid": tuple(cell for cell in self.invalid if cell.column not in dropped),
            }
        )

    def invalid_by_row(self) -> dict[int, dict[str, str]]:
        """Data row → {column: message} for every row with an invalid cell."""
        found: dict[int, dict[str, str]] = {}
        for cell in self.invalid:
            found.setdefault(cell.row, {})[cell.column] = cell.message
        return found


def sheets_from_preview(preview: Preview) -> tuple[Sheet, ...]:
    """Every sheet of a preview in canonical form, in the order of their slugs."""
    found = [sheet_from_preview(sheet) for sheet in preview.sheets]
    return tuple(sorted(found, key=lambda sheet: sheet.slug))


def sheet_from_preview(sheet: PreviewSheet) -> Sheet:
    """Read one preview sheet; ragged rows are padded, as the grid has one width.

    The API does not pin the shape of ``invalid_cells`` elements: ``row``/``rowIndex`` (0-based
    data row), ``column``/``columnName``/``colIndex``, ``message``/``reason``/``error`` are read.
    An element of another shape is kept as an invalid cell of row -1, so that it still counts.
    """
    columns: Row = tuple(sheet.rows[0]) if sheet.rows else ()
    width = len(columns)
    rows = tuple(
        row if len(row) == width else tuple([*row, *[""] * (width - len(row))][:width])
        for row in sheet.rows[1:]
    )
    invalid = [_invalid_cell(element, columns) for element in sheet.invalid_cells]
    extra = sheet.model_extra or {}
    return Sheet(
        slug=sheet.template.slug,
        name=sheet.template.name,
        columns=columns,
        rows=rows,
        invalid=tuple(sorted(set(invalid))),
        sample_of=_sample_of(extra.get("sample")),
    )


def _sample_of(sample: object) -> int | None:
    of = sample.get("of") if isinstance(sample, Mapping) else None
    return of if isinstance(of, int) else None


def _invalid_cell(element: JsonValue, columns: Sequence[str]) -> InvalidCell:
    if isinstance(element, dict):
        row = _first(element, "row", "rowIndex")
        column = _first(element, "column", "columnName", "colIndex")
        if isinstance(column, int) and 0 <= column < len(columns):
            column = columns[column]
        if isinstance(row, int) and isinstance(column, str):
            return InvalidCell(
                row, column, str(_first(element, "message", "reason", "error") or "")
            )
    return InvalidCell(-1, "", str(element))


def _first(element: Mapping[str, JsonValue], *names: str) -> JsonValue:
    return next((element[name] for name in names if element.get(name) is not None), None)
