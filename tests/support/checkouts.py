"""Two checkouts of one repository apply the same spec at the same time: one execute each time.

    python tests/support/checkouts.py --count 200

Each round is a customer of its own. In even rounds the preview is there and both checkouts have the
commit that approves it; in odd ones the service has been emptied meanwhile, so that both also find
that there is nothing, and make it anew.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bench import CATALOG, CONTACTS, SPEC
from schedules import BrokenError, started_server

from vernctl.api.client import MigrationClient
from vernctl.render.pages import MarkdownPages
from vernctl.spec.load import load_specs
from vernctl.spec.project import load_project
from vernctl.testing import ProcessServer
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.commands import apply_specs, approve_specs, plan_specs
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.session import Session

#: What the checkout that was not first may come to: refused is as good as unchanged.
FINE = (0, 4)


class Race:
    """One customer, two checkouts."""

    def __init__(self, number: int, server: ProcessServer, root: Path) -> None:
        self.number, self.server = number, server
        self.first, self.second = root / "first", root / "second"
        for name, text in {
            "vernctl.yaml": "endpoint: embedded\nspecs: specs\n",
            "catalog.yaml": CATALOG,
            "data/contacts.csv": CONTACTS,
            "specs/acme.yaml": SPEC.replace("acme-001", f"race-{number}"),
        }.items():
            path = self.first / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run(self, elsewhere: ProcessServer | None = None) -> list[SpecOutcome]:
        """Plan and approve (``elsewhere``, where given), check out twice, apply at once.

        Raises BrokenError where the import did not take place exactly once, or where a checkout
        does not find that afterwards.
        """
        asyncio.run(self._approved(elsewhere or self.server))
        shutil.copytree(self.first, self.second, ignore=shutil.ignore_patterns(".vernctl"))
        if elsewhere is not None:
            shutil.rmtree(self.first / ".vernctl")
        outcomes = self._at_once()
        codes = [outcome.exit_code for outcome in outcomes]
        if not set(codes) <= set(FINE) or 0 not in codes:
            raise BrokenError(self._told(outcomes))
        after = [asyncio.run(self._apply(root)) for root in (self.first, self.second)]
        if [outcome.status for outcome in after] != ["unchanged"] * 2:
            raise BrokenError(self._told([*outcomes, *after]))
        wrote = asyncio.run(self._executes(outcomes))
        if wrote != 1:
            raise BrokenError(f"{wrote} executes\n{self._told([*outcomes, *after])}")
        return outcomes

    def _told(self, outcomes: Sequence[SpecOutcome]) -> str:
        lines = [
            f"  {o.status} {[s.kind for s in o.steps]} {o.error.message if o.error else ''}"
            f" {o.error.reasons if o.error else ''}"
            for o in outcomes
        ]
        return "\n".join([f"round {self.number}", *lines])

    def _at_once(self) -> list[SpecOutcome]:
        found: dict[Path, SpecOutcome] = {}
        start = threading.Barrier(2)

        def apply(root: Path) -> None:
            start.wait()
            found[root] = asyncio.run(self._apply(root))

        threads = [threading.Thread(target=apply, args=(r,)) for r in (self.first, self.second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [found[self.first], found[self.second]]

    async def _apply(self, root: Path) -> SpecOutcome:
        project = load_project(root)
        specs = load_specs([root / "specs" / "acme.yaml"], project)
        async with MigrationClient(self.server.url, self.server.api_key) as client:
            session = await Session.open(project, client, "embedded", MarkdownPages())
            return (await apply_specs(session, specs, ApplyOptions()))[0]

    async def _approved(self, server: ProcessServer) -> None:
        project = load_project(self.first)
        specs = load_specs([self.first / "specs" / "acme.yaml"], project)
        async with MigrationClient(server.url, server.api_key) as client:
            session = await Session.open(project, client, "embedded", MarkdownPages())
            await plan_specs(session, specs, PlanOptions(pending=True))
        approve_specs(project, specs, MarkdownPages())

    async def _executes(self, outcomes: Sequence[SpecOutcome]) -> int:
        migration_id = next(o.migration_id for o in outcomes if o.migration_id)
        async with MigrationClient(self.server.url, self.server.api_key) as client:
            log = await client.get_log(migration_id)
        return sum(bool(run.outcome and run.outcome.rows_written) for run in log.runs)


def main() -> int:
    """Run the rounds; the exit code says whether every import took place once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, metavar="ROUND")
    given = parser.parse_args()
    began, broken = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="checkouts-") as folder:
        root = Path(folder)
        (root / "here").mkdir()
        (root / "elsewhere").mkdir()
        with started_server(root / "here") as server, started_server(root / "elsewhere") as other:
            for number in range(given.first, given.first + given.count):
                try:
                    Race(number, server, root / f"{number}").run(other if number % 2 else None)
                except BrokenError as error:
                    broken += 1
                    print(f"BROKEN\n{error}\n", flush=True)
    print(f"{given.count} rounds, {broken} broken, {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
