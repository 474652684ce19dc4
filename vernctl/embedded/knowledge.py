"""Knowledge: free text that the engine reads before each run, per source and per migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vernctl.embedded.clock import seconds_of, stamp
from vernctl.embedded.migrations import find_migration
from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.store import Store, Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import KnowledgeWrite
    from vernctl.embedded.catalog import Catalog


_HELD = "A run holds this document; try again when it has ended."


def read_migration_knowledge(store: Store, account: str, migration_id: str) -> dict[str, JsonValue]:
    """``GET /migrations/{id}/knowledge``."""
    with store.transaction() as db:
        migration = find_migration(db, account, migration_id)
        return _of_migration(db, migration.id)


def write_migration_knowledge(
    store: Store, account: str, migration_id: str, wanted: KnowledgeWrite
) -> dict[str, JsonValue]:
    """Replace the document. Refuses with 409 while a run holds it, 412 where it has moved."""
    with store.transaction() as db:
        migration = find_migration(db, account, migration_id)
        held = db.one(
            "SELECT 1 FROM runs WHERE migration = ? AND status IN ('queued', 'running', 'blocked')",
            migration.id,
        )
        if held is not None:
            raise RefusalError(409, _HELD)
        moment = _moment(db, _of_migration(db, migration.id)["updated_at"], wanted)
        db.run(
            "UPDATE migrations SET knowledge = ?, knowledge_at = ? WHERE id = ?",
            *(wanted.knowledge, moment, migration.id),
        )
        return _of_migration(db, migration.id)


def _of_migration(db: Transaction, migration_id: str) -> dict[str, JsonValue]:
    row = db.one("SELECT knowledge, knowledge_at FROM migrations WHERE id = ?", migration_id)
    assert row is not None
    return {
        "migration_id": migration_id,
        "knowledge": row["knowledge"],
        "updated_at": row["knowledge_at"],
    }


def read_source_knowledge(
    store: Store, catalog: Catalog, account: str, source: str
) -> dict[str, JsonValue]:
    """``GET /sources/{source}/knowledge``. Refuses with 404 for an unknown source."""
    if catalog.source(source) is None:
        raise not_found(f"The source “{source}”")
    with store.transaction() as db:
        return _of_source(db, account, source)


def write_source_knowledge(
    store: Store, catalog: Catalog, account: str, source: str, wanted: KnowledgeWrite
) -> dict[str, JsonValue]:
    """Replace the document. Refuses with 404, 409 while any run of the source holds it, 412."""
    catalog.the_source(source)
    with store.transaction() as db:
        held = db.one(
            "SELECT 1 FROM runs JOIN migrations ON migrations.id = runs.migration"
            " WHERE migrations.account = ? AND migrations.source = ?"
            " AND runs.status IN ('queued', 'running', 'blocked')",
            *(account, source),
        )
        if held is not None:
            raise RefusalError(409, _HELD)
        moment = _moment(db, _of_source(db, account, source)["updated_at"], wanted)
        db.run(
            "INSERT OR REPLACE INTO source_knowledge (account, source, knowledge, updated_at)"
            " VALUES (?, ?, ?, ?)",
            *(account, source, wanted.knowledge, moment),
        )
        return _of_source(db, account, source)


def _of_source(db: Transaction, account: str, source: str) -> dict[str, JsonValue]:
    row = db.one("SELECT * FROM source_knowledge WHERE account = ? AND source = ?", account, source)
    return {
        "source": source,
        "knowledge": row["knowledge"] if row else None,
        "updated_at": row["updated_at"] if row else None,
    }


def _moment(db: Transaction, current: JsonValue, wanted: KnowledgeWrite) -> str:
    """The new ``updated_at``: later than the current one, so that every write is seen to move it.

    Refuses with 400 for a guard that is no time, 412 where the document moved after it.
    """
    before = seconds_of(current) if isinstance(current, str) else None
    if wanted.if_unmodified_since is not None:
        guard = seconds_of(wanted.if_unmodified_since)
        if guard is None:
            raise RefusalError(400, "if_unmodified_since must be an ISO 8601 time.")
        if before is not None and before > guard:
            raise RefusalError(
                412,
                "This document was changed in the meantime; read it again.",
                fields={"updated_at": current},
            )
    now = seconds_of(db.now)
    assert now is not None
    return db.now if before is None or now > before else stamp(before + 0.001)
