"""An export to disk: streamed beside its target, checked, synced, and only then put in place."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from vernctl.api.body import iter_body
from vernctl.api.calls import Call
from vernctl.api.transport import Transport
from vernctl.errors import InputError, UnreachableError


class RecordCounter:
    """Counts the records of an RFC 4180 file in pieces; a quoted line break ends no record."""

    def __init__(self) -> None:
        self._ends = 0
        self._quoted = False
        self._open = False

    def feed(self, piece: bytes) -> None:
        """Take the next piece, wherever it was cut."""
        if not piece:
            return
        for index, run in enumerate(piece.split(b'"')):
            if index:
                self._quoted = not self._quoted
            if not self._quoted:
                self._ends += run.count(b"\n")
        self._open = not piece.endswith(b"\n") or self._quoted

    @property
    def records(self) -> int:
        """Records so far, the header among them; a last one needs no line end."""
        return self._ends + self._open


async def save_csv(transport: Transport, call: Call, target: Path) -> int:
    """Stream the CSV that ``call`` answers to ``target``; the number of its records, header apart.

    ``target`` holds the whole export or what it held before, never a part. A body with fewer or
    more records than ``X-Total-Records`` says counts as cut short and is asked for again. Raises
    ApiError, or InputError where the disk refuses.
    """
    return await transport.persist(call, lambda: _once(transport, call, target))


async def _once(transport: Transport, call: Call, target: Path) -> int:
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                total = await _fill(transport, call, file.write)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}.", remote="Nothing was changed."
        ) from error
    return total


async def _fill(transport: Transport, call: Call, write: Callable[[bytes], int]) -> int:
    counter = RecordCounter()
    async with transport.stream(call) as response:
        async for piece in iter_body(response, limit=call.limit, request=call.name):
            write(piece)
            counter.feed(piece)
        promised = response.headers.get("x-total-records", "")
    found = max(0, counter.records - 1)
    if promised.isascii() and promised.isdigit() and int(promised) != found:
        raise UnreachableError(
            f"{call.name}: {found:,} records arrived, and {int(promised):,} were announced.",
            request=call.name,
        )
    return found


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
