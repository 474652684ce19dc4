"""Every verb of the command line as the companies dialect has it."""

from __future__ import annotations

from collections.abc import Mapping

from vernctl.errors import RefusedError, UsageError
from vernctl.spec.stanza import rule_line
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.asked import BY_HAND, as_question
from vernctl.workflow.byhand import answer_work
from vernctl.workflow.companies.applying import apply_company
from vernctl.workflow.companies.correcting import tell
from vernctl.workflow.companies.imported import confirm_import
from vernctl.workflow.companies.looking import approves, imported_run, is_ours, line_of, look
from vernctl.workflow.companies.planning import plan_company
from vernctl.workflow.companies.starting import stranger
from vernctl.workflow.drift import drift_work
from vernctl.workflow.line import ServiceLog
from vernctl.workflow.outcome import Cost, SpecOutcome
from vernctl.workflow.plan import PlannedStep
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.reading import cancel_in_flight, log_of, nothing_to_export
from vernctl.workflow.results import begin
from vernctl.workflow.work import Work


class Companies:
    """One run maps and imports: there is no preview to refine, to ask about, or to pin."""

    async def plan(self, work: Work, options: PlanOptions) -> SpecOutcome:
        """What an import would send; no run is started."""
        return await plan_company(work, options)

    async def apply(self, work: Work, options: ApplyOptions) -> SpecOutcome:
        """Import approved inputs, once."""
        return await apply_company(work, options)

    async def drift(self, work: Work) -> SpecOutcome:
        """What others have moved."""
        return await drift_work(work, _company_id)

    async def export(self, work: Work) -> SpecOutcome:
        """The results once more. Raises RefusedError before the import."""
        seen = await look(work)
        run = imported_run(work, seen, work.base) if work.base is not None else None
        if work.base is None or run is None:
            raise nothing_to_export(work)
        return await confirm_import(work, work.base, run)

    async def ask(self, work: Work, question: str) -> SpecOutcome:
        """Raises UsageError: questions to the agent are about previews."""
        raise _without(work, "ask", "preview to ask about")

    async def pin(self, work: Work, *, remove: bool = False) -> SpecOutcome:
        """Raises UsageError: what is pinned is the recipe of a generate."""
        raise _without(work, "pin", "recipe to pin")

    async def correct(self, work: Work, message: str) -> SpecOutcome:
        """Tell the running import what to do otherwise. Costs one agent call.

        Raises RefusedError where none of ours is running, or it does not listen.
        """
        seen = await look(work)
        run, path = seen.active, work.spec.shown_path
        if run is None:
            raise RefusedError(
                "no import is running, and a correction reaches a running one only.",
                rule="not_running",
                remote="Nothing was sent.",
                next=f"Write it under `correct:` in {path} for the next import.",
            )
        if not is_ours(work.journal.known, run, approves(work.base) if work.base else ""):
            raise stranger(run)
        work.progress.steps.append(PlannedStep(kind="correct", reason="by hand", agent_calls=1))
        told = await tell(line_of(work), run, [message])
        if told is None:  # lost on its way, and certain not to have arrived
            told = await tell(line_of(work), run, [message])
        if not told:
            raise RefusedError(
                "the import takes no correction any more.",
                rule="not_running",
                remote="Nothing was changed.",
                next=f"vernctl status {path}",
            )
        missed = [one for one in work.journal.known.missed if one.message == message]
        said = f"Not known to have arrived: {missed[0].why}." if missed else "The import was told."
        return begin(work, "status").model_copy(
            update={
                "migration_id": seen.company_id,
                "run_id": run.run_id,
                "facts": (said, "It holds for this import alone; no spec says so."),
                "next": f"vernctl apply {path}",
            }
        )

    async def log(self, work: Work) -> ServiceLog:
        """The history of imports. Raises InputError where there is no company."""
        return await log_of(work, await _company_id(work))

    async def cancel(self, work: Work) -> SpecOutcome:
        """Cancel the import in flight, whoever started it."""
        seen = await look(work)
        return await cancel_in_flight(work, seen.company_id, seen.active)

    async def answer(self, work: Work, given: Mapping[int, str], *, write: bool) -> SpecOutcome:
        """Answer the import that waits."""
        active = (await look(work)).active
        return await answer_work(work, active, given, write=write)

    async def recorded(self, work: Work) -> tuple[str, ...]:
        """Lines of YAML for the answers that were given by hand; the dialect keeps no questions,
        so the journal is all that knows them."""
        await look(work)
        lines = [
            rule_line(as_question(question), question.answer)
            for question in work.journal.known.questions
            if question.rule == BY_HAND
        ]
        return tuple(dict.fromkeys(lines))

    def forecast(self, work: Work, *, execute: bool) -> Cost:
        """What the spec will cost, by the journal alone: an import, unless it is in."""
        known = work.journal.known
        if not execute or known.executed is not None:
            return Cost()
        agent = 1 + bool(work.desired.messages) + bool(work.spec.answers)
        return Cost(create=known.migration_id is None, agent=agent, agent_max=agent + 1)


async def _company_id(work: Work) -> str | None:
    return (await look(work)).company_id


def _without(work: Work, verb: str, what: str) -> UsageError:
    return UsageError(
        f"`vernctl {verb}` has no meaning for {work.spec.name}: api: companies has no {what}.",
        next=f"vernctl status {work.spec.shown_path}",
    )
