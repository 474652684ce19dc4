"""Approve: the pending snapshot becomes the committed one. Offline; the diff is held once more."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from vernctl.diff.causes import explained, unexplained_sheets
from vernctl.diff.checks import preview_checks
from vernctl.diff.model import CheckResult, Diff
from vernctl.errors import RefusedError
from vernctl.snapshot.digest import short
from vernctl.snapshot.files import read_snapshot, remove_snapshot, write_snapshot
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.tokens import hides
from vernctl.spec.model import Project, Spec
from vernctl.workflow.heals import heals_of
from vernctl.workflow.inputs import ResolvedInputs, provenance_of, resolve_inputs
from vernctl.workflow.outcome import ErrorOutcome, QuestionOutcome, SpecOutcome
from vernctl.workflow.pages import Pages
from vernctl.workflow.results import check_refused
from vernctl.workflow.session import EMBEDDED, Folders, folders_for
from vernctl.workflow.wishes import Desired, Recorded, changes_between

UNSEEN = "There is no preview with api: companies: what is approved are inputs, unseen."


class Weighed(NamedTuple):
    """A pending snapshot held against the approved one; ``outcome`` is ``changed`` or refused."""

    folders: Folders
    pending: Snapshot
    outcome: SpecOutcome


def approve_spec(
    project: Project, spec: Spec, pages: Pages, *, digest: str | None = None
) -> SpecOutcome:
    """Write the approved snapshot of one spec from its pending one.

    Raises RefusedError where nothing is pending, where the pending one is not the ``digest`` that
    was seen, and where spec or files have moved since it was planned; an outcome with status
    ``refused`` where a check does not hold.
    """
    folders, pending, outcome = weigh_pending(project, spec, digest=digest)
    outcome = outcome.model_copy(update={"command": "approve", "questions": ()})
    if outcome.status == "refused" or outcome.diff is None:
        return outcome
    review = pages.review(pending, outcome.diff, outcome.provenance, outcome.checks)
    write_snapshot(folders.approved, pending, review)
    remove_snapshot(folders.pending)
    where = _shown(project, folders.approved)
    rehearsal = "at this endpoint only; " if folders.rehearsal else ""
    return outcome.model_copy(
        update={
            "status": "approved",
            "outputs": (where,),
            "facts": (f"approved {short(pending.digest)}: {rehearsal}{where}/ is written.",),
            "next": f"vernctl apply {spec.shown_path}",
        }
    )


def weigh_pending(project: Project, spec: Spec, *, digest: str | None = None) -> Weighed:
    """What approving would approve: the difference, its causes and checks. Offline.

    Raises as :func:`approve_spec` does.
    """
    folders, pending = _pending(project, spec)
    if digest is not None and not pending.digest.startswith(digest):
        raise RefusedError(
            f"what is pending is {short(pending.digest)}, not {digest}.",
            rule="stale",
            next=f"vernctl plan {spec.shown_path}",
        )
    base = read_snapshot(folders.approved)
    inputs = resolve_inputs(spec, pending.inputs.files)
    _refuse_moved(spec, pending, inputs)
    diff, causes = explained(base, pending)
    checks = _checks(spec, diff, pending)
    outcome = SpecOutcome(
        name=spec.name,
        path=spec.shown_path,
        status="changed",
        command="show",
        title=spec.migration.name,
        source=spec.migration.source,
        endpoint=pending.inputs.endpoint,
        digest=pending.digest,
        base_digest=base.digest if base else None,
        first_import=base is None,
        unseen=pending.inputs.companies is not None,
        causes=causes,
        questions=recorded_questions(pending),
        facts=unseen_facts(pending),
        diff=diff,
        heals=heals_of(pending, base),
        # Of tokens nobody can read where they came from; plan has shown it.
        provenance=provenance_of(inputs, pending)
        if base is None and not pending.unseen and not hides(spec.review)
        else None,
        checks=checks,
    )
    failed = tuple(check for check in checks if not check.ok)
    if failed:
        error = ErrorOutcome.of(check_refused(spec, pending.digest, failed))
        outcome = outcome.model_copy(
            update={"status": "refused", "error": error, "next": error.next}
        )
    return Weighed(folders, pending, outcome)


def _checks(spec: Spec, diff: Diff, pending: Snapshot) -> tuple[CheckResult, ...]:
    """The limits that bind before an import; of inputs whose rows nobody has seen, none can."""
    if pending.unseen:
        return ()
    return preview_checks(
        spec.checks,
        diff,
        pending,
        embedded=pending.inputs.endpoint == EMBEDDED,
        today=date.today(),
        unexplained=unexplained_sheets(diff),
    )


def unseen_facts(snapshot: Snapshot) -> tuple[str, ...]:
    """What there is to say of inputs without rows: that they are unseen, and what changed."""
    if snapshot.unseen is None:
        return ()
    return (UNSEEN, *(f"because: {cause.ref}" for cause in snapshot.unseen.causes))


def recorded_questions(snapshot: Snapshot) -> tuple[QuestionOutcome, ...]:
    """The questions that were asked on the way to a snapshot, with the answers that they got."""
    return tuple(
        QuestionOutcome(
            question=question.question,
            status="answered",
            context=question.context,
            answer=question.answer,
            rule=question.rule,
        )
        for question in snapshot.questions
    )


def _pending(project: Project, spec: Spec) -> tuple[Folders, Snapshot]:
    """The pending snapshot: at an overriding endpoint its rehearsal, else the spec's own."""
    own = spec.endpoint or project.own_endpoint
    places = [folders_for(project, spec, own, own)]
    if project.endpoint.name != own:
        places.insert(0, folders_for(project, spec, project.endpoint.name, project.endpoint.name))
    for folders in places:
        pending = read_snapshot(folders.pending)
        if pending is not None:
            return folders, pending
    raise RefusedError(
        f"nothing is pending for {spec.name}.",
        rule="not_approved",
        next=f"vernctl plan {spec.shown_path}",
    )


def moved_since(spec: Spec, snapshot: Snapshot, inputs: ResolvedInputs) -> tuple[str, ...]:
    """What of the spec and its files is not what the snapshot was made with, in words."""
    moved = list(inputs.changed_since(snapshot.inputs.files))
    then, now = snapshot.inputs, spec.migration
    for name in ("external_id", "epoch", "source"):
        was, is_now = getattr(then, name), getattr(now, name)
        if was != is_now:
            moved.append(f"migration.{name} was {was}, is {is_now}")
    if then.companies != now.companies:
        moved.append("migration.companies changed")
    change = changes_between(Recorded.approved(snapshot), Desired.of(spec))
    if not change.is_nothing:
        moved.append(change.why or "a recorded question has lost its answer")
    return tuple(moved)


def _refuse_moved(spec: Spec, pending: Snapshot, inputs: ResolvedInputs) -> None:
    """What was planned must still be what the spec says: nobody approves what nobody has seen."""
    moved = moved_since(spec, pending, inputs)
    if moved:
        raise RefusedError(
            f"{spec.name} has moved since it was planned.",
            rule="stale",
            reasons=moved,
            remote="Nothing was approved.",
            next=f"vernctl plan {spec.shown_path}",
        )


def _shown(project: Project, path: Path) -> str:
    try:
        return str(path.relative_to(project.root))
    except ValueError:
        return str(path)
