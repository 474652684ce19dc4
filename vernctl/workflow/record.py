"""What an apply leaves on record: the receipt, and the counts of every sheet."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from vernctl.api.models import Run
from vernctl.diff.limits import Measure
from vernctl.snapshot.model import Snapshot
from vernctl.spec.model import Checks
from vernctl.workflow.deliver import Results
from vernctl.workflow.git import last_commit
from vernctl.workflow.lease import still_held
from vernctl.workflow.outcome import ImportedSheet, SpecOutcome
from vernctl.workflow.private import kept_questions
from vernctl.workflow.receipts import (
    CELL_LIMIT,
    SheetRecord,
    hash_of,
    receipts_of,
    table_hash,
    tells_of,
    write_receipt,
)
from vernctl.workflow.remarks import is_unseen
from vernctl.workflow.session import in_ci
from vernctl.workflow.work import Work


class Recorded(NamedTuple):
    """What an import's receipt says beyond its outcome: files delivered, sheets, knowledge."""

    delivered: tuple[Path, ...] = ()
    sheets: Mapping[str, SheetRecord] = {}
    knowledge: Mapping[str, str | None] = {}


def record(
    work: Work, approved: Snapshot, run_id: str, outcome: SpecOutcome, extra: Recorded
) -> str:
    """Write the receipt of an execute that has ended, well or badly; returns it as it is shown."""
    verification = outcome.verification
    still_held()
    receipt, sha256 = write_receipt(
        work.folders.receipts,
        work.spec.name,
        {
            "endpoint": work.session.identity,
            "address": work.address,
            "migration_id": work.journal.known.migration_id or "",
            "run_id": run_id,
            "digest": approved.digest,
            "outcome": outcome.status,
            "approved_by": last_commit(work.folders.approved),
            "files": [file.model_dump(mode="json") for file in approved.inputs.files],
            "connection": _connection(approved, outcome),
            "refinements": approved.inputs.refinements,
            "corrections": _corrections(work, approved),
            "questions": [
                question.model_dump(mode="json")
                | ({"unseen": True} if is_unseen(question, approved) else {})
                for question in kept_questions(work.spec, work.journal.known.questions)
            ],
            "report": outcome.report,
            "verification": verification.model_dump(mode="json") if verification else None,
            "outputs": {shown_path(work, path): hash_of(path) for path in extra.delivered},
            "sheets": extra.sheets,
            "knowledge": extra.knowledge,
        },
    )
    return receipt.shown(sha256)


def begins_chain(work: Work, receipt: str) -> str | None:
    """What to say of a first receipt that CI will forget: the next run's would be a first one too,
    and nobody could tell that one is missing. None where the folder is one that is kept."""
    project = work.session.project
    by_default = project.receipts.is_relative_to(project.local)
    kept = not by_default or (project.receipts / ".git").exists() or work.folders.rehearsal
    if kept or not in_ci() or not receipt.startswith("0001 "):
        return None
    return (
        f"Receipt 0001 begins a new chain: {shown_path(work, project.receipts)} was empty. Keep "
        "that folder from run to run, or point `receipts:` of vernctl.yaml to one that is kept."
    )


def _connection(approved: Snapshot, outcome: SpecOutcome) -> JsonValue:
    """The live source that was approved, without credentials, and when its rows were read."""
    attached = approved.inputs.connection
    if not isinstance(attached, dict):
        return None
    return {**attached, "last_read": outcome.live.last_read if outcome.live else None}


def _corrections(work: Work, approved: Snapshot) -> list[dict[str, JsonValue]]:
    """What a running import was told, or should have been: by the spec, or by hand."""
    known, spec = work.journal.known, approved.inputs.refinements
    told = [(text, True) for text in known.corrected]
    told += [(one.message, False) for one in known.missed]
    return [
        {"message": text, "by_hand": text not in spec, "arrived": arrived} for text, arrived in told
    ]


def already_told(
    work: Work, approved: Snapshot, run_id: str, outcome: SpecOutcome
) -> dict[Path, str]:
    """Files that a receipt of this very run has told of, with their hashes: an apply that was
    interrupted right after writing it, or results that are written once more."""
    chain = receipts_of(work.folders.receipts, work.spec.name)
    facts = {
        "migration_id": work.journal.known.migration_id or "",
        "run_id": run_id,
        "digest": approved.digest,
        "outcome": outcome.status,
    }
    if not chain or not tells_of(chain[-1][0], facts):
        return {}
    root = work.session.project.root
    return {root / shown: sha256 for shown, sha256 in chain[-1][0].outputs.items()}


def sheet_records(results: Results) -> dict[str, SheetRecord]:
    """Every exported sheet as drift will compare it."""
    return {
        slug: SheetRecord(
            rows=results.counts[slug],
            invalid_rows=results.invalid[slug],
            hash=table_hash(path),
        )
        for slug, path in results.all_rows.items()
    }


def filled_cells(results: Results, checks: Checks) -> dict[str, dict[str, Measure]]:
    """Filled cells of the columns that a limit names, in every exported row."""
    csv.field_size_limit(CELL_LIMIT)
    found: dict[str, dict[str, Measure]] = {}
    for slug, path in results.all_rows.items():
        own = checks.sheets[slug].filled if slug in checks.sheets else {}
        wanted = {**checks.filled, **own}
        if not wanted:
            continue
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            places = {name: i for i, name in enumerate(header) if name in wanted}
            filled = Counter(name for row in reader for name, i in places.items() if row[i].strip())
        total = results.counts[slug]
        found[slug] = {name: Measure(filled[name], total) for name in places}
    return found


def shown_path(work: Work, path: Path) -> str:
    """A path as messages print it: relative to the project where it lies inside."""
    root = work.session.project.root
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def imported_sheets(run: Run, counts: Mapping[str, tuple[int, int]]) -> tuple[ImportedSheet, ...]:
    """Rows by sheet as exported. Rows read and left out are there where the report tells them.

    The API does not promise that; the embedded server adds ``slug``, ``rowsRead`` and ``dropped``
    to each sheet of its report.
    """
    told: dict[object, Mapping[str, JsonValue]] = {}
    extra: Mapping[str, JsonValue]
    for sheet in run.report.per_sheet if run.report else ():
        extra = sheet.model_extra or {}
        told[extra.get("slug")] = extra
    found = []
    for slug, (rows, invalid) in counts.items():
        extra = told.get(slug, {})
        read, dropped = extra.get("rowsRead"), extra.get("dropped")
        reasons = dropped.items() if isinstance(dropped, dict) else ()
        found.append(
            ImportedSheet(
                slug=slug,
                rows=rows,
                invalid_rows=invalid,
                rows_read=read if isinstance(read, int) else None,
                dropped={reason: n for reason, n in reasons if isinstance(n, int)},
            )
        )
    return tuple(found)
