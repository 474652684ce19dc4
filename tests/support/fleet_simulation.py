"""A fleet under the published limits, on a clock that jumps: days of waiting pass in seconds.

Client, server, runs and limits are the real ones, over real HTTP. Only waiting is not: when every
spec that is worked on waits, the clock is put forward to the earliest of the times waited for.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import CATALOG, SPEC
from scripted_agent import Ask, ScriptedAgent

from vernctl.api.client import MigrationClient
from vernctl.api.policy import Policy
from vernctl.api.quota import Ledger
from vernctl.render.pages import MarkdownPages
from vernctl.spec.load import load_specs
from vernctl.spec.model import Spec
from vernctl.spec.project import load_project
from vernctl.testing import VernServer, vern_server
from vernctl.workflow import commands
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.fleet import least_seconds
from vernctl.workflow.gate import Gate
from vernctl.workflow.outcome import Cost, SpecOutcome
from vernctl.workflow.planning import PlanOptions, plan_work
from vernctl.workflow.session import Session
from vernctl.workflow.work import Work

#: Seconds of stillness (real ones) after which everybody who is awake counts as being asleep.
_STILL = 0.02


class JumpingClock:
    """Unix seconds that pass as they do, and jump where all ``active`` workers only wait."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._sleeping: list[tuple[float, int, asyncio.Event]] = []
        self._order = 0
        self._look: asyncio.TimerHandle | None = None
        self.active = 0

    def now(self) -> float:
        return time.time() + self._ahead

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._order += 1
        heapq.heappush(self._sleeping, (self.now() + seconds, self._order, woken))
        self.settle()
        await woken.wait()

    def settle(self) -> None:
        """Look again in a moment, whether there is anything but waiting left to do."""
        if self._look is not None:
            self._look.cancel()
        self._look = asyncio.get_running_loop().call_later(_STILL, self._jump)

    def _jump(self) -> None:
        if not self._sleeping or len(self._sleeping) < self.active:
            return
        due = self._sleeping[0][0]
        self._ahead += max(0.0, due - self.now())
        while self._sleeping and self._sleeping[0][0] <= self.now():
            heapq.heappop(self._sleeping)[2].set()


@dataclass(frozen=True)
class Simulated:
    """``least`` and ``makespan`` in seconds; ``refused`` counts answers with status 429."""

    least: float
    makespan: float
    refused: int
    outcomes: tuple[SpecOutcome, ...]
    requests: int

    @property
    def ratio(self) -> float:
        return self.makespan / self.least


@dataclass(frozen=True)
class Mix:
    """How many specs: never seen; known, with a new message; imported and as they were."""

    cold: int
    refined: int
    unchanged: int

    def least_seconds(self) -> float:
        """A cold spec takes a create, a generate, an answer and an update; a refined one, one
        update; an unchanged one nothing."""
        cold = Cost(create=1, generate=1, agent=3)
        return least_seconds([cold] * self.cold + [Cost(agent=1)] * self.refined)


def simulate(root: Path, mix: Mix) -> Simulated:
    """Plan the whole mix in one command that waits, under ``--limits published``."""
    names = write_project(root, mix)
    clock = JumpingClock()
    agent = ScriptedAgent(asks=[Ask("Which column is Email?", ("Work", "Private"))])
    catalog, data = root / "catalog.yaml", root / "server"
    with vern_server(catalog=catalog, data=data, engine=agent) as server:
        key, port = server.api_key, server.port
        asyncio.run(prepare(root, server, names["unchanged"] + names["refined"], mix))
    for name in names["refined"]:
        path = root / "specs" / f"{name}.yaml"
        path.write_text(path.read_text().replace("- upper Name", "- upper Name\n  - upper Note"))
    limited = vern_server(
        catalog=catalog, data=data, engine=agent, clock=clock.now, limits="published"
    )
    with limited as server:
        server.stop()
        server.api_key, server.port = key, port
        server.start()
        return asyncio.run(_plan(root, server, clock, mix))


async def prepare(root: Path, server: VernServer, names: Sequence[str], mix: Mix) -> None:
    """Import what the simulation finds imported, and plan what it finds planned; without limits."""
    project = load_project(root)
    paths = [root / "specs" / f"{name}.yaml" for name in names]
    specs = load_specs(paths, project)
    async with MigrationClient(server.url, server.api_key) as client:
        session = await Session.open(project, client, "embedded", MarkdownPages())
        imported = specs[: mix.unchanged]
        await commands.apply_specs(session, imported, ApplyOptions(yes=True))
        await commands.plan_specs(session, specs[mix.unchanged :], PlanOptions())


async def _plan(root: Path, server: VernServer, clock: JumpingClock, mix: Mix) -> Simulated:
    project = load_project(root)
    specs = load_specs(sorted((root / "specs").glob("*.yaml")), project)
    said: list[str] = []
    ledger = Ledger(server.url, server.api_key, folder=root / "quota", clock=clock.now)
    policy = Policy(sleep=clock.sleep)
    async with MigrationClient(
        server.url, server.api_key, policy=policy, ledger=ledger, trace=said.append
    ) as client:
        gate = Gate(ledger, wait=True, sleep=clock.sleep)
        session = await Session.open(project, client, "embedded", MarkdownPages(), gate=gate)
        began = clock.now()
        outcomes = await _plan_all(session, specs, clock)
        makespan = clock.now() - began
    statuses = Counter(line.rpartition(" → ")[2][:3] for line in said if " → " in line)
    return Simulated(
        least=mix.least_seconds(),
        makespan=makespan,
        refused=statuses["429"],
        outcomes=tuple(outcomes),
        requests=sum(statuses.values()),
    )


async def _plan_all(
    session: Session, specs: Sequence[Spec], clock: JumpingClock
) -> list[SpecOutcome]:
    """As ``plan_specs``, with the clock told how many specs are being worked on."""

    async def plan(work: Work) -> SpecOutcome:
        clock.active += 1
        try:
            return await plan_work(work, PlanOptions())
        finally:
            clock.active -= 1
            clock.settle()

    return await commands.over_fleet(session, specs, "plan", plan, runs=True)


def write_project(root: Path, mix: Mix) -> dict[str, list[str]]:
    """A project of so many customers, and their names by kind."""
    names = {
        kind: [f"{kind}-{number:03d}" for number in range(count)]
        for kind, count in vars(mix).items()
    }
    (root / "specs").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "vernctl.yaml").write_text("endpoint: embedded\nspecs: specs\n")
    (root / "catalog.yaml").write_text(CATALOG)
    for kind in names.values():
        for name in kind:
            (root / "data" / name).mkdir()
            rows = f"Email,Name,Note\na@{name}.test,Ann,one\nb@{name}.test,Bob,two\n"
            (root / "data" / name / "contacts.csv").write_text(rows)
            text = SPEC.replace("acme-001", name).replace("out/acme", f"out/{name}")
            text = text.replace("../data/contacts.csv", f"../data/{name}/contacts.csv")
            (root / "specs" / f"{name}.yaml").write_text(text)
    return names
