"""Secrets of live sources at rest: encrypted and authenticated under a key file of the data folder.

The database holds only what Fernet (AES-128-CBC with HMAC-SHA256, of the ``cryptography`` package)
made of them; the key lies beside it, readable by its user alone. A copied database tells nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.errors import VernctlError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

VAULT_KEY = "vault-key"


class Vault:
    """Seals and opens the secrets of one data folder; the key is made when first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, secrets: Mapping[str, str]) -> str:
        """The secrets as text that only this vault opens."""
        return self._cipher(make=True).encrypt(json.dumps(dict(secrets)).encode()).decode("ascii")

    def open(self, sealed: str) -> dict[str, str]:
        """The secrets again. Raises VernctlError where the key is another one, or is gone."""
        from cryptography.fernet import InvalidToken

        try:
            opened: dict[str, str] = json.loads(self._cipher(make=False).decrypt(sealed.encode()))
        except (InvalidToken, FileNotFoundError, ValueError) as error:
            raise VernctlError(
                "The stored credentials cannot be opened: the vault's key is not the one they were"
                " sealed with.",
                next="send the credentials again",
            ) from error
        return opened

    def _cipher(self, *, make: bool) -> Fernet:
        from cryptography.fernet import Fernet

        path = self._folder / VAULT_KEY
        if make and not path.exists():
            draft = self._folder / f"{VAULT_KEY}.{os.getpid()}"
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        return Fernet(path.read_bytes())
