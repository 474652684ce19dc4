"""Seeded faults between the client library alone and a real server: nothing double, nothing lost.

    python tests/support/client_schedules.py --count 2000      # seeds 0 … 1999
    python tests/support/client_schedules.py --seed 4711 -v    # one again

One seed is one migration as somebody drives it who uses ``vernctl.api`` as a library: created,
uploaded, generated, answered, executed, its thread followed all the while. Each request may be
dropped before or after it arrives, delayed, doubled, cut, dripped, refused (429, 5xx). The driver
resolves a lost reply by reading, as the docstrings of the client say. Then what must hold: a
request that is not idempotent left the client once a call, one generate and one execute took
place, the answer was given once, and the followed thread is the thread, event by event.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from bench import CONTACTS
from fault_proxy import Asked, Fault, FaultProxy
from schedules import IMPATIENT, BrokenError, started_server

from vernctl.api import Answer, MigrationClient, Run, ThreadEvent
from vernctl.api.uploads import Upload
from vernctl.errors import ApiError, ConflictError
from vernctl.testing import ProcessServer

T = TypeVar("T")
#: Share of requests that something happens to; streams are cut more often than that.
SHARE, STREAMS = 0.3, 0.6
#: Tries of one wish before the driver gives up; each may meet a fault.
PATIENCE = 40
ANSWER = "Work"
_HURTS = [fault for fault in Fault if fault is not Fault.NONE]


class ClientSchedule:
    """One seed's migration. ``sent`` counts the calls of what must leave the client once a call."""

    def __init__(self, seed: int, server: ProcessServer, folder: Path) -> None:
        self.seed, self.server = seed, server
        self.file = folder / "contacts.csv"
        self.file.write_text(CONTACTS)
        self.sent: Counter[str] = Counter()
        self._asked: Counter[tuple[str, str]] = Counter()
        self.followed: list[ThreadEvent] = []

    async def run(self) -> None:
        """Drive the migration through the faults. Raises BrokenError."""
        async with (
            FaultProxy(self.server.port, self._choose) as proxy,
            MigrationClient(proxy.url, self.server.api_key, policy=IMPATIENT) as client,
        ):
            migration_id = await self._drive(client)
        async with MigrationClient(self.server.url, self.server.api_key) as clean:
            wrong = await self._wrong(clean, migration_id, proxy)
        if wrong:
            hurt = [f"{a.method} {a.path} #{a.before}: {f.value}" for a, f in proxy.seen]
            raise BrokenError("\n".join([f"seed {self.seed}", *hurt, *wrong]))

    def _choose(self, asked: Asked) -> Fault:
        name = "/".join("*" if len(part) > 30 else part for part in asked.path.split("/"))
        # Counted by shape: a signed URL is new at every try, and would meet one fault for ever.
        before = self._asked[asked.method, name]
        self._asked[asked.method, name] += 1
        rng = random.Random(f"client {self.seed} {asked.method} {name} {before}")
        share = STREAMS if name.endswith("/stream") else SHARE
        # Whatever is unlucky for ever proves nothing: the tenth of its like passes.
        if before % 10 == 9 or rng.random() >= share:
            return Fault.NONE
        return rng.choice(_HURTS)

    async def _drive(self, client: MigrationClient) -> str:
        identity = f"client-{self.seed}-{time.monotonic_ns()}"
        create = lambda: client.create_migration(  # noqa: E731 - a wish, given to be repeated
            name="Acme", external_id=identity, source="Salesforce"
        )
        migration_id = (await _insist(create)).migration.id
        upload = Upload("contacts.csv", self.file)
        await _insist(lambda: self._upload(client, migration_id, upload))
        run_id = await self._generate(client, migration_id)
        await self._follow(client, migration_id, run_id)
        await self._answer(client, migration_id, run_id)
        await self._follow(client, migration_id, run_id)
        await self._execute(client, migration_id, run_id)
        await self._follow(client, migration_id, run_id)
        return migration_id

    async def _upload(self, client: MigrationClient, migration_id: str, upload: Upload) -> None:
        """Upload what the file list does not hold yet."""
        if not any(file.name == upload.name for file in await client.list_files(migration_id)):
            await client.upload_files(migration_id, [upload])

    async def _generate(self, client: MigrationClient, migration_id: str) -> str:
        """The run's id. A generate without a reply took place where the thread has events."""
        for _ in range(PATIENCE):
            try:
                self.sent["generate"] += 1
                return (await client.start_run(migration_id, "generate")).run_id
            except ConflictError as conflict:
                if conflict.run_id is not None:
                    return conflict.run_id
            except ApiError:
                page = await _insist(lambda: client.get_thread(migration_id))
                if page.events:
                    # It runs until it asks: then it is in flight for sure, and 409 names it.
                    await self._follow(client, migration_id, None)
        raise BrokenError("no generate could be started")

    async def _answer(self, client: MigrationClient, migration_id: str, run_id: str) -> None:
        """Answer once; without a reply, whether the run still waits says if it arrived."""
        for _ in range(PATIENCE):
            run = await self._run(client, migration_id, run_id)
            if run.status != "blocked":
                return
            try:
                self.sent["answer"] += 1
                given = [Answer(id=question.id, value=ANSWER) for question in run.questions]
                await client.answer(migration_id, run_id, given)
                return
            except ApiError:
                continue
        raise BrokenError("the answer never arrived")

    async def _execute(self, client: MigrationClient, migration_id: str, run_id: str) -> None:
        """Execute once; a run that has left awaiting_approval was executed."""
        for _ in range(PATIENCE):
            if (await self._run(client, migration_id, run_id)).status != "awaiting_approval":
                return
            try:
                self.sent["execute"] += 1
                await client.start_run(migration_id, "execute")
                return
            except ApiError:
                continue
        raise BrokenError("the execute never arrived")

    async def _follow(self, client: MigrationClient, migration_id: str, run_id: str | None) -> None:
        """Read the thread to its ``done``, from where the last reading ended."""
        for _ in range(PATIENCE):
            after = self.followed[-1].sequence if self.followed else None
            try:
                stream = client.stream_thread(migration_id, after=after, run_id=run_id)
                async for event in stream:
                    self.followed.append(event)
                return
            except ApiError:
                continue
        raise BrokenError("the thread never ended")

    async def _run(self, client: MigrationClient, migration_id: str, run_id: str) -> Run:
        return await _insist(lambda: client.get_run(migration_id, run_id))

    async def _wrong(
        self, clean: MigrationClient, migration_id: str, proxy: FaultProxy
    ) -> list[str]:
        """What the service has on record, and the wire has seen, that must not be."""
        wrong = []
        posts = Counter(
            asked.path.rsplit("/", 1)[-1] for asked, _ in proxy.seen if asked.method == "POST"
        )
        if posts["runs"] != self.sent["generate"] + self.sent["execute"]:
            wrong.append(f"{posts['runs']} starts on the wire, for {dict(self.sent)}")
        if posts["messages"] != self.sent["answer"]:
            wrong.append(f"{posts['messages']} answers on the wire, for {self.sent['answer']}")
        log = await clean.get_log(migration_id)
        generates = sum(run.kind == "generate" for run in log.runs)
        wrote = [run.outcome.rows_written for run in log.runs if run.outcome]
        if generates != 1 or [rows for rows in wrote if rows] != [3]:
            wrong.append(f"{generates} generates; rows written: {wrote}")
        events = (await clean.get_thread(migration_id)).events
        if [event.sequence for event in events] != [event.sequence for event in self.followed]:
            wrong.append(f"{len(self.followed)} events followed, {len(events)} there")
        said = [event.data for event in events if isinstance(event.data, dict)]
        words = [data.get("text") for data in said if data.get("role") == "user"]
        if words.count(ANSWER) != 1:
            wrong.append(f"the thread has the answer {words.count(ANSWER)} times")
        return wrong


async def _insist(wish: Callable[[], Awaitable[T]]) -> T:
    """Repeat what may be repeated until it is answered."""
    for _ in range(PATIENCE):
        try:
            return await wish()
        except ApiError as error:
            last = error
    raise BrokenError(f"never answered: {last}")


def main() -> int:
    """Run the schedules; the exit code says whether all of them held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell every schedule")
    given = parser.parse_args()
    first, count = (given.seed, 1) if given.seed is not None else (given.first, given.count)
    began, broken = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="client-") as name:
        folder = Path(name)
        with started_server(folder) as server:
            for seed in range(first, first + count):
                try:
                    asyncio.run(ClientSchedule(seed, server, folder).run())
                except BrokenError as error:
                    broken += 1
                    print(f"BROKEN {error}\n", flush=True)
                else:
                    if given.verbose:
                        print(f"seed {seed} holds", flush=True)
    print(f"{count} schedules, {broken} broken, {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
