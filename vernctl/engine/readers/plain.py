"""The short way for large plain files: they are their own store, and DuckDB reads them as they are.

A file is plain when it is UTF-8, with a header and then rows, all of one width. Whatever is not
(torn rows, blank lines, repeated headers, stray quotes) is found here and read the long way, so
that both ways give the same rows of the same file.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from vernctl.engine.readers.layout import PROTECTED, RULES, Layout, find_layout
from vernctl.engine.readers.records import Record, read_records, record_text
from vernctl.engine.readers.table import (
    BLANKS,
    MAX_COLUMNS,
    Dialect,
    StoreForm,
    read_sql,
    sql_text,
)

_CHUNK = 1 << 20
#: Wider tables than this gain nothing, and cost a statement of many pages.
_WIDEST = 1_000
_SAMPLE = 200


class PlainTable(NamedTuple):
    """What the short way found: the header's layout and line, rows, and the last row."""

    layout: Layout
    header_line: int
    rows: int
    lines: int
    last: tuple[str, ...]
    before: tuple[str, ...]
    form: StoreForm


class _Scan(NamedTuple):
    lines: int
    quoted: bool
    crlf: bool


def read_plain(path: Path, sample: Sequence[str], dialect: Dialect) -> PlainTable | None:
    """What a plain file holds; None where it is not plain. ``sample``: its first lines."""
    if dialect.quote == "'" or dialect.escape or dialect.skip_space or len(dialect.delimiter) != 1:
        return None
    records = list(read_records(sample, dialect))
    # The sample's last record may be cut: what both ways look at must be the same records.
    if len(records) <= _SAMPLE and sum(len(line.encode()) for line in sample) < _text_size(path):
        return None
    records = records[:_SAMPLE]
    if any(record.why or "\n" in record.text[:-1].rstrip("\r") for record in records):
        return None
    layout = find_layout([record.cells for record in records])
    if layout is None or layout.header is None or not layout.header[0]:
        return None
    if layout.first and len(set(layout.header)) < layout.width:
        return None  # headings above the header may tell columns of one name apart
    if not 1 < layout.width <= min(_WIDEST, MAX_COLUMNS):
        return None
    if any(PROTECTED.fullmatch(cell) for record in records for cell in record.cells):
        return None
    line = records[layout.first].line
    scan = _scan(path, dialect.delimiter)
    if scan is None or _has_gap(records, layout.first):
        return None
    quote = dialect.quote if scan.quoted else ""
    form = StoreForm(skip=line, delimiter=dialect.delimiter, quote=quote, crlf=scan.crlf)
    counted = _rows(path, form, layout, scan)
    if counted is None:
        return None
    rows, last = counted
    before = tuple(record_text(record.cells) for record in records[: layout.first][:20])
    return PlainTable(layout, line, rows, scan.lines, last, before, form)


def _text_size(path: Path) -> int:
    """The size of the file in bytes, without a mark at its beginning."""
    with path.open("rb") as file:
        marked = file.read(len(BOM_UTF8)) == BOM_UTF8
    return path.stat().st_size - (len(BOM_UTF8) if marked else 0)


def _has_gap(records: Sequence[Record], first: int) -> bool:
    """Whether lines before the header are not one record each: then lines cannot be counted."""
    return any(record.line != index + 1 for index, record in enumerate(records[: first + 1]))


def _scan(path: Path, delimiter: str) -> _Scan | None:
    """Look through the bytes for what is not plain; None where something is."""
    mark = re.escape(delimiter.encode())
    # Blanks beside quotes: where a quoted cell begins and ends is then a matter of opinion.
    loose = re.compile(rb"(?:[" + mark + rb"\r\n])[ \t]+\"|\"[ \t]+(?:[" + mark + rb"\r\n])")
    ruled = [rule.encode() for rule in RULES]
    rules = [b"\n" + drawn for rule in ruled for drawn in (rule, delimiter.encode() + rule)]
    lines, quoted, crlf, tail = 0, False, False, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            lines += chunk.count(b"\n")
            piece = tail + chunk
            tail = piece[-64:]
            returns = chunk.count(b"\r")
            crlf = crlf or returns > 0
            if any(rule in piece for rule in rules):
                return None
            if b"\0" in chunk or b"\n\n" in piece or b"\n\r\n" in piece:
                return None
            if returns and piece.count(b"\r") - piece.endswith(b"\r") > piece.count(b"\r\n"):
                return None
            if b'"' in chunk:
                quoted = True
                if (b' "' in piece or b'" ' in piece or b"\t" in piece) and loose.search(piece):
                    return None
    return _Scan(lines + (0 if tail.endswith(b"\n") else 1), quoted, crlf)


def _rows(
    path: Path, form: StoreForm, layout: Layout, scan: _Scan
) -> tuple[int, tuple[str, ...]] | None:
    """The number of rows and the last one; None where DuckDB does not agree that it is plain."""
    import duckdb

    names = [f"c{index}" for index in range(layout.width)]
    header = sql_text((layout.header or ("",))[0])
    table = read_sql(form, names)
    with duckdb.connect() as con:
        try:
            found = con.execute(
                f"SELECT count(*), count(*) FILTER (CASE WHEN contains(c0, {header}) THEN "
                f"trim(c0, {BLANKS}) = {header} "
                # What begins with a blank sorts before "!" or beyond ASCII.
                f"WHEN c0 < '!' OR c0 > '~' THEN trim(concat({', '.join(names)}), {BLANKS}) = '' "
                f"END), last(struct_pack({', '.join(f'{name} := {name}' for name in names)})) "
                f"FROM {table}",
                [str(path)],
            ).fetchone()
        except duckdb.Error:
            return None  # an error of the short way, not of the file: the long way will tell
    if found is None or found[1] or (not scan.quoted and found[0] != scan.lines - form.skip):
        return None
    last = tuple((found[2] or {}).values())
    if found[0] and last != _last_line(path, form, layout.width):
        return None  # the end is torn, or a cell of several lines
    return int(found[0]), last


def _last_line(path: Path, form: StoreForm, width: int) -> tuple[str, ...]:
    """The cells of the file's last line, read by itself."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _CHUNK))
        line = file.read().removesuffix(b"\n").removesuffix(b"\r").rpartition(b"\n")[2]
    dialect = Dialect(delimiter=form.delimiter, quote=form.quote)
    records = list(read_records([line.decode("utf-8", "replace")], dialect))
    return tuple(records[0].cells[:width]) if records and not records[0].why else ()
