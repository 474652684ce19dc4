"""Vern's Migration API, typed.

The models load without httpx; the client is imported when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vernctl.api.client import MigrationClient
    from vernctl.api.companies import CompaniesClient
    from vernctl.api.models import Answer, Migration, Preview, Question, Run, ThreadEvent
    from vernctl.api.policy import Policy
    from vernctl.api.quota import Ledger
    from vernctl.api.uploads import Upload

__all__ = [
    "Answer",
    "CompaniesClient",
    "Ledger",
    "Migration",
    "MigrationClient",
    "Policy",
    "Preview",
    "Question",
    "Run",
    "ThreadEvent",
    "Upload",
]

_MODELS = ("Answer", "Migration", "Preview", "Question", "Run", "ThreadEvent")
_HOMES = {
    **dict.fromkeys(_MODELS, "vernctl.api.models"),
    "CompaniesClient": "vernctl.api.companies",
    "Ledger": "vernctl.api.quota",
    "MigrationClient": "vernctl.api.client",
    "Policy": "vernctl.api.policy",
    "Upload": "vernctl.api.uploads",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
