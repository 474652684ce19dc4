"""Writing sheets: each one straight into the database file that an import leaves behind.

The file holds ``sheets`` (number, slug, name, rows), ``columns`` (sheet's number, position, name)
and per sheet ``sheet_N`` (``c0 …``, a row's place is its ``rowid``, from 0 in source order) and
``invalid_N`` (``_row``, position of the column, rule, message).

A sheet that is made row by row is written as it is computed, in one pass. Where joins or dropped
rows stand in the way, it is made whole first, and then its rows that stay are written in order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
from sqlglot import exp

from vernctl.engine.author.counts import Drops, drops_of
from vernctl.engine.compile.inputs import DROP
from vernctl.engine.compile.lookups import POSITION
from vernctl.engine.compile.run import keep_whole
from vernctl.engine.compile.sheet import keeps_order
from vernctl.engine.compile.tables import Stored, cell, sql
from vernctl.engine.database import count_of
from vernctl.engine.model import Progress, SheetCount, Template
from vernctl.engine.recipe.base import missing, name
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import DropStep

#: The file under its name in statements.
_TARGET = "target"


@contextmanager
def sheet_file(
    con: duckdb.DuckDBPyConnection,
    database: Path,
    templates: Sequence[Template],
    progress: Progress,
) -> Iterator[SheetFile]:
    """A new file to write sheets to; it takes the place of ``database`` once all are there.

    All or nothing: whatever fails leaves ``database`` as it was, and who reads the old file while
    it is replaced reads it to its end.
    """
    fresh = database.with_name(database.name + ".new")
    fresh.unlink(missing_ok=True)
    path = str(fresh).replace("'", "''")
    # Packing text takes longer than everything else that an import does, for half the disk.
    con.execute("SET force_compression = 'uncompressed'")
    con.execute(f"ATTACH '{path}' AS {_TARGET}")
    try:
        try:
            yield SheetFile(con, templates, progress)
        finally:
            con.execute(f"DETACH {_TARGET}")  # writes the log out
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(database)


class SheetFile:
    """The sheets of one import while they are written."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, templates: Sequence[Template], progress: Progress
    ) -> None:
        self._con = con
        self._nth = {template.slug: i for i, template in enumerate(templates)}
        self._names = {template.slug: template.name for template in templates}
        self._progress = progress
        #: The rows that stay, by template; ``_pos`` is a row's place in the file.
        self.sheets: dict[str, Stored] = {}
        #: What became of every row read, by template.
        self.drops: dict[str, Drops] = {}

    def keep(self, sheet: SheetRecipe, stored: Stored, query: exp.Query) -> Stored:
        """Write the rows of a sheet that stay, and say where steps of other sheets find them."""
        self._progress("execute", f"Building {self._names[sheet.template]}.")
        nth = self._nth[sheet.template]
        if keeps_order(sheet) and not sheet.helpers and not _drops_rows(sheet):
            self._write(nth, sheet, query)
            rows = count_of(self._con, f"SELECT count(*) FROM {_TARGET}.sheet_{nth}")
            self.drops[sheet.template] = {None: rows}
            return self._seen(nth, sheet)
        keep_whole(self._con, stored, query)
        self.drops[sheet.template] = drops_of(self._con, stored)
        stay = (
            exp.select("*", copy=False)
            .from_(stored.table, copy=False)
            .where(missing(name(DROP)), copy=False)
        )
        if not keeps_order(sheet):
            stay = stay.order_by(name(POSITION), copy=False)
        self._write(nth, sheet, stay)
        seen = self._seen(nth, sheet)
        if sheet.helpers:
            return stored  # other sheets may look into columns that are not written
        self._con.execute(f"DROP TABLE {stored.table}")
        return seen

    def _write(self, nth: int, sheet: SheetRecipe, query: exp.Query) -> None:
        cells = [name(cell(i)) for i in range(len(sheet.columns))]
        rows = exp.select(*cells, copy=False).from_(query.subquery("q", copy=False), copy=False)
        table = exp.to_table(f"{_TARGET}.sheet_{nth}")
        self._con.execute(sql(exp.Create(this=table, kind="TABLE", expression=rows)))

    def _seen(self, nth: int, sheet: SheetRecipe) -> Stored:
        """The written rows, as rules and other sheets look at a sheet."""
        self._con.execute(
            f"CREATE OR REPLACE TEMP VIEW written_{nth} AS SELECT NULL::INTEGER AS {DROP}, "
            f"rowid AS {POSITION}, * FROM {_TARGET}.sheet_{nth}"
        )
        self.sheets[sheet.template] = Stored(f"written_{nth}", sheet.columns)
        return self.sheets[sheet.template]

    def finish(
        self, templates: Sequence[Template], counts: Sequence[SheetCount], flags: Sequence[str]
    ) -> None:
        """Write what the sheets are, and the invalid cells of each from its table of flags."""
        self._con.execute(
            f"CREATE TABLE {_TARGET}.sheets (nth INTEGER, slug VARCHAR, name VARCHAR, rows BIGINT)"
        )
        self._con.execute(
            f"CREATE TABLE {_TARGET}.columns (nth INTEGER, position INTEGER, name VARCHAR)"
        )
        for nth, (template, count) in enumerate(zip(templates, counts, strict=True)):
            self._con.execute(
                f"CREATE TABLE {_TARGET}.invalid_{nth} AS SELECT DISTINCT {POSITION} AS _row, col, "
                f"rule, message FROM {flags[nth]} ORDER BY _row, col, rule, message"
            )
            self._con.execute(
                f"INSERT INTO {_TARGET}.sheets VALUES (?, ?, ?, ?)",
                [nth, template.slug, template.name, count.rows],
            )
            columns = [column.name for column in template.columns]
            self._con.execute(
                f"INSERT INTO {_TARGET}.columns SELECT ?, unnest(range(?)), unnest(?::VARCHAR[])",
                [nth, len(columns), columns],
            )


def _drops_rows(sheet: SheetRecipe) -> bool:
    return any(isinstance(step, DropStep) for step in sheet.steps)
