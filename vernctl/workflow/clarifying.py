"""Read-only questions to the agent about its preview: one run, its answer read from the thread."""

from __future__ import annotations

from collections.abc import Sequence

from vernctl.api.models import ThreadEvent
from vernctl.errors import RefusedError
from vernctl.snapshot.model import Clarified, Snapshot
from vernctl.snapshot.tokens import hides
from vernctl.workflow.drive import drive, start
from vernctl.workflow.messages import as_one_message
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.plan import PlannedStep, cost_of
from vernctl.workflow.requests import last_sequence
from vernctl.workflow.results import begin
from vernctl.workflow.work import Work


async def clarified(work: Work, candidate: Snapshot, *, read_only: bool) -> Snapshot:
    """The candidate with the agent's answers to the spec's ``clarify`` questions.

    Asked in one run, and only where the thread has no answer about this preview yet. Outside the
    digest: an answer is information, and changes nothing that was approved.
    """
    asked = work.spec.clarify
    migration_id = candidate.migration_id
    if not asked or migration_id is None or hides(work.spec.review):
        return candidate
    answer = _answer_in(await _events(work, migration_id), as_one_message(asked))
    if answer is None and not read_only:
        count = f"{len(asked)} question{'' if len(asked) == 1 else 's'}, in one"
        step = PlannedStep(
            kind="clarify", reason="the preview has changed", agent_calls=1, detail=count
        )
        work.session.listener.announce(work.spec.name, [step], cost_of([step]))
        work.progress.steps.append(step)
        answer = await _ask(work, migration_id, as_one_message(asked))
        sequence = await last_sequence(work.session, work.journal, migration_id)
        work.journal.fact("preview", digest=candidate.digest, sequence=sequence)
    if answer is None:
        return candidate
    return candidate.model_copy(update={"clarified": Clarified(asked=asked, answer=answer)})


async def ask_work(work: Work, question: str) -> SpecOutcome:
    """Ask the agent one read-only question about the current preview. Costs one agent call.

    Raises RefusedError where there is no preview to ask about.
    """
    observed = await work.look()
    run, migration_id = observed.run, observed.migration_id
    if migration_id is None or run is None or run.status != "awaiting_approval":
        raise RefusedError(
            f"{work.spec.name} has no preview to ask about.",
            rule="no_preview",
            remote="Nothing was sent.",
            next=f"vernctl plan {work.spec.shown_path}",
        )
    if run.run_id != work.journal.known.run_id:
        raise RefusedError(
            "this checkout does not know the preview that the service holds.",
            rule="unknown_preview",
            remote="Nothing was sent.",
            next=f"vernctl plan {work.spec.shown_path}",
        )
    step = PlannedStep(kind="clarify", reason="asked by hand", agent_calls=1)
    work.session.listener.announce(work.spec.name, [step], cost_of([step]))
    work.progress.steps.append(step)
    answer = await _ask(work, migration_id, question)
    return begin(work, "status").model_copy(
        update={
            "migration_id": migration_id,
            "run_id": run.run_id,
            "clarified": Clarified(asked=(question,), answer=answer or ""),
        }
    )


async def _ask(work: Work, migration_id: str, message: str) -> str | None:
    before = await last_sequence(work.session, work.journal, migration_id)
    await start(work.session, work.journal, migration_id, "clarify", message=message)
    await drive(work.line, during="plan")
    return _answer_in(await _events(work, migration_id, before), message)


async def _events(
    work: Work, migration_id: str, after: int | None = None
) -> tuple[ThreadEvent, ...]:
    return (await work.session.client.get_thread(migration_id, after=after)).events


def _answer_in(events: Sequence[ThreadEvent], message: str) -> str | None:
    """What the agent said to a message about the latest preview; None where it was not asked.

    The API sends words as plain tokens, to be put together without separators.
    """
    words: list[str] | None = None
    for event in events:
        said = event.data
        if event.type == "preview":
            words = None
        elif event.type == "message" and isinstance(said, dict) and said.get("role") == "user":
            words = [] if said.get("text") == message else words
        elif event.type == "message" and isinstance(said, str) and words is not None:
            words.append(said)
    text = "".join(words or ()).strip()
    return text or None
