"""The outcome of one command for one spec: the value that every renderer and exit code reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from vernctl.diff.model import Cause, CheckResult, Diff, Provenance
from vernctl.errors import VernctlError
from vernctl.snapshot.model import Clarified

Status = Literal[
    "unchanged",
    "changed",
    "approved",
    "blocked",
    "waiting",
    "refused",
    "applied",
    "not_as_approved",
    "partial",
    "failed",
    "held",
    "closed",
]
StepKind = Literal[
    "create",
    "upload",
    "knowledge",
    "connect",
    "generate",
    "answer",
    "credentials",
    "update",
    "correct",
    "clarify",
    "execute",
    "export",
]
QuestionStatus = Literal["answered", "expected", "unanswered", "ambiguous", "invalid"]

EXIT_OF: dict[Status, int] = {
    "unchanged": 0,
    "approved": 0,
    "applied": 0,
    "held": 0,
    "closed": 0,
    "changed": 2,
    "blocked": 3,
    "refused": 4,
    "waiting": 5,
    "not_as_approved": 6,
    "partial": 6,
    "failed": 1,
}
#: Several specs: the first of these that is present.
EXIT_ORDER = (6, 1, 4, 3, 5, 2, 0)


class OutcomeValue(BaseModel):
    """Base of the values in an outcome."""

    model_config = ConfigDict(frozen=True)


class Step(OutcomeValue):
    """One request (or follow-up) that a plan makes, in order. ``detail`` is for people."""

    kind: StepKind
    reason: str
    agent_calls: int = 0
    detail: str = ""


class Cost(OutcomeValue):
    """What the steps take of the account's limits.

    ``agent`` counts starting runs and the answers expected; ``agent_max`` allows one further block
    per run that the plan cannot foresee.
    """

    create: int = 0
    generate: int = 0
    agent: int = 0
    agent_max: int = 0


class AskedOption(OutcomeValue):
    """An offered answer as it was offered."""

    id: str
    label: str


class NearRule(OutcomeValue):
    """A rule that did not match, to be shown and never used: how near it came (0 to 1), what kept
    it from matching, and the edit that would make it match."""

    rule: str
    place: str
    score: float
    why: str
    edit: str


class QuestionOutcome(OutcomeValue):
    """A question and what became of it. ``rule`` is the pattern; ``rule_place`` its file:line.

    ``approved_wording``: how the same question read when it was approved, where it reads otherwise
    now; ``unseen``: asked while applying, and not among the questions of what was approved.
    """

    question: str
    status: QuestionStatus
    context: str | None = None
    options: tuple[AskedOption, ...] = ()
    allow_custom: bool = True
    answer: str | None = None
    rule: str | None = None
    rule_place: str | None = None
    stanza: str | None = None
    why: str | None = None
    near: tuple[NearRule, ...] = ()
    approved_wording: str | None = None
    unseen: bool = False


class ErrorOutcome(OutcomeValue):
    """An error as the JSON document has it, with its reasons for the eye."""

    kind: str
    message: str
    place: str | None = None
    remote: str | None = None
    next: str | None = None
    reasons: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: VernctlError) -> ErrorOutcome:
        """An error as a value that every renderer reads."""
        return cls(
            kind=error.kind,
            message=error.message,
            place=str(error.place) if error.place else None,
            remote=error.remote,
            next=error.next,
            reasons=error.reasons,
        )


class InputSummary(OutcomeValue):
    """An input file as the header line and the refusals speak of it."""

    name: str
    size: int
    sha256: str
    rows: int | None = None
    here: bool = True


class LiveSource(OutcomeValue):
    """The live source of a spec. ``last_read``: when a generate read it, as ISO 8601, None: never;
    ``attached``: whether the service has it as the spec wants it, None: nobody looked."""

    source_key: str
    last_read: str | None = None
    attached: bool | None = None


class MessageEffect(OutcomeValue):
    """What one message changed: the preview after it against the one before (``plan --step``)."""

    message: str
    diff: Diff


class Verification(OutcomeValue):
    """What comparing the export with the approved sample found."""

    sample_rows: int
    present: int
    healed: int = 0
    problems: tuple[str, ...] = ()


class ImportedSheet(OutcomeValue):
    """What became of the rows of one sheet: read, written, with an invalid cell, left out and why.

    ``rows_read`` and ``dropped`` are known only where the service's coverage tells them.
    """

    slug: str
    rows: int
    invalid_rows: int
    rows_read: int | None = None
    dropped: Mapping[str, int] = {}


class HealedColumn(OutcomeValue):
    """What the server mended in one column of a sheet (``slug``), in how many cells of all rows.

    ``before`` and ``after`` are one such cell, None where the column is hidden. ``approved``: the
    approved snapshot tells the same heal of as many cells.
    """

    slug: str
    column: str
    what: str
    cells: int
    before: str | None = None
    after: str | None = None
    approved: bool = False


class SpecOutcome(OutcomeValue):
    """Everything one command has to say about one spec.

    ``diff`` compares with the approved snapshot (``base_digest``), or with the snapshot at the git
    ref ``base_ref``; ``provenance`` is there for a first import. ``facts`` are short plain lines
    (e.g. ``imported on …``) in the order to be read; ``hour`` what is left of the account's hour.
    """

    name: str
    path: str
    status: Status
    command: Literal["plan", "apply", "approve", "status", "diff", "show"] = "plan"
    title: str = ""
    source: str | None = None
    endpoint: str = ""
    migration_id: str | None = None
    address: str | None = None
    run_id: str | None = None
    digest: str | None = None
    base_digest: str | None = None
    base_ref: str | None = None
    first_import: bool = False
    performed: bool = True
    unseen: bool = False
    inputs: tuple[InputSummary, ...] = ()
    steps: tuple[Step, ...] = ()
    cost: Cost = Cost()
    apply_calls: int = 0
    causes: tuple[Cause, ...] = ()
    questions: tuple[QuestionOutcome, ...] = ()
    answers_place: str | None = None
    clarified: Clarified | None = None
    hour: str = ""
    effects: tuple[MessageEffect, ...] = ()
    live: LiveSource | None = None
    diff: Diff | None = None
    provenance: Provenance | None = None
    checks: tuple[CheckResult, ...] = ()
    verification: Verification | None = None
    imported: tuple[ImportedSheet, ...] = ()
    heals: tuple[HealedColumn, ...] = ()
    remarks: tuple[str, ...] = ()
    report: JsonValue = None
    receipt: str | None = None
    outputs: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    next: str | None = None
    resume_at: str | None = None
    error: ErrorOutcome | None = None
    seconds: float | None = None

    @property
    def exit_code(self) -> int:
        """The documented exit code of this outcome alone."""
        return EXIT_OF[self.status]


def exit_code_of(outcomes: Sequence[SpecOutcome]) -> int:
    """The exit code of several outcomes: the most pressing one."""
    codes = {outcome.exit_code for outcome in outcomes}
    return next((code for code in EXIT_ORDER if code in codes), 0)
