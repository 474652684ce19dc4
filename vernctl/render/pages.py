"""The texts that a workflow writes into files: REVIEW.md and summary.md."""

from __future__ import annotations

from collections.abc import Sequence

from vernctl.diff.model import CheckResult, Diff, Provenance
from vernctl.render.markdown.review import review_markdown
from vernctl.render.summary import summary_markdown
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.outcome import SpecOutcome


class MarkdownPages:
    """The pages as Markdown; see :class:`vernctl.workflow.pages.Pages`."""

    def review(
        self,
        snapshot: Snapshot,
        diff: Diff,
        provenance: Provenance | None,
        checks: Sequence[CheckResult],
    ) -> str:
        """REVIEW.md of a snapshot."""
        return review_markdown(snapshot, diff, provenance, checks)

    def summary(self, outcome: SpecOutcome, snapshot: Snapshot) -> str:
        """summary.md of an import."""
        return summary_markdown(outcome, snapshot)
