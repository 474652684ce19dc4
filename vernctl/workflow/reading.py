"""Verbs that only read: status, show, questions, log, and the diff of a pull request."""

from __future__ import annotations

from vernctl.api.models import IN_FLIGHT, Run, SessionLog
from vernctl.diff.causes import explained
from vernctl.errors import InputError, RefusedError
from vernctl.snapshot.digest import short
from vernctl.snapshot.files import read_snapshot, read_snapshot_with
from vernctl.snapshot.model import Snapshot
from vernctl.spec.model import Project, Spec
from vernctl.workflow.applying import is_imported, stale_parts
from vernctl.workflow.approving import recorded_questions, unseen_facts
from vernctl.workflow.canceling import cancel_run
from vernctl.workflow.executing import confirm
from vernctl.workflow.git import commit_of, file_at, last_commit
from vernctl.workflow.heals import heals_of
from vernctl.workflow.line import ServiceLog
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.receipts import receipts_of
from vernctl.workflow.recognising import run_of_import
from vernctl.workflow.session import folders_for
from vernctl.workflow.work import Work


async def status_of(work: Work, outcome: SpecOutcome) -> SpecOutcome:
    """What happened to this customer, and what now: from git and receipts, and from what a plan
    that only reads has told of the server."""
    facts = list(outcome.facts)
    if work.base is not None:
        commit = last_commit(work.folders.approved)
        by = f" by {commit['commit'][:9]} ({commit['at'][:10]})" if commit else ", not in git"
        facts.insert(0, f"approved {short(work.base.digest)}{by}")
        facts += [f"since then: {part}" for part in stale_parts(work)]
    pending = read_snapshot(work.folders.pending)
    if pending is not None:
        facts.append(f"pending {short(pending.digest)}, not approved yet")
    receipts = receipts_of(work.folders.receipts, work.spec.name)[-3:]
    if outcome.migration_id is not None and not receipts:
        told = await work.line.import_on_record()
        facts += [f"no receipt here; the service's log: {told}"] if told else []
    for receipt, _ in receipts:
        facts.append(f"receipt {receipt.number:04d}: {receipt.outcome} on {receipt.at[:10]}")
    return outcome.model_copy(update={"command": "status", "facts": tuple(facts)})


def show_spec(project: Project, spec: Spec) -> SpecOutcome:
    """What is approved, and what is pending against it. Offline.

    Raises RefusedError where there is neither.
    """
    own = spec.endpoint or project.own_endpoint
    folders = folders_for(project, spec, own, own)
    base, pending = read_snapshot(folders.approved), read_snapshot(folders.pending)
    shown = pending or base
    if shown is None:
        raise RefusedError(
            f"{spec.name} has neither an approved nor a pending snapshot.",
            rule="not_approved",
            remote=None,
            next=f"vernctl plan {spec.shown_path}",
        )
    against = base if pending is not None else None
    outcome = _compared(spec, against, shown, command="show")
    return outcome.model_copy(update={"status": "changed" if pending else "approved"})


def diff_base(project: Project, spec: Spec, ref: str) -> SpecOutcome:
    """What merging the working tree's snapshot would approve, against the one at a git ref.

    Offline, with no key and no data. Raises UsageError for a ref that git does not know.
    """
    commit = commit_of(project.root, ref)
    folder = spec.snapshot_dir

    def at_base(name: str) -> bytes | None:
        return file_at(folder.parent, commit, f"{folder.name}/{name}")

    before = read_snapshot_with(at_base, f"{folder.name} at {ref}")
    now = read_snapshot(folder)
    if now is None:
        raise RefusedError(
            f"{spec.name} has no approved snapshot here.",
            rule="not_approved",
            remote=None,
            next=f"vernctl plan {spec.shown_path}, then vernctl approve",
        )
    outcome = _compared(spec, before, now, command="diff")
    same = before is not None and before.digest == now.digest
    return outcome.model_copy(
        update={"base_ref": ref, "status": "unchanged" if same else "changed"}
    )


def _compared(spec: Spec, before: Snapshot | None, now: Snapshot, *, command: str) -> SpecOutcome:
    diff, causes = explained(before, now)
    return SpecOutcome.model_validate(
        {
            "name": spec.name,
            "path": spec.shown_path,
            "status": "changed",
            "command": command,
            "title": spec.migration.name,
            "source": spec.migration.source,
            "endpoint": now.inputs.endpoint,
            "digest": now.digest,
            "base_digest": before.digest if before else None,
            "first_import": before is None,
            "unseen": now.inputs.companies is not None,
            "diff": diff,
            "heals": heals_of(now, before),
            "causes": causes,
            "questions": recorded_questions(now),
            "facts": unseen_facts(now),
        }
    )


def questions_in(outcome: SpecOutcome) -> SpecOutcome:
    """The questions that a run waits with, of what a plan that only reads has told."""
    if outcome.status != "blocked":
        return outcome.model_copy(update={"facts": ("No run waits for an answer.",)})
    return outcome


async def log_of(work: Work, migration_id: str | None) -> ServiceLog:
    """The service's record of the spec's workspace. Raises InputError for none."""
    if migration_id is None:
        raise InputError(
            f"{work.spec.name} has no migration at this endpoint that this checkout knows.",
            next=f"vernctl plan {work.spec.shown_path}",
        )
    return await work.line.log()


def recipe_in(log: ServiceLog, spec: Spec) -> str:
    """The recipe of the last run that has one. Raises InputError where none tells it as text."""
    runs = SessionLog.model_validate_json(log.document).runs
    recipes = [run.plan for run in runs if isinstance(run.plan, str) and run.plan]
    if not recipes:
        raise InputError(
            f"The log of {spec.name} has no recipe: only vernctl's own engine writes one there, "
            "when it has got to a preview.",
            next=f"vernctl log {spec.shown_path}",
        )
    return recipes[-1]


async def cancel_in_flight(work: Work, migration_id: str | None, run: Run | None) -> SpecOutcome:
    """Cancel the run, if it is in flight; whoever started it."""
    outcome = SpecOutcome(
        name=work.spec.name,
        path=work.spec.shown_path,
        status="unchanged",
        command="status",
        title=work.spec.migration.name,
        endpoint=work.session.identity,
        migration_id=migration_id,
    )
    if run is None or run.status not in IN_FLIGHT:
        return outcome.model_copy(update={"facts": ("No run is in flight; nothing to cancel.",)})
    canceled = await cancel_run(work, run.run_id)
    return outcome.model_copy(
        update={
            "run_id": canceled.run_id,
            "facts": (f"The run is {canceled.status}.",),
            "next": f"vernctl plan {work.spec.shown_path}",
        }
    )


async def export_work(work: Work) -> SpecOutcome:
    """Export a completed import into ``export.to`` once more; verified like the first time.

    Raises RefusedError where the approved inputs have not been imported here.
    """
    observed = await work.look()
    situation = await work.situation(observed)
    imported = situation.imported and is_imported(work)
    run = await run_of_import(work, observed) if imported else None
    if run is None or work.base is None:
        raise nothing_to_export(work)
    return await confirm(work, work.base, run)


def nothing_to_export(work: Work) -> RefusedError:
    """The refusal of an export before the import."""
    return RefusedError(
        f"{work.spec.name} has no completed import to export.",
        rule="not_approved",
        next=f"vernctl apply {work.spec.shown_path}",
    )
