"""Gzip and ZIP: unpacked into the work folder, never beyond a bound, whatever their headers say."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from vernctl.engine.model import EngineError

#: What one archive may unpack to (bytes), how many files may be in it, and how hard it may be
#: packed once that is more than a trifle: text packs 1:5 to 1:30, a bomb 1:1000.
MAX_UNPACKED = 8 << 30
MAX_WORKBOOK = 1 << 30
MAX_MEMBERS = 200
_MAX_RATIO = 400
_TRIFLE = 64 << 20
_CHUNK = 1 << 20
#: What zipfile and gzip raise where an archive is damaged (a name that is no text among them).
DAMAGED = (
    OSError,
    EOFError,
    UnicodeDecodeError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
)


def is_workbook(path: Path) -> bool:
    """Whether a ZIP file is an Office or OpenDocument workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except DAMAGED:
        return False
    if "mimetype" in names and "content.xml" in names:
        return True
    return "[Content_Types].xml" in names


def check_workbook(path: Path, name: str) -> None:
    """Raise EngineError for a packed workbook that is larger unpacked than one can be."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except DAMAGED as error:
        raise EngineError(f"{name} is damaged: it cannot be unpacked.") from error
    packed = max(1, path.stat().st_size)
    if unpacked > MAX_WORKBOOK or (unpacked > _TRIFLE and unpacked > _MAX_RATIO * packed):
        raise EngineError(
            f"{name} is too large: unpacked it has {unpacked >> 20:,} MB; save its sheets as CSV."
        )


def unpack_gzip(path: Path, name: str, target: Path) -> None:
    """Unpack a gzip file to ``target``."""
    try:
        with gzip.open(path) as source:
            _copy(source, target, name, path.stat().st_size, 0)
    except DAMAGED as error:
        raise EngineError(f"{name} is damaged: it cannot be unpacked.") from error


def unpack_zip(path: Path, name: str, stem: Path) -> Iterator[tuple[str, Path]]:
    """(name in the archive, unpacked file) of every file in a ZIP, in order of name.

    Each unpacked file lives until the next is asked for.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(filter(_is_wanted, archive.infolist()), key=lambda m: m.filename)
            if len(members) > MAX_MEMBERS:
                raise EngineError(
                    f"{name} holds {len(members):,} files; {MAX_MEMBERS} can be read at once."
                )
            total = 0
            for index, member in enumerate(members):
                if member.flag_bits & 1:
                    raise EngineError(
                        f"{name} is protected with a password; pack it without one and upload it "
                        "again."
                    )
                target = stem.with_name(f"{stem.name}-{index}.part")
                try:
                    with archive.open(member) as source:
                        total += _copy(source, target, name, path.stat().st_size, total)
                    yield member.filename, target
                finally:
                    target.unlink(missing_ok=True)
    except DAMAGED as error:
        raise EngineError(f"{name} is damaged: it cannot be unpacked.") from error


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    """Files, without what operating systems leave in archives."""
    parts = PurePosixPath(member.filename).parts
    return bool(member.filename) and not (
        member.is_dir() or "__MACOSX" in parts or not parts or parts[-1].startswith((".", "~$"))
    )


def _copy(
    source: IO[bytes] | gzip.GzipFile, target: Path, name: str, packed: int, before: int
) -> int:
    """Copy in pieces; the count is of bytes that came out, not of what a header promises."""
    size = 0
    with target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            total = before + size
            if total > MAX_UNPACKED or (total > _TRIFLE and total > _MAX_RATIO * max(1, packed)):
                raise EngineError(f"{name} is too large: it unpacks to more than can be read.")
            out.write(chunk)
    return size
