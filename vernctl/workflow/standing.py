"""An import that is in, whatever run has come after it: the same approval is not executed twice.

Which run wrote rows last, the service's log says. That it imported what is approved here, the
journal knows where this checkout did it; elsewhere a receipt does, where receipts are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vernctl.api.models import LoggedRun, SessionLog
from vernctl.errors import ConflictError
from vernctl.workflow.receipts import Receipt, receipts_of
from vernctl.workflow.wishes import Recorded, changes_between

if TYPE_CHECKING:
    from vernctl.workflow.observe import Observed
    from vernctl.workflow.work import Work


class Standing(NamedTuple):
    """The run whose import is in, what that was made with, and the receipt that tells of it: as it
    is shown, with its time; None where the journal alone knows."""

    run_id: str
    recorded: Recorded
    receipt: str | None = None
    at: str | None = None


async def standing_import(work: Work, observed: Observed) -> Standing | None:
    """The import of what is approved and wanted today, where other runs have come since, or where
    this checkout learns of it from a receipt. None where it is not known to be in."""
    here, run = work.here, observed.run
    if here is None or run is None or work.progress.fresh or observed.in_flight:
        return None
    done = work.journal.known.executed
    ours = done is not None and done.status == "completed" and done.digest == here.digest
    if ours and done is not None and run.run_id == done.run_id:
        return None
    told = None if ours else _receipt_of(work, here.digest)
    recorded = Recorded.approved(here)
    if not (ours or told) or not changes_between(recorded, work.desired).is_nothing:
        return None
    log = await settled_log(work, observed)
    wrote = last_import(log) if log else None
    if wrote is None:
        return None
    if told is None:
        same = done is not None and done.run_id == wrote.run_id
        return Standing(wrote.run_id, recorded) if same else None
    receipt, shown = told
    same = receipt.run_id == wrote.run_id
    return Standing(wrote.run_id, recorded, shown, receipt.at) if same else None


async def settled_log(work: Work, observed: Observed) -> SessionLog | None:
    """The migration's log; None while something is in flight."""
    try:
        return await work.session.client.get_log(observed.migration_id or "")
    except ConflictError:
        return None


def last_import(log: SessionLog) -> LoggedRun | None:
    """The execute that wrote rows last; None where none has, or where it wrote but a part."""
    wrote = [
        run
        for run in log.runs
        if run.kind == "execute" and run.outcome and run.outcome.rows_written
    ]
    whole = wrote and wrote[-1].outcome is not None and wrote[-1].outcome.ok is not False
    return wrote[-1] if whole else None


def _receipt_of(work: Work, digest: str) -> tuple[Receipt, str] | None:
    """The last receipt that tells of a whole import of ``digest`` at this address."""
    place = (work.session.identity, work.address, digest, "applied")
    for receipt, sha256 in reversed(receipts_of(work.folders.receipts, work.spec.name)):
        if (receipt.endpoint, receipt.address, receipt.digest, receipt.outcome) == place:
            return receipt, receipt.shown(sha256)
    return None
