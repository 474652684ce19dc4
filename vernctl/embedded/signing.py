"""Links that carry their own authorisation: an expiry and a MAC over what the link is for."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from vernctl.embedded.refusal import RefusalError

if TYPE_CHECKING:
    from vernctl.embedded.store import Store


class Signer:
    """Signs links of one ``purpose`` with the data folder's secret."""

    def __init__(self, store: Store, purpose: str) -> None:
        self._store = store
        self._secret = store.secret()
        self._purpose = purpose

    def sign(self, item: str, seconds: float) -> str:
        """A token for the link to ``item``, good for so long."""
        return self._token(item, int(self._store.clock() + seconds))

    def check(self, item: str, token: str) -> None:
        """Refuses with 403 a token that was not signed for this item, or has expired."""
        expires = token.partition(".")[0]
        if not (expires.isascii() and expires.isdigit() and len(expires) < 16):
            raise self._refusal("is not valid")
        good = self._token(item, int(expires))
        if not hmac.compare_digest(good.encode(), token.encode("utf-8", "replace")):
            raise self._refusal("is not valid")
        if int(expires) < self._store.clock():
            raise self._refusal("has expired; ask for a new one")

    def _token(self, item: str, expires: int) -> str:
        signed = f"{self._purpose} {item} {expires}".encode()
        mac = hmac.new(self._secret, signed, hashlib.sha256)
        return f"{expires}.{base64.urlsafe_b64encode(mac.digest()).decode().rstrip('=')}"

    def _refusal(self, why: str) -> RefusalError:
        return RefusalError(403, f"This {self._purpose} link {why}.")
