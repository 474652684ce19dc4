"""The engine's values: templates with their rules, questions, what authoring and executing give."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue

#: Told what the engine is doing, in words for a person: (phase, text).
Progress = Callable[[str, str], None]


def quiet(phase: str, text: str) -> None:
    """A progress listener that does not listen."""


class EngineValue(BaseModel):
    """Base of the engine's values: immutable and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Link(EngineValue):
    """The value must exist in this column of another template (case-insensitive, trimmed)."""

    template: str
    column: str


class Column(EngineValue):
    """A target column. ``strict`` is an RE2 pattern that must match somewhere in the value."""

    name: str
    description: str = ""
    required: bool = False
    unique: bool = False
    strict: str | None = None
    one_of: tuple[str, ...] = ()
    link: tuple[Link, ...] = ()
    schema_: JsonValue = None


class Template(EngineValue):
    """A target sheet."""

    slug: str
    name: str
    description: str = ""
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of exactly that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


class InputFile(EngineValue):
    """An uploaded file: the customer's name for it, and where its bytes lie now."""

    name: str
    path: Path


class EngineQuestion(EngineValue):
    """A decision that the engine does not take by itself.

    ``key`` is stable for the same decision whatever its wording and counts (kind, template,
    column, labels): answers are remembered under it. The first option keeps every row and makes
    valid cells, wherever such an option exists.
    """

    key: str
    question: str
    context: str = ""
    options: tuple[str, ...] = ()
    allow_custom: bool = True


def question_key(kind: str, *parts: str) -> str:
    """The stable key of a decision, e.g. ``question_key("one_of", "contacts", "Status")``."""
    text = json.dumps([kind, *parts], ensure_ascii=False)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


class FlaggedCell(EngineValue):
    """A cell that breaks a rule: 0-based data row of the sheet, column, the rule's words."""

    row: int
    column: str
    message: str


class Heal(EngineValue):
    """A heal of one column: what it does, in words without cells, and how many cells it changed.

    Counted are the rows that stay, all of them; ``before`` and ``after`` are the first such cell.
    """

    column: str
    what: str
    cells: int
    before: str
    after: str


class SheetPreview(EngineValue):
    """A sheet as the recipe would write it, or a sample of it when it is large (``of`` rows)."""

    slug: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    invalid: tuple[FlaggedCell, ...] = ()
    of: int = 0
    heals: tuple[Heal, ...] = ()


class SheetCount(EngineValue):
    """What an execute wrote to one sheet, and what became of every row that was read for it."""

    slug: str
    name: str
    rows: int
    invalid_rows: int
    rows_read: int
    dropped: Mapping[str, int] = {}
    heals: tuple[Heal, ...] = ()


class ExecuteReport(EngineValue):
    """What an execute did: every row read is written or accounted for in ``dropped``."""

    sheets: tuple[SheetCount, ...]
    coverage: Mapping[str, JsonValue]

    @property
    def inserted(self) -> int:
        """Rows written over all sheets."""
        return sum(sheet.rows for sheet in self.sheets)

    @property
    def invalid_rows(self) -> int:
        """Rows with at least one invalid cell, over all sheets."""
        return sum(sheet.invalid_rows for sheet in self.sheets)


class EngineError(Exception):
    """The engine cannot go on; the message is one sentence for the person who imports."""
