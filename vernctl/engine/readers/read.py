"""From an uploaded file to its tables: told by its first bytes, not by its name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers.delimited import read_delimited
from vernctl.engine.readers.table import SourceTable
from vernctl.engine.readers.workbook import read_workbook


def read_file(file: InputFile, workdir: Path) -> tuple[SourceTable, ...]:
    """Every table of the file, their rows stored under ``workdir``.

    Raises EngineError, one plain sentence, for what cannot be read.
    """
    stem = workdir / f"read-{hashlib.sha256(file.name.encode()).hexdigest()[:16]}"
    try:
        with file.path.open("rb") as handle:
            head = handle.read(4096)
    except OSError as error:
        raise EngineError(f"{file.name} cannot be read: {error.strerror}.") from error
    if not head:
        raise EngineError(f"{file.name} is empty.")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return read_workbook(file.path, file.name, stem)
    return (read_delimited(file.path, file.name, stem.with_suffix(".csv")),)
