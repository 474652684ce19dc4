"""What an apply leaves on record: the receipt, and the counts of every sheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from vernctl.api.models import Run
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.git import last_commit
from vernctl.workflow.outcome import ImportedSheet, SpecOutcome
from vernctl.workflow.receipts import hash_of, write_receipt
from vernctl.workflow.work import Work


def record(
    work: Work, approved: Snapshot, run_id: str, outcome: SpecOutcome, delivered: tuple[Path, ...]
) -> str:
    """Write the receipt of an execute that has ended, well or badly; returns it as it is shown."""
    verification = outcome.verification
    receipt, sha256 = write_receipt(
        work.session.project.receipts,
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
            "refinements": approved.inputs.refinements,
            "questions": [
                question.model_dump(mode="json") for question in work.journal.known.questions
            ],
            "report": outcome.report,
            "verification": verification.model_dump(mode="json") if verification else None,
            "outputs": {shown_path(work, path): hash_of(path) for path in delivered},
        },
    )
    return f"{receipt.number:04d} · {sha256[:4]}…{sha256[-2:]}"


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
