"""What a rule is: a pattern of words, and the edits that its parts mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import re2

from vernctl.engine.instruct.edits import Do, Edit
from vernctl.engine.instruct.phrases import Phrase
from vernctl.engine.instruct.vocabulary import Target, Vocabulary
from vernctl.engine.recipe.ops import CellOp
from vernctl.engine.recipe.steps import CellStep

Edits = tuple[Edit, ...]


class Context:
    """One instruction being read: its phrase, the vocabulary, and the words for ``because``."""

    def __init__(self, vocabulary: Vocabulary, phrase: Phrase, because: str) -> None:
        self.vocabulary = vocabulary
        self.phrase = phrase
        self.because = because
        #: Why a phrase that nearly fits was not taken, for the question.
        self.hints: list[str] = []

    def saying(self, text: str) -> Context:
        """The same context for a part of the phrase; hints are kept together."""
        part = Context(self.vocabulary, self.phrase._replace(text=text), self.because)
        part.hints = self.hints
        return part

    def targets(self, piece: str | None) -> tuple[Target, ...]:
        """The columns that a piece names; nothing said means the column an answer is about."""
        if piece is None or not piece.strip():
            return (self.vocabulary.only,) if self.vocabulary.only is not None else ()
        return self.vocabulary.columns(self.phrase.restore(piece))

    def distinct(self, piece: str | None) -> tuple[Target, ...]:
        """The columns that a piece names; none where several sheets have a column so named."""
        found = self.targets(piece)
        only = self.vocabulary.only
        if only is not None:
            found = tuple(t for t in found if t.sheet == only.sheet)
        doubled = Counter(target.column for target in found)
        for column, times in doubled.items():
            if times > 1:
                sheets = [target.sheet for target in found if target.column == column]
                self.hints.append(f"{column} is in {' and in '.join(sheets)}: say in which")
                return ()
        return found

    def target(self, piece: str | None) -> Target | None:
        """The one column that a piece names; in several sheets alike it names none."""
        found = self.distinct(piece)
        return found[0] if len(found) == 1 else None

    def on_cells(self, targets: Iterable[Target], operation: CellOp) -> Edits | None:
        """One operation on the cells of these columns, a step per sheet; None without columns."""
        by_sheet: dict[str, list[str]] = {}
        for target in targets:
            by_sheet.setdefault(target.sheet, []).append(target.column)
        edits = tuple(
            Do(
                sheet=sheet,
                step=CellStep(columns=tuple(columns), do=operation, because=self.because),
            )
            for sheet, columns in by_sheet.items()
        )
        return edits or None


class Found:
    """The named parts of a rule's match; a part that is not there is None."""

    def __init__(self, parts: dict[str, str | None]) -> None:
        self._parts = parts

    def but(self, **parts: str) -> Found:
        """The same parts with some of them others."""
        return Found({**self._parts, **parts})

    def __getitem__(self, name: str) -> str:
        return self._parts.get(name) or ""

    def get(self, name: str) -> str | None:
        return self._parts.get(name)


Meaning = Callable[[Context, Found], "Edits | None"]


class Rule(NamedTuple):
    """Patterns (tried in order, whole phrase, any case) and what they mean."""

    patterns: tuple[str, ...]
    meaning: Meaning

    def read(self, context: Context) -> Edits | None:
        """The edits of the first pattern that fits and makes sense, or None."""
        for pattern in self.patterns:
            match = _compiled(pattern).fullmatch(context.phrase.text)
            if match is not None:
                edits = self.meaning(context, Found(match.groupdict()))
                if edits is not None:
                    return edits
        return None


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> re2._Regexp:
    return re2.compile(f"(?i){pattern}")


def first_of(rules: Sequence[Rule], context: Context) -> Edits | None:
    """The edits of the first rule that understands the phrase, or None."""
    for rule in rules:
        edits = rule.read(context)
        if edits is not None:
            return edits
    return None
