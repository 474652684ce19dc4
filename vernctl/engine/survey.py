"""All that can be told of files by looking at them alone, for ``vernctl inspect``."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.engine.database import make_room, open_database
from vernctl.engine.formats import ColumnFormat, format_of, telling_pattern
from vernctl.engine.inclusions import Inclusion, find_inclusions
from vernctl.engine.inspect import choose_tables
from vernctl.engine.keys import find_keys
from vernctl.engine.languages import language_of
from vernctl.engine.model import EngineValue, InputFile
from vernctl.engine.profile import (
    TableProfile,
    cells_sql,
    column_groups,
    profile_table,
    sample_cells,
    trimmed_sql,
)
from vernctl.engine.readers import SourceTable, load_table, read_file
from vernctl.engine.readers.mending import NOTHING
from vernctl.engine.readers.table import BLANKS, sql_text

if TYPE_CHECKING:
    import duckdb

_TELLING = 200


class SurveyedTable(EngineValue):
    """One table as it was read, and what it holds.

    ``formats`` and ``placeholders`` (cells that hold a word for nothing, counted in all rows) stand
    in the order of the columns. ``keys`` by their columns, the likeliest first; ``doubles`` rows
    are equal to another one (None: not searched). ``language``: of the column names, ISO 639-1.
    """

    table: SourceTable
    profile: TableProfile
    formats: tuple[ColumnFormat, ...]
    placeholders: tuple[tuple[tuple[str, int], ...], ...]
    keys: tuple[tuple[str, ...], ...]
    doubles: int | None
    language: str | None


class SurveyedFile(EngineValue):
    """One file: its name, its size in bytes, its tables that were looked into."""

    file: str
    size: int
    tables: tuple[SurveyedTable, ...]


class Survey(EngineValue):
    """Files, and what ties their tables: places count all tables, file after file."""

    files: tuple[SurveyedFile, ...]
    inclusions: tuple[Inclusion, ...] = ()


def survey_files(paths: Sequence[Path], name: str | None = None) -> Survey:
    """Read and survey files, of their tables only those called ``name`` where one is given.

    Raises EngineError for what cannot be read, TableChoiceError where no table has the name.
    """
    with tempfile.TemporaryDirectory(prefix="vernctl-") as kept:
        folder = Path(kept)
        read = [_read(path, folder / str(place)) for place, path in enumerate(paths)]
        tables = [table for found in read for table in found]
        if name is not None:
            tables = choose_tables(tables, name)
        with open_database(folder) as con:
            make_room(con, max((len(table.columns) for table in tables), default=0))
            loaded = [f"t{place}" for place in range(len(tables))]
            surveyed = [
                _surveyed(con, as_name, table)
                for as_name, table in zip(loaded, tables, strict=True)
            ]
            inclusions = find_inclusions(con, loaded, [each.profile for each in surveyed])
    files = tuple(
        SurveyedFile(
            file=path.name,
            size=path.stat().st_size,
            tables=tuple(each for each in surveyed if any(each.table is one for one in found)),
        )
        for path, found in zip(paths, read, strict=True)
    )
    return Survey(files=files, inclusions=inclusions)


def _read(path: Path, folder: Path) -> tuple[SourceTable, ...]:
    folder.mkdir()
    return read_file(InputFile(name=path.name, path=path), folder)


def _surveyed(con: duckdb.DuckDBPyConnection, as_name: str, table: SourceTable) -> SurveyedTable:
    load_table(con, table, as_name)
    profile = profile_table(con, as_name, table)
    samples = sample_cells(con, as_name, table)
    formats = tuple(_format(con, as_name, index, cells) for index, cells in enumerate(samples))
    keys, doubles = find_keys(con, as_name, profile, formats)
    return SurveyedTable(
        table=table,
        profile=profile,
        formats=formats,
        placeholders=_placeholders(con, as_name, table),
        keys=keys,
        doubles=doubles,
        language=language_of(table.columns) if table.header_line is not None else None,
    )


def _format(
    con: duckdb.DuckDBPyConnection, as_name: str, index: int, cells: Sequence[str]
) -> ColumnFormat:
    """The column's format; where the sample leaves a doubt, cells of the whole column settle it."""
    found = format_of(cells)
    pattern = telling_pattern(found)
    if pattern is None:
        return found
    value = f"trim(c{index}, {BLANKS})"
    telling = con.execute(
        f"SELECT DISTINCT {value} AS v FROM {as_name} "
        f"WHERE regexp_matches({value}, {sql_text(pattern)}) ORDER BY v LIMIT {_TELLING}"
    ).fetchall()
    return format_of(cells, [value for (value,) in telling]) if telling else found


def _placeholders(
    con: duckdb.DuckDBPyConnection, as_name: str, table: SourceTable
) -> tuple[tuple[tuple[str, int], ...], ...]:
    """Of each column the words that stand for nothing, as they are written, with their counts."""
    words = ", ".join(sql_text(word) for word in NOTHING if word)
    found: list[list[tuple[str, int]]] = [[] for _ in table.columns]
    for group in column_groups(table):
        # Neither a long cell nor a number is such a word: most need not be trimmed.
        counts = con.execute(
            f"SELECT k, {trimmed_sql('v')} AS word, count(*) AS n FROM "
            f"({cells_sql(as_name, group)}) WHERE strlen(v) < 40 AND NOT v BETWEEN '0' AND ':' "
            f"AND lower({trimmed_sql('v')}) IN ({words}) "
            "GROUP BY 1, 2 ORDER BY k, n DESC, word"
        ).fetchall()
        for place, word, count in counts:
            found[group[place]].append((word, count))
    return tuple(map(tuple, found))
