"""What ``plan`` of unchanged, applied specs costs beside the server's own answers.

``python benchmarks/plan.py [SPECS]`` (default 500) imports so many small customers into a server
process, plans them all in rounds, and after each round sends the very same requests bare, over one
connection, one after the other. Printed are the requests by method, the medians of both times and
of the plan's own CPU, and their ratios. Exit code 1 where a plan asked for more than one read of
its own, or for anything but reads.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from fleet_simulation import Mix, prepare, write_project

from vernctl.api.client import MigrationClient
from vernctl.render.pages import MarkdownPages
from vernctl.spec.load import find_specs, load_specs
from vernctl.spec.project import load_project
from vernctl.testing import ProcessServer, VernServer
from vernctl.workflow.commands import plan_specs
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.session import Session

SCRIPTED_SERVER = Path(__file__).parents[1] / "tests" / "support" / "scripted_server.py"
ROUNDS = 7


class Round(NamedTuple):
    """One plan of all specs (wall and CPU seconds, what it asked for), and the answers bare."""

    wall: float
    cpu: float
    asked: list[tuple[str, str]]
    bare: float


def main() -> int:
    """Print what the plan asked for and how long it took, beside the bare answers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        mix = Mix(0, 0, count)
        names = write_project(root, mix)
        program = (str(SCRIPTED_SERVER),)
        server = ProcessServer(root / "catalog.yaml", Path(folder) / "server", program)
        server.start()
        try:
            asyncio.run(prepare(root, server, names["unchanged"], mix))
            rounds = [_round(root, server) for _ in range(ROUNDS)]
        finally:
            server.stop()
    asked = rounds[-1].asked
    methods = Counter(method for method, _ in asked)
    own = Counter(path for _, path in asked if path != "/templates")
    wall, cpu, bare = (
        statistics.median(getattr(one, name) for one in rounds) for name in ("wall", "cpu", "bare")
    )
    print(f"{count} unchanged specs: {dict(methods)}, at most {max(own.values())} of each path")
    print(f"wall time {wall:.2f} s; the same answers bare {bare:.2f} s; ratio {wall / bare:.2f}")
    print(f"the plan's own CPU {cpu:.2f} s, {1000 * cpu / count:.2f} ms a spec; {cpu / bare:.2f}")
    return 0 if methods == Counter(GET=count + 1) else 1


def _round(root: Path, server: VernServer) -> Round:
    wall, cpu = time.perf_counter(), time.process_time()
    asked = asyncio.run(_planned(root, server))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Round(wall, cpu, asked, _bare(server, [path for _, path in asked]))


async def _planned(root: Path, server: VernServer) -> list[tuple[str, str]]:
    said: list[str] = []
    project = load_project(root)
    specs = load_specs(find_specs(project), project)
    async with MigrationClient(server.url, server.api_key, trace=said.append) as client:
        session = await Session.open(project, client, "embedded", MarkdownPages())
        outcomes = await plan_specs(session, specs, PlanOptions())
    assert {outcome.status for outcome in outcomes} == {"unchanged"}
    asked = [line.split()[:2] for line in said if " → " in line]
    return [(method, path) for method, path in asked]


def _bare(server: VernServer, paths: list[str]) -> float:
    with httpx.Client(headers={"x-api-key": server.api_key}) as client:
        client.get(f"{server.url}/templates")
        began = time.perf_counter()
        for path in paths:
            client.get(server.url + path).raise_for_status()
        return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
