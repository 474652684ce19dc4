"""Live sources of migrations: how they are attached, and the secrets that a run asks for.

Secrets come in, are sealed by the vault, and never go out: not to the thread, a run, a log.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.embedded import thread
from vernctl.embedded.connectors import Connector, ConnectorError, Wanted, find_connector
from vernctl.embedded.migrations import Migration
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.runs import audit, find_run, set_status
from vernctl.embedded.store import Transaction
from vernctl.embedded.vault import Vault

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import SaveConnection, SubmitCredentials

#: The literal that names the connection which belongs to no profile.
WORKBOOK = "workbook"


@dataclass(frozen=True)
class Connections:
    """``roots``: the folders that a connector may read files in; ``hosts`` and ``anywhere``: the
    hosts that it may read from (:mod:`.connectors.reach`)."""

    vault: Vault
    roots: Sequence[Path]
    hosts: Sequence[str] = ()
    anywhere: bool = True

    def wanted(self, row: sqlite3.Row, *, secrets: bool = False) -> Wanted:
        """What a connection asks of its connector; with its opened secrets where asked."""
        streams = None if row["streams"] is None else json.loads(row["streams"])
        opened = self.vault.open(row["secret"]) if secrets and row["secret"] else {}
        return self._asked(json.loads(row["config"]), streams, opened)

    def _asked(
        self,
        config: dict[str, JsonValue],
        streams: list[str] | None,
        secrets: dict[str, str] | None = None,
    ) -> Wanted:
        return Wanted(config, streams, secrets or {}, self.roots, self.hosts, self.anywhere)

    def save(
        self, db: Transaction, migration: Migration, wanted: SaveConnection
    ) -> dict[str, JsonValue]:
        """Attach a live source, or change it in place: what is left out stays.

        Refuses with 400 for an unknown connector or a configuration that cannot work.
        """
        key = wanted.source_key.lower()
        connector = find_connector(key)
        if connector is None:
            raise RefusalError(400, f"This server has no connector “{wanted.source_key}”.")
        profile = None if wanted.profile_id in {None, WORKBOOK} else wanted.profile_id
        row = _find(db, migration, key, profile or WORKBOOK)
        connection_id = str(uuid.uuid4()) if row is None else str(row["id"])
        values = _changed(row, wanted)
        try:
            values["secret"] = self._secret(connector, row, values, wanted)
        except ConnectorError as error:
            raise RefusalError(400, str(error)) from error
        db.run("DELETE FROM connections WHERE id = ?", connection_id)
        db.insert(
            "connections",
            id=connection_id,
            migration=migration.id,
            source_key=key,
            profile=profile,
            saved_at=db.now,
            **values,
        )
        saved = _find(db, migration, key, profile or WORKBOOK)
        assert saved is not None
        return show_connection(saved, connector)

    def _secret(
        self,
        connector: Connector,
        row: sqlite3.Row | None,
        values: dict[str, str | None],
        wanted: SaveConnection,
    ) -> str | None:
        """The sealed secrets of a connection as it is now. Raises ConnectorError where it cannot
        work; stored ones are dropped where they were given for another host."""
        streams = None if values["streams"] is None else json.loads(values["streams"])
        asked = self._asked(json.loads(values["config"] or "{}"), streams)
        connector.check(asked)
        if wanted.credentials is not None:
            return self.vault.seal(_checked(connector.schema(asked), wanted.credentials))
        if row is None or connector.recipient(asked) != connector.recipient(self.wanted(row)):
            return None
        return values["secret"]

    def request(self, row: sqlite3.Row, reason: str) -> dict[str, JsonValue]:
        """What a blocked run shows of the secrets that it needs."""
        connector = _connector(row)
        return {
            "connection_id": row["id"],
            "source_key": row["source_key"],
            "source_name": connector.name,
            "reason": reason,
            "guidance": {"summary": f"Send them to …/credentials; {connector.name} gets no other."},
            "schema": connector.schema(self.wanted(row)),
        }

    def submit(
        self,
        db: Transaction,
        account: str,
        migration: Migration,
        run_id: str,
        given: SubmitCredentials,
    ) -> str:
        """Store the secrets that a run waits for; returns the step to go on with.

        Refuses with 404, 409 where the run does not wait for them or for another connection's, 400
        where they are not what was asked for.
        """
        run = find_run(db, migration, run_id)
        if run["status"] != "blocked" or run["credential_request"] is None:
            raise RefusalError(409, "This run is not awaiting credentials.")
        request = json.loads(run["credential_request"])
        if given.connection_id not in {None, request["connection_id"]}:
            raise RefusalError(409, "This run awaits the credentials of another connection.")
        sealed = self.vault.seal(_checked(request["schema"], given.credentials))
        db.run("UPDATE connections SET secret = ? WHERE id = ?", sealed, request["connection_id"])
        audit(db, run["step"], "credentials given", account)
        set_status(db, run, "running", "Going on with your credentials", credential_request=None)
        return str(run["step"])


_NEW: Mapping[str, str | None] = {
    "config": "{}",
    "streams": None,
    "state": "{}",
    "secret": None,
    "snapshot": None,
    "synced_at": None,
}


def _changed(row: sqlite3.Row | None, wanted: SaveConnection) -> dict[str, str | None]:
    """The stored values with what is given; what is left out stays."""
    values = dict(_NEW) if row is None else {name: row[name] for name in _NEW}
    if wanted.config is not None:
        values["config"] = json.dumps(wanted.config)
    if "selected_streams" in wanted.model_fields_set:
        streams = wanted.selected_streams
        values["streams"] = None if streams is None else json.dumps(streams)
    if wanted.stream_state is not None:
        values["state"] = json.dumps(wanted.stream_state)
    return values


def _checked(schema: object, given: dict[str, JsonValue]) -> dict[str, str]:
    """The secrets by name. Refuses with 400; no value is ever part of what is said."""
    assert isinstance(schema, dict)
    unknown = sorted(set(given) - set(schema))
    missing = sorted(set(schema) - set(given))
    if unknown or missing:
        names = ", ".join(schema) or "none"
        raise RefusalError(400, f"These are not the credentials asked for: {names}.")
    if not all(isinstance(value, str) and value.strip() for value in given.values()):
        raise RefusalError(400, "Every credential must be text, and none empty.")
    return {name: str(value) for name, value in given.items()}


def _find(
    db: Transaction, migration: Migration, source_key: str | None, profile: str | None
) -> sqlite3.Row | None:
    """The newest connection of this connector and profile; None leaves either open."""
    return db.one(
        "SELECT * FROM connections WHERE migration = ?1 AND (?2 IS NULL OR source_key = ?2)"
        " AND (?3 IS NULL OR COALESCE(profile, ?4) = ?3) ORDER BY saved_at DESC, id LIMIT 1",
        *(migration.id, source_key and source_key.lower(), profile, WORKBOOK),
    )


def newest_connection(db: Transaction, migration: Migration) -> tuple[str, str] | None:
    """Id and source key of the connection that a generate would read; None without one."""
    row = _find(db, migration, None, None)
    return (str(row["id"]), str(row["source_key"])) if row is not None else None


def _connector(row: sqlite3.Row) -> Connector:
    connector = find_connector(row["source_key"])
    assert connector is not None  # only known ones are saved
    return connector


def read_connection(
    db: Transaction, migration: Migration, source_key: str | None, profile: str | None
) -> dict[str, JsonValue]:
    """The connection as the API shows it. Refuses with 404 where there is none."""
    row = _find(db, migration, source_key, profile)
    if row is None:
        raise RefusalError(404, "This migration has no source connection.")
    return show_connection(row, _connector(row))


def delete_connection(
    db: Transaction, migration: Migration, source_key: str | None, profile: str | None
) -> dict[str, JsonValue]:
    """Remove a connection and its secrets."""
    row = _find(db, migration, source_key, profile)
    if row is not None:
        db.run("DELETE FROM connections WHERE id = ?", row["id"])
    return {"deleted": row is not None}


def show_connection(row: sqlite3.Row, connector: Connector) -> dict[str, JsonValue]:
    """A connection without its secrets."""
    return {
        "source_connection": {
            "id": row["id"],
            "profile_id": row["profile"],
            "source_key": row["source_key"],
            "name": connector.name,
            "category": connector.category,
            "config": json.loads(row["config"]),
            "selected_streams": None if row["streams"] is None else json.loads(row["streams"]),
            "stream_state": json.loads(row["state"]),
            "creds_configured": row["secret"] is not None,
            "bound_source_extractor_id": None,
            "last_snapshot": None if row["snapshot"] is None else json.loads(row["snapshot"]),
            "last_sync_at": row["synced_at"],
        }
    }


def block_for_credentials(db: Transaction, run: sqlite3.Row, request: dict[str, JsonValue]) -> None:
    """Let a run wait for secrets."""
    words = f"{request['source_name']} needs credentials: {request['reason']}"
    thread.say(db, run["migration"], run["id"], words)
    asked = json.dumps(request, ensure_ascii=False)
    set_status(db, run, "blocked", "Waiting for credentials", credential_request=asked)
