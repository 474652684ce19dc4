"""Exports of what an execute wrote: RFC 4180 CSV, streamed. Cells are data and stay exact."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb

from vernctl.engine.compile.tables import cell
from vernctl.engine.database import chunks_of, count_of, open_database
from vernctl.engine.model import EngineError

Filter = Literal["valid", "all", "invalid"]


class ExportedSheet(NamedTuple):
    """A sheet in an execute's database: its number, and its columns by position."""

    nth: int
    columns: tuple[str, ...]


def count_rows(database: Path, slug: str, filter: Filter) -> int:  # noqa: A002 - the API's word
    """How many rows an export with this filter has. EngineError where there is no such sheet."""
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder), database) as con:
        sheet = _sheet(con, slug)
        return count_of(con, f"SELECT count(*) FROM sheet_{sheet.nth}{_where(sheet, filter)}")


def stream_csv(
    database: Path,
    slug: str,
    *,
    filter: Filter = "valid",  # noqa: A002 - the API's word
    fields: Sequence[str] | None = None,
    omit_empty: bool = False,
) -> Iterator[bytes]:
    """The rows of a sheet in source order as CSV, header first, CRLF, UTF-8, in chunks.

    ``fields`` picks columns by name, in that order; ``omit_empty`` leaves out columns in which no
    row of the sheet has a value. EngineError for a sheet or field that is not there.
    """
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder), database) as con:
        sheet = _sheet(con, slug)
        positions = _positions(sheet, fields)
        if omit_empty:
            positions = [i for i in positions if _has_values(con, sheet, i)]
        yield _encoded([[sheet.columns[i] for i in positions]])
        if not positions:
            return
        cells = ", ".join(cell(i) for i in positions)
        where = _where(sheet, filter)
        query = f"SELECT {cells} FROM sheet_{sheet.nth}{where} ORDER BY _row"
        for chunk in chunks_of(con, query):
            yield _encoded(chunk)


def _sheet(con: duckdb.DuckDBPyConnection, slug: str) -> ExportedSheet:
    found = con.execute("SELECT nth FROM sheets WHERE slug = ?", [slug]).fetchone()
    if found is None:
        raise EngineError(f'Nothing was imported for "{slug}".')
    columns = con.execute(
        "SELECT name FROM columns WHERE nth = ? ORDER BY position", [found[0]]
    ).fetchall()
    return ExportedSheet(int(found[0]), tuple(str(column) for (column,) in columns))


def _positions(sheet: ExportedSheet, fields: Sequence[str] | None) -> list[int]:
    if fields is None:
        return list(range(len(sheet.columns)))
    unknown = [field for field in fields if field not in sheet.columns]
    if unknown:
        raise EngineError(f'There is no column "{unknown[0]}" to export.')
    return [sheet.columns.index(field) for field in fields]


def _has_values(con: duckdb.DuckDBPyConnection, sheet: ExportedSheet, position: int) -> bool:
    query = f"SELECT count(*) FROM sheet_{sheet.nth} WHERE {cell(position)} <> ''"
    return count_of(con, query) > 0


def _where(sheet: ExportedSheet, filter: Filter) -> str:  # noqa: A002
    if filter == "all":
        return ""
    word = "IN" if filter == "invalid" else "NOT IN"
    return f" WHERE _row {word} (SELECT _row FROM invalid_{sheet.nth})"


def _encoded(rows: Sequence[Sequence[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode("utf-8", "surrogatepass")
