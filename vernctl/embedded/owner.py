"""A command line's way to the embedded server: use the one that owns the folder, or start one.

While a command works it holds a shared lock. The server that was started for it leaves once it
can have that lock alone, so nothing has to be stopped and a killed command leaves no orphan.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vernctl import __version__
from vernctl.embedded.folder import (
    API_KEY,
    CLIENTS_LOCK,
    Card,
    busy,
    is_owned,
    make_folder,
    read_card,
)
from vernctl.embedded.locks import FileLock
from vernctl.errors import BusyError, VernctlError

if TYPE_CHECKING:
    from vernctl.spec.model import EmbeddedConfig

#: A server has this long (s) from its start to its first answer.
START_SECONDS: Final = 30.0
_PAUSE: Final = 0.02
#: Servers that this process started; reaped when they have left.
_started: set[int] = set()


@dataclass(frozen=True)
class Attached:
    """A server that stays for as long as the caller is attached."""

    url: str
    api_key: str = field(repr=False)


@contextmanager
def attach(config: EmbeddedConfig) -> Iterator[Attached]:
    """A running server over ``config.data``; it is kept alive until the block ends.

    Raises SpecError where the catalog is wrong, BusyError where the folder is served with other
    settings or its owner does not answer, VernctlError where no server can be started.
    """
    make_folder(config.data)
    with FileLock(config.data / CLIENTS_LOCK) as lock:
        lock.share()  # from here on a child cannot leave
        _reap()
        card = _find_or_start(config)
        try:
            yield Attached(card.url, _key(config.data, card))
        finally:
            _reap()


def _find_or_start(config: EmbeddedConfig) -> Card:
    deadline = time.monotonic() + START_SECONDS
    child, starts = None, 0
    while time.monotonic() < deadline:
        if is_owned(config.data):
            card = read_card(config.data)
            if card is not None and _answers(card.url):
                _check_settings(config, card)
                return card
        elif child is None or _has_left(child):
            # once more, because the first may have made way for a server that was killed since
            if starts == 2:
                raise _did_not_start(config.data)
            child, starts = _start(config), starts + 1
        time.sleep(_PAUSE)
    raise busy(config.data)


def _start(config: EmbeddedConfig) -> int:
    """Start a server of its own session; it must outlive this command if another one needs it."""
    from vernctl.embedded.catalog import load_catalog

    load_catalog(config.catalog)  # a mistake is told here, with its position, not in a log
    arguments = [
        *(sys.executable, "-m", "vernctl.embedded", "--child", "--port", "0"),
        *("--data", str(config.data), "--catalog", str(config.catalog)),
        *("--limits", config.limits, "--reuse", config.reuse),
        *(f"--allow-path={root}" for root in config.roots),
    ]
    log = str(config.data / "server.log")
    pid = os.posix_spawn(
        sys.executable,
        arguments,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )
    _started.add(pid)
    return pid


def _has_left(pid: int) -> bool:
    _reap()
    return pid not in _started


def _reap() -> None:
    for pid in tuple(_started):
        try:
            done, _ = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            done = pid
        if done:
            _started.discard(pid)


def _did_not_start(folder: Path) -> VernctlError:
    log = folder / "server.log"
    lines: list[str] = []
    with contextlib.suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
    return VernctlError("The embedded server did not start.", reasons=lines, next=f"read {log}")


def _answers(url: str) -> bool:
    """Whether a vernctl server answers there."""
    parts = urllib.parse.urlsplit(url)
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().getheader("x-vernctl-server") is not None
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _check_settings(config: EmbeddedConfig, card: Card) -> None:
    wanted = {
        "catalog": str(config.catalog.resolve()),
        "limits": config.limits,
        "reuse": config.reuse,
        "version": __version__,
    }
    other = [name for name, value in wanted.items() if getattr(card, name) != value]
    if other:
        told = ", ".join(f"{name} {getattr(card, name)}" for name in other)
        raise BusyError(
            f"The data folder {config.data} is served by process {card.pid} with {told}.",
            next="stop that server, or wait until the command that uses it has ended",
        )


def _key(folder: Path, card: Card) -> str:
    if card.key == "file":
        return (folder / API_KEY).read_text(encoding="ascii").strip()
    key = os.environ.get("VERN_API_KEY")
    if not key:
        raise VernctlError(
            f"The server at {card.url} was started with a key of its own.",
            next="set VERN_API_KEY to that key",
        )
    return key
