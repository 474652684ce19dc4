"""What reading, profiling and matching found out, kept by content: the same is not found out twice.

A run authors its migration anew at every answer and message, and executes it at the end, always
from the same files. What depends on the files (and templates and knowledge) alone is kept in a
folder, under a key of everything that it depends on: the contents, the names, the engine's own
code and the packages that decide cells. So nothing here is ever stale, and removing the folder
costs time only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from vernctl.engine.model import InputFile
from vernctl.engine.readers import SourceTable, read_file

#: Packages whose version can change what is found.
_PACKAGES = (
    "duckdb",
    "charset-normalizer",
    "python-calamine",
    "google-re2",
    "pydantic",
    "babel",
    "phonenumbers",
)
#: Above this size what has not been used for an hour goes, oldest first.
_BYTES, _SECONDS = 512 << 20, 3600.0
_VALUE = "value.json"

_T = TypeVar("_T")


class Findings:
    """A folder of findings. Threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._digests: dict[Path, str] = {}

    def tables(self, file: InputFile) -> tuple[SourceTable, ...]:
        """The tables of a file, as ``read_file`` gives them. Raises EngineError as it does."""
        key = _key("read", file.name, self.digest(file))
        found = self._recall(key, TypeAdapter(tuple[SourceTable, ...]))
        if found is None:
            draft = Path(tempfile.mkdtemp(prefix=".", dir=self._folder))
            try:
                read = read_file(file, draft)
                kept = tuple(_at(table, _relative(table.store, draft)) for table in read)
                _write(draft, TypeAdapter(tuple[SourceTable, ...]).dump_json(kept))
                self._publish(draft, key)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
            found = kept
        return tuple(_at(table, self._resolved(table.store, key, file)) for table in found)

    def value(self, kind: type[_T], parts: Sequence[str], make: Callable[[], _T]) -> _T:
        """What ``make`` gives, which depends on ``parts`` and the engine alone."""
        adapter = TypeAdapter(kind)
        key = _key(kind.__qualname__, *parts)
        found = self._recall(key, adapter)
        if found is None:
            found = make()
            draft = Path(tempfile.mkdtemp(prefix=".", dir=self._folder))
            try:
                _write(draft, adapter.dump_json(found))
                self._publish(draft, key)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        return found

    def digest(self, file: InputFile) -> str:
        """The SHA-256 of a file's bytes, '' where it cannot be read: reading it will say why."""
        if file.path not in self._digests:
            try:
                with file.path.open("rb") as handle:
                    self._digests[file.path] = hashlib.file_digest(handle, "sha256").hexdigest()
            except OSError:
                return ""
        return self._digests[file.path]

    def _recall(self, key: str, adapter: TypeAdapter[_T]) -> _T | None:
        try:
            data = (self._folder / key / _VALUE).read_bytes()
            os.utime(self._folder / key)
            return adapter.validate_json(data)
        except OSError:
            return None
        except ValidationError:
            shutil.rmtree(self._folder / key, ignore_errors=True)  # torn: found out again
            return None

    def _publish(self, draft: Path, key: str) -> None:
        try:
            draft.rename(self._folder / key)
        except OSError:
            if not (self._folder / key / _VALUE).is_file():
                raise
        self._forget_old()

    def _resolved(self, store: Path, key: str, file: InputFile) -> Path:
        return self._folder / key / store if store.name else file.path

    def _forget_old(self) -> None:
        sizes = {
            each: sum(part.stat().st_size for part in each.iterdir() if part.is_file())
            for each in self._folder.iterdir()
            if each.is_dir() and not each.name.startswith(".")
        }
        total, now = sum(sizes.values()), time.time()
        for each in sorted(sizes, key=lambda path: path.stat().st_mtime):
            if total <= _BYTES or now - each.stat().st_mtime < _SECONDS:
                return
            shutil.rmtree(each, ignore_errors=True)
            total -= sizes[each]


def _relative(store: Path, folder: Path) -> Path:
    """A store's name in its folder; an empty path where the customer's file is its own store."""
    return Path(store.name) if store.parent == folder else Path()


def _at(table: SourceTable, store: Path) -> SourceTable:
    return table.model_copy(update={"store": store})


def _write(folder: Path, data: bytes) -> None:
    with (folder / _VALUE).open("wb") as file:
        file.write(data)


def _key(*parts: str) -> str:
    text = json.dumps([engine_stamp(), *parts], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@lru_cache(maxsize=1)
def engine_stamp() -> str:
    """What decides findings beside their inputs: this code as it lies here, Python, packages."""
    root = Path(__file__).parent
    code = [
        (str(path.relative_to(root)), stat.st_size, stat.st_mtime_ns)
        for path in sorted(root.rglob("*.py"))
        for stat in (path.stat(),)
    ]
    packages = [(name, metadata.version(name)) for name in _PACKAGES]
    return hashlib.sha256(json.dumps([code, packages, sys.version]).encode()).hexdigest()
