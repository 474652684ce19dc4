"""The extraction of a live source: its streams become files of the run, once."""

from __future__ import annotations

import json
import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.embedded.connections import Connections
from vernctl.embedded.connectors import MAX_ROWS, ConnectorError, RejectedError, Row, find_connector
from vernctl.embedded.store import Transaction
from vernctl.embedded.uploads import MAX_FILE, Uploads
from vernctl.errors import VernctlError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.engine.model import Progress


class NeedsCredentialsError(Exception):
    """The run has to wait; ``request`` is what it shows meanwhile."""

    def __init__(self, request: dict[str, JsonValue]) -> None:
        super().__init__(str(request["reason"]))
        self.request = request


def extract(
    connections: Connections, uploads: Uploads, row: sqlite3.Row, progress: Progress
) -> list[tuple[str, Path, int]]:
    """(name, draft file, rows) of every stream.

    Raises NeedsCredentialsError without secrets or with rejected ones, EngineError for the rest.
    """
    from vernctl.engine.model import EngineError

    connector = find_connector(row["source_key"])
    assert connector is not None  # only known ones are saved
    drafts: list[tuple[str, Path, int]] = []
    try:
        if connector.schema(connections.wanted(row)) and row["secret"] is None:
            raise NeedsCredentialsError(connections.request(row, "none were given yet."))
        wanted = connections.wanted(row, secrets=True)
        wanted = wanted._replace(pause=_pauser(progress, connector.name))
        for stream, rows in connector.extract(wanted):
            tell = _teller(progress, stream, connector.name)
            drafts.append((f"{stream}.jsonl", *_write(uploads, rows, tell)))
    except RejectedError as error:
        _drop(drafts)
        raise NeedsCredentialsError(connections.request(row, str(error))) from error
    except (ConnectorError, VernctlError) as error:
        _drop(drafts)
        raise EngineError(str(error)) from error
    except BaseException:
        _drop(drafts)
        raise
    return drafts


def _pauser(progress: Progress, source: str) -> Callable[[float], None]:
    """Wait as the source asks, in steps at which a canceled run is let go."""

    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            progress("extract", f"Waiting for the {source}, which is busy")
            time.sleep(min(0.5, left))

    return pause


def _teller(progress: Progress, stream: str, source: str) -> Callable[[], None]:
    def tell() -> None:
        progress("extract", f"Reading {stream} from the {source}")

    return tell


def _drop(drafts: list[tuple[str, Path, int]]) -> None:
    for _, draft, _ in drafts:
        draft.unlink(missing_ok=True)


def _write(uploads: Uploads, rows: Iterator[Row], tell: Callable[[], None]) -> tuple[Path, int]:
    part = uploads.path_of(f"{uuid.uuid4().hex}.part")
    count = 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            tell()
            for row in rows:
                count += 1
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                if count % 1_000 == 0:
                    tell()
                if count > MAX_ROWS or file.tell() > MAX_FILE:
                    raise ConnectorError(f"A stream has more than {MAX_ROWS:,} rows.")
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part, count


def keep_extraction(
    db: Transaction,
    uploads: Uploads,
    run: sqlite3.Row,
    connection: str,
    drafts: list[tuple[str, Path, int]],
) -> None:
    """Make the streams files of the run; from here on it reads them like uploaded ones."""
    ids = [
        uploads.keep(db, run["migration"], name, draft, origin="connection")
        for name, draft, rows in drafts
        if rows
    ]
    files = json.dumps([*json.loads(run["files"]), *ids])
    db.run("UPDATE runs SET files = ?, connection = NULL WHERE id = ?", files, run["id"])
    snapshot = {"streams": {name.removesuffix(".jsonl"): rows for name, _, rows in drafts}}
    db.run(
        "UPDATE connections SET snapshot = ?, synced_at = ? WHERE id = ?",
        *(json.dumps(snapshot, ensure_ascii=False), db.now, connection),
    )
