"""A run in flight that this checkout has no journal of: is it this spec's own?

It happens when a plan was started elsewhere (another machine, a CI job) from the same spec. The
address is derived from the inputs, so files, source and templates are the spec's; what is left to
tell are the messages that the run was given, which the thread keeps, and the answers, which the
run reads back. Where all of them are this spec's, the run is taken over; else it is a stranger's.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from vernctl.api.models import IN_FLIGHT, Run, ThreadEvent
from vernctl.workflow.connecting import attached, public_of
from vernctl.workflow.messages import split_message
from vernctl.workflow.observe import Observed, persons_words
from vernctl.workflow.requests import leaves
from vernctl.workflow.settle import active_run_id, refused_by
from vernctl.workflow.standing import settled_log
from vernctl.workflow.work import Work


async def take_over(work: Work, observed: Observed) -> Observed:
    """Take over the unknown run in flight where it is this spec's; else leave it a stranger's.

    Finding out its id may take a while: the run is listened to until it settles or asks.
    """
    migration_id = observed.migration_id
    if migration_id is None or observed.run is None or observed.run.run_id:
        return observed
    run_id, started = await active_run_id(work.session, migration_id, work.journal)
    # One that has settled while it was listened to was in flight when it was met.
    run_id = run_id or await _last_run(work, observed)
    if run_id is None or started:
        return await work.look()
    # An earlier run of ours has said its part: what came after it is the unknown run's. Read before
    # the run, so that an answer among its messages is in what the run reads back.
    after = work.journal.known.sequence
    events = (await work.session.client.get_thread(migration_id, after=after)).events
    run = await work.session.client.get_run(migration_id, run_id)
    events = tuple(event for event in events if _is_since(event, run))
    messages = tuple(text for said in persons_words(events) for text in split_message(said))
    messages = tuple(text for text in messages if text not in set(leaves(run.answers)))
    goes_on = run.status in IN_FLIGHT or run.status == "awaiting_approval"
    ours = goes_on and _is_ours(work, run, messages)
    if not (ours and await _reads_our_source(work, migration_id)):
        return Observed(migration_id, run, observed.last_sequence, events)
    work.journal.fact(
        "adopted",
        migration_id=migration_id,
        run_id=run_id,
        applied=list(messages),
        knowledge=work.desired.knowledge,
        connection=work.desired.connection,
        questions=[],
        sequence=events[-1].sequence if events else None,
    )
    return Observed(migration_id, run, observed.last_sequence, ())


def _is_since(event: ThreadEvent, run: Run) -> bool:
    """Whether an event is of this run's time: a thread keeps those of the runs before as well."""
    if event.created_at is None or run.created_at is None:
        return True
    try:
        began = datetime.fromisoformat(run.created_at)
        return datetime.fromisoformat(event.created_at) >= began
    except (ValueError, TypeError):
        # Not as ISO 8601 has it, or the one with its zone and the other without.
        return True


async def named_run(work: Work, observed: Observed) -> Run | None:
    """The observed run with its id, whoever started it: to be canceled, so it is not waited for,
    and what asking for the id may start is canceled as well."""
    run, migration_id = observed.run, observed.migration_id
    if run is None or run.run_id or migration_id is None:
        return run
    run_id, _ = await refused_by(work.session, migration_id, work.journal, observed.last_sequence)
    return await work.session.client.get_run(migration_id, run_id) if run_id else run


async def _last_run(work: Work, observed: Observed) -> str | None:
    log = await settled_log(work, observed)
    return log.runs[-1].run_id if log and log.runs else None


def _is_ours(work: Work, run: Run, messages: tuple[str, ...]) -> bool:
    wanted = Counter(work.desired.messages)
    given = {rule.text.casefold() for rule in work.desired.rules}
    said = [answer.casefold() for answer in leaves(run.answers)]
    return not (Counter(messages) - wanted) and all(answer in given for answer in said)


async def _reads_our_source(work: Work, migration_id: str) -> bool:
    """Whether the migration's live source is the spec's; always, where the spec has none."""
    wanted = work.spec.connection
    if wanted is None:
        return True
    there = await attached(work, migration_id, wanted.source_key)
    return there is not None and public_of(there) == wanted.public
