"""Bodies of answers: read in bounded memory, unpacked, and parsed into models in one pass."""

from __future__ import annotations

import gc
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
from pydantic import ValidationError

from vernctl.api.models import ApiModel
from vernctl.errors import ApiError, ContractError, UnreachableError

MIB = 1 << 20
#: Bytes (unpacked) that an answer may have: ordinary ones, previews and logs, exports.
SMALL, LARGE, EXPORT = 16 * MIB, 1024 * MIB, 1 << 40
#: Bodies above this are parsed with the collector off: they build many tuples and no cycle.
_COLLECTOR_OFF_FROM = MIB
_UNPACK_STEP = MIB
_GZIP = zlib.MAX_WBITS | 16

ModelT = TypeVar("ModelT", bound=ApiModel)


async def iter_body(response: httpx.Response, *, limit: int, request: str) -> AsyncIterator[bytes]:
    """The body in pieces, gunzipped, never more than ``limit`` bytes in all.

    gzip is unpacked here and not by httpx, so that a small body cannot unpack to any size at once
    and a gzip stream that ends early is told from a complete one. Raises ContractError above the
    limit or for another encoding, UnreachableError for a gzip stream cut short.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", ""}:
        raise ContractError(f"{request}: content encoding {encoding!r} was not asked for.")
    raw = response.aiter_raw()
    pieces = raw if encoding in {"identity", ""} else _gunzip(raw, request)
    total = 0
    async for piece in pieces:
        total += len(piece)
        if total > limit:
            raise ContractError(f"{request}: the answer is larger than {limit:,} bytes.")
        yield piece


async def _gunzip(raw: AsyncIterator[bytes], request: str) -> AsyncIterator[bytes]:
    unpack = zlib.decompressobj(_GZIP)
    async for packed in raw:
        more = True
        while more:
            if unpack.eof and packed:  # RFC 1952: a gzip file is a series of members
                unpack = zlib.decompressobj(_GZIP)
            try:
                piece = unpack.decompress(packed, _UNPACK_STEP)
            except zlib.error:
                raise ContractError(f"{request}: the answer is not the gzip it says.") from None
            packed = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
            more = bool(packed) or len(piece) == _UNPACK_STEP
            if piece:
                yield piece
    if not unpack.eof:
        raise UnreachableError(f"{request}: the answer was cut short.", request=request)


async def read_body(response: httpx.Response, *, limit: int, request: str) -> bytes:
    """The whole body as one piece; bounds and errors of :func:`iter_body`."""
    return b"".join([piece async for piece in iter_body(response, limit=limit, request=request)])


def parse(
    model: type[ModelT], body: bytes, request: str, *, require: tuple[str, ...] = ()
) -> ModelT:
    """``body`` as ``model``, straight from the bytes.

    ``require`` names fields that an answer of this request always has although the model allows
    their absence: without them an unrelated object would read as an empty preview. Raises
    UnreachableError for JSON that ends early, and ContractError for anything else, naming the
    request and the first field that is off, never its value.
    """
    try:
        with _collector_off(len(body) >= _COLLECTOR_OFF_FROM):
            value = model.model_validate_json(body)
    except ValidationError as error:
        raise _misread(error, request) from None
    absent = [name for name in require if name not in value.model_fields_set]
    if absent:
        raise ContractError(f"{request}: the answer has no {absent[0]!r}.", request=request)
    return value


def _misread(error: ValidationError, request: str) -> ApiError:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] != "json_invalid":
        where = ".".join(str(part) for part in first["loc"]) or "its top"
        return ContractError(
            f"{request}: the answer is not what the contract promises at {where}: {first['msg']}.",
            request=request,
        )
    # A body without a length that is cut by the end of its connection looks whole to HTTP.
    if str(first.get("ctx", {}).get("error", "")).startswith("EOF while parsing"):
        return UnreachableError(f"{request}: the answer was cut short.", request=request)
    return ContractError(f"{request}: the answer is not JSON.", request=request)


@contextmanager
def _collector_off(wanted: bool) -> Iterator[None]:
    switch = wanted and gc.isenabled()
    if switch:
        gc.disable()
    try:
        yield
    finally:
        if switch:
            gc.enable()
