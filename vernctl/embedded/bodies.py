"""Request bodies: their shapes, their bounds, and what is said of one that has another shape."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from vernctl.embedded.refusal import RefusalError

#: A message, an answer: this many characters.
MAX_TEXT = 20_000
MAX_KNOWLEDGE = 200_000

Name = Annotated[str, Field(min_length=1, max_length=500)]
ExternalId = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[a-zA-Z0-9_-]+$")]


class Body(BaseModel):
    """Base of every request body: no value is converted, fields of other versions are let be."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class CreateMigration(Body):
    """``POST /migrations``."""

    name: Name
    source: str | None = None
    external_id: ExternalId | None = None
    templates: Annotated[list[str], Field(min_length=1, max_length=1_000)] | None = None


class NewFile(Body):
    """One file to be uploaded; the name comes back exactly as sent."""

    name: Name
    content_type: Annotated[str, Field(max_length=200)] | None = None


class CreateUploads(Body):
    """``POST …/files``: at most 25 at a time."""

    files: Annotated[list[NewFile], Field(min_length=1, max_length=25)]


class StartRun(Body):
    """``POST …/runs``."""

    kind: Literal["generate", "update", "clarify", "execute"]
    message: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    extract_via_api: bool | None = None


class CancelRun(Body):
    """``PATCH …/runs/{run_id}``."""

    status: Literal["cancel_requested"]


class GivenAnswer(Body):
    """The answer to one question: an option's label, or text where the question allows it."""

    id: str
    value: Annotated[str, Field(max_length=MAX_TEXT)]


class AnswerRun(Body):
    """``POST …/runs/{run_id}/messages``."""

    answers: (
        Annotated[list[GivenAnswer], Field(min_length=1, max_length=1_000)]
        | Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    )


Secrets = Annotated[dict[str, JsonValue], Field(min_length=1, max_length=100)]


class SaveConnection(Body):
    """``POST …/source-connection``; what is left out stays as it was."""

    source_key: Name
    profile_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    config: dict[str, JsonValue] | None = None
    selected_streams: Annotated[list[Name], Field(max_length=1_000)] | None = None
    stream_state: dict[str, JsonValue] | None = None
    credentials: Secrets | None = Field(default=None, exclude=True, repr=False)


class SubmitCredentials(Body):
    """``POST …/runs/{run_id}/credentials``; the values are in no repr and no dump."""

    credentials: Secrets = Field(exclude=True, repr=False)
    connection_id: str | None = None


class KnowledgeWrite(Body):
    """``PATCH …/knowledge``: replaces the whole document."""

    knowledge: Annotated[str, Field(max_length=MAX_KNOWLEDGE)] | None
    if_unmodified_since: str | None = None


class EditSource(Body):
    """``PATCH /sources/{source}``: at least one of them."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    name: Name | None = None
    auth_url: Annotated[str, Field(max_length=2_000)] | None = None


class PinSource(Body):
    """``POST /sources/{source}/pin``; null unpins."""

    run_id: str | None


class LinkTarget(Body):
    """A column of another template, as the API shows links."""

    templateId: str  # noqa: N815
    columnName: str  # noqa: N815


class EditColumn(Body):
    """A column as a template edit has it; what it leaves out stays as it is."""

    name: Name
    description: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    required: bool | None = None
    unique: bool | None = None
    desiredRule: Literal["none", "ai", "strict", "link"] | None = None  # noqa: N815
    strictRule: Annotated[str, Field(max_length=MAX_TEXT)] | None = None  # noqa: N815
    linkRule: Annotated[list[LinkTarget], Field(max_length=100)] | None = None  # noqa: N815
    schema_: JsonValue = Field(default=None, alias="schema")


class EditTemplate(Body):
    """``PATCH /templates/{slug}``: at least one of them; ``columns`` replaces the list."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    name: Name | None = None
    description: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    grouping: Annotated[str, Field(max_length=500)] | None = None
    columns: Annotated[list[EditColumn], Field(min_length=1, max_length=1_000)] | None = None


class CreateExport(Body):
    """``POST …/exports``: ``slug``, or ``slugs`` for a ZIP."""

    slug: Name | None = None
    slugs: Annotated[list[Name], Field(min_length=1, max_length=1_000)] | None = None
    fields_: Annotated[list[Name], Field(min_length=1, max_length=1_000)] | None = Field(
        default=None, alias="fields"
    )
    omit_empty: bool = False


class CreateCompany(Body):
    """``POST /companies``: source and templates by UUID."""

    name: Name
    source: Annotated[str, Field(min_length=1, max_length=100)]
    template_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100)]],
        Field(min_length=1, max_length=1_000),
    ]
    external_id: ExternalId | None = None


class CreateUpload(Body):
    """``POST /companies/{id}/uploads``: one file, with the size (bytes) that will come."""

    name: Name
    content_type: Annotated[str, Field(max_length=200)] | None = None
    size: Annotated[int, Field(ge=0)] | None = None


class UploadRef(Body):
    """A file of an import, as its upload named it."""

    upload_ref: Annotated[str, Field(min_length=1, max_length=100)]


Cell = str | int | float | bool | None
InlineRow = dict[str, JsonValue] | list[Cell]


class StartImport(Body):
    """``POST /companies/{id}/imports``: files, or rows (records, or a grid)."""

    files: (
        Annotated[
            list[UploadRef | Annotated[str, Field(min_length=1, max_length=100)]],
            Field(min_length=1, max_length=400),
        ]
        | None
    ) = None
    rows: Annotated[list[InlineRow], Field(min_length=1, max_length=100_000)] | None = None
    idempotency_key: Annotated[str, Field(min_length=1, max_length=255)] | None = None

    @property
    def refs(self) -> list[str]:
        """The upload_refs."""
        return [one if isinstance(one, str) else one.upload_ref for one in self.files or ()]


class ImportMessage(Body):
    """``POST …/imports/{run_id}/messages``: answers, or a correction in free words."""

    answers: Annotated[list[GivenAnswer], Field(min_length=1, max_length=1_000)] | None = None
    message: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)] | None = None


BodyT = TypeVar("BodyT", bound=Body)


def parse_body(model: type[BodyT], raw: bytes) -> BodyT:
    """The body as a model. Refuses with 400 with one sentence that names the first fault."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise RefusalError(400, _sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    kind, context = first["type"], first.get("ctx", {})
    if kind == "json_invalid":
        return f"The body is not valid JSON: {context.get('error', 'it cannot be read')}."
    path = [part for part in first["loc"] if not str(part).startswith(("list[", "constrained-"))]
    where = ".".join(str(part) for part in path) or "The body"
    told: dict[str, JsonValue] = {
        "missing": "is missing",
        "string_type": "must be text",
        "bool_type": "must be true or false",
        "list_type": "must be a list",
        "model_type": "must be a JSON object",
        "model_attributes_type": "must be a JSON object",
        "string_too_short": "is empty",
        "too_short": "needs at least one entry",
        "string_too_long": f"is longer than {context.get('max_length')} characters",
        "too_long": f"has more than {context.get('max_length')} entries",
        "string_pattern_mismatch": "may only have letters, digits, - and _",
        "literal_error": f"must be {context.get('expected')}",
    }
    return f"{where} {told.get(kind, 'is not valid: ' + first['msg'])}."
