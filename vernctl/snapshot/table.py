"""Sheets as text: one row is one line, whatever stands in its cells.

RFC 4180, UTF-8, LF, header first. In a cell a backslash, a line feed and a carriage return are
written as the two characters ``\\\\``, ``\\n`` and ``\\r``, so that line tools, git and a
line-wise comparison see rows. No canonical file holds a carriage return, which is why a checkout
that turned LF into CRLF is read without loss.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence

from vernctl.snapshot.keys import key_values
from vernctl.snapshot.sheet import InvalidCell, Row, Sheet

INVALID_HEADER = ("key", "nth", "column", "message")

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})
_ESCAPED = re.compile(r"\\(.?)")
_UNESCAPED = {"\\": "\\", "n": "\n", "r": "\r"}
#: Cells have no limit of their own; the csv module's is for files from elsewhere.
_FIELD_LIMIT = 2**31 - 1


def write_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The canonical text of a table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_escape(name) for name in header])
    writer.writerows([_escape(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def read_rows(data: bytes) -> tuple[Row, list[Row]]:
    """Header and rows of a canonical table. Raises ValueError, naming the line, for any other."""
    if not data:
        raise ValueError("it is empty")
    lines = data.decode("utf-8", "surrogatepass").split("\n")
    if lines.pop() != "":
        raise ValueError("its last line has no end")
    before = csv.field_size_limit(_FIELD_LIMIT)
    try:
        records = [tuple(map(_unescape, record)) for record in csv.reader(lines, strict=True)]
    except csv.Error as error:
        raise ValueError(f"it is not CSV: {error}") from None
    finally:
        csv.field_size_limit(before)
    if len(records) != len(lines):
        raise ValueError("a row of it is more than one line")
    header, rows = records[0], records[1:]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"line {number} has {len(row)} cells under a header of {len(header)}")
    return header, rows


def write_invalid(sheet: Sheet, key: Sequence[str]) -> bytes:
    """The invalid cells of a sheet, each with the key of its row and, among the rows of that key
    in file order, its number from 1. An invalid cell of no row has the number 0.
    """
    names = _row_names(sheet, key)
    nth = _ordinals(names)
    return write_rows(
        INVALID_HEADER,
        (
            (names[row], str(nth[row]), column, message) if row >= 0 else ("", "0", column, message)
            for row, column, message in sheet.invalid
        ),
    )


def read_invalid(data: bytes, sheet: Sheet, key: Sequence[str]) -> tuple[InvalidCell, ...]:
    """The invalid cells of a sheet, found again. Raises ValueError where a row is not there."""
    header, lines = read_rows(data)
    if header != INVALID_HEADER:
        raise ValueError("its header is not " + ",".join(INVALID_HEADER))
    names = _row_names(sheet, key)
    rows = {
        (name, str(n)): i for i, (name, n) in enumerate(zip(names, _ordinals(names), strict=True))
    }
    rows["", "0"] = -1
    try:
        return tuple(
            InvalidCell(rows[name, nth], column, message) for name, nth, column, message in lines
        )
    except KeyError as error:
        name, nth = error.args[0]
        raise ValueError(f"row {nth} of key {name!r} is not in the sheet") from None


def _escape(cell: str) -> str:
    return cell.translate(_ESCAPES) if "\\" in cell or "\n" in cell or "\r" in cell else cell


def _unescape(cell: str) -> str:
    return _ESCAPED.sub(_escaped, cell) if "\\" in cell else cell


def _escaped(match: re.Match[str]) -> str:
    try:
        return _UNESCAPED[match[1]]
    except KeyError:
        raise ValueError(f"{match[0]!r} is not an escape") from None


def _row_names(sheet: Sheet, key: Sequence[str]) -> list[str]:
    """What each row is called by: its key cell, a JSON array of them, or a hash of the row."""
    if not key:
        return [f"row:{_hash(row)}" for row in sheet.rows]
    values = key_values(sheet, key)
    if len(key) == 1:
        return [cells[0] for cells in values]
    return [json.dumps(cells, ensure_ascii=False) for cells in values]


def _hash(row: Row) -> str:
    text = json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:12]


def _ordinals(names: Iterable[str]) -> list[int]:
    seen: dict[str, int] = {}
    ordinals: list[int] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        ordinals.append(seen[name])
    return ordinals
