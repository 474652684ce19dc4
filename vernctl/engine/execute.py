"""Executing a recipe: all rows of all sheets into one database file, in one transaction.

The file holds ``sheets`` (number, slug, name, rows), ``columns`` (sheet's number, position, name)
and per sheet ``sheet_N`` (``_row`` from 0 in source order, ``c0 …``) and ``invalid_N`` (``_row``,
position of the column, message). Everything that was there before is replaced.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb

from vernctl.engine.author.counts import count_sheet
from vernctl.engine.compile.run import run_recipe
from vernctl.engine.compile.tables import cell
from vernctl.engine.coverage import coverage_of
from vernctl.engine.database import open_database
from vernctl.engine.model import (
    EngineError,
    ExecuteReport,
    InputFile,
    Progress,
    SheetCount,
    Template,
    quiet,
)
from vernctl.engine.recipe.model import Recipe
from vernctl.engine.validate import flag_cells
from vernctl.engine.workspace import load_files


def execute(
    recipe: Recipe,
    files: Sequence[InputFile],
    templates: Sequence[Template],
    *,
    database: Path,
    workdir: Path,
    progress: Progress = quiet,
) -> ExecuteReport:
    """Write every row of the recipe's sheets to ``database`` and account for every row read.

    Either all sheets are replaced or none. Raises EngineError where the files are not those of the
    recipe, or cannot be read.
    """
    for template in templates:
        sheet = recipe.sheet(template.slug)
        if sheet is None or sheet.columns != tuple(column.name for column in template.columns):
            raise EngineError(f"The recipe was not made for the columns of {template.name}.")
    used = [template for template in templates if recipe.sheet(template.slug) is not None]
    with open_database(workdir) as con:
        loaded = load_files(con, files, workdir, progress)
        progress("execute", "Building every sheet.")
        made = run_recipe(con, recipe, loaded.stored)
        counts: list[SheetCount] = []
        for i, template in enumerate(used):
            progress("validate", f"Validating {template.name}.")
            flag_cells(con, template, used, made, f"flags_{i}")
            sheet = recipe.sheet(template.slug)
            assert sheet is not None  # checked above
            counts.append(count_sheet(con, template, sheet, made[template.slug], f"flags_{i}"))
        tables = [made[template.slug].table for template in used]
        progress("write", "Writing all sheets.")
        _write(con, used, tables, counts, database)
        coverage = coverage_of(con, loaded, used, made)
    return ExecuteReport(sheets=tuple(counts), coverage=coverage)


def _write(
    con: duckdb.DuckDBPyConnection,
    templates: Sequence[Template],
    tables: Sequence[str],
    counts: Sequence[SheetCount],
    database: Path,
) -> None:
    """All or nothing: a new file, written in one transaction, takes the place of the old one.

    Who reads the old file while it is replaced reads it to its end.
    """
    fresh = database.with_name(database.name + ".new")
    fresh.unlink(missing_ok=True)
    path = str(fresh).replace("'", "''")
    con.execute(f"ATTACH '{path}' AS target")
    try:
        con.execute("BEGIN")
        con.execute(
            "CREATE TABLE target.sheets (nth INTEGER, slug VARCHAR, name VARCHAR, rows BIGINT)"
        )
        con.execute("CREATE TABLE target.columns (nth INTEGER, position INTEGER, name VARCHAR)")
        for i, template in enumerate(templates):
            _write_sheet(con, i, template, tables[i], counts[i])
        con.execute("COMMIT")
    finally:
        con.execute("DETACH target")  # rolls back what was not committed, and writes the log out
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(database)


def _write_sheet(
    con: duckdb.DuckDBPyConnection, nth: int, template: Template, table: str, count: SheetCount
) -> None:
    cells = "".join(f", {cell(i)}" for i in range(len(template.columns)))
    con.execute(
        f"CREATE TABLE target.sheet_{nth} AS SELECT _pos AS _row{cells} FROM {table} "
        "WHERE _drop IS NULL ORDER BY _pos"
    )
    con.execute(
        f"CREATE TABLE target.invalid_{nth} AS SELECT DISTINCT _pos AS _row, col, rule, message "
        f"FROM flags_{nth} ORDER BY _row, col, rule, message"
    )
    con.execute(
        "INSERT INTO target.sheets VALUES (?, ?, ?, ?)",
        [nth, template.slug, template.name, count.rows],
    )
    for position, column in enumerate(template.columns):
        con.execute("INSERT INTO target.columns VALUES (?, ?, ?)", [nth, position, column.name])
