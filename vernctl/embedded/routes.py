"""Every route of ``/api/v1``: path → method → endpoint."""

from __future__ import annotations

from typing import Final

from vernctl.embedded import (
    catalog_handlers,
    company_handlers,
    connection_handlers,
    handlers,
    job_handlers,
)
from vernctl.embedded.endpoint import Endpoint, keyed

API = "/api/v1"
_MIGRATION = f"{API}/migrations/{{migration_id}}"
_RUN = f"{_MIGRATION}/runs/{{run_id}}"
_COMPANY = f"{API}/companies/{{company_id}}"
_SOURCE = f"{API}/sources/{{source}}"

CATALOG: Final[dict[str, dict[str, Endpoint]]] = {
    f"{API}/sources": {"GET": keyed(catalog_handlers.list_sources, "reads")},
    _SOURCE: {"PATCH": keyed(catalog_handlers.edit_source, "writes")},
    f"{_SOURCE}/pin": {"POST": keyed(catalog_handlers.pin_source, "writes")},
    f"{_SOURCE}/knowledge": {
        "GET": keyed(catalog_handlers.get_source_knowledge, "reads"),
        "PATCH": keyed(catalog_handlers.patch_source_knowledge, "writes"),
    },
    f"{API}/templates": {"GET": keyed(catalog_handlers.list_templates, "reads")},
    f"{API}/templates/{{template_slug}}": {
        "GET": keyed(catalog_handlers.get_template, "reads"),
        "PATCH": keyed(catalog_handlers.edit_template, "writes"),
    },
}

MIGRATIONS: Final[dict[str, dict[str, Endpoint]]] = {
    f"{API}/migrations": {"POST": keyed(handlers.create_migration)},
    f"{_MIGRATION}/files": {
        "GET": keyed(handlers.list_files, "reads"),
        "POST": keyed(handlers.create_uploads, "writes"),
    },
    f"{_MIGRATION}/runs": {"POST": keyed(handlers.start_run)},
    _RUN: {"GET": keyed(handlers.get_run, "reads"), "PATCH": keyed(handlers.cancel_run)},
    f"{_RUN}/messages": {"POST": keyed(handlers.answer_run)},
    f"{_RUN}/credentials": {"POST": keyed(connection_handlers.submit_credentials)},
    f"{_MIGRATION}/source-connection": {
        "GET": keyed(connection_handlers.get_connection, "reads"),
        "POST": keyed(connection_handlers.save_connection, "writes"),
        "DELETE": keyed(connection_handlers.delete_connection, "writes"),
    },
    f"{_MIGRATION}/preview": {"GET": keyed(handlers.get_preview, "reads")},
    f"{_MIGRATION}/thread": {"GET": keyed(handlers.get_thread, "reads")},
    f"{_MIGRATION}/thread/stream": {"GET": keyed(handlers.stream_thread, "reads")},
    f"{_MIGRATION}/exports": {"POST": keyed(job_handlers.create_export)},
    f"{_MIGRATION}/exports/jobs/{{job_id}}": {"GET": keyed(job_handlers.get_export_job, "reads")},
    f"{_MIGRATION}/exports/{{slug}}.csv": {"GET": keyed(handlers.export_csv, "reads")},
    f"{_MIGRATION}/knowledge": {
        "GET": keyed(handlers.get_migration_knowledge, "reads"),
        "PATCH": keyed(handlers.patch_migration_knowledge, "writes"),
    },
    f"{_MIGRATION}/log": {"GET": keyed(handlers.get_log, "reads")},
}

COMPANIES: Final[dict[str, dict[str, Endpoint]]] = {
    f"{API}/companies": {"POST": keyed(company_handlers.create_company)},
    f"{_COMPANY}/uploads": {"POST": keyed(company_handlers.create_upload, "writes")},
    f"{_COMPANY}/imports": {
        "GET": keyed(company_handlers.list_imports, "reads"),
        "POST": keyed(company_handlers.start_import),
    },
    f"{_COMPANY}/imports/{{run_id}}": {
        "GET": keyed(company_handlers.get_import, "reads"),
        "PATCH": keyed(company_handlers.cancel_import),
    },
    f"{_COMPANY}/imports/{{run_id}}/messages": {"POST": keyed(company_handlers.message_import)},
    f"{_COMPANY}/export.csv": {"GET": keyed(company_handlers.export_company, "reads")},
}

#: No API key: links that are their own authorisation, and the document.
SIGNED: Final[dict[str, dict[str, Endpoint]]] = {
    f"{API}/uploads/{{file_id}}": {"PUT": handlers.put_upload},
    f"{API}/openapi.json": {"GET": handlers.get_document},
    f"{API}/downloads/{{job_id}}": {"GET": job_handlers.download},
}

ROUTES: Final[dict[str, dict[str, Endpoint]]] = {**CATALOG, **MIGRATIONS, **COMPANIES, **SIGNED}
