"""Exports: one sheet's imported rows as CSV, streamed."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from vernctl.embedded.engine_work import Engine, RowFilter
from vernctl.embedded.migrations import Migration
from vernctl.embedded.preview import not_found_column
from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.store import Store

if TYPE_CHECKING:
    from vernctl.embedded.catalog import Catalog


@dataclass(frozen=True)
class ExportQuery:
    """Which sheet, which rows, which columns."""

    slug: str
    row_filter: RowFilter
    fields: tuple[str, ...] | None
    omit_empty: bool


@dataclass(frozen=True)
class Export:
    """A CSV about to be sent; ``total`` counts its data rows."""

    total: int
    chunks: Iterator[bytes]


def parse_filter(text: str) -> RowFilter:
    """``valid``, ``all`` or ``invalid``. Refuses with 400."""
    for known in get_args(RowFilter):
        if text == known:
            return known  # type: ignore[no-any-return]  # get_args is untyped
    raise RefusalError(400, f"filter is “{text}”; it may be valid, all or invalid.")


def open_export(
    store: Store, catalog: Catalog, engine: Engine, migration: Migration, q: ExportQuery
) -> Export:
    """The sheet as the last execute left it; before the first, its header alone.

    Refuses with 404 for an unknown sheet, 400 for an unknown column, 409 where
    ``omit_empty`` is asked of a sheet that has no coverage yet.
    """
    with store.transaction() as db:
        row = db.one("SELECT * FROM imports WHERE migration = ?", migration.id)
    if q.slug not in {sheet.slug for sheet in migration.sheets}:
        raise not_found(f"The sheet “{q.slug}”")
    if row is None:
        template = catalog.template(q.slug)
        columns = [column.name for column in template.columns] if template else []
        check_fields(q, columns)
        if q.omit_empty:
            raise RefusalError(
                409,
                "Nothing was imported yet, so it is not known which columns are empty.",
                fields={"code": "coverage_unavailable"},
            )
        return Export(0, iter([_header(q.fields or columns)]))
    check_fields(q, json.loads(row["columns"])[q.slug])
    database = store.folder / "sheets" / f"{row['step']}.duckdb"
    return _imported(engine, database, q)


def _imported(engine: Engine, database: Path, q: ExportQuery) -> Export:
    total = engine.count_rows(database, q.slug, q.row_filter)
    chunks = engine.stream_csv(database, q.slug, q.row_filter, q.fields, q.omit_empty)
    return Export(total, chunks)


def check_fields(q: ExportQuery, columns: list[str]) -> None:
    """Refuses with 400 for a column that the sheet does not have."""
    unknown = [name for name in q.fields or () if name not in columns]
    if unknown:
        raise not_found_column(unknown[0])


def _header(columns: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(columns)
    return text.getvalue().encode()


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client that sends this ``Accept-Encoding`` takes gzip; ``gzip;q=0`` refuses it."""
    for offer in accept_encoding.lower().split(","):
        coding, _, weight = offer.partition(";")
        if coding.strip() == "gzip":
            return re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight) is None
    return False


def gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes as one gzip member, compressed as they come."""
    packer = zlib.compressobj(level=6, wbits=31)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()
