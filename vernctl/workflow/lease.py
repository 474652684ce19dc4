"""One vernctl at a time works on a spec in a checkout; the next one waits and says for whom."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from vernctl.workflow.progress import Listener

_LOOK_AGAIN = 0.2


@asynccontextmanager
async def lease(folder: Path, spec: str, command: str, listener: Listener) -> AsyncIterator[None]:
    """Hold the spec's lock for the block; wait while another process holds it.

    The lock is the kernel's (flock): it cannot outlive its process, so there is nothing to unlock
    by hand. The file's content only says who holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = _lock_file(folder, spec)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        await _acquire(descriptor, path, spec, listener)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": command,
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder_of(folder: Path, spec: str) -> str | None:
    """Who holds the spec's lock right now, in words; None: nobody."""
    try:
        descriptor = os.open(_lock_file(folder, spec), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(_lock_file(folder, spec))
    finally:
        os.close(descriptor)
    return None


def _lock_file(folder: Path, spec: str) -> Path:
    return folder / (re.sub(r"[^A-Za-z0-9_.-]+", "_", spec) + ".lock")


async def _acquire(descriptor: int, path: Path, spec: str, listener: Listener) -> None:
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if not told:
                listener.say(spec, "waiting", f"for {_holder(path)}")
                told = True
            await asyncio.sleep(_LOOK_AGAIN)


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
    except (OSError, ValueError):
        return "another vernctl"
    return (
        f"vernctl {holder['command']} (process {holder['pid']} on {holder['host']}, "
        f"since {holder['since']})"
    )
