"""Handlers of live sources: their connection, and the secrets that a run asks for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from vernctl.embedded import connections
from vernctl.embedded.endpoint import as_json, migration_of, read_body, run_of
from vernctl.embedded.migrations import find_migration
from vernctl.embedded.service import Service


async def submit_credentials(request: Request, service: Service, account: str) -> Response:
    """``POST …/runs/{run_id}/credentials``."""
    from vernctl.embedded import bodies

    given = await read_body(request, bodies.SubmitCredentials)
    with service.store.transaction() as db:
        migration = find_migration(db, account, migration_of(request))
        step = service.connections.submit(db, account, migration, run_of(request), given)
        service.limits.spend(db, account, "agent")
    service.workers.submit(step)
    return as_json({"run_id": run_of(request), "status": "running"})


async def get_connection(request: Request, service: Service, account: str) -> Response:
    """``GET …/source-connection``."""
    with service.store.transaction() as db:
        migration = find_migration(db, account, migration_of(request))
        return as_json(connections.read_connection(db, migration, *_which(request)))


async def save_connection(request: Request, service: Service, account: str) -> Response:
    """``POST …/source-connection``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.SaveConnection)
    with service.store.transaction() as db:
        migration = find_migration(db, account, migration_of(request))
        return as_json(service.connections.save(db, migration, wanted), 201)


async def delete_connection(request: Request, service: Service, account: str) -> Response:
    """``DELETE …/source-connection``."""
    with service.store.transaction() as db:
        migration = find_migration(db, account, migration_of(request))
        return as_json(connections.delete_connection(db, migration, *_which(request)))


def _which(request: Request) -> tuple[str | None, str | None]:
    return request.query_params.get("source_key"), request.query_params.get("profile_id")
