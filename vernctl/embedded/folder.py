"""Who owns a data folder: one server process, by a lock that dies with it, and its calling card."""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from vernctl.embedded.locks import FileLock
from vernctl.errors import BusyError

OWNER_LOCK, CLIENTS_LOCK, CARD, API_KEY = "owner.lock", "clients.lock", "owner.json", "api-key"
#: What the engine found out about files: cells are in it, and removing it costs time only.
FINDINGS = "findings"


@dataclass(frozen=True)
class Card:
    """What the owner of a data folder tells those who find it.

    ``kind``: ``serve`` was started by a person and stays, ``child`` serves command lines and
    leaves with the last of them. ``key``: ``file`` is DIR/api-key, ``given`` is one that the
    person named.
    """

    pid: int
    url: str
    kind: Literal["serve", "child"]
    key: Literal["file", "given"]
    catalog: str
    limits: str
    reuse: str
    version: str


class Ownership:
    """The exclusive hold on a data folder. Released when the process ends, however it ends."""

    def __init__(self, folder: Path, *, seconds: float) -> None:
        """Own the folder; waits up to ``seconds`` for a child that is about to leave.

        Raises BusyError naming the process that owns it.
        """
        self._folder = folder
        make_folder(folder)
        self._lock = FileLock(folder / OWNER_LOCK)
        deadline = time.monotonic() + seconds
        while not self._lock.try_own():
            card = read_card(folder)
            if time.monotonic() >= deadline or (card is not None and card.kind == "serve"):
                self._lock.close()
                raise busy(folder)
            time.sleep(0.02)
        (folder / CARD).unlink(missing_ok=True)

    def announce(self, card: Card) -> None:
        """Leave the calling card, whole or not at all."""
        draft = self._folder / f"{CARD}.{os.getpid()}"
        draft.write_text(json.dumps(asdict(card)), encoding="utf-8")
        draft.replace(self._folder / CARD)

    def release(self) -> None:
        """Take the card away and let go."""
        (self._folder / CARD).unlink(missing_ok=True)
        self._lock.close()


def make_folder(folder: Path) -> None:
    """Create a data folder that only its user can read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def read_card(folder: Path) -> Card | None:
    """The owner's card; None where there is none (yet)."""
    try:
        return Card(**json.loads((folder / CARD).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def is_owned(folder: Path) -> bool:
    """Whether a living process owns the folder now."""
    with FileLock(folder / OWNER_LOCK) as lock:
        return not lock.try_share()


def busy(folder: Path) -> BusyError:
    """The error that says who holds the folder."""
    card = read_card(folder)
    who = f"process {card.pid} at {card.url}" if card else "another process"
    return BusyError(
        f"The data folder {folder} is already served by {who}.",
        next="stop that server, or give this one another --data folder",
    )


def ensure_api_key(folder: Path) -> str:
    """DIR/api-key; the first owner makes it, readable by its user alone."""
    path = folder / API_KEY
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        key = f"vern_{secrets.token_urlsafe(32)}"
    draft = folder / f"{API_KEY}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{key}\n")
    draft.replace(path)
    return key
