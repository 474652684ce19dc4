"""Rows and sheets as plain values: what the comparison of large tables is made of.

Nothing here imports a model library: two small files are compared in less time than that takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeVar

Row = tuple[str, ...]
#: Who chose a sheet's key: the spec, the template's unique columns, a search, or nobody.
KeySource = Literal["spec", "template", "found", "none"]
_V = TypeVar("_V", bound="Value")


@dataclass(frozen=True, slots=True)
class Value:
    """Base of plain values: immutable, compared by content."""

    def model_copy(self: _V, *, update: Mapping[str, object]) -> _V:
        """The same value with other fields, by the name that models have for it."""
        return replace(self, **update)


class InvalidCell(NamedTuple):
    """A cell that breaks a rule: 0-based data row, column name, the rule's words."""

    row: int
    column: str
    message: str


class Heal(NamedTuple):
    """What a server says that it mended in a column: in words, in how many cells of all rows.

    ``before`` and ``after`` are one such cell; None where cells of the column are hidden.
    """

    column: str
    what: str
    cells: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Sheet(Value):
    """One sheet: header and rows of exact strings, and the cells that break a rule.

    ``rows`` are data rows (no header), each as long as ``columns``. ``sample_of`` is the number of
    rows that the preview was drawn from, where the server says so; None means it did not say.
    """

    slug: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    invalid: tuple[InvalidCell, ...] = ()
    sample_of: int | None = None
    heals: tuple[Heal, ...] = ()

    def without_columns(self, ignored: Iterable[str]) -> Sheet:
        """The same sheet without the named columns, their invalid cells and their heals."""
        dropped = set(ignored)
        keep = [i for i, name in enumerate(self.columns) if name not in dropped]
        if len(keep) == len(self.columns):
            return self
        return self.model_copy(
            update={
                "columns": tuple(self.columns[i] for i in keep),
                "rows": tuple(tuple(row[i] for i in keep) for row in self.rows),
                "invalid": tuple(cell for cell in self.invalid if cell.column not in dropped),
                "heals": tuple(heal for heal in self.heals if heal.column not in dropped),
            }
        )

    @property
    def invalid_rows(self) -> int:
        """Rows with at least one invalid cell; one that is placed in no row counts by itself."""
        placed = {cell.row for cell in self.invalid if cell.row >= 0}
        return len(placed) + sum(cell.row < 0 for cell in self.invalid)

    def invalid_by_row(self) -> dict[int, dict[str, str]]:
        """Data row → {column: message} for every row with an invalid cell."""
        found: dict[int, dict[str, str]] = {}
        for cell in self.invalid:
            found.setdefault(cell.row, {})[cell.column] = cell.message
        return found


def unique_names(header: Iterable[str]) -> Row:
    """The header with later repeats of a name told apart: ``Email``, ``Email (2)``."""
    given = tuple(header)
    names: dict[str, None] = {}
    for name in given:
        candidate, n = name, 1
        while candidate in names or (n > 1 and candidate in given):
            n += 1
            candidate = f"{name} ({n})"
        names[candidate] = None
    return tuple(names)
