"""Start an import exactly once, whatever becomes of the replies."""

from __future__ import annotations

from pydantic import JsonValue

from vernctl.api.models import Import, RunAccepted
from vernctl.api.uploads import Upload
from vernctl.errors import (
    BadRequestError,
    ConflictError,
    GoneError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerError,
    UnreachableError,
)
from vernctl.snapshot.files import write_snapshot
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.companies.looking import Seen, approves, key_of, line_of
from vernctl.workflow.companies.settle import is_in_flight
from vernctl.workflow.executing import kept_approval
from vernctl.workflow.known import Entry
from vernctl.workflow.messages import split_message
from vernctl.workflow.requests import out_of_quota
from vernctl.workflow.uploading import refuse_elsewhere
from vernctl.workflow.work import Work


async def start(work: Work, seen: Seen, approved: Snapshot) -> None:
    """Start the import of approved inputs; the journal then knows its run.

    The key is the digest, so that however often it is asked for, one import comes of it. A key
    whose import has ended badly finds only that one: the next has a number. Raises RefusedError
    for a stranger's import, QuotaError, and ApiError for what the service refuses for good.
    """
    if approved.inputs.refinements:
        # Started without a call left to correct it, it would be one that is not as approved.
        await work.session.gate.room(2, "import and correct")
    known, digest = work.journal.known, approves(approved)
    attempt = 1 + sum(spent in (digest, approved.digest) for spent in known.spent)
    # Each round uses up a key that the history knows, or renews uploads that are gone.
    for _ in range(len(seen.runs) + 3):
        if not await _round(work, seen, approved, key_of(digest, attempt)):
            attempt += 1
            continue
        if work.journal.known.executing is not None:
            return
    raise RefusedError(
        "the service starts no import of these files.",
        rule="unknown_import",
        remote="Nothing was imported.",
        next=f"Raise `epoch:` in {work.spec.shown_path} to open a fresh company.",
    )


async def _round(work: Work, seen: Seen, approved: Snapshot, key: str) -> bool:
    """Ask once. False: the key is used up; True: the import is there, or the same is to be asked
    once more, which the journal tells."""
    line, journal, session = line_of(work), work.journal, work.session
    renewed = not _has_refs(work)
    if renewed:
        await _upload(work)
    await session.gate.admit(work.address, ("agent",), "import")
    session.budget.made(work.address)
    refs = [journal.known.refs[file.name] for file in work.inputs.files]
    intent = journal.intend(
        "import",
        digest=approved.digest,
        key=key,
        before=[run.run_id for run in seen.runs],
        corrections=list(approved.inputs.refinements),
    )
    try:
        accepted = await line.client.start_import(line.id, files=refs, idempotency_key=key)
    except (UnreachableError, ServerError):
        if not await line.settle():
            raise
        return True
    except RateLimitedError as limited:
        journal.result(intent, done=False)
        raise out_of_quota(limited, "import") from limited
    except ConflictError as conflict:
        return await _refused(work, seen, intent, key, conflict)
    except (BadRequestError, NotFoundError, GoneError):
        # Uploads of an earlier command may be gone by now; those of this one are not.
        journal.result(intent, done=False)
        if renewed:
            raise
        await _upload(work)
        return True
    return _took(work, seen, intent, accepted)


def _took(work: Work, seen: Seen, intent: Entry, accepted: RunAccepted) -> bool:
    """The run that a key has started: now, or, where the history knows it, before."""
    old = seen.run(accepted.run_id)
    if old is not None and not is_in_flight(old):
        # It ended badly, or was replaced since: were it what is there, nothing would be started.
        work.journal.result(intent, done=False)
        return False
    work.journal.result(intent, run_id=accepted.run_id)
    return True


async def _refused(
    work: Work, seen: Seen, intent: Entry, key: str, conflict: ConflictError
) -> bool:
    """A 409 names the run in flight, or the one that the key has started with other uploads."""
    line = line_of(work)
    if conflict.run_id is None:
        work.journal.result(intent, done=False)
        raise conflict
    run = await line.client.get_run(line.id, conflict.run_id)
    ended = run.status not in ("queued", "running", "blocked")
    if run.idempotency_key == key or (run.idempotency_key is None and ended):
        return _took(work, seen, intent, RunAccepted(run_id=run.run_id, status=run.status))
    work.journal.result(intent, done=False)
    raise stranger(run)


def stranger(run: Import) -> RefusedError:
    """The refusal of an import in flight that this checkout did not start."""
    return RefusedError(
        f"an import that this checkout did not start is {run.status} in this company.",
        rule="stranger",
        remote="Nothing was sent; that import goes on.",
        next="Wait for it, or `vernctl cancel` it if you know that nobody needs it.",
    )


def recognise(work: Work, approved: Snapshot, run: Import) -> None:
    """Take an import for ours that another checkout of the same approval has started: from here
    on it is followed, corrected and verified as if it had been started here."""
    journal = work.journal
    if journal.known.migration_id is None:
        journal.fact(
            "adopted",
            migration_id=line_of(work).id,
            run_id=run.run_id,
            applied=[],
            knowledge=None,
            questions=[question.model_dump(mode="json") for question in approved.questions],
            sequence=None,
        )
    write_snapshot(kept_approval(work), approved, "")
    wanted = approved.inputs.refinements
    told = {part for said in run.corrections or () for part in split_message(said)}
    owed: list[JsonValue] = []
    if run.corrections is not None:
        owed += [text for text in wanted if text.strip() not in told]
    intent = journal.intend(
        "import",
        digest=approved.digest,
        key=run.idempotency_key,
        before=[],
        corrections=owed,
    )
    journal.result(intent, run_id=run.run_id)
    if run.corrections is None and wanted:
        why = "another checkout has started it, and the service does not tell what it has taken"
        journal.fact("missed", messages=list(wanted), why=why)


def _has_refs(work: Work) -> bool:
    refs = work.journal.known.refs
    return all(file.name in refs for file in work.inputs.files)


async def _upload(work: Work) -> None:
    """Upload every file anew. What no import names is nothing, so nothing can happen twice."""
    line, files = line_of(work), work.inputs.files
    refuse_elsewhere(work, files, "The company exists without them; nothing was imported.")
    intent = work.journal.intend("upload", files=[file.name for file in files])
    uploads = [Upload(name=file.name, path=work.inputs.paths[file.name]) for file in files]
    try:
        refs = await line.client.upload_files(line.id, uploads)
    except (UnreachableError, ServerError):
        work.journal.result(intent, done=False)
        raise
    named = dict(zip((file.name for file in files), refs, strict=True))
    work.journal.result(intent, refs=dict(named))
