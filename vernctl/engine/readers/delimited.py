"""CSV, TSV and their kin: encoding, dialect and layout found, rows streamed to a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from vernctl.engine.model import EngineError
from vernctl.engine.readers.assemble import Origin, assemble, plain_table
from vernctl.engine.readers.dialect import detect_dialect
from vernctl.engine.readers.encoding import MIXED, detect_encoding
from vernctl.engine.readers.fixed import seems_fixed
from vernctl.engine.readers.plain import read_plain
from vernctl.engine.readers.records import read_records
from vernctl.engine.readers.table import MAX_CELL, SourceTable

_SAMPLE_LINES = 400
_SAMPLE_CHARS = 4 << 20
#: From this size on (bytes) the short way for plain files is tried.
_WORTH_IT = 4 << 20

_LINE_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}


def read_delimited(path: Path, name: str, store: Path, *, lasting: bool = True) -> SourceTable:
    """The one table of a text file. Raises EngineError in a sentence for a person.

    ``lasting``: the file stays where it is, and may serve as the table's store.
    """
    encoding = detect_encoding(path)
    with encoding.open(path, newline="") as file:
        sample, size = [], 0
        for line in islice(_lines(file, name), _SAMPLE_LINES):
            sample.append(line)
            size += len(line)
            if size > _SAMPLE_CHARS:
                break
    dialect = detect_dialect(sample)
    codec = "utf-8" if encoding.codec == "utf-8-sig" else encoding.codec
    ends = _line_ends(sample)
    origin = Origin(name, name, encoding=codec, dialect=dialect, line_ends=ends)
    if lasting and codec == "utf-8" and not encoding.damaged and _is_large(path):
        plain = read_plain(path, sample, dialect)
        if plain is not None:
            return plain_table(plain, origin, path)
    with encoding.open(path, newline="") as file:
        records = read_records(_lines(file, name), dialect)
        table = assemble(records, origin, store)
    if table is None:
        raise EngineError(f"{name} is empty.")
    if len(table.columns) == 1 and seems_fixed(sample):
        said = "its lines may be columns of fixed width, which nothing proves; read as one column"
        table = table.model_copy(update={"notes": (*table.notes, said)})
    if encoding.damaged:
        became = "were read as Windows-1252" if encoding.errors == MIXED else "became \ufffd"
        damage = f"{encoding.damaged:,} characters are not valid {codec}; they {became}"
        table = table.model_copy(update={"notes": (*table.notes, damage)})
    return table


def _line_ends(lines: Sequence[str]) -> tuple[str, ...]:
    """How lines end, the commonest way first; a line end inside a cell counts as any other."""
    found = Counter(line[len(line.rstrip("\r\n")) :][-2:] for line in lines)
    ways = sorted(_LINE_ENDS.keys() & found.keys(), key=lambda end: (-found[end], end))
    return tuple(_LINE_ENDS[end] for end in ways)


def _is_large(path: Path) -> bool:
    return path.stat().st_size >= _WORTH_IT


def _lines(file: TextIO, name: str) -> Iterator[str]:
    """Lines with their ends (LF, CRLF or CR), never more than a cell's bound in memory."""
    number = 0
    while line := file.readline(MAX_CELL):
        number += 1
        if len(line) == MAX_CELL:
            raise EngineError(f"Line {number} of {name} is longer than {MAX_CELL:,} characters.")
        yield line
