"""Handlers of sources and templates: list, read, edit, pin, and what is known of a source."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from vernctl.embedded import edits, knowledge, migrations, pins
from vernctl.embedded.endpoint import as_json, read_body
from vernctl.embedded.service import Service


async def list_sources(request: Request, service: Service, account: str) -> Response:
    """``GET /sources``."""
    return as_json(migrations.list_sources(service.catalog(account)))


async def edit_source(request: Request, service: Service, account: str) -> Response:
    """``PATCH /sources/{source}``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.EditSource)
    catalog = service.catalog(account)
    with service.store.transaction() as db:
        return as_json(edits.edit_source(db, catalog, account, _source(request), wanted))


async def list_templates(request: Request, service: Service, account: str) -> Response:
    """``GET /templates``."""
    return as_json(migrations.list_templates(service.catalog(account)))


async def get_template(request: Request, service: Service, account: str) -> Response:
    """``GET /templates/{template_slug}``."""
    slug = str(request.path_params["template_slug"])
    return as_json(migrations.get_template(service.catalog(account), slug))


async def edit_template(request: Request, service: Service, account: str) -> Response:
    """``PATCH /templates/{template_slug}``."""
    from vernctl.embedded import bodies

    slug = str(request.path_params["template_slug"])
    wanted = await read_body(request, bodies.EditTemplate)
    catalog = service.catalog(account)
    with service.store.transaction() as db:
        changed = edits.edit_template(db, catalog, account, slug, wanted)
    return as_json(migrations.get_template(changed, slug))


async def pin_source(request: Request, service: Service, account: str) -> Response:
    """``POST /sources/{source}/pin``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.PinSource)
    catalog = service.catalog(account)
    with service.store.transaction() as db:
        return as_json(pins.pin_source(db, catalog, account, _source(request), wanted.run_id))


def _source(request: Request) -> str:
    return str(request.path_params["source"])


async def get_source_knowledge(request: Request, service: Service, account: str) -> Response:
    """``GET /sources/{source}/knowledge``."""
    catalog = service.catalog(account)
    found = knowledge.read_source_knowledge(service.store, catalog, account, _source(request))
    return as_json(found)


async def patch_source_knowledge(request: Request, service: Service, account: str) -> Response:
    """``PATCH /sources/{source}/knowledge``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.KnowledgeWrite)
    catalog = service.catalog(account)
    return as_json(
        knowledge.write_source_knowledge(service.store, catalog, account, _source(request), wanted)
    )
