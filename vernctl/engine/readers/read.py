"""From an uploaded file to its tables: told by its first bytes, not by its name."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers.archive import (
    check_workbook,
    is_workbook,
    unpack_gzip,
    unpack_zip,
)
from vernctl.engine.readers.compound import check_chains
from vernctl.engine.readers.delimited import read_delimited
from vernctl.engine.readers.encoding import is_wide
from vernctl.engine.readers.extent import check_workbook_parts
from vernctl.engine.readers.objects import is_json, read_objects
from vernctl.engine.readers.parquet import read_parquet
from vernctl.engine.readers.table import SourceTable
from vernctl.engine.readers.workbook import read_workbook

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Beginnings of files that hold no table, and what they are.
_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"SQLite format 3", "a SQLite database"),
    (b"{\\rtf", "a text document"),
)
_MARKUP = (b"<!doctype html", b"<html", b"<table", b"<?xml", b"<head", b"<body")
#: Characters that stand in no text: all controls but white space, ends of files, and the separators
#: (0x01, 0x1c to 0x1f) that some systems part cells with.
_NO_TEXT = bytes({*range(0x20), 0x7F} - {*b"\t\n\v\f\r\x01\x1a\x1b\x1c\x1d\x1e\x1f"})
_LOOKED_AT = 64 << 10
#: Damage that a text survives.
_FEW_CONTROLS = 8
#: An archive in an archive is read; one more is a riddle, or a bomb.
_DEEPEST = 2


def read_file(file: InputFile, workdir: Path) -> tuple[SourceTable, ...]:
    """Every table of the file, their rows stored under ``workdir``.

    Raises EngineError, one plain sentence, for what cannot be read.
    """
    stem = workdir / f"read-{hashlib.sha256(file.name.encode()).hexdigest()[:16]}"
    return _read(file.path, file.name, stem, 0)


def _read(path: Path, name: str, stem: Path, depth: int) -> tuple[SourceTable, ...]:
    try:
        with path.open("rb") as handle:
            head = handle.read(4096)
    except OSError as error:
        raise EngineError(f"{name} cannot be read: {error.strerror}.") from error
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise EngineError(f"{name} is empty.")
    if head.startswith(_ZIP) and not is_workbook(path):
        return _read_zip(path, name, stem, depth)
    if head.startswith(_ZIP):
        check_workbook(path, name)
        check_workbook_parts(path, name)
        return read_workbook(path, name, stem)
    if head.startswith(_OLE):
        check_chains(path, name)
        return read_workbook(path, name, stem)
    if head.startswith(b"\x1f\x8b"):
        return _read_gzip(path, name, stem, depth)
    store = stem.with_name(f"{stem.name}.csv")
    if head.startswith(b"PAR1"):
        return (read_parquet(path, name, store),)
    _refuse_others(head, name)
    _refuse_binary(path, name)
    if is_json(head, name):
        return read_objects(path, name, stem)
    return (read_delimited(path, name, store, lasting=depth == 0),)


def _refuse_others(head: bytes, name: str) -> None:
    for start, what in _OTHERS:
        if head.startswith(start):
            raise EngineError(f"{name} is {what}; only tables can be read.")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise EngineError(f"{name} is a web page or XML; save it as CSV or XLSX.")


def _refuse_binary(path: Path, name: str) -> None:
    """Raise where what would be read as text is none: no UTF-8, and full of control characters."""
    with path.open("rb") as handle:
        head = handle.read(_LOOKED_AT).rstrip(b"\0\x1a")
    if is_wide(head):
        return
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return
    except UnicodeDecodeError:
        pass
    controls = len(head) - len(head.translate(None, _NO_TEXT))
    if controls > max(_FEW_CONTROLS, 0.03 * len(head)):
        raise EngineError(f"{name} is no text and no format known here; only tables can be read.")


def _read_gzip(path: Path, name: str, stem: Path, depth: int) -> tuple[SourceTable, ...]:
    _check_depth(name, depth)
    inner = stem.with_name(f"{stem.name}.part")
    try:
        unpack_gzip(path, name, inner)
        return _read(inner, name, stem.with_name(f"{stem.name}-gz"), depth + 1)
    finally:
        inner.unlink(missing_ok=True)


def _read_zip(path: Path, name: str, stem: Path, depth: int) -> tuple[SourceTable, ...]:
    _check_depth(name, depth)
    tables: list[SourceTable] = []
    for index, (member, inner) in enumerate(unpack_zip(path, name, stem)):
        found = _read(inner, f"{name}: {member}", stem.with_name(f"{stem.name}-{index}"), depth + 1)
        tables.extend(
            table.model_copy(update={"file": name, "sheet": table.sheet or member})
            for table in found
        )
    if not tables:
        raise EngineError(f"{name} is an archive with no files in it.")
    return tuple(tables)


def _check_depth(name: str, depth: int) -> None:
    if depth >= _DEEPEST:
        raise EngineError(f"{name} is an archive in an archive in an archive; unpack it first.")
