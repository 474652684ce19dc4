"""What a company holds, found out by reading, and what that means for what is approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vernctl.api.models import Import
from vernctl.errors import NotFoundError, RefusedError
from vernctl.snapshot.digest import digest_of
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.companies.line import CompanyLine
from vernctl.workflow.companies.settle import is_in_flight
from vernctl.workflow.known import Known
from vernctl.workflow.work import Work


@dataclass(frozen=True)
class Seen:
    """A company and the history of its imports, newest first."""

    company_id: str | None = None
    runs: tuple[Import, ...] = ()

    @property
    def active(self) -> Import | None:
        """The import that is queued, running or blocked."""
        return next((run for run in self.runs if is_in_flight(run)), None)

    def run(self, run_id: str | None) -> Import | None:
        """The import of that id."""
        return next((run for run in self.runs if run.run_id == run_id), None)


def line_of(work: Work) -> CompanyLine:
    """The work's line, as this dialect knows it."""
    line = work.line
    assert isinstance(line, CompanyLine)
    return line


def approves(snapshot: Snapshot) -> str:
    """The digest of the inputs alone: what an import is known by, whatever was seen of it since.

    A snapshot of an import that was looked at approves the inputs that led to it, too.
    """
    return digest_of(snapshot.inputs, ())


async def look(work: Work, *, recreate: bool = False, read_only: bool = False) -> Seen:
    """Read the company that the journal, or the snapshot of the same address, names; an intent
    left open by a crash is settled first, which is by reading alone.

    A recorded id that answers 404 is an error but on the embedded server, or with ``recreate``.
    """
    line = line_of(work)
    if not line.id:
        if not read_only:
            await line.settle()
        return Seen()
    try:
        runs = await line.client.list_runs(line.id)
    except NotFoundError as error:
        if not (work.session.embedded or recreate):
            raise RefusedError(
                f"the recorded company {line.id} isn't in this account. "
                "Is it another key, or another region?",
                rule="unknown_migration",
                next="Check the endpoint and its key; `vernctl plan --recreate` starts a new one.",
            ) from error
        if work.journal.known.migration_id is not None:
            work.journal.fact("forgotten", migration_id=line.id)
        return Seen()
    if work.journal.known.open is not None:
        await line.settle()
        runs = await line.client.list_runs(line.id)
    active = await line.client.active_run(line.id)
    if active is not None and all(run.run_id != active.run_id for run in runs):
        runs = (active, *runs)
    return Seen(line.id, tuple(runs))


def imported_run(work: Work, seen: Seen, wanted: Snapshot) -> Import | None:
    """The last completed import, where it is of these inputs: by the journal, by the snapshot that
    names it, or by the key that the service tells. None: they are not in, or not any more."""
    last = next((run for run in seen.runs if run.status == "completed"), None)
    if last is None:
        return None
    digest = approves(wanted)
    done = work.journal.known.executed
    if done is not None and done.digest in (digest, wanted.digest) and done.run_id == last.run_id:
        return last if done.status in ("completed", "not_as_approved") else None
    here = work.here is not None and work.here.digest == wanted.digest
    if here and not wanted.unseen and last.run_id == wanted.run_id:
        return last
    keys = {key_of(digest, attempt) for attempt in range(1, len(seen.runs) + 2)}
    return last if last.idempotency_key in keys else None


def key_of(digest: str, attempt: int) -> str:
    """The idempotency key of an import: the digest; after ``attempt`` that ended badly, whose key
    finds nothing but that run for good, the digest and a number."""
    return digest if attempt == 1 else f"{digest}-{attempt}"


def is_ours(known: Known, run: Import, digest: str) -> bool:
    """True where this checkout has started a run, or its key says that it is of these inputs."""
    keys = {key_of(digest, attempt) for attempt in range(1, len(known.spent) + 2)}
    return run.run_id in known.imports or run.idempotency_key in keys


def strangers(work: Work, runs: Sequence[Import]) -> tuple[Import, ...]:
    """Completed imports that neither journal, snapshot nor key explains: whether these inputs are
    in already, nobody can tell."""
    here = work.here.run_id if work.here else None
    mine = {*work.journal.known.imports, here}
    return tuple(
        run
        for run in runs
        if run.status == "completed" and run.run_id not in mine and run.idempotency_key is None
    )
