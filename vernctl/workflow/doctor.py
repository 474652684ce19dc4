"""Whether this machine and this project are fit for work: what is missing, and how to mend it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vernctl.spec.model import Project

Health = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``mend`` is what to do where it is not ok."""

    name: str
    health: Health
    says: str
    mend: str = ""


def examine(project: Project) -> list[Finding]:
    """Everything that can be told without asking a service. Reads only."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    found = [
        Finding("python", "ok", python),
        _project(project),
        _git(project),
        _ignored(project),
        *(_private(path, what) for path, what in _secrets(project)),
    ]
    return [*found, _room(project)]


def _project(project: Project) -> Finding:
    if project.configured:
        return Finding("project", "ok", str(project.root))
    return Finding("project", "warn", "no vernctl.yaml: defaults hold", "vernctl init")


def _git(project: Project) -> Finding:
    if shutil.which("git") is None:
        return Finding("git", "warn", "not on the PATH", "install it: approvals are kept in it")
    if any((folder / ".git").exists() for folder in (project.root, *project.root.parents)):
        return Finding("git", "ok", "the project is a work tree")
    return Finding("git", "warn", "the project is in no work tree", "git init, and commit")


def _ignored(project: Project) -> Finding:
    """Customers' data and local state must not be committed by accident."""
    from vernctl.workflow.git import is_ignored

    local = project.local
    if is_ignored(local):
        return Finding("ignored", "ok", f"git ignores {local.name}/")
    return Finding("ignored", "warn", f"git does not ignore {local.name}/", "add it to .gitignore")


def _secrets(project: Project) -> list[tuple[Path, str]]:
    data = project.embedded.data
    return [(data, "the embedded server's data"), (data / "api-key", "its key")]


def _private(path: Path, what: str) -> Finding:
    """What holds customers' data or a key is its owner's alone."""
    name = "owner"
    try:
        found = path.stat()
    except FileNotFoundError:
        return Finding(name, "ok", f"{what}: not there yet")
    if found.st_uid != os.getuid():
        return Finding(name, "bad", f"{what} belongs to another user: {path}", f"chown {path}")
    if stat.S_IMODE(found.st_mode) & 0o077:
        return Finding(name, "bad", f"{what} can be read by others: {path}", f"chmod go= {path}")
    return Finding(name, "ok", f"{what}: yours alone")


def _room(project: Project) -> Finding:
    free = shutil.disk_usage(project.root).free / 2**30
    health: Health = "ok" if free >= 1 else "warn"
    mend = "" if free >= 1 else "imports need room for the files and their tables"
    return Finding("disk", health, f"{free:,.1f} GB free", mend)
