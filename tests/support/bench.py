"""A project in a folder, a real server behind it, and the verbs of the command line as calls."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from scripted_agent import ScriptedAgent

from vernctl.api.client import MigrationClient
from vernctl.embedded import results
from vernctl.embedded.catalog import load_catalog
from vernctl.embedded.companies import source_ids, template_id
from vernctl.engine.model import EngineQuestion
from vernctl.render.pages import MarkdownPages
from vernctl.spec.load import load_specs
from vernctl.spec.model import Spec
from vernctl.spec.project import load_project
from vernctl.testing import ThreadServer, VernServer, vern_server
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.commands import (
    answer_spec,
    apply_specs,
    approve_specs,
    plan_specs,
    status_specs,
)
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.session import Session

T = TypeVar("T")

CATALOG = """\
sources:
  - name: Salesforce
templates:
  - slug: contacts
    name: Contacts
    columns:
      - {name: Email, required: true, unique: true}
      - {name: Name}
      - {name: Note}
"""
CONTACTS = "Email,Name,Note\na@x.test,Ann,one\nb@x.test,Bob,two\n,Cid,three\n"
SPEC = """\
version: 1
migration:
  name: Acme Corp
  external_id: acme-001
  source: Salesforce
files: [../data/contacts.csv]
refine:
  - upper Name
answers:
  "Which * is Email?": Work
export: {to: out/acme}
"""

COMPANY_SPEC = """\
version: 1
migration:
  name: Acme Corp
  external_id: acme-001
  api: companies
  companies: {{source: {source}, templates: {{contacts: {template}}}}}
files: [../data/contacts.csv]
correct: [upper Name]
answers:
  "Which * is Email?": Work
review: {{unseen: true}}
export: {{to: out/acme}}
"""


def company_spec(catalog: Path) -> str:
    """The customer's spec in the companies dialect, with the ids that this catalog leads to."""
    (source,) = source_ids(load_catalog(catalog))
    return COMPANY_SPEC.format(source=source, template=template_id("contacts"))


class Meanwhile(list[str]):
    """A trace of requests during which something happens, right after one of a kind."""

    def __init__(self, after: str, number: int, act: Callable[[], object]) -> None:
        super().__init__()
        self._after, self._left, self._act = after, number, act

    def append(self, line: str) -> None:
        super().append(line)
        self._left -= self._after in line
        if self._left == 0:
            self._left = -1
            other = threading.Thread(target=self._act)
            other.start()
            other.join()


@dataclass
class Bench:
    """``root`` holds the project; a second checkout is another bench over the same server.
    ``url``: where the project finds the server, if not where it listens."""

    root: Path
    server: VernServer
    agent: ScriptedAgent
    requests: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def spec_path(self) -> Path:
        return self.root / "specs" / "acme.yaml"

    @property
    def snapshot(self) -> Path:
        return self.root / "specs" / "acme.snapshot"

    @property
    def pending(self) -> Path:
        return self.root / "specs" / "acme.snapshot.pending"

    def spec_text(self, *edits: tuple[str, str]) -> None:
        """Edit the spec as a person would: replace text that must be there."""
        text = self.spec_path.read_text()
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        self.spec_path.write_text(text)

    def data(self, text: str, name: str = "contacts.csv") -> None:
        """Write a customer's file."""
        (self.root / "data" / name).write_text(text)

    def specs(self) -> list[Spec]:
        project = load_project(self.root)
        return load_specs(sorted((self.root / "specs").glob("[!_]*.yaml")), project)

    def answer(self, given: Mapping[int, str], *, write: bool = False) -> SpecOutcome:
        return self._one(lambda s, specs: _listed(answer_spec(s, specs[0], given, write=write)))

    def plan(self, **options: bool) -> SpecOutcome:
        return self._one(lambda s, specs: plan_specs(s, specs, PlanOptions(**options)))

    def apply(
        self,
        *,
        yes: bool = False,
        retry: bool = False,
        cancel: bool = False,
        regenerate: bool = False,
    ) -> SpecOutcome:
        options = ApplyOptions(yes, regenerate, retry, cancel_on_unanswered=cancel)
        return self._one(lambda session, specs: apply_specs(session, specs, options))

    def status(self) -> SpecOutcome:
        return self._one(status_specs)

    def approve(self, digest: str | None = None) -> SpecOutcome:
        project = load_project(self.root)
        return approve_specs(project, self.specs(), MarkdownPages(), digest=digest)[0]

    def approved(self) -> SpecOutcome:
        """Plan and approve; the approval's outcome."""
        self.plan()
        return self.approve()

    def imported(self) -> SpecOutcome:
        """Plan, approve and apply; the apply's outcome."""
        self.approved()
        return self.apply()

    def checkout(self, folder: Path) -> Bench:
        """A second checkout of what git would carry: no .vernctl, no pending, no results."""
        drop = shutil.ignore_patterns(".vernctl", "*.pending", "out")
        shutil.copytree(self.root, folder, ignore=drop)
        return Bench(folder, self.server, self.agent)

    def sent(self) -> list[str]:
        """Requests since the last look that could change something, as ``METHOD /path``."""
        found = [line for line in self.requests if not line.startswith("GET ")]
        self.requests.clear()
        return found

    def run(self, verb: Callable[[Session], Awaitable[T]]) -> T:
        """A session against the server, as the command line opens one."""

        async def session() -> T:
            project = load_project(self.root)
            async with MigrationClient(
                self.url or self.server.url, self.server.api_key, trace=self.requests.append
            ) as client:
                opened = await Session.open(project, client, project.endpoint.name, MarkdownPages())
                return await verb(opened)

        return asyncio.run(session())

    def _one(
        self, verb: Callable[[Session, Sequence[Spec]], Awaitable[list[SpecOutcome]]]
    ) -> SpecOutcome:
        specs = self.specs()
        outcomes = self.run(lambda session: verb(session, specs))
        assert len(outcomes) == len(specs)
        return outcomes[0]


async def _listed(one: Awaitable[SpecOutcome]) -> list[SpecOutcome]:
    return [await one]


@contextmanager
def bench(root: Path, *, agent: ScriptedAgent | None = None, script: str = "") -> Iterator[Bench]:
    """A project for one customer with one file, and a server with a scripted agent.

    ``script``: a scenario of the server, as ``vernctl serve --script`` takes it.
    """
    for name, text in {
        "vernctl.yaml": "endpoint: embedded\nspecs: specs\n",
        "catalog.yaml": CATALOG,
        "data/contacts.csv": CONTACTS,
        "specs/acme.yaml": SPEC,
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    chosen = agent or ScriptedAgent()
    scenario = root / "script.yaml" if script else None
    if scenario is not None:
        scenario.write_text(script)
    with vern_server(catalog=root / "catalog.yaml", engine=chosen, script=scenario) as server:
        chosen.block = blocker(server)
        yield Bench(root, server, chosen)


def blocker(server: VernServer) -> Callable[[tuple[EngineQuestion, ...]], None]:
    """What blocks the run at work, as the server does after authoring: an agent of Vern's may ask
    while it executes, vernctl's own engine never does."""

    def block(questions: tuple[EngineQuestion, ...]) -> None:
        assert isinstance(server, ThreadServer)
        with server.service.store.transaction() as db:
            run = db.one("SELECT * FROM runs WHERE status = 'running'")
            assert run is not None
            results._block(db, run, questions)

    return block
