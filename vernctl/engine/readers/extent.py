"""Whether a workbook is whole, and how far its cells reach, found out before anything reads it.

XML that breaks off makes some readers wait for its end for ever. A sheet is held as the rectangle
around its cells: two cells in opposite corners make a rectangle of seventeen billion, a few hundred
bytes that would take all memory of any machine.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn
from xml.parsers import expat

from vernctl.engine.model import EngineError
from vernctl.engine.readers.archive import DAMAGED

#: Cells, blank ones among them, that the rectangle of one sheet may have.
MAX_CELLS = 40_000_000
_CHUNK = 4 << 20
#: Longer than any reference of a cell, so that none is lost between two chunks.
_OVERLAP = 128
_SHEET = re.compile(r"xl/(?:work|chart|dialog)?sheets/[^/]*\.(xml|bin)", re.IGNORECASE)
#: References are read as leniently as anybody might: what is odd in one counts as far away.
_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,60})\d""")
_ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]*(\d{4,60})""")


def check_workbook_parts(path: Path, name: str) -> None:
    """Raise EngineError where a part of the packed workbook is no whole XML, or a sheet of it
    reaches further than can be held."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if not archive.getinfo(member).file_size:
                    continue
                with archive.open(member) as part:
                    _check_part(member.lstrip("/"), part, name)
    except DAMAGED as error:
        raise EngineError(f"{name} is damaged: it cannot be unpacked.") from error
    except expat.ExpatError as error:
        raise EngineError(f"{name} is damaged: a part of it breaks off.") from error


def _check_part(member: str, part: IO[bytes], name: str) -> None:
    found = _SHEET.fullmatch(member)
    if member == "content.xml":
        _OpenDocument(name).read(part)
    elif found is not None and found[1].lower() == "bin":
        _check(_of_binary(part), name)
    elif found is not None:
        _check(_of_xml(part), name)
    elif member.lower().endswith((".xml", ".rels")):
        for _ in _chunks(part, expat.ParserCreate()):
            pass


def _check(extent: tuple[int, int], name: str) -> None:
    rows, columns = extent
    if rows * columns > MAX_CELLS:
        _refuse(rows, columns, name)


def _refuse(rows: int, columns: int, name: str) -> NoReturn:
    raise EngineError(
        f"{name} has a sheet whose cells reach over {rows:,} rows and {columns:,} columns, more "
        "than can be read; save the sheet as CSV."
    )


def _chunks(part: IO[bytes], parser: expat.XMLParserType) -> Iterator[bytes]:
    """The part piece by piece, each parsed. Raises ExpatError where the XML is not whole."""
    while chunk := part.read(_CHUNK):
        parser.Parse(chunk)
        yield chunk
    parser.Parse(b"", True)


def _of_xml(part: IO[bytes]) -> tuple[int, int]:
    """The last row and column that a sheet of an Office workbook names (at least 999 rows)."""
    columns: set[bytes] = set()
    last, rest = 999, b""
    for chunk in _chunks(part, expat.ParserCreate()):
        text = rest + chunk
        columns.update(_COLUMN.findall(text))
        last = max(last, max(map(int, _ROW.findall(text)), default=0))
        rest = text[-_OVERLAP:]
    return last, max(map(_number, columns), default=1)


def _number(letters: bytes) -> int:
    """A column's number from 1: A is 1, XFD 16,384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _of_binary(part: IO[bytes]) -> tuple[int, int]:
    """The last row and column of a sheet in the binary format: records 0 (row) and 1 to 11 (cell).

    Source: [MS-XLSB], BrtRowHdr and the cell records, whose first four bytes are row and column.
    """
    rows = columns = 1
    for kind, head in _records(part):
        if kind == 0:
            rows = max(rows, int.from_bytes(head, "little") + 1)
        elif kind <= 11:
            columns = max(columns, int.from_bytes(head, "little") + 1)
    return rows, columns


def _records(part: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Kind and first four bytes of each record."""
    data, at = part.read(), 0

    def number(most: int) -> int:
        nonlocal at
        value = shift = 0
        while at < len(data) and shift < 7 * most:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        return value

    while at < len(data):
        kind = number(2)
        size = number(4)
        yield kind, data[at : at + min(4, size)]
        at += size


class _OpenDocument:
    """Follows rows and cells of an OpenDocument sheet, with what they say of being repeated."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._row = self._column = self._repeated = 0
        self._rows = self._columns = 0

    def read(self, part: IO[bytes]) -> None:
        """Raise EngineError where cells reach too far, ExpatError where the XML is not whole."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        for _ in _chunks(part, parser):
            pass

    def _start(self, tag: str, said: dict[str, str]) -> None:
        if tag == "table:table":
            self._row = self._rows = self._columns = 0
        elif tag == "table:table-row":
            self._repeated = _times(said.get("table:number-rows-repeated"))
            self._row += self._repeated
            self._column = 0
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._column += _times(said.get("table:number-columns-repeated"))
            if "office:value-type" in said or "table:formula" in said:
                self._rows, self._columns = self._row, max(self._columns, self._column)
                if self._rows * self._columns > MAX_CELLS:
                    _refuse(self._rows, self._columns, self._name)


def _times(said: str | None) -> int:
    return int(said) if said is not None and said.isdecimal() and len(said) < 10 else 1
