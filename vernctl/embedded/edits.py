"""Edits of sources and templates over the API: per account, kept over what the catalog file says.

An edit stores only what it changed, so that the rest goes on following the file. While a migration
that uses a source or a template has a run in flight it is locked.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.store import Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue

    from vernctl.embedded.bodies import EditColumn, EditSource, EditTemplate
    from vernctl.embedded.catalog import Catalog
    from vernctl.engine.model import Column, Template

_IN_FLIGHT = (
    " FROM runs JOIN migrations ON migrations.id = runs.migration WHERE migrations.account = ?"
    " AND runs.status IN ('queued', 'running', 'blocked')"
)


def edited(db: Transaction, catalog: Catalog, account: str) -> Catalog:
    """The catalog as this account sees it."""
    templates = {r["slug"]: json.loads(r["edit"]) for r in _rows(db, "template_edits", account)}
    sources = {row["source"]: row for row in _rows(db, "source_edits", account)}
    if not templates and not sources:
        return catalog
    renamed = tuple(
        source.model_copy(
            update={
                "name": sources[source.key]["name"],
                "auth_url": sources[source.key]["auth_url"],
            }
        )
        if source.key in sources
        else source
        for source in catalog.sources
    )
    return catalog.model_copy(
        update={
            "sources": renamed,
            "templates": tuple(_with_edit(t, templates.get(t.slug, {})) for t in catalog.templates),
            "groupings": {
                slug: edit["grouping"] for slug, edit in templates.items() if edit.get("grouping")
            },
        }
    )


def _rows(db: Transaction, table: str, account: str) -> Sequence[sqlite3.Row]:
    return db.all(f"SELECT * FROM {table} WHERE account = ?", account)


def _with_edit(template: Template, edit: dict[str, JsonValue]) -> Template:
    if not edit:
        return template
    from vernctl.engine.model import Template

    kept = {name: value for name, value in edit.items() if name != "grouping"}
    return Template.model_validate({**template.model_dump(), **kept})


def edit_template(
    db: Transaction, catalog: Catalog, account: str, slug: str, wanted: EditTemplate
) -> Catalog:
    """Change a template; returns the catalog as it is then.

    Refuses with 404, 400 for an edit that leaves a template no engine could follow, 409 while a
    migration that uses it runs.
    """
    template = catalog.template(slug)
    if template is None:
        raise not_found(f"The template “{slug}”")
    given = wanted.model_fields_set
    if not given:
        raise RefusalError(400, "The edit is empty: name, description, grouping or columns.")
    if "name" in given and wanted.name is None:
        raise RefusalError(400, "name must be text.")
    edit: dict[str, JsonValue] = {}
    if wanted.name is not None:
        edit["name"] = wanted.name
    if "description" in given:
        edit["description"] = wanted.description or ""
    if "grouping" in given:
        edit["grouping"] = wanted.grouping
    if wanted.columns is not None:
        columns = [_column(template.column(one.name), one) for one in wanted.columns]
        edit["columns"] = [column.model_dump(mode="json") for column in columns]
    elif "columns" in given:
        raise RefusalError(400, "columns must be a list.")
    _check_unlocked(db, account, slug)
    row = db.one("SELECT edit FROM template_edits WHERE account = ? AND slug = ?", account, slug)
    kept = {**(json.loads(row["edit"]) if row else {}), **edit}
    db.run(
        "INSERT OR REPLACE INTO template_edits (account, slug, edit) VALUES (?, ?, ?)",
        *(account, slug, json.dumps(kept, ensure_ascii=False)),
    )
    changed = edited(db, catalog, account)
    _check_names(changed.template(slug))
    _check_links(changed)
    return changed


def _check_unlocked(db: Transaction, account: str, slug: str) -> None:
    for row in db.all(f"SELECT migrations.sheets, migrations.name {_IN_FLIGHT}", account):
        if any(sheet["slug"] == slug for sheet in json.loads(row["sheets"])):
            raise RefusalError(
                409, f"A migration that uses the template “{slug}” is running: {row['name']}."
            )


def _column(base: Column | None, wanted: EditColumn) -> Column:
    """A column after an edit: what the edit leaves out stays, a rule replaces the one before."""
    from vernctl.engine.model import Column

    column = base or Column(name=wanted.name)
    changes: dict[str, object] = {
        name: value
        for name in ("description", "required", "unique")
        if (value := getattr(wanted, name)) is not None
    }
    if "schema_" in wanted.model_fields_set:
        changes["schema_"] = wanted.schema_
    return column.model_copy(update={**changes, **_rule(column, wanted)})


def _rule(column: Column, wanted: EditColumn) -> dict[str, object]:
    from vernctl.embedded.catalog import pattern_fault, shown_pattern
    from vernctl.engine.model import Link

    rule, pattern = wanted.desiredRule, wanted.strictRule
    if rule == "ai":
        raise RefusalError(
            400, f"Column “{wanted.name}”: this server has no ai rule; none, strict or link."
        )
    if rule == "none":
        return {"strict": None, "one_of": (), "link": ()}
    changes: dict[str, object] = {}
    if pattern and pattern != shown_pattern(column):
        fault = pattern_fault(pattern)
        if fault is not None:
            raise RefusalError(
                400, f"strictRule of column “{wanted.name}” is no RE2 pattern: {fault}."
            )
        changes |= {"strict": pattern, "one_of": ()}
    if wanted.linkRule is not None:
        links = tuple(Link(template=to.templateId, column=to.columnName) for to in wanted.linkRule)
        changes["link"] = links
    if rule == "strict":
        if not pattern and not shown_pattern(column):
            raise RefusalError(400, f"strictRule of column “{wanted.name}” is missing.")
        changes["link"] = ()
    if rule == "link" and not changes.get("link", column.link):
        raise RefusalError(400, f"linkRule of column “{wanted.name}” is missing.")
    return changes


def _check_names(template: Template | None) -> None:
    assert template is not None
    seen: set[str] = set()
    for column in template.columns:
        if column.name.casefold() in seen:
            raise RefusalError(400, f"The column “{column.name}” is there twice.")
        seen.add(column.name.casefold())


def _check_links(catalog: Catalog) -> None:
    for template in catalog.templates:
        for column in template.columns:
            for link in column.link:
                target = catalog.template(link.template)
                if target is None or target.column(link.column) is None:
                    raise RefusalError(
                        400,
                        f"Column “{column.name}” of “{template.slug}” links to"
                        f" “{link.template}.{link.column}”, which would not be there.",
                    )


def edit_source(
    db: Transaction, catalog: Catalog, account: str, name: str, wanted: EditSource
) -> dict[str, JsonValue]:
    """Rename a source, or set where its customers sign in; its migrations go with it.

    Refuses with 404, 400 for an empty edit, 409 where the name is shared or taken, or while a
    migration from this source runs.
    """
    source = catalog.the_source(name)
    if not wanted.model_fields_set or ("name" in wanted.model_fields_set and wanted.name is None):
        raise RefusalError(400, "The edit is empty: name or auth_url.")
    new = wanted.name or name
    if new != name and catalog.source(new) is not None:
        raise RefusalError(409, f"There is a source named “{new}” already.")
    if db.one(f"SELECT 1 {_IN_FLIGHT} AND migrations.source = ?", account, name) is not None:
        raise RefusalError(409, f"A migration from “{name}” is running; try again when it ended.")
    auth_url = wanted.auth_url if "auth_url" in wanted.model_fields_set else source.auth_url
    db.run(
        "INSERT OR REPLACE INTO source_edits (account, source, name, auth_url) VALUES (?, ?, ?, ?)",
        *(account, source.key, new, auth_url),
    )
    if new != name:
        for table in ("source_knowledge", "pins"):
            db.run(f"DELETE FROM {table} WHERE account = ? AND source = ?", account, new)
        for table in ("migrations", "source_knowledge", "pins"):
            db.run(
                f"UPDATE {table} SET source = ? WHERE account = ? AND source = ?",
                *(new, account, name),
            )
    return {"source": {"name": new, "logo_url": None, "auth_url": auth_url}}
