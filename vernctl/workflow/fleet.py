"""Many specs under one account's limits: which goes first, and what holds the others back.

What a spec will ask for is forecast from what lies on disk. Specs that generate go one after the
other, the most work first: one generate an hour is the limit that decides when the fleet is done,
and it is never left idle. Specs that only update or execute take what agent calls are left over.
Specs that ask for nothing are read beside them. A forecast decides about order and nothing else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from vernctl.api.quota import CONCURRENT_RUNS, PUBLISHED, QuotaName
from vernctl.errors import RefusedError, VernctlError
from vernctl.spec.model import Spec
from vernctl.spec.paths import shown_path
from vernctl.workflow.outcome import Cost, SpecOutcome, Status
from vernctl.workflow.plan import Options, Situation, decide
from vernctl.workflow.session import Session
from vernctl.workflow.wishes import Recorded
from vernctl.workflow.work import Work

#: Specs that are read at the same time and cost nothing but reads.
READERS = 3
#: How a spec may end without holding back the waves after it.
WELL: frozenset[Status] = frozenset(
    {"unchanged", "changed", "approved", "applied", "held", "closed"}
)

One = Callable[[Spec], Awaitable[SpecOutcome]]


class Job(NamedTuple):
    """A spec with what it will probably ask for. ``address``: None where nothing was forecast;
    ``anew``: what was generated for it once is to be generated again."""

    spec: Spec
    cost: Cost = Cost()
    address: str | None = None
    anew: bool = False


def waves(specs: Sequence[Spec]) -> list[list[Spec]]:
    """The specs by ascending ``fleet.canary``; those without one come last."""
    numbered: dict[int, list[Spec]] = {}
    rest: list[Spec] = []
    for spec in specs:
        if spec.canary is None:
            rest.append(spec)
        else:
            numbered.setdefault(spec.canary, []).append(spec)
    found = [numbered[number] for number in sorted(numbered)]
    return [*found, rest] if rest else found


def forecast(work: Work, *, execute: bool) -> Cost:
    """What the spec will cost, by the journal and the snapshot alone; nothing is asked.

    ``execute``: an apply, which takes one call more where its preview is not imported yet.
    """
    mine = work.journal.known
    here = work.here
    known = mine.migration_id is not None or here is not None
    run = None
    if mine.executed is not None or mine.generated or here is not None:
        run = "completed" if mine.executed is not None else "awaiting_approval"
    recorded = None
    if mine.generated:
        recorded = Recorded.journalled(mine)
    elif here is not None:
        recorded = Recorded.approved(here)
    situation = Situation(
        exists=known,
        run=None if mine.lost else run,
        ours=True,
        known=None if mine.lost else recorded,
        imported=mine.executed is not None,
        earlier=recorded,
        uploaded=mine.uploaded or here is not None,
        credentialed=mine.credentialed,
    )
    try:
        plan = decide(situation, work.desired, Options())
    except RefusedError:
        return Cost()
    cost = plan.cost
    # A spec with rules for answers will be asked, though nobody has recorded what.
    unforeseen = bool(cost.generate and work.spec.answers and not plan.questions)
    more = unforeseen + (execute and mine.executed is None)
    return cost.model_copy(update={"agent": cost.agent + more})


def least_seconds(costs: Sequence[Cost]) -> float:
    """The time below which no order of work can get under the published limits, in seconds.

    A window slides, so of ``n`` requests under ``limit`` in ``window`` seconds the last goes out
    at least ``(n - 1) // limit`` windows after the first. The class that takes longest decides.
    """
    totals: Mapping[QuotaName, int] = {
        "create": sum(cost.create for cost in costs),
        "generate": sum(cost.generate for cost in costs),
        "agent": sum(cost.agent for cost in costs),
    }
    return max(
        (total - 1) // PUBLISHED[name].requests * PUBLISHED[name].window if total else 0.0
        for name, total in totals.items()
    )


async def in_lanes(jobs: Sequence[Job], one: One) -> dict[str, SpecOutcome]:
    """Work on every job, at most ``CONCURRENT_RUNS`` that cost at once; by the spec's path.

    The first lane takes what generates, so that no other work stands in its way; the others take
    the rest, and help with what generates once there is nothing else.
    """
    costly = [job for job in jobs if job.cost.agent]
    makers = deque(sorted((j for j in costly if j.cost.generate), key=_most_work_first))
    others = deque(job for job in costly if not job.cost.generate)
    idle = deque(job for job in jobs if not job.cost.agent)
    done: dict[str, SpecOutcome] = {}

    async def lane(*queues: deque[Job]) -> None:
        while queue := next((queue for queue in queues if queue), None):
            spec = queue.popleft().spec
            done[spec.shown_path] = await one(spec)

    async with asyncio.TaskGroup() as group:
        group.create_task(lane(makers, others))
        for _ in range(CONCURRENT_RUNS - 1):
            group.create_task(lane(others, makers))
        for _ in range(READERS):
            group.create_task(lane(idle))
    return done


def _most_work_first(job: Job) -> tuple[int, str]:
    return (-job.cost.agent, job.spec.shown_path)


def jobs_of(
    session: Session, specs: Sequence[Spec], forecast_of: Callable[[Work], Cost]
) -> list[Job]:
    """The specs with their forecasts.

    Where no limits are known and no base is shared the order is all the same, and each may start
    a run. A spec that cannot be opened costs nothing: it will say why when its turn comes.
    """
    if session.gate.ledger is None and not any(len(of) > 1 for of in _by_base(specs).values()):
        return [Job(spec, Cost(agent=1)) for spec in specs]
    jobs = []
    for spec in specs:
        try:
            work = Work.open(session, spec)
            cost = forecast_of(work)
        except VernctlError:
            jobs.append(Job(spec))
            continue
        again = work.journal.known.generated or work.here is not None
        jobs.append(Job(spec, cost, work.address, anew=bool(cost.generate and again)))
    return jobs


def expect(session: Session, jobs: Sequence[Job]) -> None:
    """Tell the session's gate of what generates, so that its later calls are kept for it."""
    for job in jobs:
        if job.cost.generate and job.address is not None:
            session.gate.expect(job.address, job.cost.agent)


def costs_of_bases(jobs: Sequence[Job], root: Path) -> tuple[str, ...]:
    """What an edit of a base costs: a line for each that makes several specs generate anew."""
    found = {job.spec.path: job for job in jobs}
    said = []
    for base, specs in _by_base([job.spec for job in jobs]).items():
        again = [found[spec.path].cost for spec in specs if found[spec.path].anew]
        if len(again) < 2:
            continue
        calls = sum(cost.agent for cost in again)
        hours = round(least_seconds(again) / 3600)
        said.append(
            f"{shown_path(base, root)}: {len(again)} of the {len(specs)} specs that extend it "
            f"generate anew: {len(again)} generates, up to {calls} agent calls, "
            f"{hours} h at least under the published limits."
        )
    return tuple(said)


def _by_base(specs: Sequence[Spec]) -> dict[Path, list[Spec]]:
    found: dict[Path, list[Spec]] = {}
    for spec in specs:
        for base in spec.bases:
            found.setdefault(base, []).append(spec)
    return found


def held_back(spec: Spec, command: str, ended: Sequence[SpecOutcome]) -> SpecOutcome:
    """The outcome of a spec whose wave did not come, because one before it did not end well."""
    ill = [outcome for outcome in ended if outcome.status not in WELL]
    first = ", ".join(f"{o.name} ({o.status.replace('_', ' ')})" for o in ill[:3])
    more = f" and {len(ill) - 3} more" if len(ill) > 3 else ""
    return SpecOutcome.model_validate(
        {
            "name": spec.name,
            "path": spec.shown_path,
            "status": "waiting",
            "command": command,
            "title": spec.migration.name,
            "source": spec.migration.source,
            "performed": False,
            "facts": (f"held back: an earlier wave did not end well: {first}{more}",),
            "next": "Settle those first, then the same command.",
        }
    )


def ended_well(outcomes: Sequence[SpecOutcome]) -> bool:
    """True where no spec of a wave failed, waits, or was refused."""
    return all(outcome.status in WELL for outcome in outcomes)
