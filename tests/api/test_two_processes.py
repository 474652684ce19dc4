"""Two vernctls in two terminals, one account: together they keep its limits, and meet no 429."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fault_proxy import Fault, FaultProxy, Message

from vernctl.testing import ProcessServer

CATALOG = "templates: [{slug: contacts, name: Contacts, columns: [{name: Email}, {name: Name}]}]\n"
PROJECT = """\
endpoint: test
endpoints: {{test: {{url: "{url}", api_key: {{env: VERN_API_KEY}}}}}}
quota: published
approval: file
"""
SPEC = """\
version: 1
migration: {{name: {name}, external_id: {name}}}
files: [../data/{name}.csv]
review: {{cells: plain}}
"""
NAMES = ("acme", "globex", "initech")


class Watching(FaultProxy):
    """Hurts nothing, and keeps the status of every reply."""

    statuses: list[int]

    async def _pieces(self, request: Message) -> AsyncIterator[bytes]:
        first = True
        async for piece in super()._pieces(request):
            if first:
                self.statuses.append(int(piece.split(b" ", 2)[1]))
                first = False
            yield piece


async def vernctl(root: Path, *arguments: str, key: str) -> dict[str, Any]:
    """The JSON of a real process."""
    environment = {**os.environ, "VERN_API_KEY": key, "XDG_STATE_HOME": str(root / "state")}
    environment.pop("CI", None)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "vernctl", *arguments, "--format", "json"),
        cwd=root,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    found: dict[str, Any] = json.loads(out)
    return found


def test_two_processes_under_the_published_limits_cause_no_429(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    (tmp_path / "specs").mkdir()
    (tmp_path / "data").mkdir()
    for name in NAMES:
        (tmp_path / "specs" / f"{name}.yaml").write_text(SPEC.format(name=name))
        (tmp_path / "data" / f"{name}.csv").write_text("Email,Name\na@x.test,Ann\n")
    server = ProcessServer(tmp_path / "catalog.yaml", tmp_path / "server", limits="published")
    server.start()
    try:
        statuses, outcomes = asyncio.run(together(tmp_path, server))
    finally:
        server.stop()
    assert statuses.count(429) == 0, statuses
    # One create and one generate an hour: one customer is planned, the others come back later. Who
    # meets the other at work on a spec is refused, or takes up what the other one made.
    told = [spec["status"] for outcome in outcomes for spec in outcome["specs"]]
    assert "changed" in told
    assert "waiting" in told
    assert set(told) <= {"changed", "waiting", "refused"}


async def together(root: Path, server: ProcessServer) -> tuple[list[int], list[dict[str, Any]]]:
    """Two plans of every spec at once, one from each end of the list."""
    async with Watching(server.port, lambda _: Fault.NONE) as proxy:
        proxy.statuses = []
        (root / "vernctl.yaml").write_text(PROJECT.format(url=proxy.url))
        paths = [f"specs/{name}.yaml" for name in NAMES]
        plans = [
            vernctl(root, "plan", *order, key=server.api_key) for order in (paths, paths[::-1])
        ]
        outcomes = list(await asyncio.gather(*plans))
        return proxy.statuses, outcomes
