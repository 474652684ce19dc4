"""What an import replaces: a backup before it, and what is new in it since the last one."""

from __future__ import annotations

import csv
from pathlib import Path

from vernctl.diff.tables import diff_files
from vernctl.errors import InputError, UsageError
from vernctl.snapshot.keys import unique_columns
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.deliver import Results, exported
from vernctl.workflow.receipts import hash_of, receipts_of
from vernctl.workflow.record import shown_path
from vernctl.workflow.work import Work

#: The column that says what became of a row; a sheet that has one of that name keeps its own.
CHANGE = "_change"


async def back_up(work: Work, approved: Snapshot) -> str:
    """Export every sheet that is about to be replaced; returns the folder as it is shown.

    The API has no undo: this copy under ``.vernctl/backups`` is the only one of the old rows.
    """
    number = len(receipts_of(work.folders.receipts, work.spec.name)) + 1
    folder = work.session.project.local / "backups" / work.spec.name / f"before-{number:04d}"
    folder.mkdir(parents=True, exist_ok=True)
    async with exported(work, approved.slugs) as results:
        for slug, path in results.all_rows.items():
            path.replace(folder / f"{slug}.csv")
    return shown_path(work, folder)


def write_deltas(work: Work, approved: Snapshot, results: Results, target: Path) -> None:
    """``<slug>.delta.csv``: rows added, changed or removed since the import delivered before.

    Only where the file in ``target`` is the one that the last receipt speaks of; a file that a
    person has edited is no base for anything.
    """
    chain = receipts_of(work.folders.receipts, work.spec.name)
    outputs = chain[-1][0].outputs if chain else {}
    for slug in results.counts:
        before, now = target / f"{slug}.csv", results.folder / f"{slug}.csv"
        if not before.is_file() or outputs.get(shown_path(work, before)) != hash_of(before):
            continue
        # Valid rows have their unique columns filled, whatever the whole sheet has.
        key = work.spec.review.key.get(slug) or unique_columns(approved.inputs.definitions, slug)
        try:
            diff = diff_files(before, now, key=key)
        except (InputError, UsageError):
            # Another template has other columns, or another key: there is nothing to compare.
            continue
        rows = [("added", row.cells) for row in diff.added]
        rows += [("removed", row.cells) for row in diff.removed]
        changed = {row.new_row for row in diff.changed}
        with now.open(newline="", encoding="utf-8") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            rows += [("changed", tuple(row)) for n, row in enumerate(reader) if n in changed]
        with (results.folder / f"{slug}.delta.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow([CHANGE, *header])
            writer.writerows([change, *cells] for change, cells in rows)
