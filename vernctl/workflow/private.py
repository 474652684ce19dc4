"""What a spec that hides cells keeps out of git, of outputs and of pull requests."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from vernctl.diff.model import Provenance
from vernctl.errors import Place, Problem, SpecError
from vernctl.snapshot.model import RecordedQuestion
from vernctl.snapshot.sheet import Sheet
from vernctl.snapshot.tokens import Tokeniser, covered, hidden_columns, hides
from vernctl.spec.model import Project, Review, SecretRef, Spec
from vernctl.spec.project import resolve_secret
from vernctl.workflow.outcome import QuestionOutcome, SpecOutcome

#: A key that could be guessed would let anyone find cells by trying values.
LEAST_KEY = 16
CUSTOMER = "{external_id}"


def tokeniser_of(project: Project, spec: Spec, *, commands: bool) -> Tokeniser | None:
    """The maker of a spec's tokens, None where it hides nothing.

    ``commands``: whether the key may come from a command. Raises SpecError where the key is not
    to be had, or too short to be one.
    """
    if not hides(spec.review):
        return None
    reference = key_reference(project, spec)
    key = resolve_secret(reference, root=project.root, commands=commands)
    if len(key) < LEAST_KEY:
        message = f"review.token_key is shorter than {LEAST_KEY} characters"
        raise SpecError([Problem(Place("vernctl.yaml"), message)], next="openssl rand -hex 32")
    return Tokeniser(key, spec.migration.external_id)


def key_reference(project: Project, spec: Spec) -> SecretRef:
    """Where the key of a spec's tokens is. ``{external_id}`` in it makes it one per customer: only
    such a key can be destroyed without that of every other customer."""
    configured = project.token_key or SecretRef()
    identity = spec.migration.external_id
    return SecretRef(
        env=configured.env and configured.env.replace(CUSTOMER, identity.replace("-", "_")),
        file=configured.file and configured.file.replace(CUSTOMER, identity),
        command=configured.command and configured.command.replace(CUSTOMER, identity),
    )


def has_own_key(project: Project) -> bool:
    """True where every customer has a key of its own."""
    key = project.token_key
    return key is not None and CUSTOMER in f"{key.env}{key.file}{key.command}"


def hidden(sheets: Sequence[Sheet], review: Review, tokens: Tokeniser | None) -> tuple[Sheet, ...]:
    """The sheets with tokens where the spec wants them."""
    if tokens is None:
        return tuple(sheets)
    return tuple(
        tokens.hide(sheet, hidden_columns(review, sheet.slug, sheet.columns)) for sheet in sheets
    )


def kept_questions(
    spec: Spec, questions: Sequence[RecordedQuestion]
) -> tuple[RecordedQuestion, ...]:
    """The questions as snapshot and receipt may keep them: a question is the agent's prose and may
    quote cells, so what it quotes, its context and its options stay out."""
    if not hides(spec.review):
        return tuple(questions)
    return tuple(
        question.model_copy(
            update={
                "question": covered(question.question),
                "context": None,
                "options": (),
                "covered": True,
            }
        )
        for question in questions
    )


def without_values(provenance: Provenance | None, review: Review) -> Provenance | None:
    """Provenance without the recodings of hidden columns: they are made of cells."""
    if provenance is None or not hides(review):
        return provenance
    sheets = []
    for sheet in provenance.sheets:
        names = frozenset(
            hidden_columns(review, sheet.slug, [origin.column for origin in sheet.columns])
        )
        columns = tuple(
            origin.model_copy(update={"recodings": ()}) if origin.column in names else origin
            for origin in sheet.columns
        )
        sheets.append(sheet.model_copy(update={"columns": columns}))
    return provenance.model_copy(update={"sheets": tuple(sheets)})


def discreet(outcome: SpecOutcome, spec: Spec) -> SpecOutcome:
    """The outcome as it may be printed and posted: questions without what they quote, the report
    without texts. A question without an answer is shown whole: somebody has to answer it."""
    if not hides(spec.review):
        return outcome
    error = outcome.error
    if error is not None:
        error = error.model_copy(
            update={"message": covered(error.message) if error.kind in _TOLD else error.message}
        )
    return outcome.model_copy(
        update={
            "questions": tuple(map(_discreet_question, outcome.questions)),
            "warnings": tuple(map(covered, outcome.warnings)),
            "remarks": tuple(map(_before_quotes, outcome.remarks)),
            "report": _numbers(outcome.report),
            "error": error,
        }
    )


def _before_quotes(remark: str) -> str:
    """A remark up to the first cell that it quotes: a cell may hold quotes of its own."""
    told, quote, _ = remark.partition('"')
    return f"{told.rstrip(' :(')} …" if quote else remark


#: Errors whose message is the service's own.
_TOLD = frozenset({"run_failed", "partial", "bad_request", "conflict", "server", "contract"})


def _discreet_question(question: QuestionOutcome) -> QuestionOutcome:
    if question.status not in ("answered", "expected"):
        return question
    hidden_parts = {"question": covered(question.question), "context": None, "options": ()}
    return question.model_copy(update=hidden_parts)


def _numbers(value: JsonValue) -> JsonValue:
    """What of a report counts: names and texts of it may be made of cells."""
    if isinstance(value, dict):
        return {name: _numbers(part) for name, part in value.items() if not isinstance(part, str)}
    if isinstance(value, list):
        return [_numbers(part) for part in value if not isinstance(part, str)]
    return value
