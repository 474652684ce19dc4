"""Apply one spec: the design's table, the first that holds. Only an approved digest is executed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from vernctl.api.models import Run
from vernctl.diff.causes import causes_between
from vernctl.diff.compare import diff_snapshots
from vernctl.errors import OvertakenError, PartialImportError, RefusedError
from vernctl.snapshot.digest import short
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.approving import approve_spec, moved_since
from vernctl.workflow.canceling import freeing_slot
from vernctl.workflow.connecting import live_facts, live_source
from vernctl.workflow.deliver import lacking
from vernctl.workflow.executing import confirm, execute, finish
from vernctl.workflow.git import refuse_uncommitted
from vernctl.workflow.observe import Observed, persons_words
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.pending import keep_pending, review_of
from vernctl.workflow.plan import Case, Options, Plan, Situation, decide
from vernctl.workflow.planning import (
    PlanOptions,
    Reached,
    conclude,
    imported,
    plan_work,
    reach,
    read_candidate,
)
from vernctl.workflow.recognising import recognised, run_of_import
from vernctl.workflow.results import begin, check_refused
from vernctl.workflow.session import in_ci
from vernctl.workflow.takeover import take_over
from vernctl.workflow.wishes import Recorded
from vernctl.workflow.work import Work

#: Messages of others that a refusal quotes.
_TOLD = 3
#: Shown what an apply is about to approve; True approves. A bare Enter never does.
Confirm = Callable[[SpecOutcome], Awaitable[bool]]


@dataclass(frozen=True)
class ApplyOptions:
    """``yes`` approves what a plan shows, where the approval is a file; ``confirm`` asks."""

    yes: bool = False
    regenerate: bool = False
    retry: bool = False
    confirm: Confirm | None = None
    cancel_on_unanswered: bool = False


async def apply_work(work: Work, options: ApplyOptions) -> SpecOutcome:
    """Apply one spec. Raises VernctlError for what stops it; see the design's "apply"."""
    began = time.monotonic()
    work.frees_slot = options.cancel_on_unanswered
    async with freeing_slot(work):
        try:
            outcome = await _apply(work, options)
        except OvertakenError:
            # Most likely another checkout has just imported the same: then that is what is found.
            outcome = await _apply(work, options)
    return outcome.model_copy(update={"command": "apply", "seconds": time.monotonic() - began})


async def _apply(work: Work, options: ApplyOptions) -> SpecOutcome:
    observed = await take_over(work, await work.look())
    if work.journal.known.executing is not None:
        return await finish(work)
    if work.base is None or moved_parts(work):
        return await approve_first(work, options, stale_parts(work), plan_work, _apply)
    if work.session.approval(work.spec) == "commit":
        refuse_uncommitted(work.folders.approved, work.base)
    situation = await work.situation(observed)
    if situation.imported and is_imported(work):
        run = await run_of_import(work, observed)
        return await nothing_to_do(work, work.base, run, partial(confirm, work, work.base))
    if (found := await recognised(work, work.base, observed)) is not None:
        return as_before(found)
    if drifted := drifted_parts(work):
        return await approve_first(work, options, drifted, plan_work, _apply)
    refuse_partial(work, options)
    plan = _planned(work, situation)
    if plan.case == "read":
        return await _execute_or_refuse(work, Reached(plan, observed, situation.known), work.base)
    if (
        plan.case == "regenerate"
        and situation.run == "awaiting_approval"
        and not options.regenerate
    ):
        raise await _another_preview(work, work.base, observed)
    return await _regenerate(work, plan, options, work.base)


def stale_parts(work: Work) -> tuple[str, ...]:
    """What makes the approval stale, by name: the spec, its files, the endpoint, the templates."""
    return (*moved_parts(work), *drifted_parts(work))


def moved_parts(work: Work) -> tuple[str, ...]:
    """What of ours has moved since the approval: the spec, its files, the endpoint."""
    base = work.base
    if base is None:
        return ()
    moved = moved_since(work.spec, base, work.inputs)
    if base.inputs.endpoint != work.session.identity:
        moved = (*moved, f"approved for {base.inputs.endpoint}, this is {work.session.identity}")
    return tuple(moved)


def drifted_parts(work: Work) -> tuple[str, ...]:
    """What others have moved since: the templates. Of an import that is in, it changes nothing."""
    base = work.base
    if base is None:
        return ()
    now = base.model_copy(update={"inputs": work.inputs_of(base.inputs.refinements)})
    return tuple(
        f"templates changed: {cause.ref}"
        for cause in causes_between(base, now)
        if cause.kind == "template"
    )


def is_imported(work: Work) -> bool:
    """True where the completed import is the one that this approval approves."""
    done = work.journal.known.executed
    if done is None or work.stands is not None:
        return work.here is not None
    ended = done.status in ("completed", "not_as_approved")
    return work.base is not None and done.digest == work.base.digest and ended


async def approve_first(
    work: Work,
    options: ApplyOptions,
    moved: tuple[str, ...],
    plan: Callable[[Work, PlanOptions], Awaitable[SpecOutcome]],
    apply: Callable[[Work, ApplyOptions], Awaitable[SpecOutcome]],
) -> SpecOutcome:
    """No approval, or a stale one: refused, unless a person approves what ``plan`` shows now;
    then ``apply`` goes on."""
    may_ask = work.session.approval(work.spec) == "file" and (options.yes or options.confirm)
    if not may_ask:
        raise not_approved(work, moved)
    asked = PlanOptions(pending=True, cancel_on_unanswered=options.cancel_on_unanswered)
    planned = await plan(work, asked)
    if planned.status not in ("changed", "approved") or planned.digest is None:
        return planned
    if planned.status == "changed":
        agreed = options.yes or (options.confirm is not None and await options.confirm(planned))
        if not agreed:
            return planned
        approved = approve_spec(
            work.session.project, work.spec, work.session.pages, digest=planned.digest
        )
        if approved.status != "approved":
            return approved
    again = Work.open(work.session, work.spec)
    again.frees_slot = options.cancel_on_unanswered
    return await apply(again, replace(options, yes=False, confirm=None))


def not_approved(work: Work, moved: tuple[str, ...]) -> RefusedError:
    """The refusal of row 3: nothing was asked of the service."""
    if work.base is None:
        return RefusedError(
            f"{work.spec.name} has no approved snapshot.",
            rule="not_approved",
            next=f"vernctl plan {work.spec.shown_path}, then vernctl approve",
        )
    return RefusedError(
        f"{work.spec.name} has moved since {short(work.base.digest)} was approved.",
        rule="stale",
        reasons=moved,
        next=f"vernctl plan {work.spec.shown_path}",
    )


def _planned(work: Work, situation: Situation) -> Plan:
    """The planner's view; an unknown preview is told apart by its content, below."""
    try:
        return decide(situation, work.desired, Options())
    except RefusedError as refused:
        if refused.rule != "unknown_preview":
            raise
        unknown: Case = "regenerate"
        return Plan(unknown)


async def nothing_to_do(
    work: Work,
    approved: Snapshot,
    run: Run | None,
    verified: Callable[[Run], Awaitable[SpecOutcome]],
) -> SpecOutcome:
    """Imported already. Results that are lacking are written; without a receipt it is verified."""
    done = work.journal.known.executed
    receipt = done.receipt if done is not None and done.status == "completed" else None
    if work.stands is not None and work.stands.receipt is not None:
        receipt = work.stands.receipt
    if run is not None and (receipt is None or lacking(work, approved)):
        return as_before(await verified(run))
    live = await live_source(work, work.line.id or None)
    outcome = begin(work, "apply").model_copy(update=imported(work))
    return outcome.model_copy(
        update={
            "live": live,
            "facts": (*outcome.facts, *live_facts(work, live)),
            "digest": approved.digest,
            "migration_id": work.journal.known.migration_id,
            "run_id": run.run_id if run else None,
            "receipt": receipt or (done.receipt if done else None),
        }
    )


def as_before(verified: SpecOutcome) -> SpecOutcome:
    """What was verified just now had been imported before: nothing changed by it."""
    if verified.status != "applied":
        return verified
    facts = ("Imported before; verified by reading, and what was lacking is written.",)
    return verified.model_copy(update={"status": "unchanged", "facts": facts})


def refuse_partial(work: Work, options: ApplyOptions) -> None:
    """Raise PartialImportError where this approval was imported in part, unless told to retry."""
    done = work.journal.known.executed
    if done is None or done.status != "partial" or options.retry:
        return
    if work.base is not None and done.digest == work.base.digest:
        raise PartialImportError(
            f"the last execute of {short(done.digest)} was partial.",
            remote="Some of its rows are in; nothing is executed again by itself.",
            next=f"vernctl apply {work.spec.shown_path} --retry, or raise `epoch:`",
        )


async def _regenerate(
    work: Work, plan: Plan, options: ApplyOptions, approved: Snapshot
) -> SpecOutcome:
    """The service has no preview to execute: make it anew, and execute it if it is the same."""
    if not (work.session.embedded or options.regenerate or plan.case == "attach"):
        raise RefusedError(
            f"the preview that {short(approved.digest)} approved is no longer on the service.",
            rule="stale",
            reasons=(f"making it anew takes {plan.cost.agent} agent calls",),
            next=f"vernctl apply {work.spec.shown_path} --regenerate",
        )
    reached = await reach(work, PlanOptions(replace=options.regenerate))
    if reached.plan.case == "imported":
        # Followed to its end: somebody else's execute of what is approved here, perhaps.
        run = reached.observed.run
        return await nothing_to_do(work, approved, run, partial(confirm, work, approved))
    if reached.plan.case != "read":
        return await conclude(work, reached, PlanOptions(pending=True))
    # While it was made anew, another checkout may have imported what is approved here.
    if (found := await recognised(work, approved, await work.look())) is not None:
        return as_before(found)
    return await _execute_or_refuse(work, reached, approved)


async def _execute_or_refuse(work: Work, reached: Reached, approved: Snapshot) -> SpecOutcome:
    candidate = await read_candidate(work, reached)
    if candidate.digest == approved.digest:
        # The limits may be others than those it was approved under, or an override has expired.
        if failed := review_of(work, candidate).failed:
            raise check_refused(work.spec, candidate.digest, failed)
        return await execute(work, approved)
    if not in_ci():
        keep_pending(work, candidate, review_of(work, candidate))
    raise differs(work, approved, candidate)


async def _another_preview(work: Work, approved: Snapshot, observed: Observed) -> RefusedError:
    """Row 5: somebody's preview, not ours; compared as if it had been made with our inputs."""
    sheets = await work.sheets(observed.migration_id or "")
    recorded = Recorded.approved(approved)
    if sheets is None:
        return not_approved(work, ("the service holds no preview",))
    refused = differs(work, approved, work.candidate(sheets, recorded, observed))
    said = persons_words(observed.events)
    older = (f"{len(said) - _TOLD} earlier messages",) if len(said) > _TOLD else ()
    since = (*older, *(f"told since then: {text}" for text in said[-_TOLD:]))
    refused.reasons = (*refused.reasons, *since)
    return refused


def differs(work: Work, approved: Snapshot, candidate: Snapshot) -> RefusedError:
    """The refusal of row 5: what was approved, what is there, and how they differ."""
    diff = diff_snapshots(approved, candidate)
    parts = [
        f"{sheet.name}: +{len(sheet.added)} -{len(sheet.removed)} ~{len(sheet.changed)} rows"
        for sheet in diff.sheets
        if not sheet.is_empty
    ]
    causes = [f"{cause.kind}: {cause.ref}" for cause in causes_between(approved, candidate)]
    return RefusedError(
        f"{work.spec.name} was approved for a preview that is no longer there: "
        f"approved {short(approved.digest)}, now {short(candidate.digest)}.",
        rule="stale",
        reasons=(*causes, *parts) or ("the cells are equal; who made it, or from what, is not",),
        next=f"vernctl plan {work.spec.shown_path}",
    )
