"""A snapshot: one preview and every input that led to it, as it is approved and committed.

Formats are one-way doors. ``SNAPSHOT_FORMAT`` is the layout of the folder, ``DIGEST_FORMAT`` the
text that is hashed; raising either is a migration for every project that uses vernctl.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, JsonValue

from vernctl.snapshot.rows import KeySource, Sheet
from vernctl.spec.model import CompanyIds, Moved

__all__ = [
    "DIGEST_FORMAT",
    "SNAPSHOT_FORMAT",
    "InputFile",
    "Inputs",
    "KeySource",
    "RecordedCause",
    "RecordedQuestion",
    "SheetReview",
    "Snapshot",
    "SnapshotValue",
    "Unseen",
]

SNAPSHOT_FORMAT = 1
DIGEST_FORMAT = 1


class SnapshotValue(BaseModel):
    """Base of everything written into a snapshot: immutable and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class InputFile(SnapshotValue):
    """A file that was imported: its name, size in bytes and sha256 (64 hex)."""

    name: str
    size: int
    sha256: str


class RecordedQuestion(SnapshotValue):
    """A question that a run asked and the answer it got. ``rule`` is the pattern that decided.

    ``covered``: what could hold cells of the customer was left out (the quoted, context, options).
    """

    question: str
    context: str | None = None
    options: tuple[str, ...] = ()
    allow_custom: bool = True
    answer: str
    rule: str
    during: str = "plan"
    covered: bool = False


class Clarified(SnapshotValue):
    """Read-only questions to the agent about a preview, and its answer in its own words."""

    asked: tuple[str, ...]
    answer: str


class Inputs(SnapshotValue):
    """Everything on our side that leads to a preview; all of it goes into the digest.

    ``endpoint`` is an identity (a configured name, or ``embedded`` for vernctl's own server);
    ``definitions`` are the templates in normal form (:func:`.digest.normal_definition`);
    ``refinements`` are messages in the order they were applied (of an import, its corrections);
    ``companies`` is there in that dialect alone.
    """

    endpoint: str
    external_id: str
    epoch: int = 1
    source: str | None = None
    templates: tuple[str, ...] = ()
    files: tuple[InputFile, ...] = ()
    connection: JsonValue = None
    knowledge: str | None = None
    refinements: tuple[str, ...] = ()
    definitions: tuple[Mapping[str, JsonValue], ...] = ()
    companies: CompanyIds | None = None


class SheetReview(SnapshotValue):
    """How a sheet was put on disk: its key columns (empty: none usable), what was left out, and the
    columns whose cells are tokens. ``moved``: what the spec says was renamed since the snapshot
    before."""

    key: tuple[str, ...] = ()
    key_source: KeySource = "none"
    ignored: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    moved: Moved | None = None


class RecordedCause(SnapshotValue):
    """Why inputs are not those of the import before: kind and words as a diff's causes have them;
    ``sheet`` None: it can reach every sheet."""

    kind: str
    ref: str
    sheet: str | None = None


class Unseen(SnapshotValue):
    """Inputs were approved without a preview, because of these changes since the last import."""

    causes: tuple[RecordedCause, ...] = ()


class Snapshot(SnapshotValue):
    """A preview with its inputs. ``sheets`` are already without ignored columns, and hold tokens
    where the spec wants them; ``token_key`` is then the fingerprint of the key.

    ``migration_id`` and ``run_id`` are information, outside the digest; so are ``questions``,
    though an answer that today's rules would give otherwise makes the approval stale.

    ``unseen``: inputs alone are approved, as a dialect without previews has it; the sheets are
    then those of the import before, kept to compare the next with, and outside the digest.
    """

    inputs: Inputs
    sheets: tuple[Sheet, ...]
    review: Mapping[str, SheetReview]
    questions: tuple[RecordedQuestion, ...] = ()
    engine: int | None = None
    migration_id: str | None = None
    run_id: str | None = None
    token_key: str | None = None
    clarified: Clarified | None = None
    unseen: Unseen | None = None
    digest: str

    @property
    def slugs(self) -> tuple[str, ...]:
        """The sheets that an import of this fills."""
        return self.inputs.templates if self.unseen else tuple(s.slug for s in self.sheets)

    @property
    def without_unseen(self) -> Snapshot:
        """The same without sheets that are only kept to compare with: what was approved as seen."""
        return self.model_copy(update={"sheets": ()}) if self.unseen else self

    def sheet(self, slug: str) -> Sheet | None:
        """The sheet of that template, or None."""
        return next((sheet for sheet in self.sheets if sheet.slug == slug), None)
