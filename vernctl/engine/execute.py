"""Executing a recipe: all rows of all sheets into one database file, all or nothing.

What the file holds is said in :mod:`.write`. Everything that was there before is replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vernctl.engine.author.counts import count_sheet
from vernctl.engine.compile.run import Runner
from vernctl.engine.coverage import coverage_of
from vernctl.engine.database import open_database
from vernctl.engine.findings import Findings
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
from vernctl.engine.splitting import take_apart
from vernctl.engine.validate import flag_cells
from vernctl.engine.watch import watched
from vernctl.engine.workspace import load_files
from vernctl.engine.write import sheet_file


def execute(
    recipe: Recipe,
    files: Sequence[InputFile],
    templates: Sequence[Template],
    *,
    database: Path,
    workdir: Path,
    progress: Progress = quiet,
    findings: Findings | None = None,
) -> ExecuteReport:
    """Write every row of the recipe's sheets to ``database`` and account for every row read.

    Either all sheets are replaced or none. Raises EngineError where the files are not those of the
    recipe, or cannot be read.
    """
    for template in templates:
        sheet = recipe.sheet(template.slug)
        if sheet is None or sheet.columns != tuple(column.name for column in template.columns):
            raise EngineError(f"The recipe was not made for the columns of {template.name}.")
    with open_database(workdir) as con, watched(con, progress) as tell:
        findings = findings or Findings(workdir / "findings")
        loaded = take_apart(con, load_files(con, files, findings, tell), recipe.splits)
        with sheet_file(con, database, templates, tell) as written:
            Runner(con, loaded.stored, written.keep).run(recipe)
            counts: list[SheetCount] = []
            flags = [f"flags_{i}" for i in range(len(templates))]
            for template, table in zip(templates, flags, strict=True):
                tell("validate", f"Validating {template.name}.")
                flag_cells(con, template, templates, written.sheets, table)
                sheet = recipe.sheet(template.slug)
                assert sheet is not None  # checked above
                drops = written.drops[template.slug]
                counts.append(count_sheet(con, template, sheet, drops, table))
            tell("write", "Writing all sheets.")
            coverage = coverage_of(con, loaded, recipe, written.sheets)
            written.finish(templates, counts, flags)
    return ExecuteReport(sheets=tuple(counts), coverage=coverage)
