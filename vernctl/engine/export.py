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
from vernctl.engine.database import CHUNK, count_of, open_database
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
        rows = count_of(con, f"SELECT coalesce(max(_row) + 1, 0) FROM sheet_{sheet.nth}")
        line = _line(positions)
        where = _where(sheet, filter)
        for start in range(0, rows, CHUNK):
            (piece,) = con.execute(
                f"SELECT string_agg({line}, '' ORDER BY _row) FROM (SELECT * FROM "
                f"sheet_{sheet.nth} WHERE _row >= {start} AND _row < {start + CHUNK}){where}"
            ).fetchone() or (None,)
            if piece:
                yield str(piece).encode("utf-8", "surrogatepass")


def _line(positions: Sequence[int]) -> str:
    """SQL for a row as a line of RFC 4180; Python would take ten times as long to write it.

    A row of one empty cell is quoted: a blank line would be no row.
    """
    empty = " OR {0} = ''" if len(positions) == 1 else ""
    special = "regexp_matches({0}, '[\",\\r\\n]')" + empty
    quoted = "'\"' || replace({0}, '\"', '\"\"') || '\"'"
    cells = [f"CASE WHEN {special} THEN {quoted} ELSE {{0}} END".format(cell(i)) for i in positions]
    return " || ',' || ".join(cells) + " || chr(13) || chr(10)"


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
