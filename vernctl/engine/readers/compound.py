"""Old Office files (XLS) are compound files: sectors that name the next one, in chains.

A damaged chain may lead back into itself, and who follows it fills all memory. So the chains are
walked here first. Source: [MS-CFB], sections 2.2 to 2.6.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vernctl.engine.model import EngineError

#: Sector numbers from here on are no sectors: the end of a chain, free, or a table's own.
_NO_SECTOR = 0xFFFFFFFA
_IN_HEADER = 109


class _DamagedError(Exception):
    """A chain leads into itself, or the tables are not there."""


def check_chains(path: Path, name: str) -> None:
    """Raise EngineError where a chain of the compound file has no end."""
    data = path.read_bytes()
    try:
        _check(data)
    except (_DamagedError, struct.error) as error:
        raise EngineError(f"{name} is damaged, or not a workbook: it cannot be read.") from error


def _check(data: bytes) -> None:
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise _DamagedError
    directory, _, cutoff, mini_table = struct.unpack_from("<IIII", data, 48)
    size = 1 << shift
    table = _joined(data, _tables(data, size), size)
    mini = _joined(data, _walk(mini_table, table), size)
    ended: set[int] = set()
    mini_ended: set[int] = set()
    for number in _walk(directory, table):
        entries = _sector(data, number, size)
        for at in range(0, len(entries) - 127, 128):
            kind, start, length = _entry(entries, at)
            # The root's chain holds the small streams; it is one of whole sectors.
            if kind == 2 and length < cutoff:
                _check_end(start, mini, mini_ended)
            elif kind in (2, 5):
                _check_end(start, table, ended)


def _entry(entries: bytes, at: int) -> tuple[int, int, int]:
    """Kind (1 storage, 2 stream, 5 root), first sector and length (bytes) of a directory entry."""
    start, length = struct.unpack_from("<II", entries, at + 116)
    return entries[at + 66], start, length


def _tables(data: bytes, size: int) -> Iterator[int]:
    """The sectors that hold the table of next sectors: named in the header, then in a chain."""
    yield from struct.unpack_from(f"<{_IN_HEADER}I", data, 76)
    following = struct.unpack_from("<I", data, 68)[0]
    for _ in range(len(data) // size + 1):
        if following >= _NO_SECTOR:
            return
        numbers = _numbers(_sector(data, following, size))
        yield from numbers[:-1]
        following = numbers[-1] if numbers else _NO_SECTOR
    raise _DamagedError


def _joined(data: bytes, sectors: Iterable[int], size: int) -> Sequence[int]:
    """The numbers of these sectors, one after the other. No sound table has a sector twice."""
    table = array("I")
    seen: set[int] = set()
    for number in sectors:
        if number >= _NO_SECTOR:
            continue
        if number in seen:
            raise _DamagedError
        seen.add(number)
        table.extend(_numbers(_sector(data, number, size)))
    return table


def _walk(start: int, table: Sequence[int]) -> Iterator[int]:
    """The sectors of one chain. A chain that is longer than its table leads into itself."""
    for _ in range(len(table) + 1):
        if start >= _NO_SECTOR:
            return
        yield start
        if start >= len(table):
            return
        start = table[start]
    raise _DamagedError


def _check_end(start: int, table: Sequence[int], ended: set[int]) -> None:
    """Raise where the chain has no end. ``ended``: sectors from which an end was reached before, so
    that chains which share their sectors are walked once in all."""
    path: set[int] = set()
    while start < len(table) and start not in ended:
        if start in path:
            raise _DamagedError
        path.add(start)
        start = table[start]
    ended |= path


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size]


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) & ~3])
