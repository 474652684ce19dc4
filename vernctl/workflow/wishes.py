"""What a spec wishes of its recipe, what led to a known preview, and how the two differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from vernctl.snapshot.model import RecordedQuestion, Snapshot
from vernctl.spec.model import AnswerRule, Spec
from vernctl.workflow.asked import answer_today
from vernctl.workflow.known import Known


@dataclass(frozen=True)
class Desired:
    """What the spec wants of the recipe, beside its files. ``connection`` is without credentials,
    ``credentials`` are their names; ``files``: whether there are any."""

    messages: tuple[str, ...]
    knowledge: str | None
    rules: tuple[AnswerRule, ...]
    connection: JsonValue = None
    credentials: tuple[str, ...] = ()
    files: bool = True

    @classmethod
    def of(cls, spec: Spec) -> Desired:
        """The wishes of a spec."""
        live = spec.connection
        return cls(
            spec.messages,
            normal_knowledge(spec.knowledge),
            spec.answers,
            connection=live.public if live else None,
            credentials=tuple(live.credentials) if live else (),
            files=bool(spec.file_patterns),
        )


@dataclass(frozen=True)
class Recorded:
    """What led to a preview that is known: from the journal, or from an approved snapshot."""

    messages: tuple[str, ...]
    knowledge: str | None
    questions: tuple[RecordedQuestion, ...]
    connection: JsonValue = None

    @classmethod
    def approved(cls, snapshot: Snapshot) -> Recorded:
        """What a snapshot was made with."""
        inputs = snapshot.inputs
        return cls(inputs.refinements, inputs.knowledge, snapshot.questions, inputs.connection)

    @classmethod
    def journalled(cls, known: Known) -> Recorded:
        """What this checkout has asked for."""
        return cls(known.applied, known.knowledge, known.questions, known.connection)


@dataclass(frozen=True)
class Change:
    """How today's wishes differ from those that led to a known preview."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    knowledge: bool = False
    connection: bool = False
    reanswered: tuple[RecordedQuestion, ...] = ()
    unanswered: tuple[RecordedQuestion, ...] = ()
    numbers: tuple[int, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """True where the same wishes led there."""
        return not (self.added or self.needs_generate or self.unanswered)

    @property
    def needs_generate(self) -> bool:
        """True where the recipe cannot be reached by adding messages."""
        return bool(self.removed or self.knowledge or self.connection or self.reanswered)

    @property
    def only_lost_answers(self) -> bool:
        """True where nothing else changed, but a recorded question has no one answer any more."""
        return bool(self.unanswered) and not (self.added or self.needs_generate)

    @property
    def why(self) -> str:
        """The reasons in words, most telling first."""
        parts = []
        if self.removed:
            parts.append("a message was removed or edited")
        if self.knowledge:
            parts.append("the knowledge changed")
        if self.connection:
            parts.append("the connection changed")
        if self.reanswered:
            parts.append("an answer changed")
        if self.added and not self.removed:
            numbers = ", ".join(str(n) for n in self.numbers)
            one = len(self.numbers) == 1
            parts.append(f"message{'' if one else 's'} {numbers} {'is' if one else 'are'} new")
        return "; ".join(parts)


def changes_between(known: Recorded, desired: Desired) -> Change:
    """Compare as multisets: a reordering alone changes nothing."""
    left = Counter(known.messages)
    added: list[str] = []
    numbers: list[int] = []
    for number, message in enumerate(desired.messages, start=1):
        if left[message]:
            left[message] -= 1
        else:
            added.append(message)
            numbers.append(number)
    reanswered, unanswered = [], []
    for question in known.questions:
        answer = answer_today(question, desired.rules)
        if answer is None:
            unanswered.append(question)
        elif answer != question.answer:
            reanswered.append(question)
    return Change(
        added=tuple(added),
        removed=tuple(left.elements()),
        knowledge=normal_knowledge(known.knowledge) != desired.knowledge,
        connection=known.connection != desired.connection,
        reanswered=tuple(reanswered),
        unanswered=tuple(unanswered),
        numbers=tuple(numbers),
    )


def applied_order(earlier: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """All wanted messages: those of the recorded order first, in it, then the new ones."""
    left = Counter(wanted)
    ordered: list[str] = []
    for message in [*earlier, *wanted]:
        if left[message]:
            left[message] -= 1
            ordered.append(message)
    return tuple(ordered)


def normal_knowledge(text: str | None) -> str | None:
    """Knowledge as it counts: white space at its ends does not, and blank is none."""
    stripped = (text or "").strip()
    return stripped or None
