"""One customer's spec, format version 1, after loading: merged with its bases, checked, immutable.

The loader (:mod:`vernctl.spec.load`) is the only maker of these values; everything else reads them.
Field descriptions are part of the product: ``vernctl schema`` prints them into the JSON Schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from vernctl.errors import Place

State = Literal["active", "held", "closed"]
During = Literal["plan", "apply", "any"]
Api = Literal["migrations", "companies"]
CheckName = Literal[
    "removed_rows",
    "invalid_rows",
    "rows",
    "filled",
    "dropped_columns",
    "unexplained",
    "changed_rows",
]


class SpecValue(BaseModel):
    """Base of the spec's values: immutable and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Refinement(SpecValue):
    """A plain-language message that refines the import, in file order."""

    message: str = Field(description="What the agent should do, in plain language.")
    id: str | None = Field(default=None, description="A short name to speak of this message by.")
    place: Place = Field(default=Place(""), exclude=True)


class AnswerRule(SpecValue):
    """A canned answer: which questions it is for, and what it says to them."""

    pattern: str = Field(description="A phrase (* is any text) or a /regular expression/.")
    answer: str | None = Field(default=None, description="An offered label, or text if none are.")
    choose: str | None = Field(default=None, description="A label that must be offered.")
    say: str | None = Field(default=None, description="Free text, where the question allows it.")
    options: tuple[str, ...] | None = Field(
        default=None, description="Only if exactly these labels are offered."
    )
    context: str | None = Field(default=None, description="Only if the context has this phrase.")
    sheet: str | None = Field(default=None, description="Only if this sheet is named.")
    column: str | None = Field(default=None, description="Only if this column is named.")
    during: During = Field(default="any", description="Only while planning, or while applying.")
    times: int | None = Field(default=None, ge=1, description="At most this often within one run.")
    place: Place = Field(default=Place(""), exclude=True)

    @property
    def text(self) -> str:
        """What the rule would send, before it is checked against the options."""
        return next(t for t in (self.answer, self.choose, self.say) if t is not None)


class CompanyIds(SpecValue):
    """What the companies dialect names by UUIDs (36 characters, lower case)."""

    source: str
    templates: Mapping[str, str]


class MigrationSpec(SpecValue):
    """Which migration this is, and which inputs open a new one."""

    name: str = Field(description="Display name, e.g. the customer's.")
    external_id: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,240}$", description="Unique over all specs."
    )
    source: str | None = Field(default=None, description="The system migrated from, by name.")
    templates: tuple[str, ...] | None = Field(
        default=None, description="Template slugs; every active template where left out."
    )
    epoch: int = Field(default=1, ge=1, description="Raise it to import the same inputs anew.")
    api: Api = Field(default="migrations", description="The dialect of the API.")
    companies: CompanyIds | None = Field(
        default=None, description="There where api is companies, and only there."
    )

    @property
    def slugs(self) -> tuple[str, ...] | None:
        """The slugs of the templates to fill; None: every active one."""
        return self.templates if self.companies is None else tuple(self.companies.templates)

    @property
    def opened_with(self) -> tuple[str | None, tuple[str, ...] | None]:
        """Source and templates as the workspace is opened with them: names and slugs, or UUIDs."""
        if self.companies is None:
            return self.source, self.templates
        return self.companies.source, tuple(self.companies.templates.values())


class Limit(SpecValue):
    """One check: refused when either part is exceeded. ``share`` is a fraction (0.05 is 5 %)."""

    share: Decimal | None = None
    count: int | None = None
    min: int | None = None
    place: Place = Field(default=Place(""), exclude=True)


class SheetChecks(SpecValue):
    """Limits for one sheet, or for all sheets where they stand at the top."""

    removed_rows: Limit | None = None
    changed_rows: Limit | None = None
    invalid_rows: Limit | None = None
    dropped_columns: Limit | None = None
    unexplained: Limit | None = None
    rows: Limit | None = None
    filled: Mapping[str, Decimal] = Field(default_factory=dict)


class Override(SpecValue):
    """Lets one check pass for one digest, with a reason, until a day (ISO date, inclusive)."""

    check: CheckName
    digest: str = Field(pattern=r"^[0-9a-f]{7,64}$")
    reason: str
    expires: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    sheet: str | None = None
    place: Place = Field(default=Place(""), exclude=True)


class Checks(SheetChecks):
    """All limits of a spec: sheet over spec over default."""

    sheets: Mapping[str, SheetChecks] = Field(default_factory=dict)
    overrides: tuple[Override, ...] = ()


class Moved(SpecValue):
    """What was renamed in one sheet, old name → new name: columns, and rows by their key."""

    columns: Mapping[str, str] = Field(default_factory=dict, description="Columns, old: new.")
    keys: Mapping[str, str] = Field(default_factory=dict, description="Rows by key, old: new.")


class Review(SpecValue):
    """How previews are compared and what of them may be written to git."""

    cells: Literal["plain", "tokens"] | None = Field(
        default=None, description="Whether customer cells may stand in the snapshot."
    )
    key: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Key columns by sheet; default: the unique columns."
    )
    ignore: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Columns outside diff and digest, by sheet."
    )
    plain: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="With tokens: columns that stay readable, by sheet."
    )
    redact: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Without tokens: columns that become tokens, by sheet."
    )
    moved: Mapping[str, Moved] = Field(
        default_factory=dict, description="Columns and rows that were renamed, by sheet."
    )
    backup: bool = Field(
        default=False, description="Export what an execute would replace, before it does."
    )
    unseen: bool = Field(
        default=False, description="Inputs are approved whose rows nobody has seen."
    )


class Export(SpecValue):
    """Where results are written, relative to the project."""

    to: str = Field(description="A folder, relative to the project.")


class SecretRef(SpecValue):
    """Where a secret is to be found; it is resolved late and never kept in a model."""

    env: str | None = None
    file: str | None = None
    command: str | None = None
    place: Place = Field(default=Place("vernctl.yaml"), exclude=True)


class Connection(SpecValue):
    """A live source: what it is and how it is set up. ``credentials`` are references by field."""

    source_key: str = Field(description="The kind of live source, lower-cased, such as hubspot.")
    config: Mapping[str, JsonValue] = Field(default_factory=dict)
    streams: tuple[str, ...] | None = Field(default=None, description="None: its own choice.")
    credentials: Mapping[str, SecretRef] = Field(default_factory=dict)
    place: Place = Field(default=Place(""), exclude=True)

    @property
    def public(self) -> dict[str, JsonValue]:
        """Everything of it but the credentials: what is approved, compared and written down."""
        streams: JsonValue = None if self.streams is None else [*sorted(self.streams)]
        return {"source_key": self.source_key, "config": dict(self.config), "streams": streams}


class Spec(SpecValue):
    """One customer's spec. ``files`` are absolute paths; globs are already expanded and sorted."""

    name: str = Field(description="The spec's file name without its ending.")
    path: Path
    shown_path: str = Field(description="The path as messages print it: relative to the project.")
    version: Literal[1] = 1
    state: State = "active"
    why: str | None = None
    endpoint: str | None = None
    migration: MigrationSpec
    file_patterns: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    connection: Connection | None = None
    knowledge: str | None = None
    refine: tuple[Refinement, ...] = ()
    clarify: tuple[str, ...] = ()
    correct: tuple[str, ...] = Field(default=(), description="Messages to a running import.")
    answers: tuple[AnswerRule, ...] = ()
    answers_place: Place = Field(default=Place(""), exclude=True)
    review: Review = Review()
    checks: Checks = Checks()
    export: Export | None = None
    canary: int | None = Field(default=None, description="The wave, lowest first; None: the last.")
    bases: tuple[Path, ...] = ()

    @property
    def snapshot_dir(self) -> Path:
        """The approved snapshot, committed beside the spec."""
        return self.path.with_name(f"{self.name}.snapshot")

    @property
    def pending_dir(self) -> Path:
        """The preview that waits for approval, never committed."""
        return self.path.with_name(f"{self.name}.snapshot.pending")

    @property
    def messages(self) -> tuple[str, ...]:
        """What the agent is told in file order: refinements, or corrections of an import."""
        return tuple(refinement.message for refinement in self.refine) or self.correct


class EndpointConfig(SpecValue):
    """A service to talk to. ``api_key`` is a reference, never the key."""

    name: str
    url: str | None = Field(default=None, description="None: the embedded server of this project.")
    api_key: SecretRef | None = None


class EmbeddedConfig(SpecValue):
    """How the embedded server of this project runs."""

    catalog: Path
    data: Path
    limits: Literal["off", "published"] = "off"
    reuse: Literal["off", "latest"] = "off"
    roots: tuple[Path, ...] = Field(
        default=(), description="Folders that live sources may read files in."
    )


class Project(SpecValue):
    """vernctl.yaml, or the defaults that hold without one. ``root`` is its folder."""

    root: Path
    configured: bool = True
    endpoint: EndpointConfig = Field(description="Where commands go: VERNCTL_ENDPOINT, else own.")
    own_endpoint: str = Field(
        default="embedded", description="The configured endpoint's name, whatever overrides it."
    )
    overridden: bool = Field(default=False, description="Whether VERNCTL_ENDPOINT chose.")
    endpoints: Mapping[str, EndpointConfig] = Field(
        default_factory=dict, description="By name; embedded, us and au are always there."
    )
    specs: tuple[Path, ...]
    approval: Literal["file", "commit"] | None = None
    quota: Literal["published", "off"] = "published"
    quota_given: bool = Field(
        default=False, description="Whether vernctl.yaml says it; on this machine it must."
    )
    receipts: Path
    review_cells: Literal["plain", "tokens"] | None = None
    token_key: SecretRef | None = Field(
        default=None, description="The key of tokens; {external_id} in it is the customer's."
    )
    allow_hosts: tuple[str, ...] = ()
    allow_paths: tuple[Path, ...] = ()
    embedded: EmbeddedConfig
    rehearsal: bool = Field(default=False, description="Whether this is `vernctl rehearse`.")

    @property
    def local(self) -> Path:
        """Local state that is never committed: journal, locks, embedded data."""
        own = self.root / ".vernctl"
        return own / "rehearsal" if self.rehearsal else own
