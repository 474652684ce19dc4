"""What git says about a snapshot: whether it is committed, by which commit, and how it was before.

git is asked as a program: the approval is whatever git says it is. A project without git has no
committed snapshots, and is told so only where that matters.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from vernctl.errors import RefusedError, UsageError
from vernctl.snapshot.files import read_snapshot_with
from vernctl.snapshot.model import Snapshot

_SECONDS = 60


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(folder), "-c", "core.quotepath=off", *arguments]
    try:
        return subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except FileNotFoundError as error:
        raise UsageError(
            "this needs git, which is not on the PATH.",
            next="Install git, or set `approval: file` in vernctl.yaml.",
        ) from error


def refuse_uncommitted(snapshot: Path, here: Snapshot) -> None:
    """``approval: commit``: the snapshot ``here`` must be what HEAD holds, else RefusedError.

    Held against git's own objects: its index can be told to overlook an edit.
    """

    def at_head(name: str) -> bytes | None:
        return file_at(snapshot.parent, "HEAD", f"{snapshot.name}/{name}")

    committed = read_snapshot_with(at_head, f"{snapshot.name} in HEAD")
    if committed is None:
        raise RefusedError(
            f"{snapshot.name} is approved by commit, and is not in HEAD.",
            rule="not_approved",
            next=f"Commit {snapshot.name}/ and have it merged, or set `approval: file`.",
        )
    if committed != here:
        raise RefusedError(
            f"{snapshot.name} differs from the committed one.",
            rule="not_approved",
            next=f"Commit {snapshot.name}/, or `git restore` it.",
        )


def last_commit(path: Path) -> dict[str, str] | None:
    """The commit that last changed ``path``: id, author and time, or None where git has none.

    Where a shallow clone ends, a commit seems to have made everything: it names no author then.
    """
    try:
        said = _git(path.parent, "log", "-1", "--format=%H%x00%an%x00%aI", "--", path.name)
    except UsageError:
        return None
    fields = said.stdout.decode("utf-8", "replace").strip().split("\x00")
    if said.returncode != 0 or len(fields) != 3:
        return None
    author = "unknown (shallow clone)" if _is_cut_off(path.parent, fields[0]) else fields[1]
    return {"commit": fields[0], "author": author, "at": fields[2]}


def _is_cut_off(folder: Path, commit: str) -> bool:
    """Whether the clone's history ends at this commit, though the project's does not."""
    listed = _git(folder, "rev-parse", "--git-path", "shallow")
    boundary = folder / listed.stdout.decode().strip()
    return boundary.is_file() and commit in boundary.read_text("ascii").split()


def commit_of(folder: Path, ref: str) -> str:
    """The full id of the commit that ``ref`` names. Raises UsageError where it names none."""
    said = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if said.returncode != 0:
        raise UsageError(
            f"git knows no commit {ref!r} here.",
            next="In CI, fetch the base branch first (a shallow clone does not have it).",
        )
    return said.stdout.decode().strip()


def changed_paths(folder: Path, commit: str) -> frozenset[Path]:
    """Every file below ``folder`` that differs from a commit, untracked ones too; absolute paths.

    Raises UsageError where git cannot tell.
    """
    tracked = _git(folder, "diff", "--name-only", "--relative", "-z", commit, "--", ".")
    untracked = _git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    if tracked.returncode != 0 or untracked.returncode != 0:
        raise UsageError(f"git cannot say what changed since {commit[:9]} in {folder}.")
    names = (tracked.stdout + untracked.stdout).decode("utf-8", "surrogateescape").split("\x00")
    return frozenset(folder / name for name in names if name)


def file_at(folder: Path, commit: str, name: str) -> bytes | None:
    """The content of ``folder/name`` as of a commit; None where it was not there."""
    said = _git(folder, "show", f"{commit}:./{name}")
    return said.stdout if said.returncode == 0 else None


def is_tracked(path: Path) -> bool:
    """Whether git tracks anything of ``path``; False where there is no git."""
    if not path.parent.is_dir():
        return False
    try:
        said = _git(path.parent, "ls-files", "--", path.name)
    except UsageError:
        return False
    return said.returncode == 0 and bool(said.stdout.strip())


def is_ignored(path: Path) -> bool:
    """Whether git would leave ``path`` out of a commit; True where there is no git to ask."""
    try:
        said = _git(path.parent, "check-ignore", "--quiet", "--", path.name)
    except UsageError:
        return True
    return said.returncode != 1
