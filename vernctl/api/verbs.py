"""What every group of verbs has: the transport, and the way from a model to a request."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue
from pydantic_core import to_json

from vernctl.api.transport import Call, Transport


class Verbs:
    """Base of the groups that make up :class:`vernctl.api.client.MigrationClient`."""

    _transport: Transport


def writing(
    method: str,
    path: str,
    body: Mapping[str, JsonValue],
    *,
    repeatable: bool = False,
    patient: bool = False,
) -> Call:
    """A request with a JSON body. Sent once, unless the API itself makes repeating it harmless.

    ``patient``: waits where the answer is 429, which says that nothing was done.
    """
    return Call(method, path, body=to_json(body), repeatable=repeatable, patient=patient)
