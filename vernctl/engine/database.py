"""DuckDB as the engine uses it: no network, no extensions, bounded memory, spills to a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from vernctl.engine.model import EngineError

MEMORY_LIMIT = "400MB"
#: So many columns fit under the usual limit; each further one takes this much while it is loaded,
#: because DuckDB holds a vector of every column, several times over.
_USUAL_WIDTH = 1_000
_COLUMN_KB = 256
CHUNK = 10_000


@contextmanager
def open_database(
    workdir: Path, reading: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a new database in memory that spills into ``workdir``.

    ``reading`` is a database file whose tables it reads; several connections may read one file.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(workdir / "spill"),
        "preserve_insertion_order": True,
    }
    con = duckdb.connect(":memory:", config=config)
    try:
        if reading is not None:
            path = str(reading).replace("'", "''")
            con.execute(f"ATTACH '{path}' AS file (READ_ONLY)")
            con.execute("USE file")
        yield con
    except duckdb.OutOfMemoryException as error:
        raise EngineError("The data does not fit into the memory and disk given to it.") from error
    finally:
        con.close()


def make_room(con: duckdb.DuckDBPyConnection, width: int) -> None:
    """Raise the limit of a connection that is to load a table of thousands of columns."""
    if width > _USUAL_WIDTH:
        usual = int(MEMORY_LIMIT.removesuffix("MB"))
        con.execute(
            f"SET memory_limit = '{usual + (width - _USUAL_WIDTH) * _COLUMN_KB // 1_000}MB'"
        )


def rows_of(
    con: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[object] = ()
) -> list[tuple[object, ...]]:
    """All rows of a query whose result is small."""
    return con.execute(statement, list(parameters)).fetchall()


def chunks_of(
    con: duckdb.DuckDBPyConnection, statement: str
) -> Iterator[Sequence[tuple[object, ...]]]:
    """The rows of a query of any size, a chunk at a time."""
    cursor = con.execute(statement)
    while chunk := cursor.fetchmany(CHUNK):
        yield chunk


def count_of(con: duckdb.DuckDBPyConnection, statement: str) -> int:
    """The one number that a query gives."""
    row = con.execute(statement).fetchone()
    return int(row[0]) if row else 0
