"""A customer's files to the place that the service names for them, from disk, in bounded memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from vernctl.api.models import ApiModel, ListedFile, SignedUpload
from vernctl.errors import (
    ConflictError,
    ContractError,
    InputError,
    ServerError,
    UnreachableError,
)

if TYPE_CHECKING:
    from vernctl.api.transport import Transport

#: Files that one request for signed URLs may name (source: the API's limits).
BATCH = 25
_CHUNK = 1 << 20
_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".json": "application/json",
    ".xml": "application/xml",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True)
class Upload:
    """One file to upload: the name that the migration shall know it by, and where it lies."""

    name: str
    path: Path

    @property
    def content_type(self) -> str:
        """By the name's ending, the same on every host."""
        return _TYPES.get(PurePosixPath(self.name).suffix.lower(), "application/octet-stream")


class SignedUploads(ApiModel):
    """The answer of ``POST …/files``."""

    files: tuple[SignedUpload, ...]


def check_files(files: Sequence[Upload]) -> None:
    """Raise InputError for one name twice, or for what is not a regular file."""
    for name, count in Counter(upload.name for upload in files).items():
        if count > 1:
            raise InputError(f"Two files are named {name!r}.", remote="Nothing was sent.")
    for upload in files:
        if not upload.path.is_file():
            raise InputError(f"{upload.path} is not a file.", remote="Nothing was sent.")


def in_batches(files: Sequence[Upload]) -> Iterator[Sequence[Upload]]:
    """``files`` in as many groups as they need requests for signed URLs."""
    for start in range(0, len(files), BATCH):
        yield files[start : start + BATCH]


def pair(files: Sequence[Upload], signed: SignedUploads, request: str) -> list[tuple[Upload, str]]:
    """Each file with its signed URL, by name. ContractError where a name has none or several."""
    urls = Counter(place.name for place in signed.files)
    for upload in files:
        if urls[upload.name] != 1:
            raise ContractError(
                f"{request}: {urls[upload.name]} signed URLs for {upload.name!r}.", request=request
            )
    places = {place.name: place.signed_url for place in signed.files}
    return [(upload, places[upload.name]) for upload in files]


def has_landed(upload: Upload, listed: Sequence[ListedFile]) -> bool:
    """Whether the file list holds this file with exactly its size (bytes)."""
    return [entry.size for entry in listed if entry.name == upload.name] == [
        upload.path.stat().st_size
    ]


def check_landed(files: Sequence[Upload], listed: Sequence[ListedFile]) -> None:
    """Hold the migration's file list against what was sent: each name once, each size right.

    A size that the list leaves out is not held against it. Raises ConflictError: files cannot be
    removed from a migration, so it is spoilt for these inputs and a raised epoch is the way on.
    """
    for upload in files:
        sizes = [entry.size for entry in listed if entry.name == upload.name]
        here = upload.path.stat().st_size
        if len(sizes) == 1 and sizes[0] in (None, here):
            continue
        if not sizes:
            found = "is not in it"
        elif len(sizes) > 1:
            found = f"is in it {len(sizes)} times"
        else:
            found = f"has {sizes[0]} bytes in it and {here} here"
        raise ConflictError(
            f"The migration's file list is not what was uploaded: {upload.name!r} {found}.",
            status=None,
            remote="Files cannot be removed from a migration.",
            next="raise migration.epoch in the spec",
        )


async def put_file(transport: Transport, upload: Upload, url: str) -> None:
    """PUT one file's bytes to its signed URL, again where the connection breaks.

    No API key goes with it: the URL carries its own authorisation, which no log or error shows.
    Raises ApiError, also where a second try is refused because the first one had landed (signed
    URLs are for single use): the migration's file list tells which it was.
    """
    from vernctl.api.guard import check_signed_url

    request = f"PUT {upload.name}"
    check_signed_url(url, base_is_loopback=transport.loopback, request=request)
    policy = transport.policy
    for attempt in range(policy.attempts):
        try:
            await _put_once(transport, upload, url, request)
            return
        except (UnreachableError, ServerError):
            if attempt + 1 == policy.attempts:
                raise
        await policy.sleep(policy.delay(attempt))


async def _put_once(transport: Transport, upload: Upload, url: str, request: str) -> None:
    from vernctl.api.guard import signed_url_in_use

    size = upload.path.stat().st_size
    headers = {"content-type": upload.content_type, "content-length": str(size)}
    with transport.translating(request), signed_url_in_use():
        answer = transport.pools.for_url(url).stream(
            "PUT", url, content=_read(upload, size), headers=headers, follow_redirects=False
        )
        async with answer as response:
            transport.say(f"{request} ({size} bytes) → {response.status_code}")
            if not response.is_success:
                raise await transport.refusal(response, request)


async def _read(upload: Upload, size: int) -> AsyncIterator[bytes]:
    """The file in pieces; InputError where it changes its size meanwhile."""
    sent = 0
    with upload.path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _CHUNK):
            sent += len(piece)
            if sent > size:
                break
            yield piece
    if sent != size:
        raise InputError(
            f"{upload.path} changed while it was uploaded.",
            remote=f"{upload.name!r} was not stored.",
        )
