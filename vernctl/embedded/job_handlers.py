"""Handlers of export jobs: start one, poll it, fetch its file."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from vernctl.embedded.endpoint import as_json, migration_of, origin_of, read_body, service_of
from vernctl.embedded.service import Service


async def create_export(request: Request, service: Service, account: str) -> Response:
    """``POST …/exports``."""
    from vernctl.embedded import bodies

    wanted = await read_body(request, bodies.CreateExport)
    asked, migration = await run_in_threadpool(
        service.jobs.create, account, migration_of(request), wanted
    )
    with service.store.transaction() as db:
        job_id = service.jobs.insert(db, migration, asked)
        service.limits.spend(db, account, "jobs")
    service.jobs.submit(job_id)
    url = f"{origin_of(request, service)}/api/v1/migrations/{migration.id}/exports/jobs/{job_id}"
    return as_json(
        {
            "job_id": job_id,
            "status": "pending",
            "format": "zip" if asked.zipped else "csv",
            "total_rows": asked.total,
            "status_url": url,
        },
        202,
    )


async def get_export_job(request: Request, service: Service, account: str) -> Response:
    """``GET …/exports/jobs/{job_id}``."""
    job_id = str(request.path_params["job_id"]).lower()
    origin = origin_of(request, service)
    return as_json(service.jobs.show(account, migration_of(request), job_id, origin))


async def download(request: Request) -> Response:
    """``GET`` of a finished export; no API key, the signed link is the authorisation."""
    service = service_of(request)
    job_id = str(request.path_params["job_id"]).lower()
    path, name = service.jobs.fetch(job_id, request.query_params.get("token", ""))
    kind = "application/zip" if name.endswith(".zip") else "text/csv"
    return FileResponse(path, media_type=kind, filename=name)
