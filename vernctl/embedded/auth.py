"""Who is asking: API keys, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from vernctl.embedded.refusal import RefusalError


class Keys:
    """API keys and the account that each opens; only their hashes are kept."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        """``accounts`` maps key → account; an account may have several keys."""
        self._accounts = [(_hash(key), account) for key, account in accounts.items()]

    def __repr__(self) -> str:
        return f"Keys({len(self._accounts)})"

    def account_of(self, key: str | None) -> str:
        """The account that this key opens.

        Refuses with 401 where the key is missing or unknown. Every key is compared, so that the
        time taken does not tell which one was nearly right.
        """
        if not key:
            raise RefusalError(401, "The x-api-key header is missing.")
        asked, found = _hash(key), None
        for known, account in self._accounts:
            if hmac.compare_digest(asked, known):
                found = account
        if found is None:
            raise RefusalError(401, "This API key is not valid.")
        return found


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
