"""Records of a delimited file with their line numbers, and lines that cannot be records.

A quote that is opened and never closed would swallow the rest of the file. Here it costs one line:
the line is rejected, and reading goes on with the next.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from vernctl.engine.readers.dialect import parse
from vernctl.engine.readers.fixed import Span, cells_of, cut, is_ruled
from vernctl.engine.readers.table import MAX_CELL, Dialect

#: Lines that one record may span before its opening quote is taken for a stray one.
_MAX_SPAN = 20_000


class Record(NamedTuple):
    """Cells of one record; ``line`` is its first line (or sheet row) from 1.

    ``why`` is empty, or says why the line, kept in ``text``, cannot be a record.
    """

    line: int
    cells: list[str]
    text: str = ""
    why: str = ""


def record_text(cells: Sequence[str]) -> str:
    """The filled cells of a record, parted by blanks."""
    return " ".join(cell.strip() for cell in cells if cell.strip())


def has_stray_quote(text: str, dialect: Dialect) -> bool:
    """Whether a record's text has a quote that neither opens, closes nor doubles another.

    Such a quote is kept in its cell, or lost where text follows a closing quote. Two in one cell,
    as in ``5" x 6"``, are a matter of the text.
    """
    quote = dialect.quote
    if not quote or quote not in text:
        return False
    if dialect.escape:
        text = text.replace(dialect.escape * 2, "").replace(dialect.escape + quote, "")
    count = text.count(quote)
    if count % 2:
        return True
    line = text.rstrip("\r\n")
    edges = line.count(dialect.delimiter + quote) + line.count(quote + dialect.delimiter)
    # All of them at edges of cells, as nearly always: then no pattern has to be searched.
    if count == edges + line.startswith(quote) + line.endswith(quote):
        return False
    if _inner_quote(quote, dialect.delimiter).search(text) is None:
        return False
    try:
        list(parse(text.splitlines(keepends=True), dialect, strict=True))
    except csv.Error:
        return True
    return False


@cache
def _inner_quote(quote: str, delimiter: str) -> re.Pattern[str]:
    """A quote that stands neither at an edge of its cell nor beside another."""
    ends = re.escape(f"{quote}{delimiter}")
    return re.compile(rf"(?<![{ends}\r\n]){re.escape(quote)}(?![{ends}\r\n]|$)")


class _Feed:
    """Hands lines to the parser one by one, and remembers those of the record in progress."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.ran_out = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) > _MAX_SPAN or (
            len(self.taken) > 1 and sum(map(len, self.taken[-2:])) > MAX_CELL
        ):
            self.ran_out = True
            raise StopIteration
        try:
            line = self._waiting.popleft() if self._waiting else next(self._source)
        except StopIteration:
            # The parser asks for more in the middle of a record: something is still open.
            self.ran_out = bool(self.taken)
            raise
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """Return all lines but the first of the record in progress; the first is the result."""
        first = self.taken[0]
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.taken.clear()
        self.ran_out = False
        return first


def read_records(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """Every record in order; one with ``why`` is always a single line."""
    if dialect.spans:
        yield from _fixed_records(lines, [Span(*span) for span in dialect.spans])
        return
    feed = _Feed(lines)
    line = 1
    widest = 0
    while True:
        for cells in parse(feed, dialect):
            span = len(feed.taken)
            # A stray quote glues lines together: such a record is wider than any line before it.
            if feed.ran_out or (span > 1 and 0 < widest < len(cells)):
                break
            if span == 1 and len(cells) > widest:
                widest = len(cells)
            yield Record(line, cells, "".join(feed.taken))
            line += span
            feed.taken.clear()
        else:
            if not feed.taken:
                return
        yield Record(line, [], feed.give_back(), "a quote is opened and never closed")
        line += 1


def _fixed_records(lines: Iterable[str], spans: Sequence[Span]) -> Iterator[Record]:
    """Lines cut at the columns; what stands above the first that fills half of them is one cell."""
    begun = False
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if not text.strip():
            yield Record(number, [], line)
            continue
        if not begun:
            cells = cut(text, spans)
            begun = cells is not None and 2 * sum(map(bool, cells)) >= len(spans)
            begun = begun and not is_ruled(text)
            yield Record(number, cells if begun and cells is not None else [text.strip()], line)
            continue
        found = cells_of(text, spans)
        if isinstance(found, str):
            yield Record(number, [], line, found)
        else:
            yield Record(number, found, line)
