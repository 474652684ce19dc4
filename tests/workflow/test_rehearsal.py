"""A rehearsal imports for real, on this machine, and nothing that is committed knows of it."""

import asyncio
from pathlib import Path

from bench import Bench

from vernctl.api.client import MigrationClient
from vernctl.render.pages import MarkdownPages
from vernctl.spec.project import load_project
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.commands import apply_specs
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.rehearsing import rehearsal_of
from vernctl.workflow.session import Session


def rehearse(bench: Bench) -> SpecOutcome:
    project = rehearsal_of(load_project(bench.root))

    async def apply() -> SpecOutcome:
        async with MigrationClient(bench.server.url, bench.server.api_key) as client:
            session = await Session.open(project, client, "embedded", MarkdownPages())
            return (await apply_specs(session, bench.specs(), ApplyOptions(yes=True)))[0]

    return asyncio.run(apply())


def tree(root: Path) -> dict[str, bytes]:
    """Every file that is not local state."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".vernctl" not in path.parts
    }


def test_a_rehearsal_imports_and_leaves_every_committed_file_as_it_is(work_bench: Bench) -> None:
    before = tree(work_bench.root)
    outcome = rehearse(work_bench)
    assert outcome.status == "applied"
    assert tree(work_bench.root) == before
    local = work_bench.root / ".vernctl" / "rehearsal" / "embedded"
    assert (local / "out" / "acme" / "contacts.csv").is_file()
    assert (local / "receipts" / "acme" / "0001.json").is_file()
    assert not (work_bench.root / ".vernctl" / "receipts").exists()
    assert not (work_bench.root / ".vernctl" / "journal").exists()


def test_a_rehearsal_needs_no_approval_and_gives_none(work_bench: Bench) -> None:
    rehearse(work_bench)
    assert work_bench.apply().exit_code == 4


def test_data_and_journal_of_a_rehearsal_are_its_own(work_bench: Bench) -> None:
    project = load_project(work_bench.root)
    rehearsing = rehearsal_of(project)
    assert rehearsing.local != project.local
    assert rehearsing.embedded.data != project.embedded.data
    assert rehearsing.embedded.catalog == project.embedded.catalog
