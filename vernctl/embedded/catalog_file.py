"""A catalog that follows its files: an edit, of a recipe too, counts from the next request on."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vernctl.embedded.catalog import Catalog

_Mark = tuple[int, int, int] | None


class CatalogFile:
    """The catalog at ``path``; read when it is first needed, and again when the file changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen: list[_Mark] = []
        self._catalog: Catalog | None = None

    def current(self) -> Catalog:
        """The catalog as the file has it now. Raises SpecError where it is wrong now."""
        from vernctl.embedded.catalog import load_catalog

        with self._lock:
            if self._catalog is None or self._marks(self._catalog) != self._seen:
                mark = _mark(self.path)
                catalog = load_catalog(self.path)
                self._catalog, self._seen = catalog, [mark, *self._marks(catalog)[1:]]
            return self._catalog

    def _marks(self, catalog: Catalog) -> list[_Mark]:
        """What tells today's files from those of another time."""
        recipes = (source.recipe_file for source in catalog.sources)
        return [_mark(path) for path in (self.path, *recipes) if path is not None]


def _mark(path: Path) -> _Mark:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
