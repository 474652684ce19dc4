"""Fifty migrations at once through the HTTP server: no error, no lock-up, the cost of a poll.

``python benchmarks/server.py [--migrations 50]`` starts a server process, measures polls while it
is idle, drives every migration from create to export at the same time, and measures the same poll
meanwhile. Prints one JSON object; exits 1 where a migration did not end well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from threading import Event

from vernctl.api import MigrationClient, Upload
from vernctl.api.models import Answer, Run
from vernctl.testing import vern_server

CATALOG = """\
templates:
  - slug: contacts
    name: Contacts
    columns:
      - {name: Email, required: true, unique: true}
      - {name: Status, one_of: [Open, Closed]}
      - {name: Note}
"""
ROWS = 200


async def _drive(client: MigrationClient, number: int, file: Path) -> float:
    begun = time.perf_counter()
    made = await client.create_migration(
        name=f"Customer {number}", external_id=f"customer-{number}"
    )
    migration = made.migration.id
    await client.upload_files(migration, [Upload("contacts.csv", file)])
    run = await _settled(client, migration, (await client.start_run(migration, "generate")).run_id)
    while run.status == "blocked":
        answers = [Answer(id=q.id, value=q.options[0].label) for q in run.questions]
        await client.answer(migration, run.run_id, answers)
        run = await _settled(client, migration, run.run_id)
    await client.start_run(migration, "execute")
    run = await _settled(client, migration, run.run_id)
    rows = await client.export_csv(migration, "contacts", file.with_name(f"out-{number}.csv"))
    if run.status != "completed" or rows != ROWS:
        raise RuntimeError(f"customer {number}: {run.status}, {rows} rows, {run.error}")
    return time.perf_counter() - begun


async def _settled(client: MigrationClient, migration: str, run_id: str) -> Run:
    while (run := await client.get_run(migration, run_id)).status in {"queued", "running"}:
        await asyncio.sleep(1)
    return run


async def _polls(url: str, key: str, migration: str, run_id: str, over: Event) -> list[float]:
    took = []
    async with MigrationClient(url, key) as client:
        while not over.is_set():
            begun = time.perf_counter()
            await client.get_run(migration, run_id)
            took.append(time.perf_counter() - begun)
            await asyncio.sleep(0.02)
    return took


def _watch(url: str, key: str, migration: str, run_id: str, over: Event) -> list[float]:
    """What polls take, seen from a process that does nothing else."""
    return asyncio.run(_polls(url, key, migration, run_id, over))


async def _measure(url: str, key: str, folder: Path, count: int) -> dict[str, float]:
    file = folder / "contacts.csv"
    lines = [f"p{n}@x.test,{'open' if n % 2 else 'Closed'},note {n}" for n in range(ROWS)]
    file.write_text("\n".join(["Email,Status,Note", *lines, ""]))
    context = multiprocessing.get_context("spawn")
    with (
        context.Manager() as shared,
        ProcessPoolExecutor(1, mp_context=context) as watcher,
    ):
        return await _both(url, key, file, count, (shared.Event(), shared.Event()), watcher)


async def _both(
    url: str, key: str, file: Path, count: int, over: tuple[Event, Event], watcher: Executor
) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    async with MigrationClient(url, key) as client:
        await _drive(client, 0, file)
        made = await client.create_migration(name="Watched", external_id="watched")
        migration = made.migration.id
        await client.upload_files(migration, [Upload("contacts.csv", file)])
        run = await client.start_run(migration, "generate")
        await _settled(client, migration, run.run_id)
        watched = (url, key, migration, run.run_id)
        resting = loop.run_in_executor(watcher, _watch, *watched, over[0])
        await asyncio.sleep(8)
        over[0].set()
        idle = await resting
        loaded = loop.run_in_executor(watcher, _watch, *watched, over[1])
        begun = time.perf_counter()
        took = await asyncio.gather(*(_drive(client, n, file) for n in range(1, count + 1)))
        whole = time.perf_counter() - begun
        over[1].set()
        busy = await loaded
    return {
        "migrations": count,
        "seconds": round(whole, 2),
        "slowest_migration_seconds": round(max(took), 2),
        "idle_poll_p50_ms": round(statistics.median(idle) * 1_000, 2),
        "loaded_poll_p50_ms": round(statistics.median(busy) * 1_000, 2),
        "p50_ratio": round(statistics.median(busy) / statistics.median(idle), 1),
        "idle_poll_p99_ms": round(_p99(idle) * 1_000, 2),
        "loaded_poll_p99_ms": round(_p99(busy) * 1_000, 2),
        "p99_ratio": round(_p99(busy) / _p99(idle), 1),
        "polls_under_load": len(busy),
    }


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def main() -> int:
    """Measure, print, exit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--migrations", type=int, default=50)
    count = parser.parse_args().migrations
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "catalog.yaml").write_text(CATALOG)
        with vern_server(catalog=folder / "catalog.yaml", process=True) as server:
            try:
                found = asyncio.run(_measure(server.url, server.api_key, folder, count))
            except RuntimeError as error:
                print(error, file=sys.stderr)
                return 1
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
