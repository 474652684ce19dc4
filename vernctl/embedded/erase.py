"""Take one customer out of a data folder, for good."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from vernctl.embedded.folder import FINDINGS, Ownership
from vernctl.embedded.store import Store, Transaction

#: How long to wait for a child server that is about to leave the folder.
SECONDS = 5.0
_SECURE = "PRAGMA secure_delete = ON"


def erase_customer(folder: Path, external_id: str) -> int:
    """Delete every migration whose address begins with this external_id: its rows, runs, thread,
    files and imports. An address is ``<external_id>-<12 hex>``.

    Returns how many migrations there were. Raises BusyError where a server owns the folder.
    """
    if not (folder / "server.sqlite").is_file():
        return 0
    address = re.compile(rf"{re.escape(external_id)}(-[0-9a-f]{{12}})?")
    owner = Ownership(folder, seconds=SECONDS)
    try:
        store = Store(folder)
        try:
            with store.transaction() as db:
                db.run(_SECURE)
                rows = db.all("SELECT id, external_id FROM migrations")
                ids = [row["id"] for row in rows if address.fullmatch(row["external_id"] or "")]
                leftovers = [path for id_ in ids for path in _files_of(db, folder, id_)]
                for id_ in ids:
                    _delete_rows(db, id_)
            if ids:
                store.compact()
                leftovers.append(folder / FINDINGS)
            for path in leftovers:
                _remove(path)
            return len(ids)
        finally:
            store.close()
    finally:
        owner.release()


def _files_of(db: Transaction, folder: Path, migration: str) -> list[Path]:
    """Everything beside the database that belongs to a migration."""
    found: list[Path] = []
    for table, place in (("files", "files"), ("export_jobs", "exports")):
        rows = db.all(f"SELECT id FROM {table} WHERE migration = ?", migration)
        found += [path for row in rows for path in (folder / place).glob(f"{row['id']}*")]
    for row in db.all("SELECT id FROM steps WHERE migration = ?", migration):
        for place in ("sheets", "work"):
            found += (folder / place).glob(f"{row['id']}*")
    return found


def _delete_rows(db: Transaction, migration: str) -> None:
    """The rows of every table that names the migration; what refers to others goes first."""
    db.run("PRAGMA defer_foreign_keys = ON")
    tables = db.all("SELECT name FROM sqlite_schema WHERE type = 'table'")
    for table in tables:
        columns = {row["name"] for row in db.all(f'PRAGMA table_info("{table["name"]}")')}
        if "migration" in columns:
            db.run(f'DELETE FROM "{table["name"]}" WHERE migration = ?', migration)
    db.run("DELETE FROM migrations WHERE id = ?", migration)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
