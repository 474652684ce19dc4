"""This server's own OpenAPI 3.1 document, from its routes and the models that it reads and shows.

Requests are the models of ``bodies.py``; answers are the models that ``vernctl.api`` reads them
with, so that what is documented, sent and read cannot drift apart unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from pydantic import BaseModel, JsonValue
from pydantic.json_schema import models_json_schema

from vernctl import __version__
from vernctl.api import catalog as catalog_answers
from vernctl.api import companies, connections, migrations, models
from vernctl.embedded import bodies
from vernctl.embedded.routes import API, ROUTES

_Schema = dict[str, JsonValue]
_ERROR: Final[_Schema] = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "One sentence for a human."}},
}
#: What a status means wherever it is possible.
_MEANING: Final = {
    200: "As asked.",
    201: "Made.",
    202: "Taken; poll it.",
    400: "The request is wrong.",
    401: "No key, or a wrong one.",
    403: "The link is not valid, or has expired.",
    404: "Not in this account.",
    409: "Not possible as things stand.",
    410: "Expired.",
    412: "The document has moved.",
    413: "The body is too large.",
    429: "A limit is reached.",
}


class Job(models.ApiModel):
    """The answers of export jobs."""

    job_id: str
    status: str
    format: str
    total_rows: int | None = None


class EditedSource(models.ApiModel):
    """The answer of ``PATCH /sources/{source}``."""

    source: models.Source


Model = type[BaseModel]


class Operation(NamedTuple):
    """One operation: what it takes and gives, and with which other statuses it may end.

    ``answers``: status → model, or a media type where the answer is no JSON.
    """

    id: str
    answers: Mapping[int, Model | str]
    body: Model | None = None
    refusals: tuple[int, ...] = ()
    query: tuple[str, ...] = ()


_CSV_QUERY = ("filter", "fields", "omit_empty")
_KNOWN = {200: models.Knowledge}
#: (method, path below the API) → operation.
OPERATIONS: Final[dict[tuple[str, str], Operation]] = {
    ("GET", "/sources"): Operation("listSources", {200: catalog_answers.Sources}),
    ("PATCH", "/sources/{source}"): Operation(
        "updateSource", {200: EditedSource}, bodies.EditSource, (400, 404, 409, 413)
    ),
    ("POST", "/sources/{source}/pin"): Operation(
        "pinSource", {200: models.Pin}, bodies.PinSource, (400, 404, 409, 413)
    ),
    ("GET", "/sources/{source}/knowledge"): Operation("getSourceKnowledge", _KNOWN, None, (404,)),
    ("PATCH", "/sources/{source}/knowledge"): Operation(
        "updateSourceKnowledge", _KNOWN, bodies.KnowledgeWrite, (400, 404, 409, 412, 413)
    ),
    ("GET", "/templates"): Operation("listTemplates", {200: catalog_answers.Templates}),
    ("GET", "/templates/{template_slug}"): Operation(
        "getTemplate", {200: models.Template}, None, (404,)
    ),
    ("PATCH", "/templates/{template_slug}"): Operation(
        "updateTemplate", {200: models.Template}, bodies.EditTemplate, (400, 404, 409, 413)
    ),
    ("POST", "/migrations"): Operation(
        "createMigration",
        {201: migrations.MigrationEnvelope, 200: migrations.MigrationEnvelope},
        bodies.CreateMigration,
        (400, 404, 409, 413),
    ),
    ("GET", "/migrations/{migration_id}/files"): Operation(
        "listFiles", {200: migrations.ListedFiles}, None, (404,)
    ),
    ("POST", "/migrations/{migration_id}/files"): Operation(
        "createUploads", {201: models.ApiModel}, bodies.CreateUploads, (400, 404, 413)
    ),
    ("POST", "/migrations/{migration_id}/runs"): Operation(
        "startRun", {201: models.RunAccepted}, bodies.StartRun, (400, 404, 409, 413)
    ),
    ("GET", "/migrations/{migration_id}/runs/{run_id}"): Operation(
        "getRun", {200: models.Run}, None, (404,)
    ),
    ("PATCH", "/migrations/{migration_id}/runs/{run_id}"): Operation(
        "cancelRun", {200: models.Run}, bodies.CancelRun, (400, 404, 413)
    ),
    ("POST", "/migrations/{migration_id}/runs/{run_id}/messages"): Operation(
        "answerRun", {200: models.RunAccepted}, bodies.AnswerRun, (400, 404, 409, 413)
    ),
    ("POST", "/migrations/{migration_id}/runs/{run_id}/credentials"): Operation(
        "submitCredentials",
        {200: models.RunAccepted},
        bodies.SubmitCredentials,
        (400, 404, 409, 413),
    ),
    ("GET", "/migrations/{migration_id}/source-connection"): Operation(
        "getSourceConnection",
        {200: connections.ConnectionEnvelope},
        None,
        (404,),
        ("source_key", "profile_id"),
    ),
    ("POST", "/migrations/{migration_id}/source-connection"): Operation(
        "saveSourceConnection",
        {201: connections.ConnectionEnvelope},
        bodies.SaveConnection,
        (400, 404, 413),
    ),
    ("DELETE", "/migrations/{migration_id}/source-connection"): Operation(
        "deleteSourceConnection",
        {200: connections.Deleted},
        None,
        (404,),
        ("source_key", "profile_id"),
    ),
    ("GET", "/migrations/{migration_id}/preview"): Operation(
        "getPreview", {200: models.Preview}, None, (400, 404), ("fields", "omit_empty")
    ),
    ("GET", "/migrations/{migration_id}/thread"): Operation(
        "getThread", {200: models.ThreadPage}, None, (400, 404), ("after", "include")
    ),
    ("GET", "/migrations/{migration_id}/thread/stream"): Operation(
        "streamThread", {200: "text/event-stream"}, None, (400, 404), ("after", "include")
    ),
    ("POST", "/migrations/{migration_id}/exports"): Operation(
        "createExport", {202: Job}, bodies.CreateExport, (400, 404, 409, 413)
    ),
    ("GET", "/migrations/{migration_id}/exports/jobs/{job_id}"): Operation(
        "getExportJob", {200: Job}, None, (404, 410)
    ),
    ("GET", "/migrations/{migration_id}/exports/{slug}.csv"): Operation(
        "exportCsv", {200: "text/csv"}, None, (400, 404, 409), _CSV_QUERY
    ),
    ("GET", "/migrations/{migration_id}/knowledge"): Operation(
        "getMigrationKnowledge", _KNOWN, None, (404,)
    ),
    ("PATCH", "/migrations/{migration_id}/knowledge"): Operation(
        "updateMigrationKnowledge", _KNOWN, bodies.KnowledgeWrite, (400, 404, 409, 412, 413)
    ),
    ("GET", "/migrations/{migration_id}/log"): Operation(
        "getSessionLog", {200: models.SessionLog}, None, (400, 404, 409), ("format",)
    ),
    ("POST", "/companies"): Operation(
        "createCompany",
        {201: companies.CompanyEnvelope},
        bodies.CreateCompany,
        (400, 404, 409, 413),
    ),
    ("POST", "/companies/{company_id}/uploads"): Operation(
        "createCompanyUpload", {201: companies.CompanyUpload}, bodies.CreateUpload, (400, 404, 413)
    ),
    ("GET", "/companies/{company_id}/imports"): Operation(
        "listImports", {200: models.ApiModel}, None, (400, 404), ("status",)
    ),
    ("POST", "/companies/{company_id}/imports"): Operation(
        "startImport",
        {201: models.RunAccepted, 200: models.RunAccepted},
        bodies.StartImport,
        (400, 404, 409, 413),
    ),
    ("GET", "/companies/{company_id}/imports/{run_id}"): Operation(
        "getImport", {200: models.Import}, None, (404,)
    ),
    ("PATCH", "/companies/{company_id}/imports/{run_id}"): Operation(
        "cancelImport", {200: models.Run}, bodies.CancelRun, (400, 404, 413)
    ),
    ("POST", "/companies/{company_id}/imports/{run_id}/messages"): Operation(
        "messageImport", {200: models.RunAccepted}, bodies.ImportMessage, (400, 404, 409, 413)
    ),
    ("GET", "/companies/{company_id}/export.csv"): Operation(
        "exportCompany", {200: "text/csv"}, None, (400, 404, 409), (*_CSV_QUERY, "template")
    ),
    ("GET", "/openapi.json"): Operation("getDocument", {200: models.ApiModel}),
    ("PUT", "/uploads/{file_id}"): Operation(
        "putUpload", {200: models.ApiModel}, None, (400, 403, 404, 409, 413), ("token",)
    ),
    ("GET", "/downloads/{job_id}"): Operation(
        "downloadExport", {200: "application/octet-stream"}, None, (403, 404, 410), ("token",)
    ),
}
_OPEN = ("putUpload", "downloadExport", "getDocument")
_QUERY: Final[dict[str, _Schema]] = {
    "after": {"type": "integer"},
    "include": {"enum": ["user", "tools", "all"]},
    "filter": {"enum": ["valid", "all", "invalid"]},
    "omit_empty": {"type": "boolean"},
    "format": {"enum": ["json", "md"]},
    "status": {"enum": ["active"]},
}


def document(origin: str) -> _Schema:
    """The whole document. ``origin``: scheme and host of this server."""
    wanted = {m for o in OPERATIONS.values() for m in (o.body,) if m is not None}
    answers = {m for o in OPERATIONS.values() for m in o.answers.values() if not isinstance(m, str)}
    taken, parts = models_json_schema(
        sorted(((m, "validation") for m in wanted), key=lambda pair: pair[0].__name__),
        ref_template="#/components/schemas/{model}",
    )
    given, more = models_json_schema(
        sorted(((m, "validation") for m in answers), key=lambda pair: pair[0].__name__),
        ref_template="#/components/schemas/Shown.{model}",
    )
    schemas = {**parts.get("$defs", {}), "Error": _ERROR}
    schemas |= {f"Shown.{name}": schema for name, schema in more.get("$defs", {}).items()}
    names: dict[object, str] = {model: r["$ref"] for (model, _), r in {**taken, **given}.items()}
    paths: dict[str, dict[str, JsonValue]] = {}
    for (method, path), operation in OPERATIONS.items():
        paths.setdefault(path, {})[method.lower()] = _operation(path, operation, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vernctl's Migration API",
            "version": __version__,
            "description": "The API that vernctl serves on this machine, both dialects.",
        },
        "servers": [{"url": f"{origin}{API}"}],
        "security": [{"apiKey": []}],
        "paths": paths,  # type: ignore[dict-item]  # JSON, built above
        "components": {
            "schemas": schemas,
            "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }


def _operation(path: str, operation: Operation, names: Mapping[object, str]) -> _Schema:
    open_to_all = operation.id in _OPEN
    refusals = operation.refusals if open_to_all else (401, *operation.refusals, 429)
    responses: _Schema = {
        str(status): {"description": _MEANING[status], "content": _content(model, names)}
        for status, model in sorted(operation.answers.items())
    }
    error: _Schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for status in refusals:
        responses[str(status)] = {"description": _MEANING[status], "content": error}
    parameters: list[JsonValue] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    for name in operation.query:
        schema = _QUERY.get(name, {"type": "string"})
        parameters.append({"name": name, "in": "query", "required": False, "schema": schema})
    shown: _Schema = {
        "operationId": operation.id,
        "parameters": parameters,
        "responses": responses,
    }
    if open_to_all:
        shown["security"] = []
    if operation.body is not None:
        schema = {"$ref": names[operation.body]}
        content: _Schema = {"application/json": {"schema": schema}}
        shown["requestBody"] = {"required": True, "content": content}
    return shown


def _content(model: Model | str, names: Mapping[object, str]) -> _Schema:
    if isinstance(model, str):
        return {model: {} if model == "text/event-stream" else {"schema": {"type": "string"}}}
    found: _Schema = {"application/json": {"schema": {"$ref": names[model]}}}
    if model is models.SessionLog:
        found["text/markdown"] = {"schema": {"type": "string"}}
    return found


def undocumented() -> set[tuple[str, str]]:
    """Routes that the document leaves out, and operations that no route serves: none."""
    routed = {(m, path.removeprefix(API)) for path, methods in ROUTES.items() for m in methods}
    return routed ^ set(OPERATIONS)
