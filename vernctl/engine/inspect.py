"""How a file is read, and what its columns match: the engine's own account, for ``vernctl match``,
``init`` and whoever wants a file's rows. ``survey`` looks closer, for ``vernctl inspect``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from vernctl.engine.match import MatchResult
from vernctl.engine.model import EngineError, EngineValue, InputFile, Template
from vernctl.engine.profile import TableProfile, profile_table
from vernctl.engine.readers import SourceTable, iter_rows, load_table, read_file

#: Tables that an error names.
_NAMED = 20


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


class TableChoiceError(EngineError):
    """One table has to be named, or there is none of that name; ``names`` are those there are."""

    def __init__(self, message: str, names: Sequence[str]) -> None:
        super().__init__(message)
        self.names = tuple(names)


def choose_tables(tables: Sequence[SourceTable], name: str) -> list[SourceTable]:
    """The tables whose sheet (or, of a file with but one table, whose file) is called ``name``.

    Raises TableChoiceError where there is none.
    """
    chosen = [table for table in tables if called(table) == name]
    if not chosen:
        names = [called(table) for table in tables]
        raise TableChoiceError(f"There is no table {name}; there are {_listed(names)}.", names)
    return chosen


def called(table: SourceTable) -> str:
    """What a table is chosen by."""
    return table.sheet or table.name


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


@contextmanager
def table_rows(
    path: Path, name: str | None = None
) -> Iterator[tuple[SourceTable, Iterator[tuple[str, ...]]]]:
    """The file's one table, or the one called ``name``, and its rows, for writing it as CSV.

    Raises TableChoiceError where the file holds several: which one is meant cannot be guessed.
    """
    with tempfile.TemporaryDirectory(prefix="vernctl-") as folder:
        tables: Sequence[SourceTable] = read_file(
            InputFile(name=path.name, path=path), Path(folder)
        )
        if name is not None:
            tables = choose_tables(tables, name)
        if len(tables) != 1:
            names = [called(table) for table in tables]
            said = f"{path.name} holds {len(tables)} tables: {_listed(names)}."
            raise TableChoiceError(said, names)
        yield tables[0], iter_rows(tables[0])


class Matched(EngineValue):
    """A match of files, the file of every table in it, and what would be asked about rows."""

    result: MatchResult
    files: Mapping[str, str]
    questions: tuple[str, ...] = ()


def match_files(
    paths: Sequence[Path], templates: Sequence[Template], *, knowledge: str = ""
) -> Matched:
    """Match the columns of all tables of these files to the templates, as authoring does.

    Raises EngineError for what cannot be read, and where two files have one name.
    """
    from vernctl.engine.database import open_database
    from vernctl.engine.findings import Findings
    from vernctl.engine.model import quiet
    from vernctl.engine.workspace import open_workspace

    check_names(paths)
    files = [InputFile(name=path.name, path=path) for path in paths]
    with tempfile.TemporaryDirectory(prefix="vernctl-") as folder:
        findings = Findings(Path(folder) / "findings")
        with open_database(Path(folder)) as con:
            work = open_workspace(con, files, templates, knowledge, findings, quiet)
    return Matched(
        result=work.match,
        files={name: table.file for name, table in work.loaded.tables.items()},
        questions=tuple(each.question for each in work.splits.questions),
    )


def check_names(paths: Sequence[Path]) -> None:
    """Raise EngineError where two files have one name."""
    if double := _twice([path.name for path in paths]):
        raise EngineError(f"Two files are named {double}; a file is known by its name.")


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
