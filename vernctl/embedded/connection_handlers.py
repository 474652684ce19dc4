"""Handlers of live sources: their connection, and the secrets that a run asks for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from vernctl.embedded import connections
from vernctl.embedded.endpoint import as_json, migration_of, read_body, run_of
from vernctl.embedded.service import Service


async def submit_credentials(request: Request, service: Service, account: str) -> Response:
    """``POST …/runs/{run_id}/credentials``."""
    from vernctl.embedded import bodies

    given = await read_body(request, bodies.SubmitCredentials)
    raise connections.submit_credentials(
        service.store, account, migration_of(request), run_of(request), given
    )


async def get_connection(request: Request, service: Service, account: str) -> Response:
    """``GET …/source-connection``."""
    raise connections.read_connection(service.store, account, migration_of(request))


async def save_connection(request: Request, service: Service, account: str) -> Response:
    """``POST …/source-connection``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.SaveConnection)
    raise connections.save_connection(service.store, account, migration_of(request), wanted)


async def delete_connection(request: Request, service: Service, account: str) -> Response:
    """``DELETE …/source-connection``."""
    return as_json(connections.delete_connection(service.store, account, migration_of(request)))
