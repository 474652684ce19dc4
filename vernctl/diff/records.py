"""CSV files as raw records: read in pieces, cut where a record ends, parsed only where they differ.

A record is the text of one row as it stands in the file, over several lines where a quoted cell
has line ends. Equal records are equal rows, whatever they hold. Whether text is cut at the right
places is checked for every record with a quote in it, never guessed.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vernctl.errors import InputError
from vernctl.snapshot.rows import Row, unique_names

#: Bytes read at a time.
PIECE = 1024 * 1024
_CELL = r'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_WELL_FORMED = re.compile(rf"{_CELL}(?:,{_CELL})*+")


class UncertainError(Exception):
    """The text cannot be cut into records with certainty: it has to be parsed whole."""


class Piece(NamedTuple):
    """Some records of a file, in order; ``quoted`` where any of them has a quote."""

    records: list[str]
    quoted: bool


class RecordReader:
    """Reads one CSV file as records. ``columns`` is its header.

    Raises InputError for a file that cannot be read or is not UTF-8, UncertainError as said above.
    """

    def __init__(self, path: Path) -> None:
        self._pieces = _pieces(path)
        first = next(self._pieces, Piece([], False))
        if not first.records:
            raise UncertainError
        try:
            self.columns: Row = unique_names(next(csv.reader(first.records[:1], strict=True), ()))
        except csv.Error:
            raise UncertainError from None
        self._first = Piece(first.records[1:], first.quoted)

    def pieces(self) -> Iterator[Piece]:
        """The data records, piece by piece. To be read once."""
        yield self._first
        self._first = Piece([], False)
        yield from self._pieces


class KeyCutter:
    """Cuts the key out of records: one text, or a row of them for a compound key."""

    def __init__(self, columns: Sequence[str], key: Sequence[str]) -> None:
        self._at = [columns.index(name) for name in key]
        self._width = len(columns)

    def keys(self, piece: Piece) -> list[str] | list[Row]:
        """The keys of a piece's records. Raises UncertainError for a record too short for one."""
        records = piece.records
        try:
            if len(self._at) > 1:
                return self._compound(records)
            first = self._at[0]
            if piece.quoted:
                return [self._one(record, first) for record in records]
            if first == 0 and self._width > 1:
                return [record[: record.find(",")] for record in records]
            return [record.split(",", first + 1)[first] for record in records]
        except IndexError:
            raise UncertainError from None

    def _one(self, record: str, at: int) -> str:
        cells = record.split(",", at + 1)
        if any('"' in cell for cell in cells[: at + 1]):
            return parse(record)[at]
        return cells[at]

    def _compound(self, records: Sequence[str]) -> list[Row]:
        rows = (parse(record) if '"' in record else record.split(",") for record in records)
        return [tuple([cells[i] for i in self._at]) for cells in rows]


def parse(record: str) -> list[str]:
    """The cells of one record."""
    return next(csv.reader(record.splitlines(keepends=True), strict=True))


def parse_all(records: Sequence[str], width: int) -> list[Row]:
    """The cells of many records. Raises UncertainError for one of another width."""
    lines: Iterable[str] = records
    if any("\n" in record for record in records):
        lines = (f"{line}\n" for record in records for line in record.split("\n"))
    try:
        rows = list(map(tuple, csv.reader(lines, strict=True)))
    except csv.Error:
        raise UncertainError from None
    if len(rows) != len(records) or any(len(row) != width for row in rows):
        raise UncertainError
    return rows


def _pieces(path: Path) -> Iterator[Piece]:
    """The file cut at ends of records; what is left of a piece goes before the next."""
    left = ""
    for text in _texts(path):
        records, left = _cut(left + text)
        if records:
            yield Piece(*records)
    if left:
        records, rest = _cut(f"{left}\n")
        if rest or not records:
            raise UncertainError
        yield Piece(*records)


def _texts(path: Path) -> Iterator[str]:
    """The file's text with LF line ends, without a byte order mark, in pieces of whole lines."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    left = b""
    try:
        with path.open("rb") as stream:
            if stream.read(3) != codecs.BOM_UTF8:
                stream.seek(0)
            while data := stream.read(PIECE):
                end = data.rfind(b"\n") + 1
                whole, left = (left + data[:end], data[end:]) if end else (b"", left + data)
                text = decoder.decode(whole)
                done += len(whole)
                yield _lf(text)
            yield _lf(decoder.decode(left, final=True))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 (byte {done + error.start:,}).",
            next=f"vernctl inspect {path} --format csv",
        ) from None


def _lf(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            raise UncertainError
    return text


def _cut(text: str) -> tuple[tuple[list[str], bool] | None, str]:
    """The whole records of a text, and what follows the last of them."""
    lines = text.split("\n")
    left = lines.pop()
    quoted = '"' in text
    if quoted:
        lines, left = _joined(lines, left)
    if "" in lines:
        raise UncertainError
    return ((lines, quoted) if lines else None), left


def _joined(lines: list[str], left: str) -> tuple[list[str], str]:
    """Lines put together to records: a record ends where every quote is closed."""
    if any(line.count('"') % 2 for line in lines):
        records: list[str] = []
        opened: list[str] = []
        for line in lines:
            odd = line.count('"') % 2
            if opened:
                opened.append(line)
                if odd:
                    records.append("\n".join(opened))
                    opened = []
            elif odd:
                opened = [line]
            else:
                records.append(line)
        lines, left = records, "\n".join([*opened, left]) if opened else left
    for record in lines:
        if '"' in record and _WELL_FORMED.fullmatch(record) is None:
            raise UncertainError
    return lines, left
