"""How long work tells a person what is going on, without knowing who listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from vernctl.spec.model import AnswerRule, Spec
from vernctl.workflow.outcome import Cost, QuestionOutcome, Step


class Given(NamedTuple):
    """A person's answer, exactly as it is to be sent; its rule, where the spec was given one."""

    answer: str
    rule: AnswerRule | None = None


#: Asks a person about a block. One entry for each question; None for one that a rule has answered.
#: None for the whole: nobody decides now.
Asker = Callable[[Spec, Sequence[QuestionOutcome]], Awaitable[Sequence[Given | None] | None]]


class Listener(Protocol):
    """Told of every phase of every spec; rendering and escaping are the listener's business."""

    def say(self, spec: str, phase: str, text: str) -> None:
        """``phase`` is a word (reading, generate, update, execute …), ``text`` the agent's own."""
        ...

    def announce(self, spec: str, steps: Sequence[Step], cost: Cost) -> None:
        """The steps that are about to be made, before the first request that changes anything."""
        ...

    def note(self, text: str) -> None:
        """Something about all of the work that a person should know before it starts."""
        ...


class Silent:
    """A listener for tests and libraries."""

    def say(self, spec: str, phase: str, text: str) -> None:
        """Nobody is told."""

    def announce(self, spec: str, steps: Sequence[Step], cost: Cost) -> None:
        """Nobody is told."""

    def note(self, text: str) -> None:
        """Nobody is told."""
