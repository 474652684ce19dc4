"""What a generate starts from: a run that is pinned to its source, the recipe that the catalog
names for the source, the latest run that worked, or nothing.

To start from a run means to be told again what that run was told: its messages first, and its
answers where a question of the same decision would be asked. So a start from a pin is as
deterministic as any other, for whatever files the next customer brings. A catalog's recipe goes
with the run as it was when the run began: its later edits are for later runs.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from vernctl.embedded.migrations import Migration
from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.store import Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.catalog import Catalog

Reuse = Literal["off", "latest"]


class Told(NamedTuple):
    """What the engine is told before it authors: messages in order, answers by decision, and the
    text of a recipe to start from."""

    messages: tuple[str, ...] = ()
    answers: Mapping[str, str] = MappingProxyType({})
    recipe: str | None = None


def pin_source(
    db: Transaction, catalog: Catalog, account: str, source: str, run_id: str | None
) -> dict[str, JsonValue]:
    """Pin a run's recipe to a source, or with None unpin.

    Refuses with 404 for an unknown source or run, 400 for a run of another source, 409 for a
    shared name or a run that has no recipe.
    """
    catalog.the_source(source)
    if run_id is None:
        db.run("DELETE FROM pins WHERE account = ? AND source = ?", account, source)
        return {"source": source, "pinned_recipe_run_id": None}
    row = db.one(
        "SELECT runs.id, migrations.source FROM runs JOIN migrations"
        " ON migrations.id = runs.migration WHERE runs.id = ? AND migrations.account = ?",
        *(run_id.lower(), account),
    )
    if row is None:
        raise not_found("This run")
    if row["source"] != source:
        raise RefusalError(400, f"This run is of a migration from {row['source'] or 'no source'}.")
    if db.one("SELECT 1 FROM steps WHERE run = ? AND plan IS NOT NULL", row["id"]) is None:
        raise RefusalError(409, "This run has no recipe: it has not got to a preview.")
    db.run(
        "INSERT OR REPLACE INTO pins (account, source, run) VALUES (?, ?, ?)",
        *(account, source, row["id"]),
    )
    return {"source": source, "pinned_recipe_run_id": row["id"]}


def base_of(db: Transaction, migration: Migration, recipe: str | None, reuse: Reuse) -> str | None:
    """What a new generate of this migration is told first, fixed from now on; None for nothing.

    ``recipe`` is what the catalog names for the migration's source.
    """
    row = db.one(
        "SELECT runs.* FROM pins JOIN runs ON runs.id = pins.run"
        " WHERE pins.account = ? AND pins.source = ?",
        *(migration.account, migration.source),
    )
    if row is None and recipe is not None:
        return json.dumps(Told(answers={}, recipe=recipe), ensure_ascii=False)
    if row is None and reuse == "latest":
        row = db.one(
            "SELECT runs.* FROM runs JOIN migrations ON migrations.id = runs.migration"
            " WHERE migrations.account = ? AND migrations.source = ? AND migrations.id != ?"
            " AND runs.status = 'completed' ORDER BY runs.updated_at DESC, runs.number DESC",
            *(migration.account, migration.source, migration.id),
        )
    return None if row is None else json.dumps(told(row), ensure_ascii=False)


def told(run: sqlite3.Row) -> Told:
    """Everything that the engine is told for a run: what it starts from, then its own."""
    base = Told(*json.loads(run["base"])) if run["base"] else Told()
    messages = tuple(dict.fromkeys((*base.messages, *json.loads(run["messages"]))))
    return Told(messages, {**base.answers, **json.loads(run["known"])}, base.recipe)
