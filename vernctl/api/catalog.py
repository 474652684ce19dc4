"""The account's catalog: its sources and templates, and what the agent knows of a source."""

from __future__ import annotations

from vernctl.api.calls import reading, writing
from vernctl.api.guard import segment
from vernctl.api.models import ApiModel, Knowledge, Pin, Source, Template
from vernctl.api.verbs import Verbs


class Sources(ApiModel):
    """The answer of ``GET /sources``."""

    sources: tuple[Source, ...]


class Templates(ApiModel):
    """The answer of ``GET /templates``."""

    templates: tuple[Template, ...]


class CatalogVerbs(Verbs):
    """Sources are addressed by name, templates by slug. Each call costs one read or one write."""

    async def list_sources(self) -> tuple[Source, ...]:
        """The sources of the account, as the service orders them (``GET /sources``)."""
        return (await self._transport.fetch(reading("/sources"), Sources)).sources

    async def list_templates(self) -> tuple[Template, ...]:
        """The active templates with their columns and rules (``GET /templates``)."""
        return (await self._transport.fetch(reading("/templates"), Templates)).templates

    async def get_template(self, slug: str) -> Template:
        """One template (``GET /templates/{slug}``). NotFoundError: no such slug in this account."""
        return await self._transport.fetch(reading(f"/templates/{segment(slug)}"), Template)

    async def get_source_knowledge(self, source: str) -> Knowledge:
        """What the agent reads before every run of ``source``; read-only to a spec, hence drift."""
        call = reading(f"/sources/{segment(source)}/knowledge")
        return await self._transport.fetch(call, Knowledge, "knowledge")

    async def pin_source(self, source: str, run_id: str | None) -> Pin:
        """Let future generates start from that run's recipe; None unpins (``POST …/pin``).

        ConflictError where two sources share the name.
        """
        call = writing("POST", f"/sources/{segment(source)}/pin", {"run_id": run_id}, patient=True)
        return await self._transport.fetch(call, Pin)
