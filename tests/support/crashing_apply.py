"""Plan, approve and apply in a process that kills itself, or its server, at one journal boundary.

Arguments: project folder, server URL, API key, server pid, victim (client | server | nobody),
boundary. Boundary 2n is before the n-th line of the journal is written, 2n + 1 right after. Prints
the last outcome's exit code and the number of boundaries that were passed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from pydantic import JsonValue

from vernctl.api.client import MigrationClient
from vernctl.render.pages import MarkdownPages
from vernctl.spec.load import load_specs
from vernctl.spec.project import load_project
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.commands import apply_specs
from vernctl.workflow.journal import Journal
from vernctl.workflow.known import Entry
from vernctl.workflow.session import Session

passed = 0


def arm(victim: int, boundary: int) -> None:
    """SIGKILL the victim when the journal reaches the boundary."""
    write = Journal._append

    def append(self: Journal, *arguments: JsonValue) -> Entry:
        _pass(victim, boundary)
        entry = write(self, *arguments)  # type: ignore[arg-type]
        _pass(victim, boundary)
        return entry

    Journal._append = append  # type: ignore[method-assign,assignment]


def _pass(victim: int, boundary: int) -> None:
    global passed
    if passed == boundary and victim:
        os.kill(victim, signal.SIGKILL)
    passed += 1


async def apply(root: Path, url: str, key: str) -> int:
    """``vernctl apply --yes`` on the project's one spec."""
    project = load_project(root)
    specs = load_specs(sorted((root / "specs").glob("*.yaml")), project)
    async with MigrationClient(url, key) as client:
        session = await Session.open(project, client, project.endpoint.name, MarkdownPages())
        outcomes = await apply_specs(session, specs, ApplyOptions(yes=True))
    if outcomes[0].error is not None:
        print(outcomes[0].error.message, file=sys.stderr)
    return outcomes[0].exit_code


def main() -> None:
    """Run once."""
    root, url, key, pid, victim, boundary = sys.argv[1:]
    target = {"client": os.getpid(), "server": int(pid), "nobody": 0}[victim]
    arm(target, int(boundary))
    code = asyncio.run(apply(Path(root), url, key))
    print(code, passed)


if __name__ == "__main__":
    main()
