"""The texts that a workflow writes into files. Rendering is not its business: it is handed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vernctl.diff.model import CheckResult, Diff, Provenance
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.outcome import SpecOutcome


class Pages(Protocol):
    """Pure functions from models to text."""

    def review(
        self,
        snapshot: Snapshot,
        diff: Diff,
        provenance: Provenance | None,
        checks: Sequence[CheckResult],
    ) -> str:
        """REVIEW.md: what approving this snapshot would approve, for someone without the CLI."""
        ...

    def summary(self, outcome: SpecOutcome, snapshot: Snapshot) -> str:
        """summary.md: what became of the customer's rows, in the customer's words."""
        ...
