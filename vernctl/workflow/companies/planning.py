"""Plan one spec without a preview: what an import would send, why, and what it would cost.

Nothing is asked of the service but what it holds. What there is to approve are inputs; once they
are imported, the rows that came of them become the pending snapshot, to be looked at afterwards.
"""

from __future__ import annotations

import time

from vernctl.api.models import Import
from vernctl.diff.causes import causes_between
from vernctl.diff.compare import diff_snapshots
from vernctl.diff.model import Cause
from vernctl.errors import UsageError
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.digest import short
from vernctl.snapshot.files import read_snapshot, remove_snapshot
from vernctl.snapshot.model import RecordedCause, RecordedQuestion, Snapshot, Unseen
from vernctl.spec.answers import match
from vernctl.workflow.approving import unseen_facts
from vernctl.workflow.asked import matched_today, question_outcome, unused_rules
from vernctl.workflow.companies.imported import Imported, held_against, imported_now
from vernctl.workflow.companies.looking import Seen, approves, imported_run, is_ours, look
from vernctl.workflow.outcome import Cost, ErrorOutcome, SpecOutcome
from vernctl.workflow.pending import Review, keep_pending
from vernctl.workflow.plan import Plan, PlannedStep, cost_of
from vernctl.workflow.planning import PlanOptions, answers_moved
from vernctl.workflow.remarks import refused_unused, warnings_of
from vernctl.workflow.results import begin, check_refused, expected
from vernctl.workflow.session import in_ci
from vernctl.workflow.wishes import applied_order
from vernctl.workflow.work import Work

#: Options of a plan that speak of a preview or of its runs.
_WITHOUT_MEANING = ("step", "replace", "refresh", "reorder")


async def plan_company(work: Work, options: PlanOptions) -> SpecOutcome:
    """Plan one spec from what lies on disk to an outcome; no run is started, ever.

    Raises UsageError for an option without a meaning here, and VernctlError for what stops it.
    """
    began = time.monotonic()
    for name in _WITHOUT_MEANING:
        if getattr(options, name):
            raise UsageError(
                f"--{name} is about previews, and {work.spec.name} has none (api: companies).",
                next=f"vernctl plan {work.spec.shown_path}",
            )
    seen = await look(work, recreate=options.recreate, read_only=options.read_only)
    outcome = await _planned(work, seen, options)
    return outcome.model_copy(update={"seconds": time.monotonic() - began})


async def _planned(work: Work, seen: Seen, options: PlanOptions) -> SpecOutcome:
    wanted = candidate_of(work)
    active = seen.active
    outcome = begin(work, "plan").model_copy(
        update={"migration_id": seen.company_id, "digest": wanted.digest}
    )
    if active is not None:
        run = {"run_id": active.run_id}
        ours = work.journal.known.executing is not None or is_ours(
            work.journal.known, active, approves(wanted)
        )
        return outcome.model_copy(update=in_flight(work, seen, ours=ours) | run)
    base = work.base
    run_in = imported_run(work, seen, wanted if base is None or _is_other(base, wanted) else base)
    if run_in is not None and base is not None and not _is_other(base, wanted):
        seen_now = await _unlooked(work, base, run_in) if base.unseen else None
        return _imported(work, outcome, base, seen_now, options)
    return _unseen(work, seen, wanted, outcome, options)


async def _unlooked(work: Work, base: Snapshot, run: Import) -> Imported:
    """What an import has made and nobody has looked at: the pending snapshot, else by reading."""
    pending = read_snapshot(work.folders.pending)
    if pending is None or pending.unseen or pending.run_id != run.run_id:
        return await imported_now(work, base, run)
    return held_against(work, base, pending)


def candidate_of(work: Work) -> Snapshot:
    """Today's inputs as the snapshot that they would be, were they approved.

    It keeps the sheets of the import before, which the next is held against, and says why that is
    no longer what would be imported.
    """
    base = work.base
    before = base.inputs.refinements if base is not None else ()
    inputs = work.inputs_of(applied_order(before, work.desired.messages))
    made = make_snapshot(inputs, (), work.spec.review)
    unseen = made.model_copy(update={"unseen": Unseen()})
    if base is None:
        causes: tuple[Cause, ...] = tuple(
            Cause(kind="file", ref=f"{file.name} is new") for file in inputs.files
        )
    else:
        causes = causes_between(base, unseen.model_copy(update={"engine": base.engine}))
    told = tuple(RecordedCause(kind=c.kind, ref=c.ref, sheet=c.sheet) for c in causes)
    return unseen.model_copy(
        update={
            "unseen": Unseen(causes=told),
            "sheets": base.sheets if base is not None else (),
            "review": base.review if base is not None else {},
            "token_key": base.token_key if base is not None else None,
            "questions": _expected_now(work),
            "engine": work.session.engine,
            "migration_id": work.journal.known.migration_id,
        }
    )


def _expected_now(work: Work) -> tuple[RecordedQuestion, ...]:
    """The questions of the import before, with the answers that they would get today: part of what
    is approved, so that a rule which changes afterwards makes the approval stale."""
    kept = []
    for question in work.base.questions if work.base is not None else ():
        found = matched_today(question, work.spec.answers)
        if found.answer is not None:
            rule = found.rule.pattern if found.rule else question.rule
            kept.append(question.model_copy(update={"answer": found.answer, "rule": rule}))
    return tuple(kept)


def steps_of_import(work: Work, seen: Seen) -> tuple[PlannedStep, ...]:
    """What an apply sends, in order: the one list that is printed, and that it walks."""
    files = work.inputs.files
    foreseen = len(_expected_now(work))
    steps: list[PlannedStep] = []
    if seen.company_id is None:
        steps.append(_step("create", "the address is new", detail=work.address))
    names = ", ".join(file.name for file in files)
    steps.append(_step("upload", "an import names its files", detail=names))
    steps.append(_step("execute", "maps and imports in one run", agent_calls=1, detail="1 import"))
    if foreseen:
        count = f"{foreseen} question{'' if foreseen == 1 else 's'}"
        steps.append(_step("answer", "asked the last time", agent_calls=1, detail=count))
    messages = work.desired.messages
    if messages:
        count = "1 message" if len(messages) == 1 else f"{len(messages)} messages, in one"
        told = "told to the running import"
        step = _step("correct", told, agent_calls=1, detail=count)
        steps.append(step.model_copy(update={"messages": messages}))
    steps.append(_step("export", "every row is read back"))
    return tuple(steps)


def _step(kind: str, reason: str, *, agent_calls: int = 0, detail: str = "") -> PlannedStep:
    return PlannedStep.model_validate(
        {"kind": kind, "reason": reason, "agent_calls": agent_calls, "detail": detail}
    )


def cost_of_import(steps: tuple[PlannedStep, ...]) -> Cost:
    """As of any steps; the import may ask once more than is foreseen."""
    cost = cost_of(steps)
    return cost.model_copy(update={"agent_max": cost.agent + 1})


def in_flight(work: Work, seen: Seen, *, ours: bool) -> dict[str, object]:
    """An import that goes on, seen without touching it."""
    run, path = seen.active, work.spec.shown_path
    if run is None or run.status != "blocked":
        whose = "An import is in progress" if ours else "Somebody else's import is in progress"
        return {
            "status": "waiting",
            "performed": False,
            "facts": (f"{whose}; nothing was sent.",),
            "next": f"vernctl apply {path}" + (" follows it" if ours else ", once it has ended"),
        }
    rules = work.spec.answers
    found = [match(question, rules, during="apply") for question in run.questions]
    return {
        "status": "blocked",
        "performed": False,
        "questions": tuple(
            question_outcome(one, run.questions, rules, during="apply") for one in found
        ),
        "facts": ("The running import waits for an answer.",),
        "next": f"Add the line under `answers:` ({work.spec.answers_place}), "
        f"then vernctl apply {path}.",
    }


def _is_other(base: Snapshot, wanted: Snapshot) -> bool:
    return approves(base) != wanted.digest


def _writes(options: PlanOptions) -> bool:
    return options.pending or not (in_ci() or options.read_only)


def _unseen(
    work: Work, seen: Seen, wanted: Snapshot, outcome: SpecOutcome, options: PlanOptions
) -> SpecOutcome:
    """Inputs that are not imported yet: approved, or waiting to be."""
    steps, base = steps_of_import(work, seen), work.base
    foreseen = expected(Plan("read", questions=base.questions if base else ()), work.spec)
    approved = base is not None and not _is_other(base, wanted) and not answers_moved(work)
    path = work.spec.shown_path
    update: dict[str, object] = {
        "performed": False,
        "steps": steps,
        "cost": cost_of_import(steps),
        "questions": foreseen,
        "facts": unseen_facts(wanted)[: 1 if approved or base is None else None],
        "causes": () if base is None else causes_between(base, wanted),
    }
    if approved:
        if _writes(options):
            remove_snapshot(work.folders.pending)
        return outcome.model_copy(
            update=update | {"status": "approved", "next": f"vernctl apply {path}"}
        )
    if _writes(options):
        shown = diff_snapshots(base, wanted)
        keep_pending(work, wanted, Review(shown, (), (), None))
    return outcome.model_copy(
        update=update | {"status": "changed", "next": f"vernctl approve {path}"}
    )


def _imported(
    work: Work,
    outcome: SpecOutcome,
    base: Snapshot,
    found: Imported | None,
    options: PlanOptions,
) -> SpecOutcome:
    """These inputs are in: what came of them is looked at once, and then nothing is left to do."""
    done = work.journal.known.executed
    when = f"imported on {done.at[:10]}" if done else "imported"
    path = work.spec.shown_path
    facts = [f"{when}; these inputs are in."]
    if answers_moved(work):
        facts.append(
            "A recorded question would now get another answer: raise `epoch:` to import with it."
        )
    if found is None:
        unused = unused_rules(work.spec, base.questions)
        if unused and options.strict:
            raise refused_unused(unused)
        if _writes(options):
            remove_snapshot(work.folders.pending)
        return outcome.model_copy(
            update={
                "status": "unchanged",
                "digest": base.digest,
                "facts": tuple(facts),
                "warnings": (*outcome.warnings, *warnings_of(base.questions, unused)),
                "next": "Raise `epoch:` in the spec to import the same inputs anew.",
            }
        )
    candidate, review = found
    pending = read_snapshot(work.folders.pending)
    if _writes(options) and pending != candidate:
        keep_pending(work, candidate, review)
    facts.append(f"What was imported, {short(candidate.digest)}, waits to be looked at.")
    update: dict[str, object] = {
        "status": "changed",
        "digest": candidate.digest,
        "diff": review.diff,
        "causes": review.causes,
        "checks": review.checks,
        "facts": tuple(facts),
        "next": f"vernctl approve {path}",
    }
    if review.failed:
        refused = ErrorOutcome.of(check_refused(work.spec, candidate.digest, review.failed))
        refused = refused.model_copy(update={"remote": "The import is in; its files are held."})
        update |= {"status": "refused", "error": refused, "next": refused.next}
    return outcome.model_copy(update=update)
