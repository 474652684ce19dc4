"""kill -9 of the client or the server at any journal boundary, then the same command: done once.

The suite walks a seeded sample of the boundaries; ``VERNCTL_CRASHES=all`` walks every one.
"""

import asyncio
import csv
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import CATALOG, CONTACTS, SPEC, company_spec
from rest_source import TOKEN, live_spec, rest_source

from vernctl.api.client import MigrationClient
from vernctl.api.models import Import, LoggedRun
from vernctl.testing import ProcessServer
from vernctl.workflow.receipts import Receipt, receipts_of

SUPPORT = Path(__file__).parent.parent / "support"
#: Twice the lines of a whole apply's journal; test_every_boundary_is_walked holds it true.
BOUNDARIES = {"migrations": 38, "companies": 26, "live": 44}


def chosen(api: str, sample: int) -> list[tuple[str, int]]:
    """Boundaries of one dialect with their victims: a seeded sample, or all of them."""
    every = [(victim, n) for victim in ("client", "server") for n in range(BOUNDARIES[api])]
    walk_all = os.environ.get("VERNCTL_CRASHES") == "all"
    return every if walk_all else random.Random(7).sample(every, sample)


class Crash:
    """A project and a server process."""

    def __init__(self, root: Path, server: ProcessServer) -> None:
        self.root = root
        self.server = server

    def apply(self, victim: str, boundary: int) -> subprocess.CompletedProcess[str]:
        process = self.server.process_id
        return subprocess.run(
            [
                sys.executable,
                str(SUPPORT / "crashing_apply.py"),
                *(str(self.root), self.server.url, self.server.api_key),
                *(str(process), victim, str(boundary)),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def finished(self, victim: str, boundary: int) -> Receipt:
        """Kill one of them there, give the same command again; the one receipt of it all."""
        killed = self.apply(victim, boundary)
        if victim == "client":
            assert killed.returncode == -9, killed.stderr
        else:
            self.server.kill()
            self.server.start()
        again = self.apply("nobody", 0)
        assert again.stdout.split()[:1] == ["0"], (killed.stderr, again.stdout, again.stderr)
        chain = receipts_of(self.root / ".vernctl" / "receipts", "acme")
        assert [receipt.outcome for receipt, _ in chain] == ["applied"]
        exported = (self.root / "out" / "acme" / "contacts.csv").read_text().splitlines()
        assert exported == ["Email,Name,Note", "a@x.test,ANN,one", "b@x.test,BOB,two"]
        return chain[0][0]

    def logged(self, migration_id: str) -> list[LoggedRun]:
        async def read() -> list[LoggedRun]:
            async with MigrationClient(self.server.url, self.server.api_key) as client:
                return list((await client.get_log(migration_id)).runs)

        return asyncio.run(read())

    def imports(self, company_id: str) -> list[Import]:
        async def read() -> list[Import]:
            async with MigrationClient(self.server.url, self.server.api_key) as client:
                return list(await client.companies.list_runs(company_id))

        return asyncio.run(read())


@pytest.fixture
def crash(tmp_path: Path) -> Iterator[Crash]:
    root = tmp_path / "project"
    for name, text in {
        "vernctl.yaml": "endpoint: embedded\nspecs: specs\n",
        "catalog.yaml": CATALOG,
        "data/contacts.csv": CONTACTS,
        "specs/acme.yaml": SPEC,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    program = (str(SUPPORT / "scripted_server.py"),)
    server = ProcessServer(root / "catalog.yaml", tmp_path / "data", program)
    server.start()
    yield Crash(root, server)
    server.stop()


@pytest.fixture
def company(crash: Crash) -> Crash:
    """The same customer in the companies dialect."""
    (crash.root / "specs/acme.yaml").write_text(company_spec(crash.root / "catalog.yaml"))
    return crash


@pytest.fixture
def live(crash: Crash, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crash]:
    """The same rows, from a system that wants a token."""
    monkeypatch.setenv("CRM_TOKEN", TOKEN)
    with rest_source(TOKEN) as source:
        source.people = list(csv.DictReader(CONTACTS.splitlines()))
        (crash.root / "specs/acme.yaml").write_text(live_spec(SPEC, source.url))
        yield crash


@pytest.mark.parametrize(("victim", "boundary"), chosen("migrations", 8))
def test_the_same_command_finishes_what_a_kill_interrupted_and_nothing_happens_twice(
    crash: Crash, victim: str, boundary: int
) -> None:
    receipt = crash.finished(victim, boundary)
    executes = [run for run in crash.logged(receipt.migration_id) if run.kind == "execute"]
    written = [run.outcome.rows_written for run in executes if run.outcome]
    assert [rows for rows in written if rows] == [3]
    assert len(receipt.questions) == 1


@pytest.mark.parametrize(("victim", "boundary"), chosen("live", 4))
def test_a_live_source_is_attached_and_given_its_credentials_through_any_kill(
    live: Crash, victim: str, boundary: int
) -> None:
    receipt = live.finished(victim, boundary)
    executes = [run for run in live.logged(receipt.migration_id) if run.kind == "execute"]
    written = [run.outcome.rows_written for run in executes if run.outcome]
    assert [rows for rows in written if rows] == [3]
    assert isinstance(receipt.connection, dict)


@pytest.mark.parametrize(("victim", "boundary"), chosen("companies", 4))
def test_an_unseen_import_is_made_once_and_told_once_whatever_a_kill_interrupts(
    company: Crash, victim: str, boundary: int
) -> None:
    receipt = company.finished(victim, boundary)
    (made,) = company.imports(receipt.migration_id)
    assert (made.status, made.idempotency_key) == ("completed", receipt.digest)
    assert made.corrections == ("upper Name",)
    assert len(receipt.questions) == 1


@pytest.mark.parametrize("api", ["migrations", "companies"])
def test_every_boundary_is_walked(crash: Crash, api: str) -> None:
    if api == "companies":
        (crash.root / "specs/acme.yaml").write_text(company_spec(crash.root / "catalog.yaml"))
    done = crash.apply("nobody", 0)
    code, passed = done.stdout.split()
    assert code == "0", done.stderr
    assert int(passed) == BOUNDARIES[api]


def test_every_boundary_of_a_live_source_is_walked(live: Crash) -> None:
    code, passed = live.apply("nobody", 0).stdout.split()
    assert (code, int(passed)) == ("0", BOUNDARIES["live"])
