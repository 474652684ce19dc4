"""The gate before every request that costs of an hourly limit: nothing goes out to meet a 429.

A limit is a window that slides: so many requests in any hour. Whoever comes first to the gate takes
what is free; the rest wait for their turn, or, where nobody wants to wait, are told when to come
back. Specs that generate go first, for theirs is the limit that decides when a fleet is done: a
share of the agent calls, as large as one of them takes, is kept for them as long as there are any.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from vernctl.api.quota import CONCURRENT_RUNS, HOUR, PUBLISHED, Ledger, QuotaName, QuotaState
from vernctl.errors import QuotaError

_COME_BACK = "The same command, later; it goes on where it stopped."


class Gate:
    """One per session. ``ledger`` None: the service alone knows limits, but runs stay few.

    ``wait``: whether to wait for the next free request, or to raise QuotaError with its time.
    """

    def __init__(
        self,
        ledger: Ledger | None = None,
        *,
        wait: bool = False,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.ledger = ledger
        self.wait = wait
        self._sleep = sleep
        self._slots: set[str] = set()
        self._left: set[str] = set()
        self._admitted: dict[str, tuple[str, tuple[QuotaName, ...]]] = {}
        self._freed = asyncio.Condition()
        self._names: dict[str, str] = {}
        #: Told the spec and what it waits for.
        self.tell: Callable[[str, str], None] = lambda spec, text: None
        self._generating: dict[str, int] = {}
        self._taken: dict[str, int] = {}
        self._most = 0
        self._others: list[float] = []

    def now(self) -> float:
        """The ledger's clock, unix seconds."""
        return self.ledger.now() if self.ledger else time.time()

    def hour(self) -> str:
        """What is left of the account's hour, such as ``create 1 of 1, agent 5 of 5``; empty where
        no limits are known."""
        if self.ledger is None:
            return ""
        try:
            states = self.ledger.states()
        except OSError:
            return ""
        told = [state for state in states if state.name in ("create", "generate", "agent")]
        return ", ".join(f"{state.name} {state.free} of {state.limit}" for state in told)

    def expect(self, address: str, agent_calls: int) -> None:
        """A spec that will generate is still to come, and takes about so many agent calls."""
        self._generating[address] = agent_calls

    @asynccontextmanager
    async def working(self, address: str, spec: str) -> AsyncIterator[None]:
        """While one spec is worked on; what it holds of the account's slots is free afterwards."""
        self._names[address] = spec
        try:
            yield
        finally:
            self._generating.pop(address, None)
            self._give_back(address)
            self._slots.discard(address)
            await self._tell_freed()

    async def _tell_freed(self) -> None:
        async with self._freed:
            self._freed.notify_all()

    def leave_blocked(self, address: str) -> None:
        """The spec's run waits for an answer, and holds one of the account's slots meanwhile."""
        self._left.add(address)

    async def admit(self, address: str, names: Sequence[QuotaName], what: str) -> bool:
        """Return when a request for ``address`` that costs of ``names`` may go out; True where it
        had to wait, so that what was read before may no longer be so.

        Asked once more for the same request, it returns at once: look again, then ask again.
        Raises QuotaError where that is not now and nobody waits, and where every slot of the
        account is held by a run that waits for an answer.
        """
        if self._admitted.get(address) == (what, tuple(names)):
            del self._admitted[address]
            return False
        self._give_back(address)
        waited = False
        self._slots.discard(address)
        self._left.discard(address)
        await self._tell_freed()
        if "agent" in names:
            self._has_slot(what)
        while pause := self._pause(address, names):
            if not self.wait:
                raise self._over(what, names, self.now() + pause)
            await self._sleep_until(self._names.get(address, address), self.now() + pause, what)
            waited = True
        if "agent" in names:
            async with self._freed:
                await self._freed.wait_for(lambda: self._has_slot(what))
                self._slots.add(address)
        return waited

    async def reserve(self, address: str, names: Sequence[QuotaName], what: str) -> bool:
        """As :meth:`admit`, for a request that is only made after another look."""
        waited = await self.admit(address, names, what)
        self._admitted[address] = (what, tuple(names))
        return waited

    async def room(self, agent_calls: int, what: str) -> None:
        """Return when the hour has room for so many agent calls in a row; none is spent.

        For what must not stop half way: an import that can no longer be told its corrections.
        Raises QuotaError where that is not now and nobody waits.
        """
        while True:
            state = self._agent_state()
            if state is None or state.free >= min(agent_calls, state.limit):
                return
            if not self.wait:
                raise QuotaError(
                    f"to {what} takes {agent_calls} agent calls in a row, "
                    f"and {state.free} of this hour {'is' if state.free == 1 else 'are'} left.",
                    resume_at=state.next_at,
                    next=_COME_BACK,
                )
            await self._sleep(max(1.0, min(60.0, (state.next_at or 0) - self.now())))

    async def outlasts(self, spec: str, limit: QuotaError) -> bool:
        """Sleep until a limit that only the service knew of gives way, where a person waits and it
        says when; True: begin again, for meanwhile everything may have moved."""
        if not self.wait or limit.resume_at is None:
            return False
        await self._sleep_until(spec, max(limit.resume_at, self.now() + 1.0), "go on")
        return True

    async def _sleep_until(self, spec: str, at: float, what: str) -> None:
        until = datetime.fromtimestamp(at).astimezone()
        self.tell(spec, f"until {until:%H:%M} to {what}")
        await self._sleep(at - self.now())

    def _agent_state(self) -> QuotaState | None:
        """The account's agent calls; None where no limits are known."""
        try:
            states = self.ledger.states() if self.ledger else ()
        except OSError:
            return None
        return next((state for state in states if state.name == "agent"), None)

    def _give_back(self, address: str) -> None:
        """What was reserved and not asked for after all is free for others."""
        held = self._admitted.pop(address, None)
        if held is not None and self.ledger is not None:
            self.ledger.release(held[1])

    def _pause(self, address: str, names: Sequence[QuotaName]) -> float:
        """Seconds to wait; 0 where the requests have been noted as this one's."""
        if self.ledger is None:
            return 0.0
        ordinary = "agent" in names and address not in self._generating
        if ordinary:
            now = self.now()
            self._others = [at for at in self._others if now - HOUR < at]
            share = max(1, PUBLISHED["agent"].requests - self._kept())
            if len(self._others) >= share:
                return self._others[-share] + HOUR + 1.0 - now
        try:
            pause = self.ledger.hold(names)
        except OSError:
            # No place for a ledger: the service has the last word, as ever.
            self.ledger = None
            return 0.0
        if ordinary and not pause:
            self._others.append(self.now())
        elif "agent" in names and not pause:
            self._taken[address] = self._taken.get(address, 0) + 1
            self._most = max(self._most, self._taken[address])
        return pause

    def _kept(self) -> int:
        """Agent calls that are kept for specs that generate: what one takes, as far as foreseen
        and as seen so far; none, once there are no more of them."""
        return max(self._most, *self._generating.values()) if self._generating else 0

    def _has_slot(self, what: str) -> bool:
        if self.ledger is None:
            return True
        free = CONCURRENT_RUNS - len(self._left)
        if free <= 0:
            raise QuotaError(
                f"to {what} takes one of the account's {CONCURRENT_RUNS} slots for runs, and runs "
                f"that wait for an answer hold them all: {', '.join(sorted(self._left))}.",
                next="Answer or cancel one of them, then the same command.",
            )
        return len(self._slots) < free

    def _over(self, what: str, names: Sequence[QuotaName], resume_at: float) -> QuotaError:
        limits = " and ".join(f"{PUBLISHED[name].requests} {name} an hour" for name in names)
        return QuotaError(
            f"to {what} has to wait: the account's limit is {limits}.",
            resume_at=resume_at,
            next=_COME_BACK,
        )
