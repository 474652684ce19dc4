"""One vernctl at a time works on a spec in a checkout; the next one waits and says for whom.

On one host the kernel's lock decides: it cannot outlive its process, so there is nothing to unlock
by hand. A checkout on a file system that hosts share may know no such lock, or none that another
host sees: there the lease decides, a file with a heartbeat. Past its expiry it is taken over, and
whoever held it (a process that was stopped, a host that lost the network) finds out before its next
request: :func:`still_held` stands before every one that changes something, and before every line
of the journal.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

from vernctl.errors import RefusedError
from vernctl.workflow import leasefile
from vernctl.workflow.leasefile import Holder
from vernctl.workflow.progress import Listener

_LOOK_AGAIN = 0.2
#: What the kernel says of a lock: ours, another process's, or that this file system has none.
Kernel = Literal["locked", "taken", "unknown"]


@asynccontextmanager
async def lease(folder: Path, spec: str, command: str, listener: Listener) -> AsyncIterator[None]:
    """Hold the spec's lease for the block; wait while another process holds it."""
    lock = _opened(_lock_file(folder, spec))
    try:
        held = await _acquire(lock, _lease_file(folder, spec), spec, command, listener)
        before = _HELD.set(held)
        try:
            yield
        finally:
            _HELD.reset(before)
            held.release()
    finally:
        os.close(lock)


def still_held() -> None:
    """Raise RefusedError where the lease that is worked under has been taken over meanwhile."""
    held = _HELD.get()
    if held is not None:
        held.check()


def holder_of(folder: Path, spec: str) -> str | None:
    """Who holds the spec's lease right now, in words; None: nobody."""
    holder = leasefile.read(_lease_file(folder, spec))
    if holder is not None and not holder.is_known and not holder.expired:
        return str(holder)
    try:
        lock = os.open(_lock_file(folder, spec), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        kernel = _lock(lock)
    finally:
        os.close(lock)
    held = kernel == "taken" or (kernel == "unknown" and holder is not None and not holder.expired)
    return str(holder or "another vernctl") if held else None


class _Hold:
    """One process's hold on one spec."""

    def __init__(self, path: Path, spec: str, holder: Holder) -> None:
        self.path, self.spec = path, spec
        self._holder = holder
        self._beats = threading.Lock()
        self._ended = False

    @classmethod
    def claim(
        cls, path: Path, spec: str, command: str, over: Holder | None, *, locked: bool
    ) -> _Hold | None:
        """Take the lease, ``over`` the one that lies there; None where somebody was first."""
        holder = Holder.here(command, locked=locked)
        first = leasefile.renew(path, holder, over) if over else leasefile.create(path, holder)
        return cls(path, spec, holder) if first else None

    @property
    def is_mine(self) -> bool:
        """Whether the file names this very hold."""
        return leasefile.is_held(self.path, self._holder)

    def check(self) -> None:
        """Raise RefusedError where it is somebody else's by now."""
        if self.is_mine:
            return
        other = leasefile.read(self.path)
        raise RefusedError(
            f"this process held {self.spec} and lost it: its heartbeat stopped for longer than "
            f"{leasefile.EXPIRY:g} s"
            + (f", and {other} has taken it over." if other else ", and it was taken over."),
            rule="lease_lost",
            remote="What was sent before stands; nothing was sent since.",
            next="Run the same command again: it waits, and goes on from what it finds.",
        )

    def beat(self) -> bool:
        """Give a heartbeat; False where there is nothing to keep any more."""
        with self._beats:
            if self._ended:
                return False
            alive = self._holder.alive()
            try:
                kept = leasefile.renew(self.path, alive, self._holder)
            except OSError:
                # The next heartbeat tries again; without any, the lease expires.
                return True
            self._holder = alive
            return kept

    def release(self) -> None:
        """Give it back, where it is still held."""
        with self._beats:
            self._ended = True
            if self.is_mine:
                self.path.unlink(missing_ok=True)


class _Keeper:
    """Gives the heartbeats of all holds of this process, in a thread: the loop may be busy."""

    def __init__(self, period: float) -> None:
        self._period = period
        self._holds: set[_Hold] = set()
        self._guard = threading.Lock()
        threading.Thread(target=self._run, name="vernctl-lease", daemon=True).start()

    def keep(self, hold: _Hold) -> None:
        """From now on give its heartbeats, until it is released or lost."""
        with self._guard:
            self._holds.add(hold)

    def _run(self) -> None:
        while True:
            time.sleep(self._period)
            with self._guard:
                holds = tuple(self._holds)
            over = {hold for hold in holds if not hold.beat()}
            with self._guard:
                self._holds -= over


@cache
def _keeper(period: float) -> _Keeper:
    return _Keeper(period)


_HELD: ContextVar[_Hold | None] = ContextVar("held", default=None)


class _Watch:
    """How long a lease has lain unchanged, by this host's own clock: another's may be wrong."""

    def __init__(self) -> None:
        self._seen: tuple[str, str] | None = None
        self._since = 0.0

    def is_over(self, holder: Holder) -> bool:
        """Whether it gives no heartbeat any more: none for the whole expiry, or it has expired by
        the clock and misses two heartbeats while it is watched."""
        now, seen = time.monotonic(), (holder.token, holder.heartbeat)
        if seen != self._seen:
            self._seen, self._since = seen, now
        unchanged = now - self._since
        missed = holder.expired and unchanged >= 2 * leasefile.HEARTBEAT
        return missed or unchanged >= leasefile.EXPIRY


async def _acquire(lock: int, path: Path, spec: str, command: str, listener: Listener) -> _Hold:
    """Wait for the kernel's lock, and for a lease that it says nothing of to end or to expire."""
    watch, told = _Watch(), ""
    while True:
        kernel, holder = _lock(lock), leasefile.read(path)
        foreign = holder is not None and (kernel == "unknown" or not holder.is_known)
        over = foreign and holder is not None and watch.is_over(holder)
        free = over or (kernel != "taken" and not foreign)
        locked = kernel == "locked"
        hold = _Hold.claim(path, spec, command, holder, locked=locked) if free else None
        if hold is not None and (not over or await _won(hold)):
            if over:
                listener.note(f"{spec}: taken over from {holder}.")
            _keeper(leasefile.HEARTBEAT).keep(hold)
            return hold
        if locked:
            # Whoever holds the lease may want the lock for its next command.
            fcntl.flock(lock, fcntl.LOCK_UN)
        whose = f"{holder.token} {holder.expired}" if holder else "nobody known"
        if told != whose:
            listener.say(spec, "waiting", f"for {holder or 'another vernctl'}")
            told = whose
        await asyncio.sleep(_LOOK_AGAIN)


async def _won(hold: _Hold) -> bool:
    """Whether a lease that has just been taken over is still ours a moment later: of two that take
    it over at once, the last one has it, whichever of them has the kernel's lock."""
    for _ in range(5):
        await asyncio.sleep(_LOOK_AGAIN)
        if not hold.beat():
            return False
    return True


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o644)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o644)


def _lock(descriptor: int) -> Kernel:
    """Take the kernel's lock, or say that another process has it, or that there are none here."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "taken"
    except OSError:
        return "unknown"
    return "locked"


def _lock_file(folder: Path, spec: str) -> Path:
    return folder / f"{_safe(spec)}.lock"


def _lease_file(folder: Path, spec: str) -> Path:
    return folder / f"{_safe(spec)}.lease"


def _safe(spec: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", spec)
