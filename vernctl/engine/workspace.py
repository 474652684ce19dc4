"""The files as the engine works on them: read, loaded, profiled and matched, all in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import duckdb

from vernctl.engine.compile.run import Runner
from vernctl.engine.compile.tables import Stored
from vernctl.engine.database import make_room
from vernctl.engine.findings import Findings
from vernctl.engine.loaded import Loaded
from vernctl.engine.match import MatchResult, match
from vernctl.engine.model import InputFile, Progress, Template
from vernctl.engine.profile import ColumnProfile, TableProfile, profile_table
from vernctl.engine.readers import SourceTable, load_table
from vernctl.engine.splitting import Splits, find_splits, part_of, rest_of, take_apart


@dataclass(frozen=True)
class Workspace:
    """Everything that authoring reads. ``con`` holds the loaded tables."""

    con: duckdb.DuckDBPyConnection
    templates: tuple[Template, ...]
    loaded: Loaded
    profiles: Mapping[str, TableProfile]
    match: MatchResult
    runner: Runner
    splits: Splits

    def template(self, slug: str) -> Template:
        """The template of that slug, which must be there."""
        return next(template for template in self.templates if template.slug == slug)

    def profile(self, table: str, column: str) -> ColumnProfile:
        """The profile of a source column, which must be there."""
        columns = self.profiles[table].columns
        return next(profile for profile in columns if profile.name == column)

    def fill_of(self, table: str, column: str) -> str:
        """How full a source column is, in words: ``98 % filled``."""
        rows = self.profiles[table].rows
        return f"{percent(self.profile(table, column).filled, rows)} filled"


def percent(part: int, whole: int) -> str:
    """A share in whole percents; only all is 100 %, and only nothing is 0 %."""
    if not whole or part == whole or not part:
        return "100 %" if part else "0 %"
    return f"{min(99, max(1, round(100 * part / whole)))} %"


def load_files(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[InputFile],
    findings: Findings,
    progress: Progress,
) -> Loaded:
    """Read every file and load its tables; the order of the files does not matter."""
    tables: dict[str, SourceTable] = {}
    contents: dict[str, str] = {}
    for file in sorted(files, key=lambda file: (file.name, str(file.path))):
        progress("read", f"Reading {file.name}.")
        for nth, table in enumerate(findings.tables(file)):
            name = _unused(table.name, tables)
            tables[name] = table
            contents[name] = f"{findings.digest(file)} {nth} {file.name}"
    make_room(con, max((len(table.columns) for table in tables.values()), default=0))
    stored = {}
    for i, (name, table) in enumerate(tables.items()):
        stored[name] = Stored(f"source_{i}", table.columns)
        load_table(con, table, stored[name].table)
    return Loaded(tables, stored, contents)


def _unused(name: str, taken: Mapping[str, object]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found


def open_workspace(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[InputFile],
    templates: Sequence[Template],
    knowledge: str,
    findings: Findings,
    progress: Progress,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> Workspace:
    """Load, profile and match the files. ``answers`` settle which rows of a split are of what."""
    loaded = load_files(con, files, findings, progress)
    profile = partial(_profile, con, findings, progress)
    profiles = {name: profile(loaded, name) for name in loaded.tables}
    splits = find_splits(
        tuple(profiles.values()),
        templates,
        answers,
        lambda split, part: profile(part_of(con, loaded, split, part), part),
    )
    if splits.splits:
        loaded = take_apart(con, loaded, splits.splits)
        profiles = {
            name: profiles[name] if name in profiles else _part(profile(loaded, name), splits)
            for name in loaded.tables
        }
    progress("match", "Matching columns.")
    matched = findings.value(
        MatchResult,
        [
            *(part for name in profiles for part in (name, loaded.contents[name])),
            *(template.model_dump_json() for template in templates),
            knowledge,
        ],
        lambda: match(tuple(profiles.values()), templates, knowledge=knowledge),
    )
    runner = Runner(con, loaded.stored)
    return Workspace(con, tuple(templates), loaded, profiles, matched, runner, splits)


def _profile(
    con: duckdb.DuckDBPyConnection,
    findings: Findings,
    progress: Progress,
    loaded: Loaded,
    name: str,
) -> TableProfile:
    table = loaded.tables[name]
    progress("profile", f"Looking at {name}: {table.row_count:,} rows.")
    found = findings.value(
        TableProfile,
        [loaded.contents[name]],
        partial(profile_table, con, loaded.stored[name].table, table),
    )
    return found.model_copy(update={"table": name})


def _part(profile: TableProfile, splits: Splits) -> TableProfile:
    """The profile of a part of a table, told which template its rows are of."""
    name = profile.table
    split = next(each for each in splits.splits if name in (*each.parts, rest_of(each)))
    values = ", ".join(value or "nothing" for value in split.parts.get(name, ()))
    return profile.model_copy(
        update={
            "sheet_of": splits.sheet_of.get(name, ""),
            "which": f'its rows have {values} in "{split.by}"' if values else "",
            "part_of": split.table,
            "parted_by": split.by,
        }
    )
