"""Write what was imported: CSVs, report, log and summary, in a folder of whole results only.

Everything is first written to a folder beside the target, so that an interrupted apply leaves no
half results. What was not imported as approved goes to ``<to>.held``, never where approved results
land.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from vernctl.api.models import Report
from vernctl.errors import ConflictError
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.receipts import hash_of
from vernctl.workflow.work import Work

REPORT, LOG_JSON, LOG_MD, SUMMARY = "report.json", "log.json", "log.md", "summary.md"


@dataclass
class Results:
    """Exported files in a scratch folder. ``all_rows``: slug → CSV of every row; ``counts``: slug
    → rows in it; ``invalid``: slug → rows with an invalid cell."""

    folder: Path
    all_rows: dict[str, Path] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    invalid: dict[str, int] = field(default_factory=dict)


@asynccontextmanager
async def exported(work: Work, slugs: Iterable[str]) -> AsyncIterator[Results]:
    """Export every row of these sheets into a scratch folder, gone afterwards."""
    work.session.project.local.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="export-", dir=work.session.project.local) as scratch:
        results = Results(Path(scratch))
        for slug in slugs:
            await _export_sheet(work, slug, results)
        yield results


async def _export_sheet(work: Work, slug: str, results: Results) -> None:
    work.session.listener.say(work.spec.name, "export", slug)
    everything = results.folder / f"{slug}.all.csv"
    results.counts[slug] = await work.line.export(slug, everything, "all")
    results.all_rows[slug] = everything
    await work.line.export(slug, results.folder / f"{slug}.csv", "valid")
    invalid = results.folder / f"{slug}.invalid.csv"
    results.invalid[slug] = await work.line.export(slug, invalid, "invalid")


async def write_records(work: Work, results: Results, report: Report | None) -> None:
    """report.json and the session log, as the service tells them."""
    said = report.model_dump(mode="json", by_alias=True) if report else None
    (results.folder / REPORT).write_text(
        json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    try:
        log = await work.line.log()
        (results.folder / LOG_JSON).write_bytes(log.document)
        (results.folder / LOG_MD).write_text(log.markdown, encoding="utf-8")
    except ConflictError:
        # Somebody has started another run: the log of this one comes with the next export.
        work.session.listener.say(work.spec.name, "export", "the log is not settled")


def target_of(work: Work) -> Path | None:
    """Where the spec's results go, or None where it does not say."""
    if work.folders.results is not None:
        return work.folders.results
    if work.spec.export is None:
        return None
    return work.session.project.root / work.spec.export.to


def deliver(
    results: Results, target: Path, told: Mapping[Path, str] = MappingProxyType({})
) -> tuple[Path, ...]:
    """Move the results into ``target``; what is there of other names stays. Returns the files.

    ``told``: files with the hashes that a receipt gives them. One that is there as it was told
    stays, for the service words its log anew each time.
    """
    for path in results.all_rows.values():
        path.unlink(missing_ok=True)
    there = [path for path in told if path.parent == target and path.is_file()]
    kept = [path for path in there if hash_of(path) == told[path]]
    for path in kept:
        (results.folder / path.name).unlink(missing_ok=True)
    target.mkdir(parents=True, exist_ok=True)
    delivered = []
    for path in sorted(results.folder.iterdir()):
        beside = target / f".{path.name}.tmp"
        shutil.move(path, beside)
        beside.replace(target / path.name)
        delivered.append(target / path.name)
    return tuple(sorted([*delivered, *kept]))


def lacking(work: Work, approved: Snapshot) -> bool:
    """True where a result that ``export.to`` should hold is not there."""
    target = target_of(work)
    if target is None:
        return False
    names = [f"{slug}{ending}" for slug in approved.slugs for ending in (".csv", ".invalid.csv")]
    return any(not (target / name).is_file() for name in [*names, REPORT, LOG_JSON, SUMMARY])


def held(target: Path) -> Path:
    """Where results go that are not as approved."""
    return target.with_name(f"{target.name}.held")
