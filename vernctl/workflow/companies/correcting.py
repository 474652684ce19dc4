"""Corrections: what a running import is told to do otherwise, exactly once.

All that is owed goes out as one message. It is journalled before, and never sent again on
suspicion: where its reply is lost and the service does not tell what it has taken, the import
counts as not corrected, for nobody knows that it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vernctl.api.models import Import
from vernctl.errors import (
    ApiError,
    BadRequestError,
    ConflictError,
    GoneError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    UnreachableError,
)
from vernctl.workflow.messages import as_one_message
from vernctl.workflow.requests import out_of_quota

if TYPE_CHECKING:
    from vernctl.workflow.companies.line import CompanyLine


async def tell(line: CompanyLine, run: Import, messages: Sequence[str]) -> bool | None:
    """Send these messages to the import as one; True where it is settled what became of them,
    False where the import does not listen (now, or any more), None where they never arrived.

    Raises QuotaError, and ApiError where the service does not take the message as such.
    """
    session, journal = line.session, line.journal
    await session.gate.admit(journal.address, ("agent",), "correct")
    session.budget.made(journal.address)
    taken = None if run.corrections is None else len(run.corrections)
    intent = journal.intend("correct", run_id=run.run_id, messages=list(messages), taken=taken)
    try:
        await line.client.correct(line.id, run.run_id, as_one_message(messages))
    except (UnreachableError, ServerError) as error:
        if error.remote == "Nothing was sent.":
            journal.result(intent, done=False)
            raise
        return None if await line.settle() is False else True
    except RateLimitedError as limited:
        journal.result(intent, done=False)
        raise out_of_quota(limited, "correcting") from limited
    except (ConflictError, GoneError):
        journal.result(intent, done=False)
        return False
    except (BadRequestError, NotFoundError) as error:
        journal.result(intent, done=False)
        raise _not_taken(error, line) from error
    journal.result(intent)
    said = as_one_message(messages)
    session.listener.say(line.spec.name, "correct", said)
    return True


def _not_taken(error: ApiError, line: CompanyLine) -> ApiError:
    """The refusal of a message, with what became of the import that it was for."""
    path = line.spec.shown_path
    return type(error)(
        f"the service does not take the correction: {error.message}",
        status=error.status,
        request=error.request,
        remote="The import goes on without it.",
        next=f"`vernctl cancel {path}` stops the import; the same command follows it.",
    )
