"""History: every receipt of a spec, oldest first, and what was new each time. Offline."""

from __future__ import annotations

from vernctl.snapshot.digest import short
from vernctl.spec.model import Project, Spec
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.receipts import Receipt, receipts_of


def history_spec(project: Project, spec: Spec) -> SpecOutcome:
    """One line per receipt: when, what, how many rows, on whose approval, and what was new."""
    chain = receipts_of(project.receipts, spec.name)
    facts: list[str] = []
    before: Receipt | None = None
    for receipt, sha256 in chain:
        facts.append(f"{_line(receipt)} · {sha256[:8]}")
        facts += [f"  {text}" for text in _changes(before, receipt)]
        before = receipt
    last = chain[-1][0] if chain else None
    return SpecOutcome(
        name=spec.name,
        path=spec.shown_path,
        status="unchanged",
        command="status",
        title=spec.migration.name,
        source=spec.migration.source,
        endpoint=last.endpoint if last else "",
        migration_id=last.migration_id if last else None,
        digest=last.digest if last else None,
        facts=tuple(facts) or ("Nothing has been applied yet, as far as the receipts say.",),
        next=f"vernctl status {spec.shown_path}",
    )


def _line(receipt: Receipt) -> str:
    rows = sum(sheet.rows for sheet in receipt.sheets.values())
    by = receipt.approved_by
    approved = f", approved by {by['author']} in {by['commit'][:9]}" if by else ""
    return (
        f"{receipt.number:04d}  {receipt.at[:16].replace('T', ' ')}  {receipt.outcome}  "
        f"{rows} rows  digest {short(receipt.digest)}{approved}"
    )


def _changes(before: Receipt | None, now: Receipt) -> list[str]:
    """What led to another result than the time before."""
    if before is None:
        return []
    said = []
    if before.endpoint != now.endpoint:
        said.append(f"at {now.endpoint}, before at {before.endpoint}")
    old = {str(file["name"]): file["sha256"] for file in before.files}
    new = {str(file["name"]): file["sha256"] for file in now.files}
    files = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    if files:
        said.append(f"files: {', '.join(files)}")
    added = [text for text in now.refinements if text not in before.refinements]
    gone = [text for text in before.refinements if text not in now.refinements]
    said += [f"message added: {text}" for text in added]
    said += [f"message gone: {text}" for text in gone]
    for slug, sheet in now.sheets.items():
        was = before.sheets.get(slug)
        if was is not None and was.rows != sheet.rows:
            said.append(f"{slug}: {was.rows} → {sheet.rows} rows")
    return said
