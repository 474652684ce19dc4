"""Live sources. This server has no connectors yet, and says so in the API's own terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vernctl.embedded.migrations import find_migration
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.runs import find_run
from vernctl.embedded.store import Store

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import SaveConnection, SubmitCredentials


def read_connection(store: Store, account: str, migration_id: str) -> RefusalError:
    """404: none is configured. Refuses with 404 for an unknown migration too."""
    with store.transaction() as db:
        find_migration(db, account, migration_id)
    return RefusalError(404, "This migration has no source connection.")


def save_connection(
    store: Store, account: str, migration_id: str, wanted: SaveConnection
) -> RefusalError:
    """400: an unknown connector, as every one is here."""
    with store.transaction() as db:
        find_migration(db, account, migration_id)
    return RefusalError(400, f"This server has no connector “{wanted.source_key}”.")


def delete_connection(store: Store, account: str, migration_id: str) -> dict[str, JsonValue]:
    """Whether one was deleted: none was there."""
    with store.transaction() as db:
        find_migration(db, account, migration_id)
    return {"deleted": False}


def submit_credentials(
    store: Store, account: str, migration_id: str, run_id: str, given: SubmitCredentials
) -> RefusalError:
    """409: no run of this server waits for credentials. They are looked at no further."""
    with store.transaction() as db:
        find_run(db, find_migration(db, account, migration_id), run_id)
    return RefusalError(409, "This run is not awaiting credentials.")
