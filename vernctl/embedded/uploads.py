"""Files: upload links that carry their own authorisation; bytes by id, names as sent."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vernctl.embedded.migrations import Migration, find_migration
from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.signing import Signer
from vernctl.embedded.store import Store, Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import CreateUpload, CreateUploads
    from vernctl.engine.model import InputFile


#: An upload link is good for this long (s).
LINK_SECONDS: Final = 3_600
#: One file may have this many bytes.
MAX_FILE: Final = 1 << 30
#: Files of one run, and how many of them may be PDF or Word.
MAX_FILES, MAX_DOCUMENTS = 400, 5
_DOCUMENTS = (".pdf", ".doc", ".docx")


class Uploads:
    """Mints links, takes bytes, lists files."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._signer = Signer(store, "upload")
        for torn in (store.folder / "files").glob("*.part"):
            torn.unlink()

    def path_of(self, file_id: str) -> Path:
        """Where the bytes of a file lie; ids are this server's own, never a client's text."""
        return self._store.folder / "files" / file_id

    def mint(
        self, account: str, migration_id: str, wanted: CreateUploads, origin: str
    ) -> dict[str, JsonValue]:
        """One signed link per file. ``origin`` is the scheme and host that clients reach."""
        minted: list[JsonValue] = []
        with self._store.transaction() as db:
            migration = find_migration(db, account, migration_id)
            for file in wanted.files:
                file_id = str(uuid.uuid4())
                kind = file.content_type or "application/octet-stream"
                db.insert(
                    "files", id=file_id, migration=migration.id, name=file.name, content_type=kind
                )
                token = self._signer.sign(file_id, LINK_SECONDS)
                minted.append(
                    {
                        "name": file.name,
                        "storage_path": _storage_path(migration.id, file_id),
                        "signed_url": f"{origin}/api/v1/uploads/{file_id}?token={token}",
                        "token": token,
                        "content_type": kind,
                    }
                )
        return {"files": minted}

    async def take(self, file_id: str, token: str, chunks: AsyncIterator[bytes]) -> None:
        """Store the bytes that belong to a link; the file is listed once they are all on disk.

        Refuses with 403 for a forged or expired link, 409 for one that was used, 413 for a file
        that is too large.
        """
        self._signer.check(file_id, token)
        with self._store.transaction() as db:
            row = db.one("SELECT uploaded_at, expected FROM files WHERE id = ?", file_id)
        if row is None:
            raise not_found("This file")
        if row["uploaded_at"] is not None:
            raise RefusalError(409, "This upload link was used already; ask for a new one.")
        part = self.path_of(f"{file_id}.{uuid.uuid4().hex}.part")
        try:
            size, digest = await _write(part, chunks)
            if row["expected"] not in (None, size):
                raise RefusalError(
                    400, f"{row['expected']} bytes were announced and {size} came; send it again."
                )
            self._settle(file_id, part, size, digest)
        finally:
            part.unlink(missing_ok=True)

    def _settle(self, file_id: str, part: Path, size: int, digest: str) -> None:
        with self._store.transaction() as db:
            claimed = db.run(
                "UPDATE files SET size = ?, sha256 = ?, uploaded_at = ?"
                " WHERE id = ? AND uploaded_at IS NULL",
                *(size, digest, db.now, file_id),
            )
            if not claimed:
                raise RefusalError(409, "This upload link was used already; ask for a new one.")
            part.replace(self.path_of(file_id))

    def mint_one(
        self, db: Transaction, migration: Migration, wanted: CreateUpload, origin: str
    ) -> dict[str, JsonValue]:
        """A signed link for one file of a company, and the name that an import knows it by.

        Refuses with 413 for a file that is too large.
        """
        if wanted.size is not None and wanted.size > MAX_FILE:
            raise RefusalError(413, f"A file may have at most {MAX_FILE >> 20} MiB.")
        file_id = str(uuid.uuid4())
        db.insert(
            "files",
            id=file_id,
            migration=migration.id,
            name=wanted.name,
            content_type=wanted.content_type or "application/octet-stream",
            expected=wanted.size,
        )
        token = self._signer.sign(file_id, LINK_SECONDS)
        url = f"{origin}/api/v1/uploads/{file_id}?token={token}"
        return {"upload_url": url, "upload_ref": file_id}

    def draft(self, content: bytes) -> Path:
        """Write bytes of this server's own making to disk, to be kept by :meth:`keep`."""
        part = self.path_of(f"{uuid.uuid4().hex}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return part

    def keep(
        self, db: Transaction, migration_id: str, name: str, draft: Path, *, origin: str
    ) -> str:
        """Make a draft a file of the migration; its id. ``origin``: inline or connection."""
        file_id = str(uuid.uuid4())
        with draft.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        db.insert(
            "files",
            id=file_id,
            migration=migration_id,
            name=name,
            content_type="text/csv" if name.endswith(".csv") else "application/json",
            size=draft.stat().st_size,
            sha256=digest,
            uploaded_at=db.now,
            origin=origin,
        )
        draft.replace(self.path_of(file_id))
        return file_id

    def listing(self, account: str, migration_id: str) -> dict[str, JsonValue]:
        """The files whose bytes are here, in the order in which links were asked for."""
        with self._store.transaction() as db:
            migration = find_migration(db, account, migration_id)
            rows = db.all(
                "SELECT * FROM files WHERE migration = ? AND uploaded_at IS NOT NULL"
                " AND origin = 'upload' ORDER BY number",
                migration.id,
            )
        return {
            "files": [
                {
                    "name": row["name"],
                    "storage_path": _storage_path(migration.id, row["id"]),
                    "size": row["size"],
                    "content_type": row["content_type"],
                    "uploaded_at": row["uploaded_at"],
                }
                for row in rows
            ]
        }

    def inputs(self, db: Transaction, file_ids: str) -> tuple[InputFile, ...]:
        """The engine's input files for a JSON list of ids, in the order of their names."""
        from vernctl.engine.model import InputFile

        ids: Sequence[str] = json.loads(file_ids)
        rows = [db.one("SELECT id, name, sha256 FROM files WHERE id = ?", one) for one in ids]
        found = sorted((r["name"], r["sha256"], r["id"]) for r in rows if r is not None)
        return tuple(InputFile(name=name, path=self.path_of(one)) for name, _, one in found)


def files_for_run(db: Transaction, migration_id: str, *, none_is_well: bool = False) -> list[str]:
    """The ids of the uploaded files that a generate reads. Refuses with 400 for none, too many."""
    rows = db.all(
        "SELECT id, name FROM files WHERE migration = ? AND uploaded_at IS NOT NULL"
        " AND origin = 'upload' ORDER BY number",
        migration_id,
    )
    if not rows and not none_is_well:
        raise RefusalError(400, "This migration has no files yet; upload at least one first.")
    check_counts([row["name"] for row in rows])
    return [row["id"] for row in rows]


def check_counts(names: Sequence[str]) -> None:
    """Refuses with 400 more files, or more documents, than a run takes."""
    documents = sum(name.lower().endswith(_DOCUMENTS) for name in names)
    if len(names) > MAX_FILES or documents > MAX_DOCUMENTS:
        raise RefusalError(
            400,
            f"A run takes at most {MAX_FILES} files, {MAX_DOCUMENTS} of them PDF or Word;"
            f" these are {len(names)} and {documents}.",
        )


def _storage_path(migration_id: str, file_id: str) -> str:
    return f"migrations/{migration_id}/files/{file_id}"


async def _write(path: Path, chunks: AsyncIterator[bytes]) -> tuple[int, str]:
    """Write and fsync; returns size and sha256. Refuses with 413."""
    size, digest = 0, hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > MAX_FILE:
                raise RefusalError(413, f"A file may have at most {MAX_FILE >> 20} MiB.")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()
