"""The lease on a spec as it lies on disk: who holds it, since when, and how fresh that is.

A file of JSON beside the kernel's lock, written by renaming, so that whoever reads it sees all of
one state. Its holder writes it anew at every heartbeat; past ``expires`` without one it is free.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

#: Seconds between two heartbeats, and without one until a lease is free.
HEARTBEAT, EXPIRY = 5.0, 30.0


class Holder(BaseModel):
    """Who holds a lease. ``host`` is for people, ``machine`` tells hosts apart (one kernel since
    its start); ``token`` tells one hold from every other; ``locked``: its process has the kernel's
    lock, too; times are UTC, ISO 8601."""

    model_config = ConfigDict(frozen=True)

    token: str
    owner: str
    host: str
    machine: str
    pid: int
    command: str
    since: str
    heartbeat: str
    expires: str
    locked: bool = False

    @classmethod
    def here(cls, command: str, *, locked: bool = False) -> Holder:
        """This process, from now on."""
        times = _pulse()
        return cls(
            token=uuid.uuid4().hex,
            owner=_user(),
            host=socket.gethostname(),
            machine=machine(),
            pid=os.getpid(),
            command=command,
            since=times["heartbeat"],
            locked=locked,
            **times,
        )

    def alive(self) -> Holder:
        """The same hold with a fresh heartbeat."""
        return self.model_copy(update=_pulse())

    @property
    def is_known(self) -> bool:
        """Held under the lock of this host's kernel, which so knows whether its process lives."""
        return self.locked and self.machine == machine()

    @property
    def expired(self) -> bool:
        """Past its expiry by this host's clock."""
        return datetime.fromisoformat(self.expires) < datetime.now(UTC)

    def __str__(self) -> str:
        """In words, for whoever waits for it."""
        beat = self.heartbeat[11:19]
        return (
            f"vernctl {self.command} (process {self.pid} on {self.host}, of {self.owner}, since "
            f"{self.since[:10]} {self.since[11:19]} UTC, last heartbeat {beat}, "
            f"{'expired' if self.expired else 'expires'} {self.expires[11:19]})"
        )


def read(path: Path) -> Holder | None:
    """Whose lease it is; None where there is none, or what lies there is no lease."""
    try:
        return Holder.model_validate(json.loads(path.read_bytes()))
    except (OSError, ValueError, ValidationError):
        return None


def is_held(path: Path, holder: Holder) -> bool:
    """Whether the lease is this very hold, however old its heartbeat."""
    try:
        return holder.token.encode() in path.read_bytes()
    except OSError:
        return False


def create(path: Path, holder: Holder) -> bool:
    """Take a lease that nobody has; False where somebody was first, on whatever host."""
    beside = _written(path, holder)
    try:
        os.link(beside, path)
    except FileExistsError:
        if read(path) is not None or not path.exists():
            return False
        # Damaged: it names nobody.
        beside.replace(path)
    except OSError:
        # A file system without hard links. Of two that are here at once, the last one has it.
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return True


def renew(path: Path, holder: Holder, over: Holder) -> bool:
    """Write the lease over that hold; False where somebody else's lies there by now."""
    beside = _written(path, holder)
    try:
        if not is_held(path, over):
            return False
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return True


def put(path: Path, holder: Holder) -> None:
    """Write the lease over whatever lies there."""
    _written(path, holder).replace(path)


@cache
def machine() -> str:
    """What tells this host from every other: the kernel's own id of its start, where it has one;
    containers on one kernel share its locks, and are one machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"{socket.gethostname()}-{uuid.getnode():x}"


def _written(path: Path, holder: Holder) -> Path:
    beside = path.with_name(f".{path.name}.{holder.token}.{os.getpid()}.tmp")
    beside.write_text(holder.model_dump_json(), encoding="utf-8")
    return beside


def _pulse() -> dict[str, str]:
    now = datetime.now(UTC)
    return {"heartbeat": _shown(now), "expires": _shown(now + timedelta(seconds=EXPIRY))}


def _shown(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds")


@cache
def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A user without a name, as in many containers.
        return f"uid {os.getuid()}"
