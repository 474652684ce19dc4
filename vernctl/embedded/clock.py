"""Time as the API writes it, from a clock that tests can turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

#: Seconds since 1970, as ``time.time`` gives them.
Clock = Callable[[], float]


def stamp(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds: ``2026-06-19T15:32:11.000Z``."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def seconds_of(text: str) -> float | None:
    """The moment that an ISO 8601 text names (UTC where it names no zone), or None."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
