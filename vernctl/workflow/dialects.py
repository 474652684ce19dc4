"""Every verb as the two dialects of the API have it: the one place where they part.

Who has a spec's work to do asks :func:`dialect_of` for its verbs; what is said alike in both goes
over the work's :class:`~vernctl.workflow.line.Line`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from vernctl.errors import UsageError
from vernctl.spec.model import Api, Spec
from vernctl.workflow.applying import ApplyOptions, apply_work
from vernctl.workflow.byhand import answer_work
from vernctl.workflow.clarifying import ask_work
from vernctl.workflow.companies.verbs import Companies
from vernctl.workflow.drift import drift_work
from vernctl.workflow.fleet import forecast
from vernctl.workflow.line import ServiceLog
from vernctl.workflow.outcome import Cost, SpecOutcome
from vernctl.workflow.pinning import pin_work
from vernctl.workflow.planning import PlanOptions, plan_work
from vernctl.workflow.reading import cancel_in_flight, export_work, log_of
from vernctl.workflow.remembered import record_lines
from vernctl.workflow.takeover import named_run, take_over
from vernctl.workflow.work import Work


class Dialect(Protocol):
    """The verbs of one spec. Each raises VernctlError for what stops it, and UsageError where it
    has no meaning in the dialect."""

    async def plan(self, work: Work, options: PlanOptions) -> SpecOutcome:
        """The least work that leads to what is to be approved."""
        ...

    async def apply(self, work: Work, options: ApplyOptions) -> SpecOutcome:
        """Import what is approved, once, and verify it."""
        ...

    async def drift(self, work: Work) -> SpecOutcome:
        """What others have moved since approval and last import."""
        ...

    async def export(self, work: Work) -> SpecOutcome:
        """The results of a completed import, once more."""
        ...

    async def ask(self, work: Work, question: str) -> SpecOutcome:
        """A read-only question to the agent."""
        ...

    async def correct(self, work: Work, message: str) -> SpecOutcome:
        """A message to the running import."""
        ...

    async def pin(self, work: Work, *, remove: bool = False) -> SpecOutcome:
        """The source's recipe, pinned to the spec's last run."""
        ...

    async def log(self, work: Work) -> ServiceLog:
        """The service's record."""
        ...

    async def cancel(self, work: Work) -> SpecOutcome:
        """The run in flight, canceled."""
        ...

    async def answer(self, work: Work, given: Mapping[int, str], *, write: bool) -> SpecOutcome:
        """A blocked run, answered by hand."""
        ...

    async def recorded(self, work: Work) -> tuple[str, ...]:
        """Lines of YAML for answers on record that no rule gives."""
        ...

    def forecast(self, work: Work, *, execute: bool) -> Cost:
        """What the spec will cost, by what lies on disk."""
        ...


class Migrations:
    """A preview is made, approved and executed."""

    async def plan(self, work: Work, options: PlanOptions) -> SpecOutcome:
        """The wanted preview, and its diff to the approved one."""
        return await plan_work(work, options)

    async def apply(self, work: Work, options: ApplyOptions) -> SpecOutcome:
        """The approved preview, executed."""
        return await apply_work(work, options)

    async def drift(self, work: Work) -> SpecOutcome:
        """Templates, files, knowledge and imported rows."""
        return await drift_work(work, _migration_id)

    async def export(self, work: Work) -> SpecOutcome:
        """The results once more."""
        return await export_work(work)

    async def ask(self, work: Work, question: str) -> SpecOutcome:
        """A clarify run."""
        return await ask_work(work, question)

    async def correct(self, work: Work, message: str) -> SpecOutcome:
        """Raises UsageError: a preview is refined."""
        raise UsageError(
            f"`vernctl correct` is for api: companies; the preview of {work.spec.name} is refined.",
            next=f"Add the message under `refine:` in {work.spec.shown_path}, then plan.",
        )

    async def pin(self, work: Work, *, remove: bool = False) -> SpecOutcome:
        """By the source's name."""
        return await pin_work(work, remove=remove)

    async def log(self, work: Work) -> ServiceLog:
        """The session log."""
        return await log_of(work, await _migration_id(work))

    async def cancel(self, work: Work) -> SpecOutcome:
        """Whoever started it."""
        observed = await work.look(latest=True)
        run = await named_run(work, observed)
        return await cancel_in_flight(work, observed.migration_id, run)

    async def answer(self, work: Work, given: Mapping[int, str], *, write: bool) -> SpecOutcome:
        """A run that another checkout of this spec has started is taken over first."""
        observed = await take_over(work, await work.look())
        return await answer_work(work, observed.run, given, write=write)

    async def recorded(self, work: Work) -> tuple[str, ...]:
        """From the session log, or from thread and run."""
        return await record_lines(work)

    def forecast(self, work: Work, *, execute: bool) -> Cost:
        """By journal and snapshot."""
        return forecast(work, execute=execute)


async def _migration_id(work: Work) -> str | None:
    return (await work.look()).migration_id


_DIALECTS: Mapping[Api, Dialect] = {"migrations": Migrations(), "companies": Companies()}


def dialect_of(spec: Spec) -> Dialect:
    """The verbs of a spec's dialect."""
    return _DIALECTS[spec.migration.api]
