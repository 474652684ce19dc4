"""What survives a kill: one SQLite database (WAL) for everything but bytes and imported rows."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vernctl.embedded.bell import Bell
from vernctl.embedded.clock import Clock, stamp
from vernctl.embedded.folder import FINDINGS
from vernctl.errors import VernctlError

if TYPE_CHECKING:
    from pydantic import JsonValue


#: Each entry brings the database from its index to the next; entries are never edited, only added.
SCHEMA: Final[tuple[str, ...]] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE migrations (
        id TEXT PRIMARY KEY, account TEXT NOT NULL, external_id TEXT, name TEXT NOT NULL,
        source TEXT, sheets TEXT NOT NULL, knowledge TEXT, knowledge_at TEXT,
        created_at TEXT NOT NULL, UNIQUE (account, external_id)
    ) STRICT;
    CREATE TABLE source_knowledge (
        account TEXT NOT NULL, source TEXT NOT NULL, knowledge TEXT, updated_at TEXT NOT NULL,
        PRIMARY KEY (account, source)
    ) STRICT;
    CREATE TABLE files (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        migration TEXT NOT NULL REFERENCES migrations (id), name TEXT NOT NULL,
        content_type TEXT NOT NULL, size INTEGER, sha256 TEXT, uploaded_at TEXT
    ) STRICT;
    CREATE INDEX files_of_migration ON files (migration);
    CREATE TABLE runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        migration TEXT NOT NULL REFERENCES migrations (id), status TEXT NOT NULL,
        step TEXT NOT NULL, message TEXT, error TEXT,
        files TEXT NOT NULL, messages TEXT NOT NULL DEFAULT '[]', asked INTEGER NOT NULL DEFAULT 0,
        questions TEXT, known TEXT NOT NULL DEFAULT '{}', answers TEXT, report TEXT,
        created_at TEXT NOT NULL, updated_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX runs_of_migration ON runs (migration);
    CREATE TABLE steps (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        run TEXT NOT NULL REFERENCES runs (id), migration TEXT NOT NULL, kind TEXT NOT NULL,
        message TEXT, status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
        started_by TEXT, started_at TEXT NOT NULL, completed_at TEXT, plan TEXT,
        questions TEXT NOT NULL DEFAULT '[]', answers TEXT NOT NULL DEFAULT '{}', outcome TEXT,
        audit TEXT NOT NULL DEFAULT '[]'
    ) STRICT;
    CREATE INDEX steps_of_migration ON steps (migration);
    CREATE TABLE previews (
        migration TEXT PRIMARY KEY REFERENCES migrations (id), run TEXT NOT NULL,
        templates TEXT NOT NULL, state TEXT NOT NULL, sheets TEXT NOT NULL
    ) STRICT;
    CREATE TABLE imports (
        migration TEXT PRIMARY KEY REFERENCES migrations (id), step TEXT NOT NULL,
        columns TEXT NOT NULL, coverage TEXT
    ) STRICT;
    CREATE TABLE events (
        migration TEXT NOT NULL REFERENCES migrations (id), sequence INTEGER NOT NULL,
        run TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, created_at TEXT NOT NULL,
        PRIMARY KEY (migration, sequence)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE spent (account TEXT NOT NULL, class TEXT NOT NULL, at REAL NOT NULL) STRICT;
    CREATE INDEX spent_of_class ON spent (account, class, at);
    """,
    """
    CREATE TABLE template_edits (
        account TEXT NOT NULL, slug TEXT NOT NULL, edit TEXT NOT NULL, PRIMARY KEY (account, slug)
    ) STRICT;
    CREATE TABLE source_edits (
        account TEXT NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL, auth_url TEXT,
        PRIMARY KEY (account, source)
    ) STRICT;
    CREATE TABLE pins (
        account TEXT NOT NULL, source TEXT NOT NULL, run TEXT NOT NULL,
        PRIMARY KEY (account, source)
    ) STRICT;
    CREATE TABLE export_jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        migration TEXT NOT NULL REFERENCES migrations (id), request TEXT NOT NULL,
        format TEXT NOT NULL, status TEXT NOT NULL, processed INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL, size INTEGER, error TEXT, expires REAL NOT NULL
    ) STRICT;
    CREATE INDEX export_jobs_of_migration ON export_jobs (migration);
    CREATE TABLE connections (
        id TEXT PRIMARY KEY, migration TEXT NOT NULL REFERENCES migrations (id),
        source_key TEXT NOT NULL, profile TEXT, config TEXT NOT NULL, streams TEXT,
        state TEXT NOT NULL, secret TEXT, snapshot TEXT, synced_at TEXT, saved_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX connections_of_migration ON connections (migration);
    ALTER TABLE migrations ADD COLUMN dialect TEXT NOT NULL DEFAULT 'migrations';
    ALTER TABLE files ADD COLUMN expected INTEGER;
    ALTER TABLE files ADD COLUMN origin TEXT NOT NULL DEFAULT 'upload';
    ALTER TABLE runs ADD COLUMN idempotency_key TEXT;
    ALTER TABLE runs ADD COLUMN request TEXT;
    ALTER TABLE runs ADD COLUMN connection TEXT;
    ALTER TABLE runs ADD COLUMN credential_request TEXT;
    ALTER TABLE runs ADD COLUMN base TEXT;
    CREATE UNIQUE INDEX runs_by_idempotency_key ON runs (migration, idempotency_key);
    """,
)

Value = str | int | float | None


class Transaction:
    """Statements that take effect together. ``now`` is one moment for all of them."""

    def __init__(self, connection: sqlite3.Connection, now: str) -> None:
        self._connection = connection
        self.now = now
        self.touched: set[str] = set()

    def run(self, sql: str, *values: Value) -> int:
        """Execute one statement; returns how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def one(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """The first row, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: Value) -> Sequence[sqlite3.Row]:
        """Every row."""
        return self._connection.execute(sql, values).fetchall()

    def insert(self, table: str, **columns: Value) -> None:
        """Insert one row; table and column names are this program's own words."""
        names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values())

    def event(self, migration: str, run: str, type_: str, data: JsonValue) -> None:
        """Append to the migration's thread; sequences rise across all of its runs."""
        self.run(
            "INSERT INTO events SELECT ?1, COALESCE(MAX(sequence), 0) + 1, ?2, ?3, ?4, ?5"
            " FROM events WHERE migration = ?1",
            *(migration, run, type_, json.dumps(data, ensure_ascii=False), self.now),
        )
        self.touched.add(migration)


class Store:
    """The database of one data folder. Safe to use from any thread; transactions are short."""

    def __init__(self, folder: Path, clock: Clock = time.time) -> None:
        """Open, or make. Raises VernctlError for a database that is damaged or too new."""
        self.folder = folder
        self.clock = clock
        self.bell = Bell()
        self._lock = threading.RLock()
        self._reading_lock = threading.Lock()
        for part in ("", "files", "sheets", "work", "exports", FINDINGS):
            (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._connection = _connect(folder)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._migrate()
            self._reading = _connect(folder)
            self._reading.execute("PRAGMA query_only = ON")
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise VernctlError(
                f"The database in {folder} cannot be used: {error}.",
                next="move the data folder away to start with an empty one",
            ) from error

    def _migrate(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > len(SCHEMA):
            raise sqlite3.DatabaseError("a newer vernctl has written it")
        for number, statements in enumerate(SCHEMA[version:], start=version + 1):
            self._connection.executescript(
                f"BEGIN; {statements} PRAGMA user_version = {number}; COMMIT;"
            )

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All or nothing; those who follow a touched thread hear of it after the commit."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(self._connection, stamp(self.clock()))
            try:
                yield transaction
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        for migration in transaction.touched:
            self.bell.ring(migration)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """As the last commit left everything, for as long as this lasts; writing is refused.

        It has a connection of its own: a poll never waits for an engine that writes.
        """
        with self._reading_lock:
            self._reading.execute("BEGIN")
            try:
                yield Transaction(self._reading, stamp(self.clock()))
            finally:
                self._reading.execute("ROLLBACK")

    def secret(self) -> bytes:
        """The key that signs this folder's upload links, made once."""
        with self.transaction() as db:
            row = db.one("SELECT value FROM meta WHERE name = 'secret'")
            if row is None:
                db.insert("meta", name="secret", value=secrets.token_hex(32))
                row = db.one("SELECT value FROM meta WHERE name = 'secret'")
            assert row is not None
            return bytes.fromhex(row["value"])

    def compact(self) -> None:
        """Give back the space of deleted rows, so that nothing of them is left in the files."""
        with self._lock, self._reading_lock:
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the database; what was committed stays."""
        with self._lock, self._reading_lock:
            self._reading.close()
            self._connection.close()


def _connect(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        folder / "server.sqlite", isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    return connection
