"""How long work tells a person what is going on, without knowing who listens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vernctl.workflow.outcome import Cost, Step


class Listener(Protocol):
    """Told of every phase of every spec; rendering and escaping are the listener's business."""

    def say(self, spec: str, phase: str, text: str) -> None:
        """``phase`` is a word (reading, generate, update, execute …), ``text`` the agent's own."""
        ...

    def announce(self, spec: str, steps: Sequence[Step], cost: Cost) -> None:
        """The steps that are about to be made, before the first request that changes anything."""
        ...


class Silent:
    """A listener for tests and libraries."""

    def say(self, spec: str, phase: str, text: str) -> None:
        """Nobody is told."""

    def announce(self, spec: str, steps: Sequence[Step], cost: Cost) -> None:
        """Nobody is told."""
