"""Seeded schedules of faults between a real client and a real server: what must hold, holds.

    python tests/support/schedules.py --count 5000 --jobs 4    # seeds 0 … 4999
    python tests/support/schedules.py --seed 4711 -v           # one again, step by step

A schedule is one customer's whole journey over HTTP: planned, approved, applied, in half of them
changed and applied once more. On the way requests are lost, late, doubled, refused; replies are
cut, lost, slow; the client ends, and the server is killed (SIGKILL, and started again), at
boundaries of the journal. Each command is given again until it ends well. Then the rows are in
exactly once per approval, no request was accepted twice, and every receipt is true. Faults hang on
the seed and on the request's own place among its like, so that a seed replays its schedule.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar, Self

from bench import CATALOG, CONTACTS, SPEC
from fault_proxy import Asked, Fault, FaultProxy
from rest_source import live_spec

from vernctl.api.client import MigrationClient
from vernctl.api.policy import Policy
from vernctl.render.pages import MarkdownPages
from vernctl.snapshot.files import read_snapshot
from vernctl.spec.load import load_specs
from vernctl.spec.model import Spec
from vernctl.spec.project import load_project
from vernctl.testing import ProcessServer
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.commands import apply_specs, plan_specs
from vernctl.workflow.journal import Journal
from vernctl.workflow.known import Entry
from vernctl.workflow.observe import persons_words
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.receipts import hash_of, receipts_of
from vernctl.workflow.session import Session

SUPPORT = Path(__file__).parent
#: Commands under faults, then without any: more than these means that it never ends well.
FAULTY, CLEAN = 5, 3
#: A command that takes longer (s) follows something that will never end.
LONGEST = 120.0
#: Share of requests that something happens to.
CHANGES, READS = 0.35, 0.06
IMPATIENT = Policy(
    attempts=3,
    first_delay=0.01,
    longest_delay=0.05,
    patience=1.0,
    read_timeout=20.0,
    stream_timeout=5.0,
    page_every=0.05,
)
_HURTS = [fault for fault in Fault if fault is not Fault.NONE]

Verb = Callable[[Session, Sequence[Spec]], Awaitable[list[SpecOutcome]]]


class ClientCrash(BaseException):
    """The client ends here. Nothing of ours catches it."""


class BrokenError(AssertionError):
    """What must hold does not."""


@contextmanager
def started_server(root: Path) -> Iterator[ProcessServer]:
    """One server process for many schedules; a scripted agent asks one question per generate."""
    (root / "catalog.yaml").write_text(CATALOG)
    server = ProcessServer(
        root / "catalog.yaml", root / "server", (str(SUPPORT / "scripted_server.py"),)
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Crash:
    """At which boundary of the journal who ends; a boundary lies before and after each line."""

    victim: str
    boundary: int
    passed: int = 0

    @classmethod
    def drawn(cls, rng: random.Random) -> Self:
        """A client's end in a third of the commands, a server's in few (it costs a second)."""
        victim = rng.choices(("nobody", "client", "server"), (60, 33, 7))[0]
        return cls(victim, rng.randrange(40))

    def reached(self) -> bool:
        """Count a boundary; True where it is the one."""
        self.passed += 1
        return self.victim != "nobody" and self.passed == self.boundary + 1


@contextmanager
def armed(crash: Crash, server: ProcessServer) -> Iterator[None]:
    """Crash when the journal reaches the boundary."""
    write = Journal._append

    def boundary() -> None:
        if not crash.reached():
            return
        if crash.victim == "client":
            raise ClientCrash
        server.kill()
        server.start()

    def append(self: Journal, *arguments: object) -> Entry:
        boundary()
        entry = write(self, *arguments)  # type: ignore[arg-type]
        boundary()
        return entry

    Journal._append = append  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Journal._append = write  # type: ignore[method-assign]


@dataclass
class Schedule:
    """One seed's customer, journey and mishaps. ``source``: where his rows are read from, live."""

    journeys: ClassVar[tuple[str, ...]] = ("apply", "plan first", "twice", "refined")

    #: Requests of which a copy, made by the network, is accepted as one more.
    copied: ClassVar[str] = "/runs"

    seed: int
    server: ProcessServer
    root: Path
    log: list[str] = field(default_factory=list)
    doubled: int = 0
    source: str | None = None
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(f"schedule {self.seed}")
        self._write("vernctl.yaml", "endpoint: embedded\nspecs: specs\n")
        self._write("catalog.yaml", CATALOG)
        self._write("data/contacts.csv", CONTACTS)
        self._write("specs/acme.yaml", self._spec().replace("acme-001", f"acme-{self.seed}"))

    def _spec(self) -> str:
        """The customer's spec."""
        if self.source is None:
            return SPEC
        return live_spec(SPEC, self.source).replace("acme-001", "live-acme-001")

    def run(self) -> None:
        """The whole journey. Raises BrokenError, which carries what happened."""
        try:
            journey = self.rng.choice(self.journeys)
            self.log.append(f"seed {self.seed}: {journey}")
            imports = self._journey(journey)
            self._holds(imports)
        except BrokenError as broken:
            raise BrokenError("\n".join([*self.log, str(broken)])) from None

    def _journey(self, journey: str) -> int:
        yes = ApplyOptions(yes=True)
        spec = self.root / "specs" / "acme.yaml"
        if journey == "plan first":
            self._until(lambda s, specs: plan_specs(s, specs, PlanOptions()), (0, 2))
        if journey == "refined":
            self._until(lambda s, specs: plan_specs(s, specs, PlanOptions()), (0, 2))
            spec.write_text(
                spec.read_text().replace("upper Name\n", "upper Name\n  - upper Note\n")
            )
        self._until(lambda s, specs: apply_specs(s, specs, yes), (0,))
        if journey != "twice":
            return 1
        spec.write_text(self._changed(spec.read_text()))
        self._until(lambda s, specs: apply_specs(s, specs, yes), (0,))
        return 2

    def _changed(self, spec: str) -> str:
        """The spec with another message."""
        return spec.replace("upper Name\n", "upper Name\n  - upper Note\n")

    def _until(self, verb: Verb, good: tuple[int, ...]) -> None:
        """The same command until it ends well: under faults, then without any."""
        for attempt in range(FAULTY + CLEAN):
            faulty = attempt < FAULTY
            name = f"{len(self.log)}"
            crash = Crash.drawn(self.rng) if faulty else Crash("nobody", 0)
            command = self._command(verb, crash, name if faulty else None)
            try:
                code = asyncio.run(asyncio.wait_for(command, LONGEST))
            except TimeoutError:
                raise BrokenError(f"a command was not done after {LONGEST:.0f} s") from None
            if code in good:
                return
        raise BrokenError("the command never ended well")

    async def _command(self, verb: Verb, crash: Crash, name: str | None) -> int | None:
        def choose(asked: Asked) -> Fault:
            if name is None:
                return Fault.NONE
            rng = random.Random(f"{self.seed} {name} {asked.method} {_shape(asked)} {asked.before}")
            share = READS if asked.method == "GET" else CHANGES
            return rng.choice(_HURTS) if rng.random() < share else Fault.NONE

        proxy = FaultProxy(self.server.port, choose)
        try:
            with armed(crash, self.server):
                async with proxy:
                    outcome = await self._outcome(proxy.url, verb)
        except BaseExceptionGroup as ended:
            if ended.split(ClientCrash)[1] is not None:
                raise
            self._tell(proxy, f"the client ends at boundary {crash.boundary}")
            return None
        said = f"{outcome.status}{f': {outcome.error.message}' if outcome.error else ''}"
        self._tell(proxy, said)
        return outcome.exit_code

    async def _outcome(self, url: str, verb: Verb) -> SpecOutcome:
        from vernctl.errors import VernctlError
        from vernctl.workflow.results import stopped

        project = load_project(self.root)
        specs = load_specs([self.root / "specs" / "acme.yaml"], project)
        try:
            async with MigrationClient(url, self.server.api_key, policy=IMPATIENT) as client:
                session = await Session.open(project, client, "embedded", MarkdownPages())
                return (await verb(session, specs))[0]
        except VernctlError as error:
            return stopped(specs[0], "apply", error, None)

    def _tell(self, proxy: FaultProxy, end: str) -> None:
        hurt = [
            f"  {asked.method} {_shape(asked)} #{asked.before}: {fault.value}"
            for asked, fault in proxy.seen
            if fault is not Fault.NONE
        ]
        self.log.append("\n".join([*hurt, f"  → {end}"]))
        self.doubled += sum(
            fault is Fault.DUPLICATE and asked.path.endswith(self.copied)
            for asked, fault in proxy.seen
        )

    def _holds(self, imports: int) -> None:
        chain = receipts_of(self.root / ".vernctl" / "receipts", "acme")
        told = [receipt for receipt, _ in chain if receipt.outcome == "applied"]
        _must(len(told) == imports, f"{len(told)} receipts of {imports} imports: {chain}")
        last = told[-1]
        approved = read_snapshot(self.root / "specs" / "acme.snapshot")
        _must(approved is not None and last.digest == approved.digest, "the receipt's digest")
        counts = {slug: (sheet.rows, sheet.invalid_rows) for slug, sheet in last.sheets.items()}
        _must(counts == {"contacts": (3, 1)}, f"the receipt counts {counts}")
        for name, sha256 in last.outputs.items():
            _must(hash_of(self.root / name) == sha256, f"the receipt's hash of {name}")
        _must(len(last.questions) == 1, f"the receipt has {len(last.questions)} questions")
        with (self.root / "out" / "acme" / "contacts.csv").open(newline="") as stream:
            names = [row["Name"] for row in csv.DictReader(stream)]
        _must(names == ["ANN", "BOB"], f"delivered {names}")
        for line in asyncio.run(self._remote(last.migration_id, imports)):
            _must(False, line)

    async def _remote(self, migration_id: str, imports: int) -> list[str]:
        """What the service has on record that must not be: by its log and its thread."""
        wrong = []
        url, key = self.server.url, self.server.api_key
        async with MigrationClient(url, key, policy=IMPATIENT) as client:
            log = await client.get_log(migration_id)
            thread = await client.get_thread(migration_id)
        wrote = [run for run in log.runs if run.outcome and run.outcome.rows_written]
        if [run.outcome.rows_written for run in wrote if run.outcome] != [3] * imports:
            wrong.append(f"{len(wrote)} executes wrote rows, for {imports} approvals")
        generates = sum(run.kind == "generate" for run in log.runs)
        # A copy that the network makes, and that arrives after the original's end, is accepted.
        if not imports <= generates <= imports + self.doubled:
            wrong.append(f"{generates} generates, for {imports} approvals")
        # Every generate asks once; a message is sent once, alone or in the list of an update.
        for words, times in Counter(persons_words(thread.events)).items():
            if times > (generates if words == "Work" else 1 + generates - imports + self.doubled):
                wrong.append(f"said {times} times: {words}")
        return wrong

    def _write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _shape(asked: Asked) -> str:
    """The path without ids: the same request of another schedule, or of a replay."""
    return "/".join("*" if len(part) > 30 else part for part in asked.path.split("/")[3:])


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise BrokenError(otherwise)


def main(kind: type[Schedule] = Schedule) -> int:
    """Run the schedules; the exit code says whether all of them held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--jobs", type=int, default=1, help="so many at once, each with a server")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell every schedule")
    given = parser.parse_args()
    seeds = (
        [given.seed] if given.seed is not None else range(given.first, given.first + given.count)
    )
    began = time.monotonic()
    shares = [seeds[job :: given.jobs] for job in range(given.jobs)]
    with ProcessPoolExecutor(given.jobs) as pool:
        broken = sum(pool.map(partial(_run_all, kind=kind, verbose=given.verbose), shares))
    took = time.monotonic() - began
    print(f"{len(seeds)} schedules, {broken} broken, {took:.0f} s")
    return 1 if broken else 0


def _run_all(seeds: Sequence[int], *, kind: type[Schedule], verbose: bool) -> int:
    """Run these schedules against one server; returns how many are broken."""
    broken = 0
    with (
        tempfile.TemporaryDirectory(prefix="schedules-") as folder,
        started_server(Path(folder)) as server,
    ):
        for seed in seeds:
            root = Path(folder) / f"{seed}"
            schedule = kind(seed, server, root)
            try:
                schedule.run()
            except BrokenError as error:
                broken += 1
                print(f"BROKEN\n{error}\n", flush=True)
            else:
                if verbose:
                    print("\n".join(schedule.log), flush=True)
            shutil.rmtree(root)
    return broken


if __name__ == "__main__":
    sys.exit(main())
