"""An import that this checkout knows nothing of: recognised by its rows, once, by reading alone.

A fresh clone has no journal and often no receipts, and the preview that it could recognise may have
given way to a branch's plan. The service's log says which execute wrote rows last; that those rows
are the approved ones, their export does.
"""

from __future__ import annotations

from collections import Counter

from vernctl.api.models import Run, SessionLog
from vernctl.errors import NotFoundError
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.deliver import Results, exported
from vernctl.workflow.executing import compared, hand_over, judged
from vernctl.workflow.observe import Observed
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.recall import recalled
from vernctl.workflow.standing import last_import, settled_log
from vernctl.workflow.wishes import Recorded, changes_between
from vernctl.workflow.work import Work


async def recognised(work: Work, approved: Snapshot, observed: Observed) -> SpecOutcome | None:
    """The verified import of ``approved``, where the rows on the service are its rows; None where
    they are not, or where the journal knows whose they are.

    Delivers the results and writes the receipt, as any verified import does.
    """
    recorded = Recorded.approved(approved)
    asked_for = changes_between(recorded, work.desired).is_nothing
    if observed.migration_id is None or observed.in_flight or work.here is None or not asked_for:
        return None
    log = await settled_log(work, observed)
    run_id = _like_approved(work, approved, log) if log else None
    run = await _completed(work, observed.migration_id, run_id) if run_id else None
    if run is None:
        return None
    try:
        async with exported(work, approved.slugs) as results:
            if compared(work, approved, run, results).problems or not _whole(approved, results):
                return None
            work.adopt_import(run.run_id, recorded, observed)
            outcome = await judged(work, approved, run, results)
            return await hand_over(work, approved, results, run, outcome)
    except NotFoundError:
        # A sheet of another shape than the approved one: those rows are somebody else's.
        return None


async def run_of_import(work: Work, observed: Observed) -> Run | None:
    """The run whose import is in: the latest, or the one that stands behind later runs; None where
    the service does not tell of it any more, so that there is nothing to fetch."""
    if work.stands is not None:
        return await _completed(work, observed.migration_id or "", work.stands.run_id)
    run = observed.run
    return run if run is not None and run.status == "completed" else None


async def _completed(work: Work, migration_id: str, run_id: str) -> Run | None:
    try:
        run = await work.session.client.get_run(migration_id, run_id)
    except NotFoundError:
        return None
    return run if run.status == "completed" else None


def _like_approved(work: Work, approved: Snapshot, log: SessionLog) -> str | None:
    """The run that wrote rows last, where the log tells nothing that speaks against its being the
    approved one: it was told the same messages, and answered alike."""
    wrote, done = last_import(log), work.journal.known.executed
    if wrote is None or (done is not None and done.run_id == wrote.run_id):
        return None
    before = log.runs[: log.runs.index(wrote)]
    told = recalled(before, wrote.run_id, work.spec.answers)
    if told is not None:
        answers = {question.question: question.answer for question in approved.questions}
        other = [q for q in told.questions if answers.get(q.question, q.answer) != q.answer]
        if other or Counter(told.messages) != Counter(approved.inputs.refinements):
            return None
    return wrote.run_id


def _whole(approved: Snapshot, results: Results) -> bool:
    """Whether there are as many rows as the previews said there would be, where they did."""
    return all(
        sheet.sample_of is None or results.counts[sheet.slug] == sheet.sample_of
        for sheet in approved.sheets
    )
