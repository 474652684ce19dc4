"""From what happened to a :class:`SpecOutcome`: the parts that plan and apply share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from vernctl.api.models import Question
from vernctl.diff.model import CheckResult
from vernctl.errors import CredentialsError, Place, RefusedError, VernctlError
from vernctl.snapshot.digest import short
from vernctl.snapshot.model import RecordedQuestion
from vernctl.spec.model import Spec
from vernctl.workflow.answering import BlockedError
from vernctl.workflow.asked import as_question, matched_today, question_outcome
from vernctl.workflow.outcome import (
    ErrorOutcome,
    InputSummary,
    QuestionOutcome,
    SpecOutcome,
    Status,
)
from vernctl.workflow.plan import Plan, cost_of
from vernctl.workflow.requests import limit_of
from vernctl.workflow.work import Work

_STATUS_OF_EXIT: dict[int, Status] = {3: "blocked", 4: "refused", 5: "waiting", 6: "partial"}


def begin(work: Work, command: str) -> SpecOutcome:
    """The head of an outcome: which spec, which customer, which files, where."""
    spec = work.spec
    here = work.inputs.paths
    return SpecOutcome.model_validate(
        {
            "name": spec.name,
            "path": spec.shown_path,
            "status": "unchanged",
            "command": command,
            "title": spec.migration.name,
            "source": spec.migration.source,
            "endpoint": work.session.identity,
            "address": work.address,
            "base_digest": work.base.digest if work.base else None,
            "first_import": work.base is None,
            "unseen": spec.review.unseen,
            "inputs": tuple(
                InputSummary(
                    name=file.name, size=file.size, sha256=file.sha256, here=file.name in here
                )
                for file in work.inputs.files
            ),
            "answers_place": str(spec.answers_place),
            "warnings": _warnings(work),
            "steps": tuple(work.progress.steps),
            "cost": cost_of(work.progress.steps),
            "effects": tuple(work.progress.effects),
            "hour": work.session.gate.hour(),
            "questions": tuple(work.progress.questions),
        }
    )


def _warnings(work: Work) -> tuple[str, ...]:
    said = []
    if work.inputs.elsewhere:
        said.append("None of the files is on this host; the recorded ones stand for them.")
    if work.folders.rehearsal:
        said.append(f"A rehearsal at {work.session.identity}: nothing here approves the real one.")
    return tuple(said)


def skipped(spec: Spec, command: str) -> SpecOutcome:
    """A held or closed spec: counted, and said why."""
    return SpecOutcome.model_validate(
        {
            "name": spec.name,
            "path": spec.shown_path,
            "status": spec.state,
            "command": command,
            "title": spec.migration.name,
            "facts": (f"{spec.state}: {spec.why}",),
        }
    )


def at_work(spec: Spec, endpoint: str, holder: str) -> SpecOutcome:
    """A spec that another vernctl of this checkout works on right now."""
    return SpecOutcome(
        name=spec.name,
        path=spec.shown_path,
        status="waiting",
        command="status",
        title=spec.migration.name,
        source=spec.migration.source,
        endpoint=endpoint,
        performed=False,
        facts=(f"At work on it: {holder}.",),
        next=f"vernctl status {spec.shown_path}",
    )


def stopped(
    spec: Spec, command: str, error: VernctlError, so_far: SpecOutcome | None
) -> SpecOutcome:
    """The outcome of a spec that an error stopped; other specs go on."""
    error = limit_of(error, command) or error
    outcome = so_far or SpecOutcome.model_validate(
        {
            "name": spec.name,
            "path": spec.shown_path,
            "status": "failed",
            "command": command,
            "title": spec.migration.name,
            "source": spec.migration.source,
        }
    )
    update: dict[str, object] = {
        "status": _STATUS_OF_EXIT.get(error.exit_code, "failed"),
        "error": ErrorOutcome.of(error),
        "next": error.next,
    }
    if isinstance(error, BlockedError):
        update |= {
            "questions": error.questions,
            "answers_place": str(spec.answers_place),
            "run_id": None if error.canceled else error.run_id,
        }
    if isinstance(error, CredentialsError):
        update["run_id"] = None if error.canceled else error.run_id
    resume_at = getattr(error, "resume_at", None)
    if resume_at is not None:
        when = datetime.fromtimestamp(resume_at, UTC)
        update["resume_at"] = when.isoformat(timespec="seconds").replace("+00:00", "Z")
    return outcome.model_copy(update=update)


def check_refused(spec: Spec, digest: str, failed: Sequence[CheckResult]) -> RefusedError:
    """The refusal that names every check that does not hold, and the one way past it."""
    reasons = tuple(
        f"{check.sheet + ': ' if check.sheet else ''}{check.name} {check.actual} of {check.limit}"
        for check in failed
    )
    return RefusedError(
        f"{len(failed)} check{'' if len(failed) == 1 else 's'} refused this preview.",
        rule="check",
        place=Place(spec.shown_path),
        remote="Nothing was imported.",
        next=f"Mend the data or the spec, or add to `checks.overrides` in {spec.shown_path}: "
        f"{{check: {failed[0].name}, digest: {short(digest)}, reason: …, expires: …}}",
        reasons=reasons,
    )


def expected(plan: Plan, spec: Spec) -> tuple[QuestionOutcome, ...]:
    """The questions that the known preview was made with, as today's rules answer them."""
    outcomes = []
    among = [as_question(question) for question in plan.questions]
    for question in plan.questions:
        outcome = _today(question, spec, among)
        if outcome.status == "answered":
            outcomes.append(outcome.model_copy(update={"status": "expected"}))
        else:
            outcomes.append(outcome)
    return tuple(outcomes)


def recorded_unanswered(plan: Plan, spec: Spec) -> dict[str, object]:
    """A recorded question has lost its answer: said before a run is spent on being asked again."""
    among = [as_question(question) for question in plan.questions]
    questions = tuple(_today(question, spec, among) for question in plan.unanswered)
    return {
        "status": "blocked",
        "questions": questions,
        "facts": ("Asked by an earlier run; no run was started to ask again.",),
        "next": f"Add the line under `answers:` ({spec.answers_place}) and plan again.",
    }


def _today(question: RecordedQuestion, spec: Spec, among: Sequence[Question]) -> QuestionOutcome:
    return question_outcome(matched_today(question, spec.answers), among, spec.answers)
