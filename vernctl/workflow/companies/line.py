"""The line to a company: an import is polled, told its corrections, and settled by reading it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from vernctl.api.companies import CompaniesClient
from vernctl.api.models import ACTIVE, IN_FLIGHT, Answer, ExportFilter, Import
from vernctl.errors import ConflictError, InputError
from vernctl.snapshot.tokens import hides
from vernctl.workflow.companies.correcting import tell
from vernctl.workflow.companies.history import as_markdown
from vernctl.workflow.companies.settle import settle
from vernctl.workflow.line import ServiceLog, Workspace

#: An import that is in flight and refuses a correction so often will not take it any more.
MAX_REFUSALS = 5


class CompanyLine(Workspace):
    """The line to a company: polled, for the dialect keeps no thread."""

    @property
    def client(self) -> CompaniesClient:
        """The dialect's client, over the session's connections."""
        return self.session.client.companies

    async def mark(self) -> int | None:
        """The dialect keeps no thread: there is nothing to mark."""
        return None

    async def follow(self, run_id: str) -> Import:
        """Poll until the import is neither queued nor running; what it is to be told it is told
        as early as it listens, for one that has ended listens no more."""
        refusals = 0
        while True:
            run = await self.client.get_run(self.id, run_id)
            owed = self.journal.known.owed
            if owed and run.status in IN_FLIGHT and refusals < MAX_REFUSALS:
                taken = await tell(self, run, owed)
                refusals += taken is not True
                if taken is not False:
                    # Told, or lost on its way: then once more, before anything else is said.
                    continue
            elif owed:
                ended = run.status not in IN_FLIGHT
                why = f"the import had {run.status}" if ended else "the import refused it"
                self.journal.fact("missed", messages=list(owed), why=why)
            if run.status not in ACTIVE:
                self.journal.fact("settled", status=run.status)
                return run
            told = "" if hides(self.spec.review) else run.message or ""
            self.session.listener.say(self.spec.name, run.status, told)
            await asyncio.sleep(self.session.poll_seconds)

    async def answer(self, run_id: str, answers: Sequence[Answer]) -> None:
        """``POST …/imports/{run_id}/messages``."""
        await self.client.answer(self.id, run_id, answers)

    async def settle(self, conflict: ConflictError | None = None) -> bool | None:
        """By the import's own state and the history of imports."""
        return await settle(self, conflict)

    async def cancel(self, run_id: str) -> Import:
        """``PATCH …/imports/{run_id}``."""
        return await self.client.cancel_run(self.id, run_id)

    async def export(self, slug: str, target: Path, rows: ExportFilter) -> int:
        """``GET …/export.csv``, by the template's UUID."""
        ids = self.spec.migration.companies
        if ids is None or slug not in ids.templates:
            raise InputError(
                f"{self.spec.shown_path} names no template {slug}, which was imported.",
                remote="The import stands.",
                next="Put it back under migration.companies.templates.",
            )
        template = ids.templates[slug]
        return await self.client.export_csv(self.id, target, template=template, filter=rows)

    async def log(self) -> ServiceLog:
        """The history of imports; the dialect has no other record."""
        runs = await self.client.list_runs(self.id)
        shown = [run.model_dump(mode="json", by_alias=True, exclude_none=True) for run in runs]
        document = json.dumps({"runs": shown}, indent=2, ensure_ascii=False)
        return ServiceLog(document.encode() + b"\n", as_markdown(self.id, runs))

    async def import_on_record(self) -> str | None:
        """The newest import that has completed."""
        runs = await self.client.list_runs(self.id)
        done = next((run for run in runs if run.status == "completed"), None)
        if done is None:
            return None
        rows = done.report.inserted if done.report else "an unknown number of"
        return f"imported on {(done.created_at or '')[:10]}, {rows} rows"

    async def knowledge(self) -> Mapping[str, str | None]:
        """The dialect has no request for it."""
        return {}
