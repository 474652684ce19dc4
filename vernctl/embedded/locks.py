"""Advisory file locks: held by an open file, released by the kernel whatever ends the process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class FileLock:
    """A lock file. Shared by many or exclusive to one; closing (or dying) lets go."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        """Wait until nobody has it exclusively, then hold it with others."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def try_share(self) -> bool:
        """Hold it with others, unless somebody has it exclusively."""
        return self._try(fcntl.LOCK_SH)

    def try_own(self) -> bool:
        """Hold it alone, unless anybody else holds it."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        """Let go; the file stays open for another try."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go for good."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def _try(self, how: int) -> bool:
        try:
            fcntl.flock(self._descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
