"""A migration's live source: which connector, configured how. Secrets go in and never come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from vernctl.api.calls import Call, reading, writing
from vernctl.api.guard import secrets_in, segment
from vernctl.api.models import ApiModel, SourceConnection
from vernctl.api.verbs import Verbs


class ConnectionEnvelope(ApiModel):
    """The answer of ``GET`` and ``POST …/source-connection``."""

    source_connection: SourceConnection


class Deleted(ApiModel):
    """The answer of ``DELETE …/source-connection``."""

    deleted: bool


class ConnectionVerbs(Verbs):
    """``…/source-connection`` of one migration."""

    async def get_source_connection(
        self, migration_id: str, *, source_key: str | None = None
    ) -> SourceConnection:
        """The connection now; ``creds_configured`` says whether it has secrets. Costs one read.

        NotFoundError: there is none.
        """
        call = reading(_at(migration_id), {"source_key": source_key})
        return (await self._transport.fetch(call, ConnectionEnvelope)).source_connection

    async def save_source_connection(
        self,
        migration_id: str,
        source_key: str,
        *,
        config: Mapping[str, JsonValue] | None = None,
        selected_streams: Sequence[str] | None = None,
        default_streams: bool = False,
        credentials: Mapping[str, JsonValue] | None = None,
    ) -> SourceConnection:
        """Attach a live source, or change it in place: what is None stays. Costs one write.

        ``default_streams``: leave the choice of streams to the connector, whatever was selected
        before. BadRequestError: a connector that the service does not know.
        """
        body: dict[str, JsonValue] = {"source_key": source_key}
        if config is not None:
            body["config"] = dict(config)
        if default_streams or selected_streams is not None:
            body["selected_streams"] = None if selected_streams is None else [*selected_streams]
        if credentials is not None:
            body["credentials"] = dict(credentials)
        hidden = secrets_in(dict(credentials or {}))
        call = writing("POST", _at(migration_id), body, patient=True, secrets=hidden)
        return (await self._transport.fetch(call, ConnectionEnvelope)).source_connection

    async def delete_source_connection(
        self, migration_id: str, *, source_key: str | None = None
    ) -> bool:
        """Detach the live source; False where there was none. Costs one write."""
        query = {"source_key": source_key} if source_key is not None else {}
        call = Call("DELETE", _at(migration_id), query, patient=True, costs=("writes",))
        return (await self._transport.fetch(call, Deleted)).deleted


def _at(migration_id: str) -> str:
    return f"/migrations/{segment(migration_id)}/source-connection"
