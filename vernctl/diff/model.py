"""What diffs, checks and provenance say: frozen, sorted, exact; what renderers read."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from vernctl.diff.values import (
    COSMETIC,
    AddedRow,
    Cause,
    CauseKind,
    CellChange,
    ChangeGroup,
    ChangeKind,
    ColumnStats,
    Diff,
    InvalidGroup,
    RemovedRow,
    Rename,
    RowChange,
    SheetDiff,
    Validity,
)

__all__ = [
    "COSMETIC",
    "AddedRow",
    "Cause",
    "CauseKind",
    "CellChange",
    "ChangeGroup",
    "ChangeKind",
    "CheckResult",
    "ColumnOrigin",
    "ColumnStats",
    "Diff",
    "InvalidGroup",
    "Provenance",
    "Recoding",
    "RemovedRow",
    "Rename",
    "RowChange",
    "SheetDiff",
    "SheetOrigin",
    "UnusedColumn",
    "Validity",
]


class DiffValue(BaseModel):
    """Base of what is said about a diff."""

    model_config = ConfigDict(frozen=True)


class CheckResult(DiffValue):
    """One limit held against what is there. ``limit``/``actual`` are written for people."""

    name: str
    sheet: str | None
    limit: str
    actual: str
    ok: bool
    phase: Literal["preview", "import"] = "preview"
    overridden: str | None = None


class Recoding(DiffValue):
    """Source values that became one target value, with the number of rows."""

    old: tuple[str, ...]
    new: str
    count: int


class ColumnOrigin(DiffValue):
    """Where a template column came from, read off by comparing files with the preview.

    ``how`` is one of: unchanged, unchanged in part, white space trimmed, lower case, upper case,
    recoded, reformatted, a part of it, joined, constant, unknown, from no column. ``share`` is the
    part of the compared rows that the reading explains. Of these rows ``edited`` have another value
    than the reading gives, ``blanked`` have none where the source has one, and ``filled_in`` one
    where the source has none; only where all are 0 is a column ``unchanged``.
    """

    column: str
    filled: int
    distinct: int
    file: str | None = None
    sources: tuple[str, ...] = ()
    how: str = "unknown"
    share: Decimal | None = None
    edited: int = 0
    blanked: int = 0
    filled_in: int = 0
    recodings: tuple[Recoding, ...] = ()


class SheetOrigin(DiffValue):
    """Provenance of one sheet. ``rows_read`` counts rows of the files that feed it, ``elsewhere``
    those of them that are in another sheet instead."""

    slug: str
    name: str
    rows: int
    sample_of: int | None = None
    files: tuple[str, ...] = ()
    rows_read: int = 0
    doubles: int = 0
    elsewhere: int = 0
    unexplained: int = 0
    columns: tuple[ColumnOrigin, ...] = ()


class UnusedColumn(DiffValue):
    """A source column that went nowhere; ``filled`` is a share from 0 to 1."""

    file: str
    column: str
    filled: Decimal


class UnfedTable(DiffValue):
    """A table of the files that is in no sheet, with all its rows that are not blank."""

    file: str
    table: str
    rows: int


class Provenance(DiffValue):
    """Where everything came from. Read off by comparison, not stated by the agent."""

    sheets: tuple[SheetOrigin, ...] = ()
    unused: tuple[UnusedColumn, ...] = ()
    unfed: tuple[UnfedTable, ...] = ()
