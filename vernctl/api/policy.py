"""How patient the client is: how often it tries, how long it waits, when it gives up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Times in seconds. The defaults suit a person who waits and an account with hourly limits."""

    #: How often an idempotent request is sent in all.
    attempts: int = 5
    #: Back-off before the second try; it doubles with each further one, up to ``longest_delay``.
    first_delay: float = 0.5
    longest_delay: float = 10.0
    #: How long one read waits in all where the service answers 429. Reads refill each minute.
    patience: float = 75.0
    connect_timeout: float = 10.0
    #: Silence within one request after which the connection counts as broken.
    read_timeout: float = 60.0
    #: One whole request, so that a server that drips bytes cannot hold a command for ever.
    total_timeout: float = 600.0
    #: Silence after which a thread stream is opened again; a comment comes every minute or two.
    stream_timeout: float = 150.0
    #: Streams in a row that bring nothing before the thread is read page by page.
    fruitless_streams: int = 4
    #: Longest pause between two pages, where the thread cannot be streamed.
    page_every: float = 10.0
    #: Empty pages in a row after which a thread read by pages counts as at rest.
    idle_pages: int = 5
    #: How waiting is done; a simulation waits on a clock of its own.
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep

    def delay(self, attempt: int) -> float:
        """Seconds before try ``attempt + 1`` (0-based): doubling, half of it left to chance.

        Chance keeps clients that were cut off together from coming back together.
        """
        whole = min(self.longest_delay, self.first_delay * 2.0 ** min(attempt, 30))
        return whole / 2 + random.uniform(0, whole / 2)
