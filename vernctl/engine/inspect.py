"""How a file is read, and what its columns match: the engine's own account, for ``vernctl inspect``
and ``vernctl match``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vernctl.engine.match import MatchResult, match
from vernctl.engine.model import EngineError, EngineValue, InputFile, Template
from vernctl.engine.profile import TableProfile, profile_table
from vernctl.engine.readers import SourceTable, iter_rows, load_table, read_file


class InspectedTable(EngineValue):
    """One table as it was read, and what its columns hold."""

    table: SourceTable
    profile: TableProfile


class Inspection(EngineValue):
    """How one file is read. The tables' stores are gone when it is handed out."""

    file: str
    size: int
    tables: tuple[InspectedTable, ...]


def inspect_file(path: Path) -> Inspection:
    """Read and profile one file. Raises EngineError for what cannot be read."""
    with tempfile.TemporaryDirectory(prefix="vernctl-") as folder:
        tables = read_file(InputFile(name=path.name, path=path), Path(folder))
        inspected = tuple(
            InspectedTable(table=table, profile=profile)
            for table, profile in zip(tables, _profiles(tables), strict=True)
        )
    return Inspection(file=path.name, size=path.stat().st_size, tables=inspected)


@contextmanager
def table_rows(path: Path) -> Iterator[tuple[SourceTable, Iterator[tuple[str, ...]]]]:
    """The file's one table and its rows, for writing it as CSV.

    Raises EngineError where the file holds several tables: which one is meant cannot be guessed.
    """
    with tempfile.TemporaryDirectory(prefix="vernctl-") as folder:
        tables = read_file(InputFile(name=path.name, path=path), Path(folder))
        if len(tables) != 1:
            names = ", ".join(table.sheet or table.name for table in tables)
            raise EngineError(f"{path.name} holds {len(tables)} tables: {names}.")
        yield tables[0], iter_rows(tables[0])


def match_files(
    paths: Sequence[Path], templates: Sequence[Template], *, knowledge: str = ""
) -> MatchResult:
    """Match the columns of all tables of these files to the templates."""
    if double := _twice([path.name for path in paths]):
        raise EngineError(f"Two files are named {double}; a file is known by its name.")
    with tempfile.TemporaryDirectory(prefix="vernctl-") as folder:
        tables = [
            table
            for path in paths
            for table in read_file(InputFile(name=path.name, path=path), Path(folder))
        ]
        profiles = _profiles(tables)
    return match(profiles, templates, knowledge=knowledge)


def _profiles(tables: Sequence[SourceTable]) -> list[TableProfile]:
    import duckdb

    profiles: list[TableProfile] = []
    with duckdb.connect() as con:
        for table in tables:
            load_table(con, table, "inspected")
            profiles.append(profile_table(con, "inspected", table))
    return profiles


def _twice(names: Sequence[str]) -> str | None:
    return next((name for index, name in enumerate(names) if name in names[:index]), None)
