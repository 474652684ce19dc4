"""What every request that changes something needs: where the thread stands, what a limit means."""

from __future__ import annotations

import time
from collections.abc import Iterator

from pydantic import JsonValue

from vernctl.errors import QuotaError, RateLimitedError, VernctlError
from vernctl.workflow.journal import Journal
from vernctl.workflow.session import Session


async def last_sequence(session: Session, journal: Journal, migration_id: str) -> int | None:
    """Where the thread stands right before a request: what comes after it, came of the request."""
    page = await session.client.get_thread(migration_id, after=journal.known.sequence)
    return page.last_sequence if page.last_sequence is not None else journal.known.sequence


def out_of_quota(limited: RateLimitedError, what: str) -> QuotaError:
    """The account's limit as an outcome: nothing lost, and when to come back."""
    wait = limited.retry_after
    held = (
        f" Runs that hold the account's slots: {', '.join(limited.runs)}." if limited.runs else ""
    )
    return QuotaError(
        f"{what} is over the account's limit: {limited.message}.{held}",
        resume_at=None if wait is None else time.time() + wait,
        next="The same command, later; it goes on where it stopped.",
    )


def limit_of(error: VernctlError, command: str) -> QuotaError | None:
    """The account's limit that stopped a command; None where something else did."""
    if isinstance(error, RateLimitedError):
        return out_of_quota(error, f"a request of {command}")
    return error if isinstance(error, QuotaError) else None


def leaves(value: JsonValue) -> Iterator[str]:
    """The answers in a read-back, whose exact shape the API does not pin."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        chosen = value["value"] if "value" in value else list(value.values())
        yield from leaves(chosen)
