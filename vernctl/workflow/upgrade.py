"""Formats: whether everything that a project keeps can be read, and whether any of it is older.

There is one version of each format so far, so nothing is ever rewritten; what is checked is all of
it, by the same readers that plan and apply use: snapshots against their digests, receipts against
their chain, journals line by line. A newer format is refused by name.
"""

from __future__ import annotations

from vernctl.errors import VernctlError
from vernctl.snapshot.files import read_snapshot
from vernctl.spec.model import Project, Spec
from vernctl.workflow.journal import Journal
from vernctl.workflow.known import JOURNAL_FORMAT
from vernctl.workflow.outcome import ErrorOutcome, SpecOutcome
from vernctl.workflow.receipts import receipts_of


def upgrade_spec(project: Project, spec: Spec) -> SpecOutcome:
    """What is kept for one spec, all of it read. Offline; status ``failed`` where a part cannot be.

    The spec itself has been read already, or there would be none.
    """
    facts = [f"spec version {spec.version}: current"]
    errors: list[VernctlError] = []
    for name, folder in (("approved", spec.snapshot_dir), ("pending", spec.pending_dir)):
        try:
            snapshot = read_snapshot(folder)
        except VernctlError as error:
            errors.append(error)
            continue
        if snapshot is not None:
            facts.append(f"{name} snapshot: format 1, digest format 1 verified")
    try:
        receipts = receipts_of(project.receipts, spec.name)
        if receipts:
            facts.append(f"receipts: {len(receipts)}, their chain is whole")
    except VernctlError as error:
        errors.append(error)
    errors += _journals(project, spec, facts)
    outcome = SpecOutcome(
        name=spec.name,
        path=spec.shown_path,
        status="failed" if errors else "unchanged",
        command="status",
        title=spec.migration.name,
        facts=(*facts, *(error.message for error in errors[1:])),
        next=errors[0].next if errors else "Nothing to upgrade.",
    )
    return outcome.model_copy(update={"error": ErrorOutcome.of(errors[0])}) if errors else outcome


def _journals(project: Project, spec: Spec, facts: list[str]) -> list[VernctlError]:
    """Read every journal of the spec's addresses; adds a fact, returns what cannot be read."""
    folder = project.local / "journal"
    count, errors = 0, []
    for path in sorted(folder.glob(f"*/{spec.migration.external_id}-*.jsonl")):
        try:
            Journal(folder, path.parent.name, path.stem)
            count += 1
        except VernctlError as error:
            errors.append(error)
    if count:
        facts.append(f"journals: {count}, format {JOURNAL_FORMAT}")
    return errors
