"""Cancel a run: because a person says so, or because it waits for an answer that nobody has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vernctl.api.models import Run
from vernctl.errors import ConflictError, CredentialsError, NotFoundError
from vernctl.workflow.answering import BlockedError
from vernctl.workflow.work import Work


async def cancel_run(work: Work, run_id: str) -> Run:
    """Cancel a run, journalled before. Raises NotFoundError, ConflictError and other ApiErrors."""
    intent = work.journal.intend("cancel", run_id=run_id)
    try:
        run = await work.line.cancel(run_id)
    except (NotFoundError, ConflictError):
        work.journal.result(intent, done=False)
        raise
    work.journal.result(intent)
    return run


@asynccontextmanager
async def freeing_slot(work: Work) -> AsyncIterator[None]:
    """Where the work is told to, a run that blocks without an answer is canceled: its slot is free.

    Raises the BlockedError or CredentialsError with what became of the run.
    """
    try:
        yield
    except BlockedError as blocked:
        if not work.frees_slot or blocked.canceled:
            raise
        await cancel_run(work, blocked.run_id)
        raise BlockedError(
            work.spec, blocked.run_id, blocked.questions, canceled=True, during=blocked.during
        ) from blocked
    except CredentialsError as waiting:
        if not work.frees_slot or waiting.canceled:
            raise
        await cancel_run(work, waiting.run_id)
        raise CredentialsError(
            waiting.message,
            run_id=waiting.run_id,
            place=waiting.place,
            canceled=True,
            next=waiting.next,
        ) from waiting
