"""What a pull request asks to approve, and whether the server's preview is that very one."""

from __future__ import annotations

from collections.abc import Sequence

from vernctl.errors import RefusedError
from vernctl.snapshot.digest import short
from vernctl.spec.model import Spec
from vernctl.workflow.commands import plan_specs
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.reading import diff_base
from vernctl.workflow.session import Session


async def review_specs(session: Session, specs: Sequence[Spec], ref: str) -> list[SpecOutcome]:
    """For every spec the diff to ``ref``, with what the server holds; by reading alone.

    The status is that of a read-only plan: ``approved`` or ``unchanged`` where the server's preview
    is the one that the snapshot here approves. Raises UsageError for a ref that git does not know.
    """
    planned = await plan_specs(session, specs, PlanOptions(read_only=True))
    return [
        _with_base(session, spec, outcome, ref)
        for spec, outcome in zip(specs, planned, strict=True)
    ]


def _with_base(session: Session, spec: Spec, planned: SpecOutcome, ref: str) -> SpecOutcome:
    if spec.state != "active":
        return planned
    try:
        asked = diff_base(session.project, spec, ref)
    except RefusedError:
        # Nothing is asked to be approved: the plan says what there is to do.
        return planned
    return asked.model_copy(
        update={
            "status": planned.status,
            "facts": (_server(planned, asked.digest or ""), *planned.facts),
            "warnings": planned.warnings,
            "error": planned.error,
            "steps": planned.steps,
            "cost": planned.cost,
            "performed": planned.performed,
            "questions": planned.questions or asked.questions,
            "answers_place": planned.answers_place,
            "checks": planned.checks,
            "resume_at": planned.resume_at,
            "migration_id": planned.migration_id,
            "run_id": planned.run_id,
            "next": _next(planned),
        }
    )


def _server(planned: SpecOutcome, asked: str) -> str:
    """The last word of a pull request's comment: only the server can give it."""
    if planned.unseen and planned.status in ("approved", "changed", "refused"):
        # What there is to approve are inputs: the server can only say whether they are in.
        done = planned.diff is not None
        return f"server: {short(asked)} is {'imported already' if done else 'not imported yet'}"
    if planned.digest == asked and planned.status == "approved":
        return (
            f"server: its preview is {short(asked)}, the one that this pull request asks to approve"
        )
    if planned.digest == asked and planned.status == "unchanged":
        return f"server: {short(asked)} is imported already"
    if planned.digest is not None and planned.digest != asked:
        return (
            f"server: its preview is {short(planned.digest)}, "
            f"not {short(asked)}, which this pull request asks to approve"
        )
    return f"server: it has no preview that is known to be {short(asked)}"


def _next(planned: SpecOutcome) -> str | None:
    if planned.status in ("approved", "unchanged"):
        return f"once merged: vernctl apply {planned.path}"
    return planned.next
