"""Requests of the contract as values: what is sent, and what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue
from pydantic_core import to_json

from vernctl.api.body import SMALL
from vernctl.api.quota import QuotaName


@dataclass(frozen=True)
class Call:
    """One request of the contract: path below the base URL with its segments quoted."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    #: What the body holds that no error may show, should the service echo it.
    secrets: tuple[str, ...] = field(default=(), repr=False)
    #: May be sent again when the reply was lost: reads, and the create that an external_id guards.
    repeatable: bool = False
    #: Waits where the answer is 429 (nothing was done then), as long as the policy allows.
    patient: bool = False
    #: Bytes (unpacked) that the answer may have.
    limit: int = SMALL
    accept: str = "application/json"
    #: The classes of the account's limits that it costs one of each.
    costs: tuple[QuotaName, ...] = ()

    @property
    def name(self) -> str:
        """How errors and traces call it: ``GET /migrations/…/preview``; no query, no secret."""
        return f"{self.method} {self.path}"


def reading(
    path: str,
    query: Mapping[str, str | None] | None = None,
    *,
    limit: int = SMALL,
    accept: str = "application/json",
) -> Call:
    """A GET; parameters that are None are left out."""
    given = {key: value for key, value in (query or {}).items() if value is not None}
    return Call(
        "GET",
        path,
        given,
        repeatable=True,
        patient=True,
        limit=limit,
        accept=accept,
        costs=("reads",),
    )


def writing(
    method: str,
    path: str,
    body: Mapping[str, JsonValue],
    *,
    repeatable: bool = False,
    patient: bool = False,
    costs: tuple[QuotaName, ...] = ("writes",),
    secrets: tuple[str, ...] = (),
) -> Call:
    """A request with a JSON body. Sent once, unless the API itself makes repeating it harmless.

    ``costs``: the classes of limits that it counts against, the scarcest first. ``patient``: waits
    where the answer is 429, which says that nothing was done.
    """
    return Call(
        method,
        path,
        body=to_json(body),
        repeatable=repeatable,
        patient=patient,
        costs=costs,
        secrets=secrets,
    )
