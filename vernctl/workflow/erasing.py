"""Erase: what is held of one customer, deleted as far as it is in reach; the rest is named."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vernctl.snapshot.files import read_snapshot, remove_snapshot
from vernctl.spec.model import Project, Spec
from vernctl.workflow.deliver import LOG_JSON, LOG_MD, REPORT, SUMMARY, held
from vernctl.workflow.git import is_tracked
from vernctl.workflow.private import has_own_key, key_reference
from vernctl.workflow.receipts import receipts_of

_ENDINGS = (".csv", ".invalid.csv", ".delta.csv")


@dataclass(frozen=True)
class Erasure:
    """What an erase of one spec takes away, and what it cannot. ``remains`` are sentences."""

    spec: Spec
    paths: tuple[Path, ...]
    remains: tuple[str, ...]


def erasure_of(project: Project, spec: Spec) -> Erasure:
    """Look, without touching anything. Raises SnapshotError for receipts that cannot be read."""
    paths = dict.fromkeys(path for path in _paths(project, spec) if path.exists())
    return Erasure(spec, tuple(paths), tuple(_remains(project, spec)))


def erase(erasure: Erasure) -> None:
    """Delete what was found. Repeating it is safe."""
    for path in erasure.paths:
        if path.name.endswith((".snapshot", ".snapshot.pending")):
            remove_snapshot(path)
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _paths(project: Project, spec: Spec) -> Iterator[Path]:
    local, name = project.local, spec.name
    yield spec.pending_dir
    if not is_tracked(spec.snapshot_dir):
        yield spec.snapshot_dir
    for endpoint in sorted((local / "rehearsal").glob("*")):
        yield endpoint / f"{name}.snapshot"
        yield endpoint / f"{name}.snapshot.pending"
        yield endpoint / "out" / name
    address = re.compile(rf"{re.escape(spec.migration.external_id)}-[0-9a-f]{{12}}\.[a-z]+")
    states = [*local.glob("**/journal/*/*"), *local.glob("**/executing/*")]
    for path in sorted(states):
        if address.fullmatch(path.name):
            yield path
    yield local / "backups" / name
    yield from _results(project, spec)
    key = key_reference(project, spec).file
    if key is not None and has_own_key(project):
        yield project.root / Path(key).expanduser()


def _results(project: Project, spec: Spec) -> Iterator[Path]:
    """Files that an apply has written for the spec; what else lies in their folder stays."""
    for receipt, _ in receipts_of(project.receipts, spec.name):
        for shown in receipt.outputs:
            yield project.root / shown
    if spec.export is None:
        return
    target = project.root / spec.export.to
    yield held(target)
    approved = read_snapshot(spec.snapshot_dir)
    slugs = [sheet.slug for sheet in approved.sheets] if approved else []
    for name in [*(f"{s}{e}" for s in slugs for e in _ENDINGS), REPORT, LOG_JSON, LOG_MD, SUMMARY]:
        yield target / name


def _remains(project: Project, spec: Spec) -> Iterator[str]:
    """What is out of reach, in sentences that say what a person can do about it."""
    snapshot = spec.snapshot_dir.name
    if is_tracked(spec.snapshot_dir):
        yield f"{snapshot}/ is in git: `git rm -r` it; the history keeps it until it is rewritten."
    else:
        yield f"git's history, if {snapshot}/ was ever committed: it stays until it is rewritten."
    if project.token_key is not None:
        yield _key_remains(project, spec)
    yield "The service: its migration, files, thread and imported rows; ask whoever runs it."
    if spec.connection is not None:
        source = spec.connection.source_key
        yield (
            f"The credentials of {source} that the service was given: revoke them at {source}, or "
            "have the migration's source connection deleted."
        )
    yield "Logs of CI and terminals, and pull requests that a plan was posted to."
    yield "The customer's own files, which `files:` names, and copies that others took of results."
    yield f"Receipts under {project.receipts.name}/: file names, hashes and counts, no cells."


def _key_remains(project: Project, spec: Spec) -> str:
    reference = key_reference(project, spec)
    if not has_own_key(project):
        return (
            "The token key: all customers share it, so tokens of this one can still be tested "
            "against guesses by whoever has it. {external_id} in review.token_key gives each its "
            "own."
        )
    if reference.file is not None:
        return "Copies of the token key's file elsewhere; without the key tokens tell no cell."
    where = f"the variable {reference.env}" if reference.env else "the store that its command asks"
    return f"The token key in {where}: destroy it there; without it tokens tell no cell."
