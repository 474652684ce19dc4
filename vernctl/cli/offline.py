"""Verbs that need no service: one call per spec; one that is stopped stops no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vernctl.spec.model import Spec
    from vernctl.workflow.outcome import SpecOutcome


def each(
    specs: Sequence[Spec], command: str, verb: Callable[[Spec], SpecOutcome]
) -> list[SpecOutcome]:
    """The outcome of ``verb`` for every spec; held and closed ones are skipped and counted."""
    from vernctl.errors import VernctlError
    from vernctl.workflow.results import skipped, stopped

    outcomes = []
    for spec in specs:
        if spec.state != "active":
            outcomes.append(skipped(spec, command))
            continue
        try:
            outcomes.append(verb(spec))
        except VernctlError as error:
            outcomes.append(stopped(spec, command, error, None))
    return outcomes
