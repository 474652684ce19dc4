"""Apply one spec without a preview: import approved inputs exactly once, and look afterwards."""

from __future__ import annotations

import time

from vernctl.api.companies import Company
from vernctl.api.models import Import
from vernctl.errors import (
    BadRequestError,
    ConflictError,
    InputError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerError,
    UnreachableError,
    UsageError,
)
from vernctl.snapshot.files import remove_snapshot, write_snapshot
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.applying import (
    ApplyOptions,
    approve_first,
    drifted_parts,
    moved_parts,
    nothing_to_do,
    refuse_partial,
    stale_parts,
)
from vernctl.workflow.canceling import freeing_slot
from vernctl.workflow.companies.imported import confirm_import
from vernctl.workflow.companies.looking import (
    Seen,
    approves,
    imported_run,
    is_ours,
    line_of,
    look,
    strangers,
)
from vernctl.workflow.companies.planning import cost_of_import, plan_company, steps_of_import
from vernctl.workflow.companies.starting import recognise, start, stranger
from vernctl.workflow.companies.written import rows_left
from vernctl.workflow.delta import back_up
from vernctl.workflow.executing import approval_under_way, followed, kept_approval, with_replaced
from vernctl.workflow.git import refuse_uncommitted
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.requests import out_of_quota
from vernctl.workflow.uploading import refuse_elsewhere
from vernctl.workflow.work import Work


async def apply_company(work: Work, options: ApplyOptions) -> SpecOutcome:
    """Apply one spec: the first that holds, as of any apply. Raises VernctlError for what stops it.

    Our import is in flight → follow it; these inputs are in → no-op; not approved, or stale →
    refused without a request that changes anything; else import, once.
    """
    began = time.monotonic()
    if options.regenerate:
        raise UsageError(
            f"--regenerate makes a preview anew, and {work.spec.name} has none (api: companies).",
            next=f"vernctl apply {work.spec.shown_path}",
        )
    work.frees_slot = options.cancel_on_unanswered
    async with freeing_slot(work):
        outcome = await _apply(work, options)
    return outcome.model_copy(update={"command": "apply", "seconds": time.monotonic() - began})


async def _apply(work: Work, options: ApplyOptions) -> SpecOutcome:
    seen = await look(work)
    if work.journal.known.executing is not None:
        return await finish(work)
    if work.base is None or moved_parts(work):
        return await approve_first(work, options, stale_parts(work), plan_company, _apply)
    approved = work.base
    if work.session.approval(work.spec) == "commit":
        refuse_uncommitted(work.folders.approved, approved)
    return await _import_once(work, seen, approved, options)


async def _import_once(
    work: Work, seen: Seen, approved: Snapshot, options: ApplyOptions
) -> SpecOutcome:
    done = imported_run(work, seen, approved)
    ended = work.journal.known.executed
    anew = options.retry and ended is not None and ended.status == "not_as_approved"
    if done is not None and not anew:
        return await _is_in(work, approved, done)
    if drifted := drifted_parts(work):
        return await approve_first(work, options, drifted, plan_company, _apply)
    refuse_partial(work, options)
    active = seen.active
    if active is not None and not is_ours(work.journal.known, active, approves(approved)):
        raise stranger(active)
    if active is not None:
        recognise(work, approved, active)
        return await finish(work)
    if strangers(work, seen.runs) and not options.retry:
        raise RefusedError(
            "the company holds an import that this checkout knows nothing of: "
            "whether these inputs are in already, nobody can tell.",
            rule="unknown_import",
            next="Raise `epoch:` to import into a fresh company, or import once more after all: "
            f"vernctl apply {work.spec.shown_path} --retry",
        )
    if seen.company_id is None:
        await _create(work)
        # Another checkout may have opened it, and imported.
        return await _import_once(work, await look(work), approved, options)
    return await _import(work, seen, approved)


async def _is_in(work: Work, approved: Snapshot, run: Import) -> SpecOutcome:
    """These inputs are imported; one that another checkout has imported is verified here, too."""

    async def verified(_: object) -> SpecOutcome:
        if work.journal.known.executed is None:
            recognise(work, approved, run)
            return await finish(work)
        return await confirm_import(work, approved, run)

    outcome = await nothing_to_do(work, approved, run, verified)
    if outcome.status == "unchanged" and approved.unseen:
        path = work.spec.shown_path
        return outcome.model_copy(update={"next": f"vernctl plan {path} shows what was imported"})
    return outcome


async def _create(work: Work) -> None:
    """Open the company, or find the one that an earlier request of this address has opened.

    Asked again where the reply is lost: the external_id makes sure that there is one.
    """
    journal = work.journal
    refuse_elsewhere(work, work.inputs.files, "Nothing was sent.")
    await work.session.gate.admit(work.address, ("create",), "create")
    work.progress.steps += [s for s in steps_of_import(work, Seen()) if s.kind == "create"]
    intent = journal.intend("create", external_id=work.address)
    try:
        try:
            made = await _open(work)
        except (UnreachableError, ServerError):
            made = await _open(work)
    except ConflictError as taken:
        if taken.company_id is None:
            journal.result(intent, done=False)
            raise RefusedError(
                f"a company of the external_id {work.address} is there, and the service does not "
                "tell its id: a lost reply of ours, or another checkout, has opened it.",
                rule="unknown_company",
                remote="Nothing was imported by this command.",
                next="Commit the snapshot of the checkout that has imported and use it here, or "
                f"raise `epoch:` in {work.spec.shown_path} to open a fresh company.",
            ) from taken
        journal.result(intent, migration_id=taken.company_id, created=False)
        return
    except RateLimitedError as limited:
        journal.result(intent, done=False)
        raise out_of_quota(limited, "create") from limited
    except (NotFoundError, BadRequestError) as wrong:
        journal.result(intent, done=False)
        ours = "`vernctl catalog ids` tells those of the catalog"
        raise InputError(
            f"the service opens no company with the ids of {work.spec.shown_path}: {wrong.message}",
            remote="Nothing was created.",
            next="Mend migration.companies"
            + (f"; {ours}." if work.session.embedded else ", or the endpoint and its key."),
        ) from wrong
    journal.result(intent, migration_id=made.id, created=True)


async def _open(work: Work) -> Company:
    migration, ids = work.spec.migration, work.spec.migration.companies
    assert ids is not None  # the loader demands them of this dialect
    return await line_of(work).client.create_company(
        name=migration.name,
        source=ids.source,
        template_ids=tuple(ids.templates.values()),
        external_id=work.address,
    )


async def _import(work: Work, seen: Seen, approved: Snapshot) -> SpecOutcome:
    replaced = any(run.status == "completed" for run in seen.runs)
    backup = await back_up(work, approved) if replaced and work.spec.review.backup else None
    steps = steps_of_import(work, seen)
    work.progress.steps += steps
    work.session.listener.announce(work.spec.name, steps, cost_of_import(steps))
    # The approval of an import under way is the one it started with, whatever the spec says then.
    write_snapshot(kept_approval(work), approved, "")
    await start(work, seen, approved)
    return with_replaced(await finish(work), replaced=replaced, backup=backup)


async def finish(work: Work) -> SpecOutcome:
    """Follow our import to its end, answering and correcting on the way; verify and deliver.

    Raises BlockedError (the import waits), RunFailedError where nothing was written,
    PartialImportError where rows were, or may have been.
    """
    approved = approval_under_way(work, "import")
    line = line_of(work)

    async def left() -> int | None:
        runs = await line.client.list_runs(line.id)
        earlier = any(run.status == "completed" for run in runs)
        return await rows_left(work, approved.slugs, earlier=earlier)

    await followed(work, left, approved)
    run = await line.client.get_run(line.id, work.journal.known.run_id or "")
    outcome = await confirm_import(work, approved, run)
    remove_snapshot(kept_approval(work))
    return outcome
