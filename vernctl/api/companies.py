"""The ``/companies`` dialect, with the verbs of the other client where they mean the same.

One run maps AND imports; there is no preview. A verb without a meaning here raises UsageError
before anything is sent. Not in the published contract; source: the API's notes for partners.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pydantic import JsonValue

from vernctl.api import uploads
from vernctl.api.base import Client
from vernctl.api.body import EXPORT
from vernctl.api.calls import reading, writing
from vernctl.api.exports import save_csv
from vernctl.api.guard import segment
from vernctl.api.models import Answer, ApiModel, ExportFilter, Import, RunAccepted
from vernctl.api.uploads import Upload
from vernctl.errors import InputError, UsageError


class Company(ApiModel):
    """One customer's workspace. ``source`` and ``template_ids`` are UUIDs."""

    id: str
    name: str | None = None
    external_id: str | None = None
    source: str | None = None
    template_ids: tuple[str, ...] = ()
    status: str | None = None


class CompanyEnvelope(ApiModel):
    """The answer of ``POST /companies``."""

    company: Company


class CompanyUpload(ApiModel):
    """Where one file's bytes are to be PUT, and the name that an import knows it by."""

    upload_url: str
    upload_ref: str


class ActiveRun(ApiModel):
    """The answer of ``GET …/imports?status=active``."""

    run: Import | None


class ImportHistory(ApiModel):
    """The answer of ``GET …/imports``, newest first."""

    runs: tuple[Import, ...]


class CompaniesClient(Client):
    """The dialect of the first preview's partners, typed and asynchronous.

    Arguments, failures and what is sent again are those of :class:`MigrationClient`; so are the
    verbs ``upload_files``, ``get_run``, ``answer``, ``cancel_run`` and ``export_csv``.

        async with CompaniesClient("https://app.vern.so/api/v1", key) as client:
            company = await client.create_company(name="Acme", source=SOURCE, template_ids=[ID])
            refs = await client.upload_files(company.id, [Upload("a.csv", Path("a.csv"))])
            run = await client.start_import(company.id, files=refs, idempotency_key=digest)
    """

    async def create_company(
        self,
        *,
        name: str,
        source: str,
        template_ids: Sequence[str],
        external_id: str | None = None,
    ) -> Company:
        """Open a company (``POST /companies``). Sent once; costs the account's one create.

        ConflictError: the external_id is in use; its ``company_id`` where the service tells it.
        """
        body: dict[str, JsonValue] = {
            "name": name,
            "source": source,
            "template_ids": list(template_ids),
        }
        if external_id is not None:
            body["external_id"] = external_id
        call = writing("POST", "/companies", body, costs=("create",))
        return (await self._transport.fetch(call, CompanyEnvelope)).company

    async def upload_files(self, company_id: str, files: Sequence[Upload]) -> tuple[str, ...]:
        """Upload files from disk; their ``upload_ref``s, in order. Costs one write each.

        A file whose PUT failed gets a new place and is sent once more there: an upload that no
        import names is nothing.
        """
        uploads.check_files(files)
        return tuple([await self._upload(company_id, upload) for upload in files])

    async def _upload(self, company_id: str, upload: Upload) -> str:
        body: dict[str, JsonValue] = {
            "name": upload.name,
            "content_type": upload.content_type,
            "size": upload.path.stat().st_size,
        }
        call = writing("POST", f"{_at(company_id)}/uploads", body, patient=True)
        place = await self._transport.fetch(call, CompanyUpload)
        await uploads.put_file(self._transport, upload, place.upload_url)
        return place.upload_ref

    async def start_import(
        self,
        company_id: str,
        *,
        files: Sequence[str] | None = None,
        rows: Sequence[JsonValue] | None = None,
        idempotency_key: str | None = None,
    ) -> RunAccepted:
        """Map and import uploaded files, or rows (``POST …/imports``). Costs one agent call.

        With an ``idempotency_key`` it is sent again where the reply was lost: the same key and
        content find the same run. ConflictError carries the ``run_id`` in flight.
        """
        if (files is None) == (rows is None):
            raise InputError("An import has files, or rows: one of the two.", remote="Unchanged.")
        body: dict[str, JsonValue] = (
            {"files": list(files)} if files is not None else {"rows": list(rows or ())}
        )
        if idempotency_key is not None:
            body["idempotency_key"] = idempotency_key
        call = writing(
            "POST",
            f"{_at(company_id)}/imports",
            body,
            repeatable=idempotency_key is not None,
            costs=("agent",),
        )
        return await self._transport.fetch(call, RunAccepted)

    async def get_run(self, company_id: str, run_id: str) -> Import:
        """The import's state now. Costs one read."""
        return await self._transport.fetch(reading(_run(company_id, run_id)), Import)

    async def active_run(self, company_id: str) -> Import | None:
        """The import in flight, or None. Costs one read."""
        call = reading(f"{_at(company_id)}/imports", {"status": "active"})
        return (await self._transport.fetch(call, ActiveRun, "run")).run

    async def list_runs(self, company_id: str) -> tuple[Import, ...]:
        """The company's imports, newest first. Costs one read."""
        call = reading(f"{_at(company_id)}/imports")
        return (await self._transport.fetch(call, ImportHistory)).runs

    async def cancel_run(self, company_id: str, run_id: str) -> Import:
        """Ask the import to stop; the answer is its state after that (``PATCH …``)."""
        call = writing("PATCH", _run(company_id, run_id), {"status": "cancel_requested"}, costs=())
        return await self._transport.fetch(call, Import)

    async def answer(self, company_id: str, run_id: str, answers: Sequence[Answer]) -> RunAccepted:
        """Answer every question of a block at once. Sent once; costs one agent call.

        ConflictError: the import is not blocked. BadRequestError: an id that it did not ask.
        """
        said: JsonValue = [{"id": answer.id, "value": answer.value} for answer in answers]
        return await self._say(company_id, run_id, {"answers": said})

    async def correct(self, company_id: str, run_id: str, message: str) -> RunAccepted:
        """Tell a RUNNING import what to do otherwise; it holds for this run alone. Sent once.

        ConflictError: the import has ended.
        """
        return await self._say(company_id, run_id, {"message": message})

    async def _say(self, company_id: str, run_id: str, body: dict[str, JsonValue]) -> RunAccepted:
        call = writing("POST", f"{_run(company_id, run_id)}/messages", body, costs=("agent",))
        return await self._transport.fetch(call, RunAccepted)

    async def export_csv(
        self,
        company_id: str,
        target: Path,
        *,
        template: str | None = None,
        filter: ExportFilter = "valid",  # noqa: A002
    ) -> int:
        """Write the company's rows to ``target`` as CSV, as ``MigrationClient.export_csv`` does.

        ``template``: UUID or slug, where the company has several.
        """
        query = {"filter": filter, "template": template}
        call = reading(f"{_at(company_id)}/export.csv", query, limit=EXPORT, accept="text/csv")
        return await save_csv(self._transport, call, target)

    async def get_preview(self, company_id: str) -> NoReturn:
        """There is none: UsageError."""
        raise _without("preview: an import maps and imports in one run")

    async def start_run(self, company_id: str, kind: str) -> NoReturn:
        """There are no kinds of runs: UsageError; see :meth:`start_import` and :meth:`correct`."""
        raise _without(f"run of the kind {kind}: start an import, or correct the running one")

    async def get_log(self, company_id: str) -> NoReturn:
        """There is none: UsageError."""
        raise _without("session log: its history of imports is what there is")

    async def get_thread(self, company_id: str) -> NoReturn:
        """There is none: UsageError."""
        raise _without("thread: poll the import")

    def __repr__(self) -> str:
        return f"CompaniesClient({self._transport.base_url!r})"


def _without(what: str) -> UsageError:
    return UsageError(f"The companies dialect has no {what}.", next="use migration.api: migrations")


def _at(company_id: str) -> str:
    return f"/companies/{segment(company_id)}"


def _run(company_id: str, run_id: str) -> str:
    return f"{_at(company_id)}/imports/{segment(run_id)}"
