"""The one way in which a request is refused: an HTTP status and a sentence for a human."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue


class RefusalError(Exception):
    """Becomes ``{"error": message, **fields}`` with this status and these headers."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, JsonValue] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.fields = dict(fields or {})

    @property
    def body(self) -> dict[str, JsonValue]:
        """The JSON body; branch on the status, the sentence is for people."""
        return {"error": self.message, **self.fields}


def not_found(what: str) -> RefusalError:
    """404: not there, or another account's; the API never says which."""
    return RefusalError(404, f"{what} isn't in your account.")
