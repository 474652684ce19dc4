"""The client of the Migration API: ``async with MigrationClient(url, key) as client``."""

from __future__ import annotations

from vernctl.api.base import Client
from vernctl.api.catalog import CatalogVerbs
from vernctl.api.companies import CompaniesClient
from vernctl.api.connections import ConnectionVerbs
from vernctl.api.migrations import MigrationVerbs


class MigrationClient(Client, CatalogVerbs, MigrationVerbs, ConnectionVerbs):
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

    @property
    def companies(self) -> CompaniesClient:
        """The other dialect, over the same connections."""
        return CompaniesClient.over(self)
