"""kill -9 of the client or the server at any journal boundary, then the same command: done once.

The suite walks a seeded sample of the boundaries; ``VERNCTL_CRASHES=all`` walks every one.
"""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import CATALOG, CONTACTS, SPEC

from vernctl.api.client import MigrationClient
from vernctl.api.models import LoggedRun
from vernctl.testing import ProcessServer
from vernctl.workflow.receipts import receipts_of

SUPPORT = Path(__file__).parent.parent / "support"
#: Twice the lines of a whole apply's journal; test_every_boundary_is_walked holds it true.
BOUNDARIES = 38
EVERY = [(victim, n) for victim in ("client", "server") for n in range(BOUNDARIES)]
CHOSEN = EVERY if os.environ.get("VERNCTL_CRASHES") == "all" else random.Random(7).sample(EVERY, 8)


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

    def logged(self) -> list[LoggedRun]:
        receipt = receipts_of(self.root / ".vernctl" / "receipts", "acme")[-1][0]

        async def read() -> list[LoggedRun]:
            async with MigrationClient(self.server.url, self.server.api_key) as client:
                return list((await client.get_log(receipt.migration_id)).runs)

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


@pytest.mark.parametrize(("victim", "boundary"), CHOSEN)
def test_the_same_command_finishes_what_a_kill_interrupted_and_nothing_happens_twice(
    crash: Crash, victim: str, boundary: int
) -> None:
    killed = crash.apply(victim, boundary)
    if victim == "client":
        assert killed.returncode == -9, killed.stderr
    else:
        crash.server.kill()
        crash.server.start()
    again = crash.apply("nobody", 0)
    assert again.stdout.split()[:1] == ["0"], (killed.stderr, again.stdout, again.stderr)

    executes = [run for run in crash.logged() if run.kind == "execute"]
    written = [run.outcome.rows_written for run in executes if run.outcome]
    assert [rows for rows in written if rows] == [3]
    chain = receipts_of(crash.root / ".vernctl" / "receipts", "acme")
    assert [receipt.outcome for receipt, _ in chain] == ["applied"]
    assert len(chain[0][0].questions) == 1
    exported = (crash.root / "out" / "acme" / "contacts.csv").read_text().splitlines()
    assert exported == ["Email,Name,Note", "a@x.test,ANN,one", "b@x.test,BOB,two"]


def test_every_boundary_is_walked(crash: Crash) -> None:
    done = crash.apply("nobody", 0)
    code, passed = done.stdout.split()
    assert code == "0", done.stderr
    assert int(passed) == BOUNDARIES
