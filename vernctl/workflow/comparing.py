"""``diff OLD NEW`` of things that hold several sheets: snapshot folders and export archives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vernctl.diff.causes import explained
from vernctl.diff.model import Diff
from vernctl.errors import InputError, UsageError
from vernctl.snapshot.files import read_snapshot
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.outcome import SpecOutcome


def is_single_table(path: Path) -> bool:
    """Whether a path is a table by itself: neither a folder nor a ZIP."""
    return not path.is_dir() and path.suffix.lower() != ".zip"


def compare(old: Path, new: Path, *, key: Sequence[str], ignore: Sequence[str]) -> SpecOutcome:
    """Two snapshot folders or two export archives as one outcome: ``unchanged`` or ``changed``.

    Raises UsageError for two things of different kinds, InputError and SnapshotError for what
    cannot be read.
    """
    if old.is_dir() and new.is_dir():
        if key or ignore:
            raise UsageError("A snapshot has its keys and leaves out what its spec ignores.")
        return _snapshots(old, new)
    if is_single_table(old) or is_single_table(new) or old.is_dir() or new.is_dir():
        raise UsageError(
            "diff compares two CSV files, two snapshot folders, or two export ZIPs.",
            next="vernctl diff --help",
        )
    from vernctl.diff.archives import diff_archives

    return _outcome(old, new, diff_archives(old, new, key=key, ignore=ignore))


def _snapshots(old: Path, new: Path) -> SpecOutcome:
    before, after = _snapshot(old), _snapshot(new)
    diff, causes = explained(before, after)
    outcome = _outcome(old, new, diff)
    same = before.digest == after.digest
    return outcome.model_copy(
        update={
            "status": "unchanged" if same else "changed",
            "endpoint": after.inputs.endpoint,
            "digest": after.digest,
            "base_digest": before.digest,
            "causes": causes,
        }
    )


def _snapshot(folder: Path) -> Snapshot:
    try:
        found = read_snapshot(folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.") from None
    if found is None:
        raise InputError(f"{folder} is not there.")
    return found


def _outcome(old: Path, new: Path, diff: Diff) -> SpecOutcome:
    return SpecOutcome(
        name=new.stem,
        path=str(new),
        status="unchanged" if diff.is_empty else "changed",
        command="diff",
        title=f"{old.name} → {new.name}",
        diff=diff,
    )
