"""A table as read: its columns, what was noticed, what was rejected, and where its rows lie.

Rows lie in a *store*: UTF-8 CSV without a header, ``,`` between cells, ``"`` around them where
needed and doubled inside, LF after each row. A large plain file is its own store. ``iter_rows`` and
``load_table`` read either, and what a customer's file looked like no longer matters to anyone.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.engine.model import EngineError, EngineValue

if TYPE_CHECKING:
    import duckdb

#: No cell may be longer (characters): a longer one is a file inside a cell, or damage.
MAX_CELL = 16_000_000
#: No table may be wider: a spreadsheet's own limit.
MAX_COLUMNS = 16_384
#: Rejected lines that are kept whole; all are counted.
KEPT_REJECTS = 1_000
#: Line numbers that are kept of each kind of line.
KEPT_LINES = 100

# csv's limit is global; 128 KB, its default, is less than a note that a CRM exports.
csv.field_size_limit(min(MAX_CELL * 2, sys.maxsize))


class RejectedLine(EngineValue):
    """A line that could not become a row: its number (from 1), its text (cut), and why."""

    line: int
    text: str
    why: str


class Dialect(EngineValue):
    """How a delimited file is written. ``quote`` is '' where nothing is quoted.

    ``spans``: of a file with columns of fixed width, where each column's text stands (start and
    end, in characters from 0); there is no ``delimiter`` then.
    """

    delimiter: str
    quote: str = '"'
    escape: str = ""
    skip_space: bool = False
    spans: tuple[tuple[int, int], ...] = ()


class StoreForm(EngineValue):
    """How a store is written: lines to skip, delimiter, quote ('' for none), CRLF line ends.

    ``longest`` is the length of the longest row in characters, 0 where it is below a megabyte.
    """

    skip: int = 0
    delimiter: str = ","
    quote: str = '"'
    crlf: bool = False
    longest: int = 0


class SourceTable(EngineValue):
    """One table of a customer's file. ``columns`` are unique and non-empty, in file order.

    ``header_line`` is the line (or sheet row) of the header from 1, None where there was none.
    ``rejected`` keeps the first thousand of ``rejected_count`` lines; ``skipped`` counts the
    records that are neither rows nor rejected, by what they are. ``lines``: where the first hundred
    of each of these are, and of rows that were "short" or "torn", have a "stray quote", or look
    like a "total" or a "remark".
    ``line_ends``: how the first lines of a text file end ("LF", "CRLF", "CR"), the commonest first.
    """

    name: str
    file: str
    sheet: str | None = None
    columns: tuple[str, ...]
    row_count: int
    notes: tuple[str, ...] = ()
    rejected: tuple[RejectedLine, ...] = ()
    rejected_count: int = 0
    skipped: Mapping[str, int] = {}
    lines: Mapping[str, tuple[int, ...]] = {}
    encoding: str | None = None
    dialect: Dialect | None = None
    line_ends: tuple[str, ...] = ()
    header_line: int | None = None
    store: Path
    form: StoreForm = StoreForm()


class TableWriter:
    """Writes rows of one width to a store, and remembers the longest."""

    def __init__(self, store: Path, width: int) -> None:
        self.rows = 0
        self.longest = 0
        self.width = width
        self._file = store.open("w", encoding="utf-8", errors="replace", newline="")
        self._write = csv.writer(self._file, lineterminator="\n").writerow
        self._write_quoted = csv.writer(
            self._file, lineterminator="\n", quoting=csv.QUOTE_ALL
        ).writerow

    def write(self, row: Sequence[str]) -> None:
        """Append a row of exactly ``width`` cells."""
        # csv quotes a cell for the line end it writes itself, LF; a CR has to be quoted too.
        length: int = (self._write_quoted if "\r" in "".join(row) else self._write)(row)
        if length > self.longest:
            self.longest = length
        self.rows += 1

    def close(self) -> StoreForm:
        """Flush and close; no row may follow. The result says how the store is to be read."""
        self._file.close()
        return StoreForm(longest=self.longest)


def iter_rows(table: SourceTable) -> Iterator[tuple[str, ...]]:
    """The table's rows in file order, every one as wide as ``columns``."""
    form = table.form
    width = len(table.columns)
    with table.store.open(encoding="utf-8-sig" if form.skip else "utf-8", newline="") as file:
        rows = csv.reader(
            islice(file, form.skip, None),
            delimiter=form.delimiter,
            quoting=csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE,
        )
        for row in rows:
            yield tuple(row[:width])


def load_table(con: duckdb.DuckDBPyConnection, table: SourceTable, as_name: str) -> None:
    """Create the DuckDB table ``as_name``: ``_row BIGINT`` from 0 in file order, VARCHAR ``c0 …``.

    Raises EngineError where DuckDB does not find exactly the rows that were stored.
    """
    names = [f"c{index}" for index in range(len(table.columns))]
    target = '"' + as_name.replace('"', '""') + '"'
    source = f"SELECT row_number() OVER () - 1 AS _row, * FROM {read_sql(table.form, names)}"
    con.execute(f"CREATE OR REPLACE TABLE {target} AS {source}", [str(table.store)])
    found = con.execute(f"SELECT count(*) FROM {target}").fetchone()
    if found is None or found[0] != table.row_count:
        raise EngineError(f"{table.name} has {table.row_count} rows, but not all could be loaded.")


#: SQL for what trimming takes off: white space of every script, as Python's strip does.
BLANKS = (
    "' \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'"
)


def sql_text(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def read_sql(form: StoreForm, names: Sequence[str]) -> str:
    """The table function that reads a store, its path being the statement's parameter.

    Everything is said: nothing is sniffed, guessed, skipped or taken for NULL. Row order is file
    order because one reader hands out the rows.
    """
    columns = ", ".join(f"{sql_text(name)}: 'VARCHAR'" for name in names)
    filled = ", ".join(map(sql_text, names))
    # Told that lines end in CRLF, DuckDB 2.0 finds none; left to itself it finds them.
    ends = "" if form.crlf else "new_line='\\n', "
    quote = sql_text(form.quote)
    return (
        f"read_csv(?, auto_detect=false, header=false, skip={form.skip}, "
        f"delim={sql_text(form.delimiter)}, quote={quote}, escape={quote}, {ends}comment='', "
        "encoding='utf-8', all_varchar=true, null_padding=false, strict_mode=true, "
        f"ignore_errors=false, parallel=false, max_line_size={max(2 << 20, 4 * form.longest)}, "
        f"columns={{{columns}}}, force_not_null=[{filled}])"
    )


def unique_names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """Column names from header cells: white space folded, empty ones "Column 3", doubles "X (2)".

    Case counts as a difference: "Email" and "EMAIL" may stand side by side.
    """
    names: list[str] = []
    taken: set[str] = set()
    given = {" ".join(cell.split()) for cell in cells}
    for index in range(width):
        base = " ".join(cells[index].split()) if index < len(cells) else ""
        base = base or f"Column {index + 1}"
        name, count = base, 1
        while name in taken or (count > 1 and name in given):
            count += 1
            name = f"{base} ({count})"
        taken.add(name)
        names.append(name)
    return tuple(names)
