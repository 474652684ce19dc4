"""``sqlite``: the tables of a database file. ``config: {path: FILE}``; no credentials.

The file must lie, after resolving links, in one of the folders that the server was given; it is
opened read-only, and a query that does not end is stopped.
"""

from __future__ import annotations

import math
import sqlite3
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.embedded.connectors import ConnectorError, Row, Wanted, chosen

if TYPE_CHECKING:
    from pydantic import JsonValue

#: A stream may take this long (s).
PATIENCE = 300.0


class SqliteConnector:
    """Tables and views of one SQLite file."""

    key, name, category = "sqlite", "SQLite file", "database"

    def check(self, wanted: Wanted) -> None:
        """The file is there and may be read. Raises ConnectorError."""
        _file(wanted)

    def schema(self, wanted: Wanted) -> dict[str, JsonValue]:
        """A file needs no secrets."""
        return {}

    def recipient(self, wanted: Wanted) -> str:
        """Nobody."""
        return ""

    def extract(self, wanted: Wanted) -> Iterator[tuple[str, Iterator[Row]]]:
        """Every table or view that was selected, rows in their order in the file."""
        path = _file(wanted)
        connection = sqlite3.connect(f"file:{urllib.parse.quote(str(path))}?mode=ro", uri=True)
        deadline = time.monotonic() + PATIENCE
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            offered = [
                str(name)
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
                    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
                )
            ]
            for stream in chosen(wanted.streams, offered, path.name):
                yield stream, _rows(connection, stream)
        except sqlite3.Error as error:
            raise ConnectorError(f"{path.name} cannot be read: {error}.") from error
        finally:
            connection.close()


def _file(wanted: Wanted) -> Path:
    named = wanted.config.get("path")
    if not isinstance(named, str) or not named:
        raise ConnectorError("config.path is missing: the database file.")
    roots = [root.resolve() for root in wanted.roots]
    path = (roots[0] / named).resolve() if roots else Path(named).resolve()
    if not any(path.is_relative_to(root) for root in roots):
        raise ConnectorError(f"“{named}” lies outside the folders that this server may read.")
    if not path.is_file():
        raise ConnectorError(f"There is no file “{named}”.")
    return path


def _rows(connection: sqlite3.Connection, stream: str) -> Iterator[Row]:
    quoted = stream.replace('"', '""')
    cursor = connection.execute(f'SELECT * FROM "{quoted}"')
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield {name: _cell(value) for name, value in zip(names, row, strict=True)}


def _cell(value: str | int | float | bytes | None) -> str | int | float | None:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
