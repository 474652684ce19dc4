"""Decisions so far: what messages say, what answers settle, what is still to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vernctl.engine.instruct import read_for_column
from vernctl.engine.instruct.edits import Edit, HealKind, Leave, of_kind
from vernctl.engine.instruct.vocabulary import Vocabulary
from vernctl.engine.model import EngineQuestion, Template
from vernctl.engine.questions.doubt import Doubt, Edits
from vernctl.engine.questions.values import ReadText
from vernctl.engine.recipe.model import SheetRecipe


class Decisions:
    """Collects questions while stages settle doubts. ``messages``: the edits of all messages.

    ``assumed`` is what a recipe to start from would answer, where the data leaves it open.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        answers: Mapping[str, str],
        messages: Sequence[Edit],
        assumed: Sequence[Edit] = (),
    ) -> None:
        self.vocabulary = vocabulary
        self.messages = tuple(messages)
        self.assumed = tuple(assumed)
        self.questions: list[EngineQuestion] = []
        #: Remarks for a person about what was decided without asking.
        self.notes: list[str] = []
        #: The messages' edits that took back a heal.
        self.left: set[Leave] = set()
        self._answers = answers
        self._open: set[tuple[str, str]] = set()

    def settle(self, sheet: str, column: str, doubt: Doubt) -> Edits:
        """The edits of the remembered answer; without one the question is asked, and no edits."""
        edits = doubt.settle(self._answers)
        if edits is None:
            self.questions.append(doubt.asked(self._answers))
            self._open.add((sheet, column))
            return ()
        return edits

    def leaves(self, sheet: str, column: str, heal: HealKind | None) -> bool:
        """Whether a message takes back that heal of a column (None: every heal of it)."""
        found = [
            edit
            for edit in of_kind(self.messages, Leave, sheet)
            if edit.column == column and edit.heal in (heal, None)
        ]
        self.left.update(found)
        return bool(found)

    def is_open(self, sheet: str, column: str) -> bool:
        """Whether a question about the column is asked: what follows from it is not asked yet."""
        return (sheet, column) in self._open


def place_of(template: Template, sheet: SheetRecipe, column: str) -> str:
    """Where a question's cells come from: sheet, column, file and source column."""
    sources = [f'{table} "{source.column}"' for table, source in sheet.sources_of(column)]
    found = f", from {', '.join(dict.fromkeys(sources))}" if sources else ""
    return f"Sheet {template.name}, column {column}{found}"


def reader_of(decisions: Decisions, template: Template, column: str) -> ReadText:
    """Reads free text as edits of one column."""
    return lambda text: read_for_column(decisions.vocabulary, template.slug, column, text)
