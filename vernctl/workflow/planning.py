"""Plan one spec: the least work that leads to the wanted preview, and its diff to the approved."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

from vernctl.api.models import Run
from vernctl.errors import RunFailedError, VernctlError
from vernctl.snapshot.files import remove_snapshot
from vernctl.snapshot.model import Snapshot
from vernctl.spec.answers import match
from vernctl.spec.load import load_spec
from vernctl.workflow.asked import answer_today, question_outcome, unused_rules
from vernctl.workflow.canceling import freeing_slot
from vernctl.workflow.clarifying import clarified
from vernctl.workflow.connecting import live_facts, live_source
from vernctl.workflow.credentials import refuse_unset, waiting_for
from vernctl.workflow.heals import heals_of
from vernctl.workflow.observe import Observed
from vernctl.workflow.outcome import ErrorOutcome, SpecOutcome
from vernctl.workflow.pending import keep_pending, review_of, unseen_change
from vernctl.workflow.perform import Replan, perform
from vernctl.workflow.plan import Options, Plan, cost_of, decide, one_by_one, steps_for
from vernctl.workflow.remarks import refused_unused, warnings_of, with_wordings
from vernctl.workflow.results import begin, check_refused, expected, recorded_unanswered
from vernctl.workflow.session import in_ci
from vernctl.workflow.takeover import take_over
from vernctl.workflow.uploading import refuse_elsewhere
from vernctl.workflow.wishes import Recorded
from vernctl.workflow.work import Work

#: The one way to find a migration by its address is the create, which a read-only plan never sends.
CANNOT_KNOW = (
    "No migration of this address is on record here: by reading alone it cannot know whether the "
    "service has one already."
)
#: Each round performs one plan; more than these means that somebody works against us.
MAX_ROUNDS = 6


@dataclass(frozen=True)
class PlanOptions(Options):
    """What ``vernctl plan`` may be asked for beside the planner's own options.

    ``step``: every message goes out by itself, and what it changes is shown. ``strict``: a rule
    that answers nothing is an error. ``cancel_on_unanswered``: a run that waits for an answer that
    nobody has is canceled, so that it holds no slot of the account.
    """

    read_only: bool = False
    recreate: bool = False
    pending: bool = False
    step: bool = False
    strict: bool = False
    cancel_on_unanswered: bool = False


@dataclass(frozen=True)
class Reached:
    """Where the rounds of a plan have led: the last plan and what it saw."""

    plan: Plan
    observed: Observed
    known: Recorded | None


async def plan_work(work: Work, options: PlanOptions) -> SpecOutcome:
    """Plan one spec from what lies on disk to an outcome. Raises VernctlError for what stops it."""
    began = time.monotonic()
    work.frees_slot = options.cancel_on_unanswered
    async with freeing_slot(work):
        reached = await reach(work, options)
    outcome = await conclude(work, reached, options)
    return outcome.model_copy(update={"seconds": time.monotonic() - began})


async def reach(work: Work, options: PlanOptions) -> Reached:
    """Decide and perform until the wanted preview is there to be read (or an import completed).

    With ``read_only`` nothing is performed: the first plan is where it ends.
    """
    progress = work.progress
    wanted, met = options, False
    for turn in range(MAX_ROUNDS):
        observed = await work.look(
            recreate=options.recreate, brief=True, latest=met, read_only=options.read_only
        )
        if not options.read_only:
            observed = await take_over(work, observed)
        situation = await work.situation(observed)
        plan = decide(situation, work.desired, wanted)
        done = plan.case in ("read", "imported", "blocked")
        if done or options.read_only:
            return Reached(plan, observed, situation.known)
        if plan.case == "new":
            refuse_elsewhere(work, work.inputs.files, "Nothing was sent.")
            refuse_unset(work.spec, work.session.project)
        plan = one_by_one(plan) if options.step else plan
        work.session.budget.promise(work.address, plan.cost.agent, work.spec)
        work.session.listener.announce(work.spec.name, steps_for(plan), plan.cost)
        progress.steps += steps_for(plan)
        if observed.migration_id is not None and work.journal.known.migration_id is None:
            # A fresh clone: the approved snapshot has told the migration, and no more is known.
            work.journal.fact("found", migration_id=observed.migration_id)
        try:
            progress.questions += await perform(work, plan, effects=options.step)
        except Replan as moved:
            met = moved.met
            progress.steps = [step for step in progress.steps if step.kind == "create"]
            # Two that meet step back for unequal times, or they meet again.
            await asyncio.sleep(random.uniform(0, turn * work.session.poll_seconds))
            continue
        if work.session.asker is not None:
            work.use(load_spec(work.spec.path, work.session.project))
        progress.fresh = progress.fresh or plan.case != "attach"
        # What a person asked to be done anew has been done.
        wanted = PlanOptions()
    raise RunFailedError(
        f"the service changed under {MAX_ROUNDS} plans in a row.",
        remote="A preview may have been made; nothing was imported.",
        next="See who else works on this migration, then plan again.",
    )


async def conclude(work: Work, reached: Reached, options: PlanOptions) -> SpecOutcome:
    """The outcome of a plan: what it did, what it led to, and what that means for the approval."""
    migration_id = reached.observed.migration_id
    outcome = begin(work, "plan").model_copy(
        update={
            "migration_id": migration_id,
            "run_id": reached.observed.run.run_id if reached.observed.run else None,
            "questions": tuple(work.progress.questions) or expected(reached.plan, work.spec),
            "live": await live_source(work, migration_id),
        }
    )
    concluded = await _concluded(work, reached, outcome, options)
    facts = (*concluded.facts, *live_facts(work, concluded.live))
    return concluded.model_copy(update={"facts": facts})


async def _concluded(
    work: Work, reached: Reached, outcome: SpecOutcome, options: PlanOptions
) -> SpecOutcome:
    match reached.plan.case:
        case "imported":
            return outcome.model_copy(update=imported(work))
        case "blocked":
            return outcome.model_copy(update=recorded_unanswered(reached.plan, work.spec))
        case "read":
            return await _reviewed(work, reached, outcome, options)
        case "attach":
            return outcome.model_copy(update=in_flight(work, reached.observed.run))
        case _:
            return outcome.model_copy(
                update={
                    "status": "changed",
                    "performed": False,
                    "steps": steps_for(reached.plan),
                    "cost": reached.plan.cost,
                    "facts": (
                        "Nothing was sent: a plan that only reads cannot start a run.",
                        *((CANNOT_KNOW,) if reached.plan.case == "new" else ()),
                    ),
                    "next": f"vernctl plan {work.spec.shown_path}",
                }
            )


async def _reviewed(
    work: Work, reached: Reached, outcome: SpecOutcome, options: PlanOptions
) -> SpecOutcome:
    candidate = await read_candidate(work, reached)
    unused = unused_rules(work.spec, candidate.questions)
    if unused and options.strict:
        raise refused_unused(unused)
    if work.base is None or work.base.digest != candidate.digest:
        candidate = await clarified(work, candidate, read_only=options.read_only)
    review = review_of(work, candidate)
    stale = answers_moved(work)
    same = work.base is not None and work.base.digest == candidate.digest and not stale
    update: dict[str, object] = {
        "digest": candidate.digest,
        "diff": review.diff,
        "causes": review.causes,
        "checks": review.checks,
        "provenance": review.provenance,
        "apply_calls": 1,
        "steps": tuple(work.progress.steps),
        "cost": cost_of(work.progress.steps),
        "clarified": candidate.clarified,
        "heals": heals_of(candidate, work.base),
        "remarks": work.remarks,
        "questions": with_wordings(outcome.questions, candidate.questions, work.base),
        "warnings": (*outcome.warnings, *warnings_of(candidate.questions, unused)),
    }
    writes = options.pending or not (in_ci() or options.read_only)
    if same:
        if writes:
            remove_snapshot(work.folders.pending)
        update |= {
            "status": "approved",
            "facts": ("The server's preview is the approved one.",),
            "next": f"vernctl apply {work.spec.shown_path}",
        }
    else:
        if writes:
            keep_pending(work, candidate, review)
        update |= {"status": "changed", "next": f"vernctl approve {work.spec.shown_path}"}
        diff = review.diff
        if work.base and not diff.dropped_sheets and all(sheet.is_empty for sheet in diff.sheets):
            update["facts"] = (*outcome.facts, unseen_change(review.causes))
    if review.failed:
        refused = ErrorOutcome.of(check_refused(work.spec, candidate.digest, review.failed))
        update |= {"status": "refused", "error": refused, "next": refused.next}
    return outcome.model_copy(update=update)


async def read_candidate(work: Work, reached: Reached) -> Snapshot:
    """Read the preview that was reached; a new one twice, for it must stay what was read.

    Raises VernctlError where two reads differ: it could never be approved by its content.
    """
    migration_id = reached.observed.migration_id or ""
    known = reached.known
    sheets = await work.sheets(migration_id)
    if sheets is None or known is None:
        raise RunFailedError(
            "the run has settled, but there is no preview to read.",
            remote="Nothing was imported.",
            next="vernctl log SPEC shows what it did; the same command tries again.",
        )
    digest = work.digest(sheets, known.messages)
    if work.progress.fresh:
        again = await work.sheets(migration_id)
        if work.digest(again, known.messages) != digest:
            raise VernctlError(
                "the service's preview differs between two reads, "
                "so it cannot be approved by its content.",
                remote="Nothing was imported.",
                next="Narrow it with `review.ignore` if a column holds a time or a random value.",
            )
    candidate = work.candidate(sheets, known, reached.observed)
    work.journal.fact("preview", digest=candidate.digest, sequence=reached.observed.last_sequence)
    return candidate


def answers_moved(work: Work) -> bool:
    """True where a question recorded in the approval would now get another answer, or none."""
    if work.base is None:
        return False
    return any(
        answer_today(question, work.spec.answers) != question.answer
        for question in work.base.questions
    )


def in_flight(work: Work, run: Run | None) -> dict[str, object]:
    """A run of ours that goes on, seen without touching it."""
    if run is None or run.status != "blocked":
        return {
            "status": "waiting",
            "performed": False,
            "facts": ("A run is in progress; nothing was sent.",),
            "next": f"vernctl plan {work.spec.shown_path} follows it",
        }
    if run.blocked_reason == "credentials":
        return {
            "status": "blocked",
            "performed": False,
            "facts": (waiting_for(run),),
            "next": f"vernctl plan {work.spec.shown_path} gives them, and goes on",
        }
    rules = work.spec.answers
    found = [match(question, rules, during="plan") for question in run.questions]
    return {
        "status": "blocked",
        "performed": False,
        "questions": tuple(question_outcome(one, run.questions, rules) for one in found),
        "next": f"Add the line under `answers:` ({work.spec.answers_place}) and plan again.",
    }


def imported(work: Work) -> dict[str, object]:
    """What is said of inputs whose import has completed."""
    done = work.journal.known.executed
    at = (work.stands.at if work.stands else None) or (done.at if done else None)
    when = f"imported on {at[:10]}" if at else "imported"
    digest = done.digest if done else (work.here.digest if work.here else None)
    live = work.spec.connection is not None
    what = "what was read then is in" if live else "these inputs are in"
    again = f"vernctl plan {work.spec.shown_path} --refresh"
    return {
        "status": "unchanged",
        "digest": digest,
        "facts": (f"{when}; {what}.",),
        "next": again if live else "Raise `epoch:` in the spec to import the same inputs anew.",
    }
