"""The quota ledger: what an account has spent of its limits, shared by every vernctl of a user.

One small file per endpoint and key in the user's state folder, under a file lock, so that two
vernctls in two terminals do not break a limit together. It is advice: it knows nothing of what
other machines spend until an answer says so, and what an answer says overrules it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

QuotaName = Literal["create", "generate", "agent", "jobs", "writes", "reads"]


class Limit(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    window: float


HOUR, MINUTE = 3600.0, 60.0
#: The published limits of an account (all of its keys together).
PUBLISHED: Mapping[QuotaName, Limit] = {
    "create": Limit(1, HOUR),
    "generate": Limit(1, HOUR),
    "agent": Limit(5, HOUR),
    "jobs": Limit(5, HOUR),
    "writes": Limit(10, MINUTE),
    "reads": Limit(30, MINUTE),
}
#: Runs queued, running or blocked that an account may have at once.
CONCURRENT_RUNS = 3
#: A request is noted when it leaves and counted when it arrives: windows last so much longer here.
_MARGIN = 1.0


class QuotaState(NamedTuple):
    """One class of requests now. ``next_at``: unix seconds of the next free one; None: now."""

    name: QuotaName
    limit: int
    window: float
    free: int
    next_at: float | None


class Told(BaseModel):
    """What the service last said of a class: so many left until ``reset`` (unix seconds).

    ``at`` is when the request left that it answered: what left later is not in its count.
    """

    model_config = ConfigDict(frozen=True)

    limit: int | None = Field(default=None, ge=0)
    remaining: int = Field(ge=0)
    reset: float
    at: float


class Book(BaseModel):
    """The ledger's file. Times are unix seconds."""

    format: Literal[1] = 1
    endpoint: str
    uses: dict[QuotaName, list[float]] = Field(default_factory=dict)
    told: dict[QuotaName, Told] = Field(default_factory=dict)
    runs: tuple[str, ...] = ()
    runs_at: float | None = None

    def state(self, name: QuotaName, now: float) -> QuotaState:
        """How much of ``name`` is free at ``now``."""
        published, told = PUBLISHED[name], self.told.get(name)
        limit = told.limit if told is not None and told.limit is not None else published.requests
        window = published.window
        if told is not None and now < told.reset:
            since = sum(use > told.at for use in self.uses.get(name, ()))
            free = max(0, told.remaining - since)
            return QuotaState(name, limit, window, free, None if free else told.reset)
        recent = [use for use in self.uses.get(name, ()) if now - window - _MARGIN < use <= now]
        free = max(0, limit - len(recent))
        if free:
            return QuotaState(name, limit, window, free, None)
        next_at = sorted(recent)[-limit] + window + _MARGIN if limit else now + window
        return QuotaState(name, limit, window, 0, next_at)

    def spend(self, name: QuotaName, now: float) -> None:
        """Note one request, and forget those that no window holds any more."""
        oldest = now - PUBLISHED[name].window - _MARGIN
        kept = [use for use in self.uses.get(name, ()) if oldest < use <= now]
        self.uses[name] = [*kept, now]

    def give_back(self, name: QuotaName, at: float) -> None:
        """Forget the request that was noted about ``at``."""
        uses = self.uses.get(name, [])
        if uses:
            uses.remove(min(uses, key=lambda use: abs(use - at)))


class Ledger:
    """The ledger of one endpoint and key. Keeps and writes a hash of the key, never the key.

    Methods raise OSError where the state folder cannot be used; a client then goes on without.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._endpoint = base_url.rstrip("/")
        secret = f"{self._endpoint}\0{api_key}".encode()
        self._path = (folder or state_folder() / "quota") / hashlib.sha256(secret).hexdigest()[:32]
        self._clock = clock
        self._held: dict[QuotaName, list[float]] = {}

    def states(self) -> tuple[QuotaState, ...]:
        """Every class now, scarcest first."""
        with self._open(write=False) as book:
            return tuple(book.state(name, self._clock()) for name in PUBLISHED)

    def resume_at(self, names: Sequence[QuotaName]) -> float | None:
        """When a request that costs one of each of ``names`` may go out (unix s); None: now."""
        with self._open(write=False) as book:
            return self._latest(book, names)

    def runs(self) -> tuple[str, ...]:
        """The runs that held the account's slots when a 429 last named them, within the hour."""
        with self._open(write=False) as book:
            fresh = book.runs_at is not None and self._clock() - book.runs_at < HOUR
            return book.runs if fresh else ()

    def reserve(self, names: Sequence[QuotaName]) -> float:
        """Spend one of each of ``names`` and return 0, or spend nothing and return the seconds to
        wait. Two processes that reserve at once never get the same last one."""
        with self._open() as book:
            resume = self._latest(book, names)
            if resume is not None:
                return max(0.05, resume - self._clock())
            for name in names:
                book.spend(name, self._clock())
            return 0.0

    def hold(self, names: Sequence[QuotaName]) -> float:
        """As :meth:`reserve`, for a request of this process that goes out a little later: what is
        held is not spent once more by :meth:`spend`, which only notes when it went."""
        pause = self.reserve(names)
        if not pause:
            for name in names:
                self._held.setdefault(name, []).append(self._clock())
        return pause

    def release(self, names: Sequence[QuotaName]) -> None:
        """Give back what was held for a request that is not made after all."""
        with self._open() as book:
            for name in names:
                if held := self._held.get(name):
                    book.give_back(name, held.pop())

    def spend(self, names: Sequence[QuotaName]) -> None:
        """Note a request that goes out in any case."""
        now = self._clock()
        with self._open() as book:
            for name in names:
                if held := self._held.get(name):
                    book.give_back(name, held.pop(0))
                book.spend(name, now)

    def learn(self, names: Sequence[QuotaName], headers: Mapping[str, str], sent: float) -> None:
        """Take what an answer says: ``X-RateLimit-Limit``, ``-Remaining``, ``-Reset`` (unix s).

        ``sent``: when its request left, by :meth:`now`. Where a request costs of several classes,
        the limit tells which one is spoken of.
        """
        limit, remaining, reset = (
            _number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset")
        )
        if not names:
            return
        if remaining is None or reset is None:
            self._arrived(names, sent)
            return
        name = next((one for one in names if PUBLISHED[one].requests == limit), names[0])
        # A reset beyond the class's window is another clock's; it must not bind for ever.
        latest = self._clock() + PUBLISHED[name].window
        told = Told(limit=limit, remaining=remaining, reset=min(float(reset), latest), at=sent)
        with self._open() as book:
            book.told[name] = told

    def _arrived(self, names: Sequence[QuotaName], sent: float) -> None:
        """A request was counted when it arrived, at the latest now: its window ends that much
        later, however long it was under way."""
        now = self._clock()
        with self._open() as book:
            for name in names:
                noted = [use for use in book.uses.get(name, ()) if use <= sent]
                if noted:
                    book.uses[name].remove(max(noted))
                    book.uses[name].append(now)

    def refused(
        self, names: Sequence[QuotaName], retry_after: float | None, runs: Sequence[str]
    ) -> None:
        """Take a 429: the ``runs`` that fill the slots, or nothing left for ``retry_after`` s."""
        now = self._clock()
        with self._open() as book:
            if runs:
                book.runs, book.runs_at = tuple(runs), now
                return
            spent = any(book.state(name, now).free == 0 for name in names if name in book.told)
            if not names or retry_after is None or spent:
                return
            known = book.told.get(names[0])
            reset = now + min(retry_after, PUBLISHED[names[0]].window)
            limit = known.limit if known is not None else None
            book.told[names[0]] = Told(limit=limit, remaining=0, reset=reset, at=now)

    def now(self) -> float:
        """The ledger's clock, unix seconds."""
        return self._clock()

    def _latest(self, book: Book, names: Sequence[QuotaName]) -> float | None:
        times = [book.state(name, self._clock()).next_at for name in names]
        return max((at for at in times if at is not None), default=None)

    @contextmanager
    def _open(self, *, write: bool = True) -> Iterator[Book]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            book = self._read()
            yield book
            if write:
                self._write(book)
        finally:
            os.close(descriptor)

    def _read(self) -> Book:
        try:
            return Book.model_validate_json(self._path.with_suffix(".json").read_bytes())
        except (FileNotFoundError, ValidationError):
            # Advice that cannot be read is no advice; the service still has the last word.
            return Book(endpoint=self._endpoint)

    def _write(self, book: Book) -> None:
        part = self._path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(book.model_dump_json())
        part.replace(self._path.with_suffix(".json"))


def state_folder() -> Path:
    """Where vernctl keeps what outlives a checkout (source: the XDG base directories)."""
    given = os.environ.get("XDG_STATE_HOME", "")
    base = Path(given) if given.startswith("/") else Path.home() / ".local" / "state"
    return base / "vernctl"


def _number(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() else None
