"""The facade: one call per verb of the command line, each over any number of specs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from vernctl.errors import VernctlError
from vernctl.spec.model import Project, Spec
from vernctl.workflow.applying import ApplyOptions, apply_work
from vernctl.workflow.approving import approve_spec
from vernctl.workflow.drift import drift_work
from vernctl.workflow.lease import lease
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.pages import Pages
from vernctl.workflow.planning import PlanOptions, plan_work
from vernctl.workflow.private import discreet
from vernctl.workflow.reading import cancel_work, export_work, log_of, questions_work, status_work
from vernctl.workflow.results import begin, skipped, stopped
from vernctl.workflow.session import Session
from vernctl.workflow.work import Work

#: The account's limit of runs in progress (API); more specs than that wait their turn here.
AT_ONCE = 3

Verb = Callable[[Work], Awaitable[SpecOutcome]]


async def plan_specs(
    session: Session, specs: Sequence[Spec], options: PlanOptions
) -> list[SpecOutcome]:
    """Plan every spec; one that is stopped stops no other. In the order given."""

    async def plan(work: Work) -> SpecOutcome:
        return await plan_work(work, options)

    return await _each(session, specs, "plan", plan)


async def apply_specs(
    session: Session, specs: Sequence[Spec], options: ApplyOptions
) -> list[SpecOutcome]:
    """Apply every spec whose preview is approved; one that is stopped stops no other."""

    async def apply(work: Work) -> SpecOutcome:
        return await apply_work(work, options)

    return await _each(session, specs, "apply", apply)


def approve_specs(
    project: Project, specs: Sequence[Spec], pages: Pages, *, digest: str | None = None
) -> list[SpecOutcome]:
    """Approve what is pending for each spec. Offline."""
    outcomes = []
    for spec in specs:
        if spec.state != "active":
            outcomes.append(skipped(spec, "approve"))
            continue
        try:
            outcomes.append(approve_spec(project, spec, pages, digest=digest))
        except VernctlError as error:
            outcomes.append(stopped(spec, "approve", error, None))
    return outcomes


async def status_specs(session: Session, specs: Sequence[Spec]) -> list[SpecOutcome]:
    """Where every spec stands, by reading alone."""
    return await _each(session, specs, "status", status_work)


async def drift_specs(session: Session, specs: Sequence[Spec]) -> list[SpecOutcome]:
    """What others have moved since each spec's approval and last import, by reading alone."""
    return await _each(session, specs, "status", drift_work)


async def questions_of(session: Session, spec: Spec) -> SpecOutcome:
    """The questions that the spec's run waits with."""
    return (await _each(session, [spec], "status", questions_work))[0]


async def cancel_spec(session: Session, spec: Spec) -> SpecOutcome:
    """Cancel the run in flight on the spec's migration."""
    return (await _each(session, [spec], "status", cancel_work))[0]


async def export_spec(session: Session, spec: Spec) -> SpecOutcome:
    """Write the results of a completed import into ``export.to`` once more."""
    return (await _each(session, [spec], "apply", export_work))[0]


async def log_spec(session: Session, spec: Spec) -> str:
    """The service's session log of the spec's migration, as Markdown."""
    async with lease(session.project.local / "locks", spec.name, "log", session.listener):
        return await log_of(Work.open(session, spec))


async def _each(
    session: Session, specs: Sequence[Spec], command: str, verb: Verb
) -> list[SpecOutcome]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(spec: Spec) -> SpecOutcome:
        if spec.state != "active":
            return skipped(spec, command)
        async with slots:
            return await _one(session, spec, command, verb)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(spec)) for spec in specs]
    return [task.result() for task in tasks]


async def _one(session: Session, spec: Spec, command: str, verb: Verb) -> SpecOutcome:
    work: Work | None = None
    locks = session.project.local / "locks"
    try:
        async with lease(locks, spec.name, command, session.listener):
            work = Work.open(session, spec)
            return discreet(await verb(work), spec)
    except VernctlError as error:
        told = stopped(spec, command, error, begin(work, command) if work else None)
        return discreet(told, spec)
