"""Execute an approved preview exactly once, follow it to its end, verify and deliver."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from vernctl.api.models import LoggedRun, Run
from vernctl.diff.checks import import_checks
from vernctl.diff.model import CheckResult
from vernctl.errors import (
    ConflictError,
    CredentialsError,
    OvertakenError,
    PartialImportError,
    RefusedError,
    RunFailedError,
)
from vernctl.snapshot.digest import short
from vernctl.snapshot.files import read_snapshot, remove_snapshot, write_snapshot
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.answering import BlockedError, StuckError
from vernctl.workflow.canceling import freeing_slot
from vernctl.workflow.connecting import live_source
from vernctl.workflow.deliver import (
    SUMMARY,
    Results,
    deliver,
    exported,
    held,
    target_of,
    write_records,
)
from vernctl.workflow.delta import back_up, write_deltas
from vernctl.workflow.drive import drive, start
from vernctl.workflow.outcome import SpecOutcome, Status, Verification
from vernctl.workflow.plan import PlannedStep
from vernctl.workflow.record import (
    Recorded,
    already_told,
    begins_chain,
    filled_cells,
    imported_sheets,
    record,
    sheet_records,
    shown_path,
)
from vernctl.workflow.remarks import unseen_while_applying, warnings_unseen
from vernctl.workflow.results import begin
from vernctl.workflow.verify import verify
from vernctl.workflow.work import Work

#: Tells how many rows a run has left behind that ended badly; None: nobody knows.
Written = Callable[[], Awaitable[int | None]]
EXECUTE = PlannedStep(kind="execute", reason="the approved digest is the server's", agent_calls=1)


async def execute(work: Work, approved: Snapshot) -> SpecOutcome:
    """Execute ``approved``. The preview is read and compared once more right before.

    Raises RefusedError where it has just changed, OvertakenError where somebody else has started
    something right before; what :func:`finish` raises.
    """
    migration_id = work.journal.known.migration_id or ""
    await work.session.gate.reserve(work.address, ("agent",), "execute")
    logged = await executes_of(work)
    sheets = await work.sheets(migration_id)
    if work.digest(sheets, approved.inputs.refinements) != approved.digest:
        raise RefusedError(
            f"the preview changed right before it was to be executed; {short(approved.digest)} "
            "was approved.",
            rule="stale",
            next=f"vernctl plan {work.spec.shown_path}",
        )
    replaced = any(run.outcome and run.outcome.rows_written for run in logged)
    backup = await back_up(work, approved) if replaced and work.spec.review.backup else None
    # The approval of an execute under way is the one it started with, whatever happens to the
    # spec meanwhile: it is kept where the command that finishes it finds it.
    write_snapshot(kept_approval(work), approved, "")
    work.progress.steps.append(EXECUTE)
    try:
        await start(
            work.session,
            work.journal,
            migration_id,
            "execute",
            digest=approved.digest,
            executes=len(logged),
        )
    except ConflictError as conflict:
        work.progress.steps.pop()
        remove_snapshot(kept_approval(work))
        raise OvertakenError(
            f"somebody else has started something right before the execute: {conflict.message}",
            rule="overtaken",
            next=f"vernctl apply {work.spec.shown_path}",
        ) from conflict
    return await finish(work, replaced=replaced, backup=backup)


def kept_approval(work: Work) -> Path:
    """Where the snapshot of an execute under way is kept until it has ended."""
    return work.session.project.local / "executing" / f"{work.address}.snapshot"


def approval_under_way(work: Work, what: str) -> Snapshot:
    """The snapshot that approved the ``what`` (an execute, an import) which is under way.

    Raises PartialImportError where it is gone: what came of it cannot be judged.
    """
    approved = read_snapshot(kept_approval(work)) or work.base
    if approved is None:
        raise PartialImportError(
            f"an {what} is recorded, but the snapshot that approved it is gone.",
            remote="Rows may have been imported.",
            next="Restore the snapshot from git, then `vernctl apply` again.",
        )
    return approved


async def finish(work: Work, *, replaced: bool = False, backup: str | None = None) -> SpecOutcome:
    """Follow our execute to its end, then verify and deliver.

    Raises BlockedError and CredentialsError (the execute waits), RunFailedError where nothing was
    written, PartialImportError where rows were, or may have been.
    """
    approved = approval_under_way(work, "execute")
    run = await followed(work, partial(_rows_logged, work), approved)
    if run.status != "completed":
        # It was settled as ours by signs that another run has given: nothing of it is to be judged.
        waits = RunFailedError(f"the run was to execute, and is {run.status} as before")
        raise await _ended_badly(work, approved, waits, partial(_rows_logged, work))
    outcome = await confirm(work, approved, run)
    remove_snapshot(kept_approval(work))
    return with_replaced(outcome, replaced=replaced, backup=backup)


def with_replaced(outcome: SpecOutcome, *, replaced: bool, backup: str | None) -> SpecOutcome:
    """The outcome with what became of rows that were there before, said first."""
    facts = list(outcome.facts)
    if replaced:
        facts.insert(0, "REPLACED: this migration already held an import; its rows are gone.")
    if backup is not None:
        facts.insert(1, f"They were exported before, into {backup}/.")
    return outcome.model_copy(update={"facts": tuple(facts)})


async def followed(work: Work, written: Written, approved: Snapshot) -> Run:
    """Follow our run to its end, answering on the way; what ends badly is put on record.

    ``written`` tells how many rows it has left behind. Raises as :func:`finish` does.
    """
    try:
        async with freeing_slot(work):
            driven = await drive(work.line, during="apply")
    except (BlockedError, CredentialsError) as blocked:
        if blocked.canceled:
            # What was written is told by reading, as of any execute that ended badly.
            await _ended_badly(work, approved, RunFailedError("the run was canceled"), written)
        raise
    except StuckError:
        # It has not ended: it waits, and the same command goes on with it.
        raise
    except RunFailedError as error:
        raise await _ended_badly(work, approved, error, written) from error
    work.progress.questions += driven.questions
    return driven.run


class Also(NamedTuple):
    """What a dialect holds against an import besides: problems and failing checks make it one that
    is not as approved; facts, warnings and ``update`` are told with it."""

    problems: tuple[str, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    facts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    update: Mapping[str, object] = {}


_NOTHING_MORE = Also()


async def confirm(
    work: Work,
    approved: Snapshot,
    run: Run,
    also: Callable[[Results], Also] = lambda _: _NOTHING_MORE,
) -> SpecOutcome:
    """Verify a completed import by reading, deliver its results and write the receipt."""
    async with exported(work, approved.slugs) as results:
        outcome = await judged(work, approved, run, results, also(results))
        return await hand_over(work, approved, results, run, outcome)


async def judged(
    work: Work, approved: Snapshot, run: Run, results: Results, more: Also = _NOTHING_MORE
) -> SpecOutcome:
    """What the exported rows say of the import: as approved, or not. Nothing is written."""
    verification = compared(work, approved, run, results)
    verification = verification.model_copy(
        update={"problems": (*verification.problems, *more.problems)}
    )
    counts = {slug: (rows, results.invalid[slug]) for slug, rows in results.counts.items()}
    checks = import_checks(
        work.spec.checks,
        counts,
        digest=approved.digest,
        today=date.today(),
        approved=approved,
        filled=filled_cells(results, work.spec.checks),
    )
    checks = (*checks, *more.checks)
    as_approved = not verification.problems and all(check.ok for check in checks)
    begun = begin(work, "apply")
    asked = work.journal.known.questions
    questions = unseen_while_applying(work.progress.questions, asked, approved)
    return begun.model_copy(
        update={
            "questions": questions,
            "warnings": (*begun.warnings, *more.warnings, *warnings_unseen(questions)),
            "facts": more.facts,
            "status": "applied" if as_approved else "not_as_approved",
            "migration_id": work.journal.known.migration_id,
            "run_id": run.run_id,
            "digest": approved.digest,
            "checks": checks,
            "verification": verification,
            "imported": imported_sheets(run, counts),
            "report": run.report.model_dump(mode="json", by_alias=True) if run.report else None,
            "live": await live_source(work, work.journal.known.migration_id),
            **more.update,
        }
    )


def compared(work: Work, approved: Snapshot, run: Run, results: Results) -> Verification:
    """The exported rows held against the approved ones, and against the run's report."""
    return verify(
        approved.without_unseen,
        results.all_rows,
        run.report,
        results.counts,
        tokens=work.tokens,
    )


async def hand_over(
    work: Work, approved: Snapshot, results: Results, run: Run, outcome: SpecOutcome
) -> SpecOutcome:
    """Deliver what was imported where it belongs, and write the receipt."""
    await write_records(work, results, run.report)
    summary = work.session.pages.summary(outcome, approved)
    (results.folder / SUMMARY).write_text(summary, encoding="utf-8")
    sheets, knowledge = sheet_records(results), await work.line.knowledge()
    target = target_of(work)
    delivered: tuple[Path, ...] = ()
    if target is not None:
        write_deltas(work, approved, results, target)
        place = target if outcome.status == "applied" else held(target)
        delivered = deliver(results, place, already_told(work, approved, run.run_id, outcome))
    extra = Recorded(delivered, sheets, knowledge)
    receipt = record(work, approved, run.run_id, outcome, extra)
    as_told = "completed" if outcome.status == "applied" else outcome.status
    work.journal.fact("executed", digest=approved.digest, status=as_told, receipt=receipt)
    shown = tuple(shown_path(work, path) for path in delivered)
    update: dict[str, object] = {"outputs": shown, "receipt": receipt}
    if warning := begins_chain(work, receipt):
        update["warnings"] = (*outcome.warnings, warning)
    if outcome.status == "not_as_approved":
        update["next"] = f"See what differs, then plan again: vernctl plan {work.spec.shown_path}"
    return outcome.model_copy(update=update)


async def executes_of(work: Work) -> list[LoggedRun]:
    """The executes that the session log knows; none while it is not to be had."""
    try:
        log = await work.session.client.get_log(work.journal.known.migration_id or "")
    except ConflictError:
        return []
    return [run for run in log.runs if run.kind == "execute"]


async def _rows_logged(work: Work) -> int | None:
    """The rows that the session log says the last execute has written; None: nobody knows."""
    logged = await executes_of(work)
    return logged[-1].outcome.rows_written if logged and logged[-1].outcome else None


async def _ended_badly(
    work: Work, approved: Snapshot, error: RunFailedError, written_by: Written
) -> RunFailedError | PartialImportError:
    """0 rows were written: failed, and the approval stands. Else, or nobody knows: partial."""
    rows = await written_by()
    nothing = rows == 0
    run_id = work.journal.known.run_id or ""
    ended: Status = "failed" if nothing else "partial"
    told = begin(work, "apply").model_copy(
        update={"status": ended, "report": {"inserted": rows, "error": error.message}}
    )
    receipt = record(work, approved, run_id, told, Recorded())
    work.journal.fact("executed", digest=approved.digest, status=ended, receipt=receipt)
    remove_snapshot(kept_approval(work))
    if nothing:
        return RunFailedError(
            error.message,
            remote="Nothing was imported: 0 rows were written. The approval stands.",
            next=f"vernctl apply {work.spec.shown_path}",
        )
    written = "an unknown number of" if rows is None else str(rows)
    return PartialImportError(
        f"{error.message} ({written} rows were written).",
        remote="The import is partial; nothing will be executed again by itself.",
        next=f"vernctl apply {work.spec.shown_path} --retry, or raise `epoch:`",
    )
