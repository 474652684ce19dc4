"""Migrations: one customer's workspace, one sheet per template; and what the catalog lists."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import TYPE_CHECKING, Literal, NamedTuple

from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.store import Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import CreateMigration
    from vernctl.embedded.catalog import Catalog
    from vernctl.engine.model import Template


Dialect = Literal["migrations", "companies"]


class SheetRef(NamedTuple):
    """One sheet of a migration: its template by slug and name, and its own id."""

    slug: str
    name: str
    sheet_id: str


class Migration(NamedTuple):
    """A migration as stored."""

    id: str
    account: str
    name: str
    source: str | None
    sheets: tuple[SheetRef, ...]


def find_migration(
    db: Transaction, account: str, migration_id: str, dialect: Dialect = "migrations"
) -> Migration:
    """The account's migration (or company). Refuses with 404, also for another account's."""
    row = db.one(
        "SELECT * FROM migrations WHERE id = ? AND account = ? AND dialect = ?",
        *(migration_id.lower(), account, dialect),
    )
    if row is None:
        raise not_found("This migration" if dialect == "migrations" else "This company")
    return stored_migration(row)


def stored_migration(row: sqlite3.Row) -> Migration:
    """The migration of a row."""
    sheets = tuple(SheetRef(**sheet) for sheet in json.loads(row["sheets"]))
    return Migration(
        id=row["id"], account=row["account"], name=row["name"], source=row["source"], sheets=sheets
    )


def create_migration(
    db: Transaction, catalog: Catalog, account: str, wanted: CreateMigration
) -> tuple[dict[str, JsonValue], bool]:
    """Create a migration, or find the one of the same external_id and source.

    Returns its API form and whether it is new. Refuses with 404 for an unknown source or
    template, 409 where the external_id is taken by a migration from another source.
    """
    if wanted.source is not None:
        catalog.the_source(wanted.source)
    sheets = _sheets(catalog, wanted.templates)
    if wanted.external_id is not None:
        row = db.one(
            "SELECT * FROM migrations WHERE account = ? AND external_id = ?",
            *(account, wanted.external_id),
        )
        if row is not None:
            if row["dialect"] != "migrations":
                raise RefusalError(409, f"external_id “{wanted.external_id}” is a company's.")
            if row["source"] != wanted.source:
                raise RefusalError(
                    409,
                    f"external_id “{wanted.external_id}” belongs to a migration from"
                    f" {row['source'] or 'no source'}.",
                )
            return {"migration": show_migration(db, stored_migration(row))}, False
    migration = Migration(
        id=str(uuid.uuid4()),
        account=account,
        name=wanted.name,
        source=wanted.source,
        sheets=sheets,
    )
    db.insert(
        "migrations",
        id=migration.id,
        account=account,
        external_id=wanted.external_id,
        name=wanted.name,
        source=wanted.source,
        sheets=json.dumps([sheet._asdict() for sheet in sheets]),
        created_at=db.now,
    )
    return {"migration": show_migration(db, migration)}, True


def _sheets(catalog: Catalog, wanted: list[str] | None) -> tuple[SheetRef, ...]:
    if wanted is None:
        wanted = [template.slug for template in catalog.templates]
    if not wanted:
        raise RefusalError(400, "There are no templates: the catalog of this server lists none.")
    found = []
    for slug in dict.fromkeys(wanted):
        template = catalog.template(slug)
        if template is None:
            raise not_found(f"The template “{slug}”")
        found.append(SheetRef(slug=slug, name=template.name, sheet_id=str(uuid.uuid4())))
    return tuple(found)


def show_migration(db: Transaction, migration: Migration) -> dict[str, JsonValue]:
    """The migration as the API shows it."""
    return {
        "id": migration.id,
        "name": migration.name,
        "source": migration.source,
        "status": migration_status(db, migration.id),
        "templates": show_templates(migration),
    }


def show_templates(migration: Migration) -> list[JsonValue]:
    """The migration's templates by slug and name."""
    return [{"slug": sheet.slug, "name": sheet.name} for sheet in migration.sheets]


def migration_status(db: Transaction, migration_id: str) -> str:
    """awaiting_files → ready → awaiting_approval → completed."""
    run = db.one(
        "SELECT status FROM runs WHERE migration = ? ORDER BY number DESC LIMIT 1", migration_id
    )
    if run is not None and run["status"] in {"awaiting_approval", "completed"}:
        return str(run["status"])
    if db.one("SELECT 1 FROM imports WHERE migration = ?", migration_id) is not None:
        return "completed"
    uploaded = (
        "SELECT 1 FROM files WHERE migration = ?1 AND uploaded_at IS NOT NULL"
        " UNION ALL SELECT 1 FROM connections WHERE migration = ?1 LIMIT 1"
    )
    return "awaiting_files" if db.one(uploaded, migration_id) is None else "ready"


def sheet_templates(catalog: Catalog, migration: Migration) -> tuple[Template, ...]:
    """The definitions of the migration's sheets as the catalog has them now.

    Refuses with 409 where the catalog has dropped one.
    """
    found = [catalog.template(sheet.slug) for sheet in migration.sheets]
    for sheet, template in zip(migration.sheets, found, strict=True):
        if template is None:
            raise RefusalError(409, f"The template “{sheet.slug}” is no longer in the catalog.")
    return tuple(template for template in found if template is not None)


def list_sources(catalog: Catalog) -> dict[str, JsonValue]:
    """``GET /sources``."""
    return {"sources": [{"name": source.name, "logo_url": None} for source in catalog.sources]}


def list_templates(catalog: Catalog) -> dict[str, JsonValue]:
    """``GET /templates``."""
    from vernctl.embedded.catalog import api_template

    return {
        "templates": [
            api_template(template, catalog.groupings.get(template.slug))
            for template in catalog.templates
        ]
    }


def get_template(catalog: Catalog, slug: str) -> dict[str, JsonValue]:
    """``GET /templates/{slug}``. Refuses with 404."""
    from vernctl.embedded.catalog import api_template

    template = catalog.template(slug)
    if template is None:
        raise not_found(f"The template “{slug}”")
    return api_template(template, catalog.groupings.get(slug))
