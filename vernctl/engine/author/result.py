"""What authoring gives."""

from __future__ import annotations

from vernctl.engine.model import EngineQuestion, EngineValue, SheetCount, SheetPreview
from vernctl.engine.recipe.model import Recipe


class SourceFacts(EngineValue):
    """A source column as clarify may speak of it: how full, how distinct, never its values."""

    table: str
    column: str
    rows: int
    filled: int
    distinct: int


class Authored(EngineValue):
    """A recipe, and either the questions that it waits for or the sheets that it would write.

    ``counts`` accounts for every row read, sheet by sheet; ``notes`` are remarks for a person,
    such as an instruction that no cell needed.
    """

    recipe: Recipe
    questions: tuple[EngineQuestion, ...] = ()
    sheets: tuple[SheetPreview, ...] = ()
    counts: tuple[SheetCount, ...] = ()
    sources: tuple[SourceFacts, ...] = ()
    notes: tuple[str, ...] = ()
