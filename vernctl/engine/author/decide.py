"""Decisions so far: what messages say, what answers settle, what is still to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vernctl.engine.instruct.edits import Edit
from vernctl.engine.instruct.vocabulary import Vocabulary
from vernctl.engine.model import EngineQuestion
from vernctl.engine.questions.doubt import Doubt, Edits


class Decisions:
    """Collects questions while stages settle doubts. ``messages``: the edits of all messages."""

    def __init__(
        self, vocabulary: Vocabulary, answers: Mapping[str, str], messages: Sequence[Edit]
    ) -> None:
        self.vocabulary = vocabulary
        self.messages = tuple(messages)
        self.questions: list[EngineQuestion] = []
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

    def is_open(self, sheet: str, column: str) -> bool:
        """Whether a question about the column is asked: what follows from it is not asked yet."""
        return (sheet, column) in self._open
