"""Walk the steps of a plan. Each request is journalled before it is made."""

from __future__ import annotations

from vernctl.api.models import RunKind
from vernctl.diff.compare import diff_snapshots
from vernctl.errors import ConflictError, NotFoundError
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.connecting import connect
from vernctl.workflow.drive import Driven, costs_of, drive, start
from vernctl.workflow.messages import as_one_message
from vernctl.workflow.observe import Observed
from vernctl.workflow.outcome import MessageEffect, QuestionOutcome
from vernctl.workflow.plan import Plan, PlannedStep, steps_for
from vernctl.workflow.recall import recalled
from vernctl.workflow.uploading import upload
from vernctl.workflow.wishes import Recorded
from vernctl.workflow.work import Work


class Replan(Exception):  # noqa: N818 - a signal between two modules, never an error of a person
    """What was observed no longer holds (a migration that existed, an hour that was waited).

    ``met``: somebody else's run, in flight or over, which may not be the one on record here.
    """

    def __init__(self, *, met: bool = False) -> None:
        super().__init__()
        self.met = met


async def perform(work: Work, plan: Plan, *, effects: bool = False) -> tuple[QuestionOutcome, ...]:
    """Perform the plan's steps in order and return the questions that were answered.

    ``effects``: keep what each update changes of the preview (two reads more for each).
    Raises Replan where the service has moved under the plan; BlockedError, RunFailedError,
    QuotaError and ApiError as the steps do.
    """
    asked: list[QuestionOutcome] = []
    if plan.case == "attach":
        return (await _follow(work)).questions
    for step in steps_for(plan):
        work.session.listener.say(work.spec.name, step.kind, step.detail or step.reason)
        match step.kind:
            case "create":
                await _create(work)
            case "upload":
                await upload(work)
            case "knowledge":
                await _write_knowledge(work)
            case "connect":
                await connect(work)
            case "generate":
                await _run(work, step)
                asked += (await _follow(work)).questions
            case "update":
                before = await _preview(work) if effects else None
                await _run(work, step)
                asked += (await _follow(work)).questions
                if effects:
                    await _keep_effect(work, step, before)
            case _:
                # An expected answer, like credentials, is given while its run is followed.
                continue
    return tuple(asked)


async def _preview(work: Work) -> Snapshot | None:
    mine = work.journal.known
    sheets = await work.sheets(mine.migration_id or "")
    if sheets is None:
        return None
    known = Recorded.journalled(mine)
    return work.candidate(sheets, known, Observed(mine.migration_id))


async def _keep_effect(work: Work, step: PlannedStep, before: Snapshot | None) -> None:
    after = await _preview(work)
    if after is not None:
        diff = diff_snapshots(before, after)
        work.progress.effects.append(MessageEffect(message=step.messages[0], diff=diff))


async def _follow(work: Work) -> Driven:
    return await drive(work.line, during="plan")


async def _create(work: Work) -> None:
    migration = work.spec.migration
    await work.session.gate.admit(work.address, ("create",), "create")
    intent = work.journal.intend("create", external_id=work.address)
    created = await work.session.client.create_migration(
        name=migration.name,
        external_id=work.address,
        source=migration.source,
        templates=migration.templates,
    )
    work.journal.result(intent, migration_id=created.migration.id, created=created.created)
    if not created.created:
        raise Replan


async def _write_knowledge(work: Work) -> None:
    migration_id = work.journal.known.migration_id or ""
    text = work.desired.knowledge
    current = await work.session.client.get_knowledge(migration_id)
    intent = work.journal.intend("knowledge", knowledge=text)
    if (current.knowledge or "").strip() != (text or ""):
        await work.session.client.put_knowledge(
            migration_id, text, if_unmodified_since=current.updated_at
        )
    work.journal.result(intent)


async def _run(work: Work, step: PlannedStep) -> None:
    migration_id = work.journal.known.migration_id or ""
    kind: RunKind = "generate" if step.kind == "generate" else "update"
    message = as_one_message(step.messages) if step.messages else None
    if await work.session.gate.reserve(work.address, costs_of(kind), kind):
        raise Replan
    if await _moved_meanwhile(work, migration_id, kind):
        raise Replan(met=True)
    try:
        await start(
            work.session,
            work.journal,
            migration_id,
            kind,
            message=message,
            extract_via_api=True if kind == "generate" and work.spec.connection else None,
            messages=list(step.messages),
        )
    except ConflictError as conflict:
        if conflict.run_id is not None:
            raise Replan(met=True) from conflict
        if kind == "update":
            # The preview is no longer resumable: the planner finds no preview, and starts over.
            work.journal.fact("lost")
            raise Replan from conflict
        raise


async def _moved_meanwhile(work: Work, migration_id: str, kind: RunKind) -> bool:
    """Whether another checkout has been at it since the plan was made: with a run of its own, or
    by refining ours; the message that is to go out may have been said."""
    try:
        log = await work.session.client.get_log(migration_id)
    except ConflictError:
        return True
    except NotFoundError:
        return False
    if kind == "generate":
        seen = work.latest
        if not log.runs or seen is None:
            return bool(log.runs)
        last = log.runs[-1]
        executed = last.kind == "execute" and seen.status == "awaiting_approval"
        return last.run_id != seen.run_id or executed
    known = work.journal.known
    told = recalled(log.runs, known.run_id or "", work.spec.answers)
    return told is not None and told.messages != known.applied
