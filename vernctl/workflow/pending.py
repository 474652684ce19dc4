"""A candidate held against the approved snapshot, and kept for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vernctl.diff.causes import explained, unexplained_sheets
from vernctl.diff.checks import preview_checks
from vernctl.diff.model import Cause, CheckResult, Diff, Provenance
from vernctl.snapshot.files import write_snapshot
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.inputs import provenance_of
from vernctl.workflow.private import without_values
from vernctl.workflow.work import Work


@dataclass(frozen=True)
class Review:
    """A candidate held against the approved snapshot."""

    diff: Diff
    causes: tuple[Cause, ...]
    checks: tuple[CheckResult, ...]
    provenance: Provenance | None

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.ok)


def review_of(work: Work, candidate: Snapshot) -> Review:
    """The candidate against the approved snapshot: diff, causes, checks; provenance when first."""
    base = work.base
    diff, causes = explained(base, candidate)
    provenance = None
    if base is None:
        readable = candidate.model_copy(update={"sheets": work.readable})
        found = provenance_of(work.inputs, readable)
        provenance = without_values(found, work.spec.review)
    checks = preview_checks(
        work.spec.checks,
        diff,
        candidate,
        embedded=work.session.embedded,
        today=date.today(),
        unexplained=unexplained_sheets(diff) if base is not None else frozenset(),
    )
    return Review(diff, causes, checks, provenance)


def unseen_change(causes: Sequence[Cause]) -> str:
    """Why a preview without one other cell is to be approved anew all the same."""
    moved = ", ".join(dict.fromkeys(cause.ref for cause in causes))
    why = f"what led to it does: {moved}" if moved else "an answer that led to it does"
    return f"No cell differs from what was approved; {why}."


def keep_pending(work: Work, candidate: Snapshot, review: Review) -> None:
    """Write the pending snapshot, for a person to look at and to approve."""
    page = work.session.pages.review(candidate, review.diff, review.provenance, review.checks)
    write_snapshot(work.folders.pending, candidate, page)
