"""One command's session with one endpoint: the client, what it is called, and where things lie."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from vernctl.api.models import Template
from vernctl.errors import InputError
from vernctl.snapshot.digest import normal_definition
from vernctl.spec.model import Project, Spec
from vernctl.workflow.budget import Budget
from vernctl.workflow.gate import Gate
from vernctl.workflow.journal import Journal
from vernctl.workflow.lease import still_held
from vernctl.workflow.pages import Pages
from vernctl.workflow.progress import Asker, Listener, Silent

if TYPE_CHECKING:
    from vernctl.api.client import MigrationClient

EMBEDDED = "embedded"


@dataclass
class Session:
    """``endpoint`` is the name it was configured under; ``identity`` what the digest calls it.

    vernctl's own server is ``embedded`` in every rule, however it was named: it says so in a
    header that is believed on loopback only. Templates are read once. ``commands``: whether a
    secret may come from a command.
    """

    project: Project
    client: MigrationClient
    endpoint: str
    identity: str
    engine: int | None
    templates: tuple[Template, ...]
    pages: Pages
    listener: Listener = field(default_factory=Silent)
    asker: Asker | None = None
    gate: Gate = field(default_factory=Gate)
    commands: bool = True
    budget: Budget = field(default_factory=Budget)

    @classmethod
    async def open(
        cls,
        project: Project,
        client: MigrationClient,
        endpoint: str,
        pages: Pages,
        listener: Listener | None = None,
        gate: Gate | None = None,
    ) -> Session:
        """Read the account's templates, and learn by the way who answers."""
        templates = await client.list_templates()
        known = client.identity
        client.guard(still_held)
        heard = listener or Silent()
        gate = gate or Gate()
        gate.tell = lambda spec, text: heard.say(spec, "waiting", text)
        return cls(
            project=project,
            client=client,
            endpoint=endpoint,
            identity=known.name if known else endpoint,
            engine=known.engine if known else None,
            templates=templates,
            pages=pages,
            listener=heard,
            gate=gate,
        )

    @property
    def embedded(self) -> bool:
        """True where vernctl's own server answers."""
        return self.identity == EMBEDDED

    @property
    def settle_seconds(self) -> float:
        """How long to wait between two looks before an execute counts as never begun."""
        return 0.5 if self.embedded else 10.0

    @property
    def poll_seconds(self) -> float:
        """How long to wait between two polls of a run (the API asks for about 10 s)."""
        return 0.1 if self.embedded else 10.0

    def definitions_for(self, spec: Spec) -> tuple[Template, ...]:
        """The templates that the spec imports into; InputError names those that are not there."""
        wanted = spec.migration.slugs
        if wanted is None:
            return self.templates
        known = {template.slug: template for template in self.templates}
        unknown = [slug for slug in wanted if slug not in known]
        if unknown:
            raise InputError(
                f"the template {', '.join(unknown)} isn't in this account; "
                f"it has {', '.join(sorted(known)) or 'none'}.",
                remote="Nothing was sent.",
                next=f"Mend `templates:` in {spec.shown_path}.",
            )
        return tuple(known[slug] for slug in wanted)

    def normal_definitions(self, spec: Spec) -> tuple[dict[str, JsonValue], ...]:
        """The templates of the spec in normal form, in the order of their slugs."""
        found = sorted(self.definitions_for(spec), key=lambda template: template.slug)
        return tuple(normal_definition(template) for template in found)

    def folders(self, spec: Spec) -> Folders:
        """Where the spec's snapshots lie at this endpoint."""
        return folders_for(self.project, spec, self.endpoint, self.identity)

    def journal(self, address: str) -> Journal:
        """The journal of one address at this endpoint."""
        return Journal(self.project.local / "journal", self.identity, address)

    def approval(self, spec: Spec) -> str:
        """``file`` or ``commit``: what makes an approved snapshot one."""
        if self.embedded and self.project.approval is None:
            return "file"
        if self.folders(spec).rehearsal:
            return "file"
        return self.project.approval or "commit"


@dataclass(frozen=True)
class Folders:
    """The approved and the pending snapshot of one spec at one endpoint, and where the receipts
    of its applies go. ``results``: where a rehearsal's results go, whatever ``export.to`` says."""

    approved: Path
    pending: Path
    receipts: Path
    results: Path | None = None

    @property
    def rehearsal(self) -> bool:
        """True where nothing here is the spec's own."""
        return self.results is not None


def folders_for(project: Project, spec: Spec, endpoint: str, identity: str) -> Folders:
    """Beside the spec for the spec's own endpoint; under ``.vernctl/rehearsal`` for any other."""
    own = spec.endpoint or project.own_endpoint
    if own in (endpoint, identity) and not project.rehearsal:
        return Folders(spec.snapshot_dir, spec.pending_dir, project.receipts)
    rehearsals = project.local if project.rehearsal else project.local / "rehearsal"
    root = rehearsals / _safe(identity)
    return Folders(
        root / f"{spec.name}.snapshot",
        root / f"{spec.name}.snapshot.pending",
        root / "receipts",
        results=root / "out" / spec.name,
    )


def in_ci() -> bool:
    """CI changes one thing: no pending snapshot is written. ``CI=0`` and ``CI=false`` mean no."""
    return os.environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")


def active(specs: Sequence[Spec]) -> list[Spec]:
    """The specs that are worked on; held and closed ones are skipped and counted."""
    return [spec for spec in specs if spec.state == "active"]


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
