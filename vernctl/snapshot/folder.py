"""Folders that are replaced whole.

Beside ``NAME`` a replacement uses ``.NAME.new-PID`` (being written) and ``.NAME.old`` (the one
being replaced, for the instant between two renames). Who finds no ``NAME`` but ``.NAME.old``
renames it back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from vernctl.errors import SnapshotError

#: A reader may put the old folder back between our two renames; then we start over.
ATTEMPTS = 10


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder with exactly these files; the old one stays until the new one is whole.

    Raises :class:`SnapshotError` where the place is taken by something that is not a folder.
    """
    heal_folder(folder)
    if folder.exists() and not folder.is_dir():
        raise SnapshotError(f"{folder} is a file, and a snapshot is a folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale(folder)
    new = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    for name, data in files.items():
        with (new / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    _sync(new)
    _swap(folder, new)


def heal_folder(folder: Path) -> None:
    """Put the old folder back where a replacement was cut short between its two renames."""
    old = _old(folder)
    if not os.path.lexists(folder) and old.is_dir():
        try:
            old.rename(folder)
        except OSError:
            # Somebody else's replacement got on in the meantime.
            if not folder.is_dir():
                raise


def remove_folder(folder: Path) -> None:
    """Remove the folder, by one rename first, and what cut-short replacements have left."""
    heal_folder(folder)
    if folder.is_dir():
        gone = folder.with_name(f".{folder.name}.new-{os.getpid()}")
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
        _sync(folder.parent)
        shutil.rmtree(gone)
    if folder.parent.is_dir():
        _remove_stale(folder)


def _swap(folder: Path, new: Path) -> None:
    old = _old(folder)
    for _ in range(ATTEMPTS):
        if folder.is_dir():
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
            continue
        _sync(folder.parent)
        shutil.rmtree(old, ignore_errors=True)
        return
    raise SnapshotError(f"{folder} is being written by another process.", next="try again")


def _remove_stale(folder: Path) -> None:
    """Remove what processes that are gone have left behind."""
    if folder.is_dir():
        shutil.rmtree(_old(folder), ignore_errors=True)
    for left in folder.parent.glob(f".{_literal(folder.name)}.new-*"):
        pid = left.name.rpartition("-")[2]
        if not (pid.isdecimal() and _is_alive(int(pid))):
            shutil.rmtree(left, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        # Another user's process, or no number of one: not ours to judge.
        return True
    return True


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
