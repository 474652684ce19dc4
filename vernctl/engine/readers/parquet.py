"""Parquet, read by DuckDB: every value as text, times as ISO, nested values as JSON."""

from __future__ import annotations

from pathlib import Path

from vernctl.engine.model import EngineError
from vernctl.engine.readers.table import MAX_COLUMNS, SourceTable, TableWriter, unique_names

_BATCH = 10_000


def read_parquet(path: Path, name: str, store: Path) -> SourceTable:
    """The one table of a Parquet file."""
    import duckdb

    con = duckdb.connect()
    try:
        described = con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        names = [str(row[0]) for row in described]
        if len(names) > MAX_COLUMNS:
            raise EngineError(f"{name} has more than {MAX_COLUMNS:,} columns.")
        cells = ", ".join(
            f"coalesce({_as_text(_quoted(column), str(kind))}, '')"
            for column, kind, *_ in described
        )
        rows = con.execute(f"SELECT {cells} FROM read_parquet(?)", [str(path)])
        writer = TableWriter(store, len(names))
        while batch := rows.fetchmany(_BATCH):
            for row in batch:
                writer.write(row)
        form = writer.close()
    except duckdb.Error as error:
        raise EngineError(f"{name} is damaged, or not a Parquet file.") from error
    finally:
        con.close()
    return SourceTable(
        name=name,
        file=name,
        columns=unique_names(names, len(names)),
        row_count=writer.rows,
        form=form,
        store=store,
    )


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _as_text(column: str, kind: str) -> str:
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    return f"to_json({column})::VARCHAR" if nested else f"{column}::VARCHAR"
