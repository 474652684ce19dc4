"""Exports of what an execute wrote: RFC 4180 CSV, streamed. Cells are data and stay exact.

DuckDB writes the lines, a slice of rows at a time, into a file beside the database; what is sent
is read from there. Neither memory nor disk grows with the sheet.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb

from vernctl.engine.compile.tables import cell
from vernctl.engine.database import count_of, open_database
from vernctl.engine.model import EngineError

#: Rows that are written at once, and bytes that are handed out at once.
_SLICE, _PIECE = 2 * 122_880, 1 << 20

Filter = Literal["valid", "all", "invalid"]


class ExportedSheet(NamedTuple):
    """A sheet in an execute's database: its number, and its columns by position."""

    nth: int
    columns: tuple[str, ...]


def count_rows(database: Path, slug: str, filter: Filter) -> int:  # noqa: A002 - the API's word
    """How many rows an export with this filter has. EngineError where there is no such sheet."""
    with _scratch(database) as folder, open_database(folder, database) as con:
        sheet = _sheet(con, slug)
        where = _where(sheet, filter)
        return count_of(con, f"SELECT count(*) FROM (SELECT rowid FROM sheet_{sheet.nth}{where})")


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
    with _scratch(database) as folder, open_database(folder, database) as con:
        # One thread writes as it reads; several gather their lines first, however many those are.
        con.execute("SET threads = 1")
        sheet = _sheet(con, slug)
        positions = _positions(sheet, fields)
        if omit_empty:
            positions = [i for i in positions if _has_values(con, sheet, i)]
        yield _encoded([[sheet.columns[i] for i in positions]])
        if not positions:
            return
        rows = count_of(con, f"SELECT coalesce(max(rowid) + 1, 0) FROM sheet_{sheet.nth}")
        where = _where(sheet, filter)
        for start in range(0, rows, _SLICE):
            found = (
                f"SELECT {_cells(positions)} FROM (SELECT rowid, * FROM sheet_{sheet.nth} "
                f"WHERE rowid >= {start} AND rowid < {start + _SLICE}) s{where}"
            )
            yield from _written(con, found, folder / "slice.csv")


@contextmanager
def _scratch(database: Path) -> Iterator[Path]:
    """A folder beside the database, for as long as it is read."""
    with tempfile.TemporaryDirectory(
        prefix=f"{database.stem}.", dir=database.parent, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _cells(positions: Sequence[int]) -> str:
    """The cells of a row; a row of one empty cell is quoted, as a blank line would be no row."""
    if len(positions) == 1:
        return cell(positions[0])
    return ", ".join(f"nullif({cell(i)}, '')" for i in positions)


def _written(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> Iterator[bytes]:
    """The rows of a query as DuckDB writes them: quoted where needed, and nowhere else."""
    target = str(path).replace("'", "''")
    con.execute(
        f"COPY ({query}) TO '{target}' (FORMAT csv, HEADER false, DELIMITER ',', QUOTE '\"', "
        "ESCAPE '\"', NULLSTR '', COMMENT '', NEW_LINE '\r\n')"
    )
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


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
    # A join hands rows out in any order.
    return f" WHERE rowid {word} (SELECT _row FROM invalid_{sheet.nth}) ORDER BY rowid"


def _encoded(rows: Sequence[Sequence[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode("utf-8", "surrogatepass")
