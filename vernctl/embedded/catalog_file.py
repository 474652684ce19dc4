"""A catalog that follows its file: an edit counts from the next request on."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vernctl.embedded.catalog import Catalog


class CatalogFile:
    """The catalog at ``path``; read when it is first needed, and again when the file changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._catalog: Catalog | None = None

    def current(self) -> Catalog:
        """The catalog as the file has it now. Raises SpecError where it is wrong now."""
        from vernctl.embedded.catalog import load_catalog

        with self._lock:
            mark = self._mark()
            if self._catalog is None or mark != self._seen:
                self._catalog, self._seen = load_catalog(self.path), mark
            return self._catalog

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
