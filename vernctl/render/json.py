"""The JSON document of every command: stable, versioned, for machines.

Its fields are a promise to scripts: they may be added to, none changes its meaning. Strings are
exact (JSON escapes what it must); nothing is shortened and nothing is made safe for an eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from pydantic import JsonValue

from vernctl.diff.model import Cause, CheckResult
from vernctl.render.sheets import (
    FORMAT,
    SheetDocument,
    render_sheet_diff,
    sheet_documents,
    to_json,
)
from vernctl.snapshot.model import Clarified
from vernctl.workflow.outcome import ErrorOutcome, HealedColumn, QuestionOutcome, SpecOutcome

__all__ = [
    "Document",
    "SpecDocument",
    "render_error",
    "render_outcomes",
    "render_sheet_diff",
    "to_json",
]


class StepDocument(TypedDict):
    """One request that the plan makes. ``agent_calls``: what it takes of the account's hour."""

    kind: str
    reason: str
    detail: str
    agent_calls: int


class CostDocument(TypedDict):
    """Requests by class of limit; ``agent_max`` allows for questions that nobody foresees."""

    create: int
    generate: int
    agent: int
    agent_max: int


class CauseDocument(TypedDict):
    """Why a sheet changed (``sheet`` null: all of them). ``ref`` names the file, message, …"""

    sheet: str | None
    kind: str
    ref: str


class NearDocument(TypedDict):
    """A rule that came near an unanswered question; shown, never used."""

    rule: str
    place: str
    score: float
    why: str
    edit: str


class ClarifiedDocument(TypedDict):
    """Read-only questions to the agent about its preview, and its answer in its own words."""

    asked: list[str]
    answer: str


class QuestionDocument(TypedDict):
    """A question; ``rule`` is the pattern that answered, ``stanza`` the line that would."""

    question: str
    context: str | None
    options: list[str]
    answer: str | None
    rule: str | None
    rule_place: str | None
    status: str
    why: str | None
    stanza: str | None
    near: list[NearDocument]
    approved_wording: str | None
    unseen: bool


class CheckDocument(TypedDict):
    """One limit: ``phase`` preview or import; ``overridden`` is the reason given in the spec."""

    name: str
    sheet: str | None
    limit: str
    actual: str
    ok: bool
    phase: str
    overridden: str | None


class HealDocument(TypedDict):
    """What the server mended in a column, in ``cells`` cells of all rows; ``before`` and ``after``
    are one of them (null where hidden). ``approved``: as the approved snapshot tells it."""

    sheet: str
    column: str
    what: str
    cells: int
    before: str | None
    after: str | None
    approved: bool


class EffectDocument(TypedDict):
    """What one message changed (``plan --step``)."""

    message: str
    sheets: dict[str, SheetDocument]


class ErrorDocument(TypedDict):
    """What went wrong, where, what became of remote data, and what to do next."""

    kind: str
    message: str
    place: str | None
    reasons: list[str]
    remote: str | None
    next: str | None


class SpecDocument(TypedDict):
    """Everything one command has to say about one spec."""

    name: str
    path: str
    status: str
    endpoint: str
    migration_id: str | None
    address: str | None
    run_id: str | None
    digest: str | None
    base_digest: str | None
    first_import: bool
    performed: bool
    unseen: bool
    steps: list[StepDocument]
    cost: CostDocument
    causes: list[CauseDocument]
    questions: list[QuestionDocument]
    clarified: ClarifiedDocument | None
    live: JsonValue
    effects: list[EffectDocument]
    sheets: dict[str, SheetDocument]
    dropped_sheets: list[str]
    provenance: JsonValue
    heals: list[HealDocument]
    remarks: list[str]
    checks: list[CheckDocument]
    verification: JsonValue
    report: JsonValue
    receipt: str | None
    outputs: list[str]
    facts: list[str]
    warnings: list[str]
    next: str | None
    resume_at: str | None
    error: ErrorDocument | None


class Document(TypedDict):
    """The whole: a format number and the specs in the order they were asked for."""

    format: int
    specs: list[SpecDocument]


def render_outcomes(outcomes: Sequence[SpecOutcome]) -> str:
    """The document as indented JSON; ends with a newline."""
    document = Document(format=FORMAT, specs=[spec_document(outcome) for outcome in outcomes])
    return to_json(document)


def render_error(error: ErrorOutcome) -> str:
    """A command that was stopped before it came to any spec: no specs, and why."""
    return to_json({"format": FORMAT, "specs": [], "error": _error(error)})


def spec_document(outcome: SpecOutcome) -> SpecDocument:
    """One spec's part of the document."""
    diff = outcome.diff
    return SpecDocument(
        name=outcome.name,
        path=outcome.path,
        status=outcome.status,
        endpoint=outcome.endpoint,
        migration_id=outcome.migration_id,
        address=outcome.address,
        run_id=outcome.run_id,
        digest=outcome.digest,
        base_digest=outcome.base_digest,
        first_import=outcome.first_import,
        performed=outcome.performed,
        unseen=outcome.unseen,
        steps=[
            StepDocument(kind=s.kind, reason=s.reason, detail=s.detail, agent_calls=s.agent_calls)
            for s in outcome.steps
        ],
        cost=CostDocument(
            create=outcome.cost.create,
            generate=outcome.cost.generate,
            agent=outcome.cost.agent,
            agent_max=outcome.cost.agent_max,
        ),
        causes=_causes(outcome),
        questions=[_question(question) for question in outcome.questions],
        clarified=_clarified(outcome.clarified) if outcome.clarified else None,
        live=outcome.live.model_dump(mode="json") if outcome.live else None,
        effects=[
            EffectDocument(message=effect.message, sheets=sheet_documents(effect.diff))
            for effect in outcome.effects
        ],
        sheets=sheet_documents(diff),
        dropped_sheets=list(diff.dropped_sheets) if diff else [],
        provenance=outcome.provenance.model_dump(mode="json") if outcome.provenance else None,
        heals=[_heal(heal) for heal in outcome.heals],
        remarks=list(outcome.remarks),
        checks=[_check(check) for check in outcome.checks],
        verification=outcome.verification.model_dump(mode="json") if outcome.verification else None,
        report=outcome.report,
        receipt=outcome.receipt,
        outputs=list(outcome.outputs),
        facts=list(outcome.facts),
        warnings=list(outcome.warnings),
        next=outcome.next,
        resume_at=outcome.resume_at,
        error=_error(outcome.error) if outcome.error else None,
    )


def _causes(outcome: SpecOutcome) -> list[CauseDocument]:
    sheets = outcome.diff.sheets if outcome.diff else ()
    own = [
        cause.model_copy(update={"sheet": cause.sheet or sheet.slug})
        for sheet in sheets
        for cause in sheet.causes
    ]
    every: list[Cause] = list(dict.fromkeys([*outcome.causes, *own]))
    return [CauseDocument(sheet=cause.sheet, kind=cause.kind, ref=cause.ref) for cause in every]


def _question(question: QuestionOutcome) -> QuestionDocument:
    return QuestionDocument(
        question=question.question,
        context=question.context,
        options=[option.label for option in question.options],
        answer=question.answer,
        rule=question.rule,
        rule_place=question.rule_place,
        status=question.status,
        why=question.why,
        stanza=question.stanza,
        near=[
            NearDocument(rule=n.rule, place=n.place, score=n.score, why=n.why, edit=n.edit)
            for n in question.near
        ],
        approved_wording=question.approved_wording,
        unseen=question.unseen,
    )


def _clarified(told: Clarified) -> ClarifiedDocument:
    return ClarifiedDocument(asked=list(told.asked), answer=told.answer)


def _check(check: CheckResult) -> CheckDocument:
    return CheckDocument(
        name=check.name,
        sheet=check.sheet,
        limit=check.limit,
        actual=check.actual,
        ok=check.ok,
        phase=check.phase,
        overridden=check.overridden,
    )


def _heal(heal: HealedColumn) -> HealDocument:
    return HealDocument(
        sheet=heal.slug,
        column=heal.column,
        what=heal.what,
        cells=heal.cells,
        before=heal.before,
        after=heal.after,
        approved=heal.approved,
    )


def _error(error: ErrorOutcome) -> ErrorDocument:
    return ErrorDocument(
        kind=error.kind,
        message=error.message,
        place=error.place,
        reasons=list(error.reasons),
        remote=error.remote,
        next=error.next,
    )
