"""Text in columns of fixed width, as old systems and SQL clients print it: parted by position.

Where every line is blank, columns are parted. That alone proves little (a list of "Mr Smith", "Ms
Jones" is blank there too), so a file is read so only where something else agrees: a ruled line
under the header, or padding of several blanks with a name above every column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from vernctl.engine.readers.table import Dialect

#: Lines that a table must have to be told, its header among them.
_LEAST_LINES = 3
#: Blanks between columns that one blank alone parts prove something only over so many lines.
_MANY_LINES = 8
#: How many lines may stand above the table.
_ABOVE = 12
_MOST_LINES = 400
_RULED = re.compile(r"[-=+]+(?:[ |+]+[-=+]+)*[ |+]*")
_GROUPS = re.compile(r"[-=]+")
_TEXT = re.compile(r"\S+")
_NUMBER = re.compile(r"[-+(]?[\d.,']+[-)%]?")
#: What SQL clients print below a table.
COUNTED = re.compile(r"(?i)\(\d+ rows?(?: affected| selected)?\)|\d+ rows? (?:in set|selected).*")
IS_COUNT = "a client's count of rows, and no row"
#: A ruled line as the rows of every table have it.
_RULE = "---"
_LONG = 10


class Span(NamedTuple):
    """Where a column's text stands: from ``start`` up to but not with ``end``, in characters."""

    start: int
    end: int


def find_columns(lines: Sequence[str]) -> Dialect | None:
    """The columns of a file from its first lines; None where it is not certainly such a file."""
    texts = [line.rstrip() for line in lines[:_MOST_LINES]]
    if any("\t" in text for text in texts):
        return None
    filled = [text for text in texts if text]
    for index, text in enumerate(filled[: _ABOVE + 1]):
        if index and (spans := _ruled(text)):
            return _dialect(spans) if _all_fit(filled[index - 1 :], spans) else None
    for first in range(min(_ABOVE, max(1, len(filled) - _LEAST_LINES)) + 1):
        spans = _certain(filled[first:])
        # A line above that keeps to the columns would be their header, and a short one.
        if spans and (not first or cut(filled[first - 1], spans) is None):
            return _dialect(spans)
    return None


def seems_fixed(lines: Sequence[str]) -> bool:
    """Whether lines that are read as one column have blanks in common that might part columns."""
    filled = [text for line in lines[:_MOST_LINES] if (text := line.rstrip())]
    spans = _common(filled)
    wide = any(right.start - left.end > 1 for left, right in pairwise(spans))
    return len(filled) >= _LEAST_LINES and wide


def _dialect(spans: Sequence[Span]) -> Dialect:
    return Dialect(delimiter="", quote="", spans=tuple((span.start, span.end) for span in spans))


def _ruled(text: str) -> list[Span]:
    """The columns that a ruled line draws: ``---- -------- ----``; none for any other line."""
    groups = [Span(*found.span()) for found in _GROUPS.finditer(text)]
    return groups if len(groups) > 1 and _RULED.fullmatch(text.strip()) else []


def _certain(lines: Sequence[str]) -> list[Span]:
    if len(lines) < _LEAST_LINES:
        return []
    spans = _whole(_common(lines), lines)
    gaps = [right.start - left.end for left, right in pairwise(spans)]
    if not gaps or max(gaps) < 2:
        return []
    # Every column is filled in the table's first line (its name stands there), and most in others.
    if not all(lines[0][span.start : span.end].strip() for span in spans):
        return []
    shares = [_share(lines, span) for span in spans]
    return spans if 2 * sum(share >= 0.5 for share in shares) > len(spans) else []


def _whole(spans: Sequence[Span], lines: Sequence[str]) -> list[Span]:
    """The columns without the single blanks inside them: those that no name, or few lines, tell."""
    whole: list[Span] = []
    for span in spans:
        single = bool(whole) and span.start - whole[-1].end == 1
        if single and (len(lines) < _MANY_LINES or not lines[0][span.start : span.end].strip()):
            span = Span(whole.pop().start, span.end)
        whole.append(span)
    return whole


def _share(lines: Sequence[str], span: Span) -> float:
    return sum(bool(line[span.start : span.end].strip()) for line in lines) / len(lines)


def _common(lines: Sequence[str]) -> list[Span]:
    """The stretches in which some line has text, parted by positions where none has."""
    width = max(map(len, lines), default=0)
    taken = [False] * width
    for line in lines:
        for found in _TEXT.finditer(line):
            start, end = found.span()
            taken[start:end] = [True] * (end - start)
    padded = [False, *taken, False]
    edges = [at for at in range(width + 1) if padded[at] != padded[at + 1]]
    return [Span(*edges[at : at + 2]) for at in range(0, len(edges), 2)]


def _all_fit(lines: Sequence[str], spans: Sequence[Span]) -> bool:
    """Whether nearly all lines keep to the columns: a footer need not."""
    fitting = sum(cut(line, spans) is not None for line in lines)
    return len(lines) >= _LEAST_LINES and fitting >= 0.8 * len(lines)


def cut(line: str, spans: Sequence[Span]) -> list[str] | None:
    """The line's cells, trimmed; None where text stands across two columns.

    Text that goes over its column's edge belongs to it as long as a blank parts it from the next.
    """
    edges = [0]
    for left, right in pairwise(spans):
        edge = right.start
        if line[left.end : right.start].strip():
            found = _edge(line, left, right)
            if found is None:
                return None
            edge = found
        edges.append(edge)
    return [line[start:end].strip() for start, end in pairwise((*edges, len(line)))]


def _edge(line: str, left: Span, right: Span) -> int | None:
    """Where two columns part in a line that has text between them; None where both may have it."""
    edge = right.start
    before = 0
    for run in _TEXT.finditer(line):
        start, end = run.span()
        if end > left.end and start < right.start:
            if start >= left.end and end > right.start and _goes_left(line, before, run):
                edge = start
            elif start >= left.end or end > right.start:
                return None
        before = end
    return edge


def _goes_left(line: str, before: int, run: re.Match[str]) -> bool:
    """Whether text right of an edge begins left of it as a long number does, or with a wide gap."""
    return run.start() - before > 1 or _NUMBER.fullmatch(run.group()) is not None


def cells_of(text: str, spans: Sequence[Span]) -> list[str] | str:
    """The cells of a line below the first of a table, or why it has none."""
    if COUNTED.fullmatch(text.strip()):
        return IS_COUNT
    if is_ruled(text):
        return [_RULE] * len(spans)
    found = cut(text, spans)
    return "its text stands across two columns" if found is None else found


def is_ruled(text: str) -> bool:
    """Whether a line only rules off others."""
    drawn = text.strip()
    return _RULED.fullmatch(drawn) is not None and (" " in drawn or len(drawn) >= _LONG)
