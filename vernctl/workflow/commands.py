"""The facade: one call per verb of the command line, each over any number of specs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from vernctl.errors import CredentialsError, QuotaError, RefusedError, VernctlError
from vernctl.spec.model import Project, Spec
from vernctl.workflow.answering import BlockedError
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.approving import approve_spec
from vernctl.workflow.dialects import dialect_of
from vernctl.workflow.fleet import (
    Job,
    costs_of_bases,
    ended_well,
    expect,
    held_back,
    in_lanes,
    jobs_of,
    waves,
)
from vernctl.workflow.lease import holder_of, lease
from vernctl.workflow.outcome import Cost, QuestionOutcome, SpecOutcome
from vernctl.workflow.pages import Pages
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.private import discreet
from vernctl.workflow.reading import questions_in, recipe_in, status_of
from vernctl.workflow.requests import limit_of
from vernctl.workflow.results import at_work, begin, skipped, stopped
from vernctl.workflow.session import Session, active
from vernctl.workflow.work import Work

Verb = Callable[[Work], Awaitable[SpecOutcome]]


async def plan_specs(
    session: Session, specs: Sequence[Spec], options: PlanOptions
) -> list[SpecOutcome]:
    """Plan every spec; one that is stopped stops no other. In the order given."""

    async def plan(work: Work) -> SpecOutcome:
        return await dialect_of(work.spec).plan(work, options)

    return await over_fleet(session, specs, "plan", plan, runs=not options.read_only)


async def apply_specs(
    session: Session, specs: Sequence[Spec], options: ApplyOptions
) -> list[SpecOutcome]:
    """Apply every spec whose preview is approved; one that is stopped stops no other."""

    async def apply(work: Work) -> SpecOutcome:
        return await dialect_of(work.spec).apply(work, options)

    return await over_fleet(session, specs, "apply", apply, runs=True)


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
    """Where every spec stands, by reading alone. One that another vernctl is at is not waited for:
    whose work it is is what there is to say."""
    locks = session.project.local / "locks"
    busy = {spec.shown_path: holder_of(locks, spec.name) for spec in specs}
    free = [spec for spec in specs if busy[spec.shown_path] is None]
    read = await over_fleet(session, free, "status", _status)
    found = {spec.shown_path: outcome for spec, outcome in zip(free, read, strict=True)}
    for spec in specs:
        if holder := busy[spec.shown_path]:
            found[spec.shown_path] = at_work(spec, session.identity, holder)
    return [found[spec.shown_path] for spec in specs]


async def _status(work: Work) -> SpecOutcome:
    try:
        planned = await dialect_of(work.spec).plan(work, PlanOptions(read_only=True))
    except RefusedError as refused:
        # What the service holds is not ours to go on with; what has happened is told all the same.
        refused.remote = "Nothing was sent."
        planned = stopped(work.spec, "status", refused, begin(work, "status"))
        if refused.rule != "unknown_migration":
            planned = planned.model_copy(update={"migration_id": work.line.id or None})
    return await status_of(work, planned)


async def drift_specs(session: Session, specs: Sequence[Spec]) -> list[SpecOutcome]:
    """What others have moved since each spec's approval and last import, by reading alone."""
    return await over_fleet(session, specs, "status", lambda w: dialect_of(w.spec).drift(w))


async def questions_of(session: Session, spec: Spec) -> SpecOutcome:
    """The questions that the spec's run waits with."""

    async def questions(work: Work) -> SpecOutcome:
        return questions_in(await dialect_of(spec).plan(work, PlanOptions(read_only=True)))

    return (await over_fleet(session, [spec], "status", questions))[0]


async def answer_spec(
    session: Session, spec: Spec, given: Mapping[int, str], *, write: bool
) -> SpecOutcome:
    """Answer the run that the spec's migration waits with, by hand."""

    async def answer(work: Work) -> SpecOutcome:
        return await dialect_of(spec).answer(work, given, write=write)

    return (await over_fleet(session, [spec], "status", answer))[0]


async def ask_spec(session: Session, spec: Spec, question: str) -> SpecOutcome:
    """Ask the agent a read-only question about the spec's current preview."""

    async def ask(work: Work) -> SpecOutcome:
        return await dialect_of(spec).ask(work, question)

    return (await over_fleet(session, [spec], "status", ask))[0]


async def record_answers(session: Session, spec: Spec) -> tuple[str, ...]:
    """The lines of YAML that would give the answers that the service has on record."""
    async with lease(session.project.local / "locks", spec.name, "record", session.listener):
        return await dialect_of(spec).recorded(Work.open(session, spec))


async def cancel_spec(session: Session, spec: Spec) -> SpecOutcome:
    """Cancel the run in flight on the spec's migration."""
    return (await over_fleet(session, [spec], "status", dialect_of(spec).cancel))[0]


async def correct_spec(session: Session, spec: Spec, message: str) -> SpecOutcome:
    """Tell the spec's running import what to do otherwise."""

    async def correct(work: Work) -> SpecOutcome:
        return await dialect_of(spec).correct(work, message)

    return (await over_fleet(session, [spec], "status", correct))[0]


async def pin_spec(session: Session, spec: Spec, *, remove: bool = False) -> SpecOutcome:
    """Pin the spec's source to its last run, or unpin it."""

    async def pin(work: Work) -> SpecOutcome:
        return await dialect_of(spec).pin(work, remove=remove)

    return (await over_fleet(session, [spec], "status", pin))[0]


async def export_spec(session: Session, spec: Spec) -> SpecOutcome:
    """Write the results of a completed import into ``export.to`` once more."""
    return (await over_fleet(session, [spec], "apply", dialect_of(spec).export))[0]


async def log_spec(session: Session, spec: Spec, *, recipe: bool = False) -> str:
    """The service's session log of the spec's migration, as Markdown, or the recipe in it."""
    async with lease(session.project.local / "locks", spec.name, "log", session.listener):
        log = await dialect_of(spec).log(Work.open(session, spec))
    return recipe_in(log, spec) if recipe else log.markdown


async def over_fleet(
    session: Session, specs: Sequence[Spec], command: str, verb: Verb, *, runs: bool = False
) -> list[SpecOutcome]:
    """The outcomes in the order given. ``runs``: the verb may start runs, so that specs go out in
    waves, under the account's limits."""

    async def one(spec: Spec) -> SpecOutcome:
        return await _one(session, spec, command, verb)

    found = {spec.shown_path: skipped(spec, command) for spec in specs if spec.state != "active"}
    going = active(specs)
    forecast = partial(_forecast, execute=command == "apply")
    forecasts = jobs_of(session, going, forecast) if runs else map(Job, going)
    jobs = {job.spec.path: job for job in forecasts}
    for line in costs_of_bases(list(jobs.values()), session.project.root):
        session.listener.note(line)
    for wave in waves(going) if runs else [going]:
        ended = list(found.values())
        if not ended_well(ended):
            found |= {spec.shown_path: held_back(spec, command, ended) for spec in wave}
            continue
        going_out = [jobs[spec.path] for spec in wave]
        expect(session, going_out)
        found |= await in_lanes(going_out, one)
    return [found[spec.shown_path] for spec in specs]


def _forecast(work: Work, *, execute: bool) -> Cost:
    return dialect_of(work.spec).forecast(work, execute=execute)


async def _one(session: Session, spec: Spec, command: str, verb: Verb) -> SpecOutcome:
    """One spec to its outcome. Where a person waits for limits, what a limit stopped is begun
    again at its time, from what is there then: in an hour much may have moved."""
    asked: tuple[QuestionOutcome, ...] = ()
    while True:
        outcome, limit, asked = await _once(session, spec, command, verb, asked)
        if limit is None or not await session.gate.outlasts(spec.name, limit):
            return outcome


async def _once(
    session: Session,
    spec: Spec,
    command: str,
    verb: Verb,
    asked: tuple[QuestionOutcome, ...],
) -> tuple[SpecOutcome, QuotaError | None, tuple[QuestionOutcome, ...]]:
    """The outcome, the limit that stopped it, and the questions that were answered until then."""
    work: Work | None = None
    locks = session.project.local / "locks"
    try:
        async with lease(locks, spec.name, command, session.listener):
            work = Work.open(session, spec)
            work.progress.questions += asked
            async with session.gate.working(work.address, spec.name):
                return discreet(await verb(work), spec), None, ()
    except VernctlError as error:
        waits = isinstance(error, BlockedError | CredentialsError) and not error.canceled
        if work is not None and waits:
            session.gate.leave_blocked(work.address)
        told = stopped(spec, command, error, begin(work, command) if work else None)
        answered = tuple(work.progress.questions) if work else asked
        return discreet(told, spec), limit_of(error, command), answered
