"""What ``plan`` of unchanged, applied specs costs beside the server's own answers.

``python benchmarks/plan.py [SPECS]`` (default 500) imports so many small customers, plans them all
once more, then sends the very same requests bare, over one connection, one after the other. Printed
are the requests by method, and the plan's wall time as a multiple of the bare answers' time. Exit
code 1 where a plan asked for more than one read of its own, or for anything but reads.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from fleet_simulation import Mix, prepare, write_project
from scripted_agent import ScriptedAgent

from vernctl.api.client import MigrationClient
from vernctl.render.pages import MarkdownPages
from vernctl.spec.load import find_specs, load_specs
from vernctl.spec.project import load_project
from vernctl.testing import VernServer, vern_server
from vernctl.workflow.commands import plan_specs
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.session import Session


def main() -> int:
    """Print what the plan asked for and how long it took, beside the bare answers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        mix = Mix(0, 0, count)
        names = write_project(root, mix)
        with vern_server(catalog=root / "catalog.yaml", engine=ScriptedAgent()) as server:
            asyncio.run(prepare(root, server, names["unchanged"], mix))
            paths, wall = asyncio.run(_planned(root, server))
            bare = _bare(server, [path for method, path in paths if method == "GET"])
    methods = Counter(method for method, _ in paths)
    own = Counter(path for _, path in paths if path != "/templates")
    print(f"{count} unchanged specs: {dict(methods)}, at most {max(own.values())} of each path")
    print(f"wall time {wall:.2f} s; the same answers bare {bare:.2f} s; ratio {wall / bare:.2f}")
    return 0 if methods == Counter(GET=count + 1) else 1


async def _planned(root: Path, server: VernServer) -> tuple[list[tuple[str, str]], float]:
    said: list[str] = []
    began = time.perf_counter()
    project = load_project(root)
    specs = load_specs(find_specs(project), project)
    async with MigrationClient(server.url, server.api_key, trace=said.append) as client:
        session = await Session.open(project, client, "embedded", MarkdownPages())
        outcomes = await plan_specs(session, specs, PlanOptions())
    wall = time.perf_counter() - began
    assert {outcome.status for outcome in outcomes} == {"unchanged"}
    asked = [line.split()[:2] for line in said if " → " in line]
    return [(method, path) for method, path in asked], wall


def _bare(server: VernServer, paths: list[str]) -> float:
    with httpx.Client(headers={"x-api-key": server.api_key}) as client:
        client.get(f"{server.url}/templates")
        began = time.perf_counter()
        for path in paths:
            client.get(server.url + path).raise_for_status()
        return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
