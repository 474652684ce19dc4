"""What a diff is made of: immutable, sorted, exact. Every renderer reads these values.

Rows and cells are tuples, for there may be a million of them; nothing here imports a model library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from vernctl.snapshot.rows import KeySource, Row, Value

ChangeKind = Literal["filled", "blanked", "edited", "mapped", "format", "case", "white_space"]
#: Kinds in which the value stays the same and only its writing changes.
COSMETIC: frozenset[ChangeKind] = frozenset({"white_space", "case", "format"})
CauseKind = Literal[
    "file",
    "message",
    "answer",
    "template",
    "knowledge",
    "connection",
    "recipe",
    "engine",
    "tokens",
    "unexplained",
]


class CellChange(NamedTuple):
    """One cell of a matched row, before and after."""

    column: str
    old: str
    new: str
    kind: ChangeKind


class RowChange(NamedTuple):
    """A matched row with changed cells. ``old_row``/``new_row`` are 0-based data rows."""

    key: Row
    old_row: int
    new_row: int
    cells: tuple[CellChange, ...]


class AddedRow(NamedTuple):
    """A row that only the new table has."""

    key: Row
    new_row: int
    cells: Row


class RemovedRow(NamedTuple):
    """A row that only the old table has."""

    key: Row
    old_row: int
    cells: Row


@dataclass(frozen=True, slots=True)
class ChangeGroup(Value):
    """Equal changes of one column, over rows: what a reviewer reads.

    ``old``/``new`` are set where every change of the group is the same (a mapping); else
    ``examples`` holds a few (old, new) pairs.
    """

    column: str
    kind: ChangeKind
    count: int
    old: str | None = None
    new: str | None = None
    examples: tuple[tuple[str, str], ...] = ()


class Rename(NamedTuple):
    """An old and a new name that hold the same: ``shared`` of ``of`` filled cells are equal."""

    old: str
    new: str
    shared: int
    of: int


class ColumnStats(NamedTuple):
    """A column before and after: filled cells and distinct filled values. None: not there."""

    column: str
    filled: int | None = None
    distinct: int | None = None
    filled_before: int | None = None
    distinct_before: int | None = None


class Validity(NamedTuple):
    """A cell of a matched row that became invalid, or stopped being so. ``new_row`` is its row.

    An invalid cell that the service places in no row has no ``new_row`` and an empty key.
    """

    key: Row
    column: str
    message: str
    now_invalid: bool
    new_row: int | None = None


@dataclass(frozen=True, slots=True)
class InvalidGroup(Value):
    """Invalid cells of the new table by column and rule."""

    column: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Cause(Value):
    """Why a sheet changed. ``ref`` names the file, message, question or template."""

    kind: CauseKind
    ref: str = ""
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class SheetDiff(Value):
    """One sheet, old against new. ``invalid`` counts ROWS with at least one invalid cell.

    ``order`` has the old rows of the unchanged ones as they follow each other in the new table;
    empty where they kept their order. Row order is shown to nobody and approved by nobody.
    ``moved_columns`` (old, new) are renames that the spec confirms: ``columns_before`` has their
    new names. ``proposed_columns`` and ``proposed_keys`` are what the data says was renamed.
    """

    slug: str
    name: str
    key: tuple[str, ...] = ()
    key_source: KeySource = "none"
    duplicate_keys: int = 0
    columns: tuple[str, ...] = ()
    columns_before: tuple[str, ...] = ()
    rows: int = 0
    rows_before: int = 0
    sample_of: int | None = None
    is_new: bool = False
    added: tuple[AddedRow, ...] = ()
    removed: tuple[RemovedRow, ...] = ()
    changed: tuple[RowChange, ...] = ()
    order: tuple[int, ...] = ()
    groups: tuple[ChangeGroup, ...] = ()
    invalid: int = 0
    invalid_before: int = 0
    invalid_groups: tuple[InvalidGroup, ...] = ()
    validity: tuple[Validity, ...] = ()
    stats: tuple[ColumnStats, ...] = ()
    causes: tuple[Cause, ...] = ()
    moved_columns: tuple[tuple[str, str], ...] = ()
    proposed_columns: tuple[Rename, ...] = ()
    proposed_keys: tuple[Rename, ...] = ()

    @property
    def added_columns(self) -> tuple[str, ...]:
        """Columns that only the new table has, in its order."""
        return tuple(name for name in self.columns if name not in self.columns_before)

    @property
    def dropped_columns(self) -> tuple[str, ...]:
        """Columns that only the old table had, in its order."""
        return tuple(name for name in self.columns_before if name not in self.columns)

    @property
    def is_reordered(self) -> bool:
        """True where columns that both tables have follow each other in another order."""
        both = set(self.columns) & set(self.columns_before)
        before, after = (
            [name for name in names if name in both]
            for names in (self.columns_before, self.columns)
        )
        return not self.is_new and before != after

    @property
    def cells(self) -> int:
        """Changed cells of matched rows."""
        return sum(len(row.cells) for row in self.changed)

    @property
    def cosmetic(self) -> int:
        """Changed rows in which every change is one of writing only. Part of ``changed``."""
        return sum(all(cell.kind in COSMETIC for cell in row.cells) for row in self.changed)

    @property
    def is_empty(self) -> bool:
        """True where nothing that the digest sees has changed."""
        return not (
            self.added
            or self.removed
            or self.changed
            or self.validity
            or self.is_new
            or self.moved_columns
            or self.columns != self.columns_before
        )


@dataclass(frozen=True, slots=True)
class Diff(Value):
    """All sheets, old snapshot against new preview. ``base_digest`` None: a first import."""

    base_digest: str | None
    digest: str
    sheets: tuple[SheetDiff, ...] = ()
    dropped_sheets: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where no sheet has changed."""
        return not self.dropped_sheets and all(sheet.is_empty for sheet in self.sheets)
