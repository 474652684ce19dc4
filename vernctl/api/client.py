"""The client of the Migration API: ``async with MigrationClient(url, key) as client``."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from vernctl.api.catalog import CatalogVerbs
from vernctl.api.connections import ConnectionVerbs
from vernctl.api.migrations import MigrationVerbs
from vernctl.api.models import ServerIdentity
from vernctl.api.policy import Policy
from vernctl.api.quota import Ledger
from vernctl.api.transport import Trace, Transport


class MigrationClient(CatalogVerbs, MigrationVerbs, ConnectionVerbs):
    """Vern's Migration API, typed and asynchronous; one connection pool for its life.

    ``base_url``: ``https://HOST/api/v1`` (the path may be left out). ``allow_hosts``: hosts besides
    Vern's two and loopback that may see the key. ``trace`` is called with one line per request
    (method, path, status, time), never with a secret. ``ledger``: the account's limits, shared
    with other processes; reads and writes then keep to their pace instead of meeting a 429.

    Every failure is an :class:`vernctl.errors.ApiError`. Reads, and the create that an external_id
    makes idempotent, are repeated when a connection breaks or a gateway fails; reads wait out a
    429. A start, an answer or an execute is sent once.

        async with MigrationClient("https://app.vern.so/api/v1", key) as client:
            for template in await client.list_templates():
                print(template.slug)
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        allow_hosts: Sequence[str] = (),
        policy: Policy | None = None,
        trace: Trace | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._transport = Transport(
            base_url, api_key, allow_hosts=allow_hosts, policy=policy, trace=trace, ledger=ledger
        )

    @property
    def base_url(self) -> str:
        """Where requests go, without a trailing slash."""
        return self._transport.base_url

    @property
    def identity(self) -> ServerIdentity | None:
        """vernctl's own server and its engine, once an answer from loopback has said so.

        From the header ``x-vernctl-server: embedded; engine=N``; another host's word is not taken.
        """
        return self._transport.identity

    async def __aenter__(self) -> Self:
        self._transport.pools.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.pools.close()

    def __repr__(self) -> str:
        return f"MigrationClient({self.base_url!r})"
