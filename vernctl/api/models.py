"""Requests and responses of the Migration API as frozen models.

Source of every field: the published OpenAPI document of the API (3.1.0). Two rules hold for all
of them: unknown fields are kept (``model_extra``), because the service may grow; and statuses are
plain strings, because a status that this version does not know must survive being read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

RunKind = Literal["generate", "update", "clarify", "execute"]
ExportFilter = Literal["valid", "all", "invalid"]

#: Run statuses in which an agent is at work; ``blocked`` waits for a person, the rest are settled.
ACTIVE = frozenset({"queued", "running"})
#: Run statuses that hold the migration: a second run is refused with 409.
IN_FLIGHT = ACTIVE | {"blocked"}


class ApiModel(BaseModel):
    """Base of everything that the API sends: immutable, and tolerant of fields it will grow."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Source(ApiModel):
    """A system that customers are migrated from, addressed by name."""

    name: str
    logo_url: str | None = None


class LinkTarget(ApiModel):
    """One column of another template that a value must exist in."""

    template_id: str = Field(alias="templateId")
    column_name: str = Field(alias="columnName")


class TemplateColumn(ApiModel):
    """A column of a template with its validation rules (each applies whenever it is present)."""

    name: str
    description: str | None = None
    required: bool = False
    unique: bool = False
    desired_rule: str = Field(default="none", alias="desiredRule")
    strict_rule: str | None = Field(default=None, alias="strictRule")
    link_rule: tuple[LinkTarget, ...] | None = Field(default=None, alias="linkRule")
    schema_: JsonValue = Field(default=None, alias="schema")


class TemplateRef(ApiModel):
    """A template by slug and name."""

    slug: str
    name: str


class Template(TemplateRef):
    """A target object: what a sheet of the product looks like."""

    description: str | None = None
    columns: tuple[TemplateColumn, ...] = ()


class Migration(ApiModel):
    """One customer's workspace: one sheet per template."""

    id: str
    name: str
    source: str | None = None
    status: str = "awaiting_files"
    templates: tuple[TemplateRef, ...] = ()


class CreatedMigration(ApiModel):
    """The answer of ``POST /migrations``; ``created`` is False where the id existed (200)."""

    migration: Migration
    created: bool = True


class SignedUpload(ApiModel):
    """Where one file's bytes are to be PUT; the URL carries its own authorisation."""

    name: str
    signed_url: str
    storage_path: str | None = None
    token: str | None = None
    content_type: str | None = None


class ListedFile(ApiModel):
    """A file that was uploaded to a migration; size in bytes."""

    name: str
    size: int | None = None
    storage_path: str | None = None
    content_type: str | None = None
    uploaded_at: str | None = None


class RunAccepted(ApiModel):
    """A run was started or resumed."""

    run_id: str
    status: str
    poll_url: str | None = None


class Option(ApiModel):
    """One offered answer; the label is what an answer sends."""

    id: str
    label: str


class Question(ApiModel):
    """A question that blocks a run. The id is the run's own and means nothing across runs."""

    id: str
    question: str
    context: str | None = None
    options: tuple[Option, ...] = ()
    allow_custom: bool = Field(default=True, alias="allowCustom")


class Answer(ApiModel):
    """An answer to one question: an option's label, or free text where the question allows it."""

    id: str
    value: str


class SheetReport(ApiModel):
    """Rows that an execute wrote to one sheet."""

    template_name: str | None = Field(default=None, alias="templateName")
    sheet_id: str | None = Field(default=None, alias="sheetId")
    row_count: int = Field(default=0, alias="rowCount")


class Report(ApiModel):
    """What an execute did. ``invalid_cell_count`` counts ROWS with at least one invalid cell."""

    inserted: int = 0
    per_sheet: tuple[SheetReport, ...] = Field(default=(), alias="perSheet")
    invalid_cell_count: int = Field(default=0, alias="invalidCellCount")
    coverage: Mapping[str, JsonValue] | None = None


class CredentialRequest(ApiModel):
    """Which live source needs secrets, and which fields to collect. Carries no secret values."""

    connection_id: str | None = None
    source_key: str | None = None
    source_name: str | None = None
    reason: str | None = None
    schema_: Mapping[str, JsonValue] = Field(default_factory=dict, alias="schema")


class Run(ApiModel):
    """A run's polled state; which fields are present depends on the status."""

    run_id: str
    status: str
    created_at: str | None = None
    message: str | None = None
    blocked_reason: str | None = None
    questions: tuple[Question, ...] = ()
    credential_request: CredentialRequest | None = None
    report: Report | None = None
    error: str | None = None
    answers: JsonValue = None


class Import(Run):
    """A run of the companies dialect. A service need not tell the two fields that it adds (None):
    the key that started the import, and the corrections that it has taken, in order."""

    idempotency_key: str | None = None
    corrections: tuple[str, ...] | None = None


class PreviewSheet(ApiModel):
    """One sheet of a preview: a grid of strings, header first.

    The element shape of ``invalid_cells`` is not pinned by the API: read it through
    :func:`vernctl.snapshot.sheet.sheet_from_preview`, which is tolerant.
    """

    template: TemplateRef
    rows: tuple[tuple[str, ...], ...] = ()
    invalid_cells: tuple[JsonValue, ...] = ()


class Preview(ApiModel):
    """The proposed output. It is a SAMPLE of what the recipe would produce."""

    # Cells rarely repeat enough to pay for looking each one up in a cache of strings.
    model_config = ConfigDict(cache_strings="none")

    status: str = "awaiting_approval"
    templates: tuple[TemplateRef, ...] = ()
    sheets: tuple[PreviewSheet, ...] = ()


class ThreadEvent(ApiModel):
    """One step of the agent. ``data`` is an object or a bare string (message text tokens)."""

    sequence: int
    type: str
    data: JsonValue = None
    created_at: str | None = None


class ThreadPage(ApiModel):
    """Thread events in order; pass ``last_sequence`` as the next ``after``."""

    events: tuple[ThreadEvent, ...] = ()
    last_sequence: int | None = None


class LoggedOutcome(ApiModel):
    """How a run ended, as the settled record has it."""

    ok: bool | None = None
    rows_written: int | None = None
    invalid_rows: int | None = None
    error: str | None = None
    replaced_existing_data: bool = False


class LoggedRun(ApiModel):
    """One run in the session log: a generate, or what resumed it.

    ``plan`` (of vernctl's own engine: the recipe, as YAML), ``questions`` and ``answers`` (by
    question id) as they come: their shape is not pinned.
    """

    run_id: str
    kind: str
    status: str
    message: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    plan: JsonValue = None
    questions: JsonValue = None
    answers: JsonValue = None
    outcome: LoggedOutcome | None = None


class SessionLog(ApiModel):
    """The settled record of a migration; 409 while anything is in flight."""

    migration_id: str
    status: str | None = None
    generated_at: str | None = None
    runs: tuple[LoggedRun, ...] = ()


class ServerIdentity(ApiModel):
    """Who answers: vernctl's own server, and the number of its engine. Never Vern's service."""

    name: str
    engine: int


class SourceConnection(ApiModel):
    """A migration's live source. Never holds secrets; ``creds_configured`` says if any are kept."""

    id: str | None = None
    source_key: str
    profile_id: str | None = None
    name: str | None = None
    config: Mapping[str, JsonValue] = Field(default_factory=dict)
    selected_streams: tuple[str, ...] | None = None
    stream_state: Mapping[str, JsonValue] = Field(default_factory=dict)
    creds_configured: bool = False


class Pin(ApiModel):
    """The run whose recipe a source's generates start from; None: the latest working one."""

    source: str
    pinned_recipe_run_id: str | None = None


class Knowledge(ApiModel):
    """Free text that the agent reads before each run."""

    knowledge: str | None = None
    updated_at: str | None = None
