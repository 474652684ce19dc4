"""CSV files as raw records: read in pieces, cut where a record ends, parsed only where they differ.

A record is the text of one row as it stands in the file; a line end inside a quoted cell is a
carriage return in it, which the text has nowhere else. Equal records are equal rows, whatever they
hold. Whether text is cut at the right places is checked for every quote in it, never guessed.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vernctl.errors import InputError
from vernctl.snapshot.rows import Row, unique_names

#: Bytes read at a time: what the processor's cache holds twice.
PIECE = 256 * 1024
#: A line end inside a quoted cell, in a record.
_INNER = "\r"
#: What may stand beside a quoted cell; nothing does between the two halves of a doubled quote.
_BESIDE = frozenset(("", ",", "\n"))


class UncertainError(Exception):
    """The text cannot be cut into records with certainty: it has to be parsed whole."""


class Piece(NamedTuple):
    """Some records of a file, in order; ``quoted`` where any of them has a quote."""

    records: list[str]
    quoted: bool


class RecordReader:
    """Reads one CSV file as records, ``piece`` bytes at a time. ``columns`` is its header.

    Raises InputError for a file that cannot be read or is not UTF-8, UncertainError as said above.
    """

    def __init__(self, path: Path, piece: int = PIECE) -> None:
        self._pieces = _pieces(path, piece)
        first = next(self._pieces, Piece([], False))
        if not first.records:
            raise UncertainError
        self.columns: Row = unique_names(parse(first.records[0]))
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
            if first == 0 and self._width > 1:
                keys = [record[: record.find(",")] for record in records]
                if piece.quoted and any(key.startswith('"') for key in keys):
                    keys = [self._one(record, first) for record in records]
                return keys
            if piece.quoted:
                return [self._one(record, first) for record in records]
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


def telling_columns(reader: RecordReader, among: Sequence[str]) -> dict[str, set[str]]:
    """The columns of a file whose cells are all filled and all distinct, with these cells.

    ``among`` names those to look at. Reads the file no further than any of them is left. Raises
    UncertainError where a record is no row of the table.
    """
    columns = reader.columns
    left: dict[str, set[str]] = {name: set() for name in columns if name in among}
    rows = 0
    for piece in reader.pieces():
        cells = parse_all(piece.records, len(columns))
        rows += len(cells)
        for name, seen in list(left.items()):
            at = columns.index(name)
            column = [row[at] for row in cells]
            seen.update(column)
            if len(seen) < rows or not all(map(str.strip, column)):
                del left[name]
        if not left:
            break
    return left if rows else {}


def parse(record: str) -> Row:
    """The cells of one record. Raises UncertainError for one that is no CSV."""
    return _parsed([record])[0]


def parse_all(records: Sequence[str], width: int) -> list[Row]:
    """The cells of many records. Raises UncertainError for one of another width."""
    if any('"' in record for record in records):
        rows = _parsed(records)
    else:
        rows = [tuple(record.split(",")) for record in records]
    if any(len(row) != width for row in rows):
        raise UncertainError
    return rows


def _parsed(records: Sequence[str]) -> list[Row]:
    try:
        rows = list(map(tuple, csv.reader(records, strict=True)))
    except csv.Error:
        raise UncertainError from None
    if len(rows) != len(records):
        raise UncertainError
    if any(_INNER in record for record in records):
        rows = [tuple([cell.replace(_INNER, "\n") for cell in row]) for row in rows]
    return rows


def _pieces(path: Path, piece: int) -> Iterator[Piece]:
    """The file cut at ends of records; what is left of a piece goes before the next."""
    left = ""
    for text in _texts(path, piece):
        records, left = _cut(left + text)
        if records:
            yield Piece(*records)
    if left:
        records, rest = _cut(f"{left}\n")
        if rest or not records:
            raise UncertainError
        yield Piece(*records)


def _texts(path: Path, piece: int) -> Iterator[str]:
    """The file's text with LF line ends, without a byte order mark, in pieces of whole lines."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    left = b""
    try:
        with path.open("rb") as stream:
            if stream.read(3) != codecs.BOM_UTF8:
                stream.seek(0)
            while data := stream.read(piece):
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
    """The whole records of a text of whole lines, and what follows the last of them."""
    quoted = '"' in text
    if quoted:
        text = _with_inner_ends(text)
    records = text.split("\n")
    left = records.pop()
    if "" in records:
        raise UncertainError
    return ((records, quoted) if records else None), left.replace(_INNER, "\n")


def _with_inner_ends(text: str) -> str:
    """The text with the line ends inside of quotes told apart from those of records. Raises
    UncertainError for a quote that neither opens nor closes a cell, nor is one of two inside it.
    """
    parts = text.split('"')  # outside, inside, outside, ...
    if not _BESIDE.issuperset({part[:1] for part in parts[2::2]}):
        raise UncertainError
    if not _BESIDE.issuperset({part[-1:] for part in parts[:-1:2]}):
        raise UncertainError
    parts[1::2] = [part.replace("\n", _INNER) for part in parts[1::2]]
    return '"'.join(parts)
