"""Which delimiter, quote and escape a text file uses: the reading whose rows agree best.

Each candidate reads a sample. A good reading gives rows of one width (more columns count for more)
whose cells are of known kinds; a wrong one tears dates, numbers and sentences apart.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from vernctl.engine.kinds import kinds_of
from vernctl.engine.readers.fixed import find_columns
from vernctl.engine.readers.table import Dialect

_DELIMITERS = (",", ";", "\t", "|")
#: Hardly ever part of a text: where they part all lines alike, they were meant to.
_RARE = ("~", "^", "\xa6", "\x01", "\x1f")
#: Blanks, colons and the like part words and times too: only where nothing else reads as a table.
_LAST_RESORT = (" ", ":", *_RARE)
_SAMPLE_LINES = 400


def detect_dialect(lines: Sequence[str]) -> Dialect:
    """The dialect of a file from its first lines (line ends kept). Deterministic."""
    lines = [line for line in lines[:_SAMPLE_LINES] if line.strip()]
    best = max(
        (_scored(lines, delimiter, quote) for delimiter in _DELIMITERS for quote in ('"', "'", "")),
        key=lambda scored: scored[0],
        default=(0.0, Dialect(delimiter=",")),
    )
    for rare in _RARE:
        candidate = Dialect(delimiter=rare)
        if len(lines) > 1 and _same_width(lines, candidate) and not _same_width(lines, best[1]):
            return candidate
    if not _same_width(lines, best[1]) and (fixed := find_columns(lines)) is not None:
        return fixed
    if best[0] < 0.15:
        others = [_scored(lines, delimiter, '"') for delimiter in _LAST_RESORT]
        spare = max(others, key=lambda scored: scored[0])
        if spare[0] > 0.6 and len(lines) > 1 and _same_width(lines, spare[1]):
            best = spare
    if best[0] <= 0.0:
        return Dialect(delimiter=",")
    return best[1]


def _scored(lines: Sequence[str], delimiter: str, quote: str) -> tuple[float, Dialect]:
    dialect = Dialect(delimiter=delimiter, quote=quote)
    text = "".join(lines)
    if delimiter not in text:
        return 0.0, dialect
    if not quote and _has_quoted_cell(text, delimiter):
        return 0.0, dialect
    if quote and quote not in text:
        if quote != '"':
            return 0.0, dialect
        # No quotes in the sample: the usual quote is assumed for the rest of the file.
        score, variant = _best_variant(lines, text, dialect)
        return score + 1e-6, variant
    return _best_variant(lines, text, dialect)


def _has_quoted_cell(text: str, delimiter: str) -> bool:
    """Whether a cell stands in quotes: then quotes are quotes, and no part of the text."""
    mark = re.escape(delimiter)
    return re.search(rf'(?:^|{mark})"[^"\r\n]*"(?={mark}|\r|\n|$)', text, re.MULTILINE) is not None


def _best_variant(lines: Sequence[str], text: str, dialect: Dialect) -> tuple[float, Dialect]:
    """The dialect, or the same with backslash escapes or blanks after delimiters, if that fits."""
    best = _score(lines, dialect), dialect
    mark = dialect.delimiter
    variants: list[Dialect] = []
    if dialect.quote and f"{mark} {dialect.quote}" in text:
        variants.append(dialect.model_copy(update={"skip_space": True}))
    if f"\\{mark}" in text or (dialect.quote and f"\\{dialect.quote}" in text):
        variants.append(dialect.model_copy(update={"escape": "\\"}))
    for variant in variants:
        if (score := _score(lines, variant)) > best[0]:
            best = score, variant
    return best


def _score(lines: Sequence[str], dialect: Dialect) -> float:
    rows = list(parse(lines, dialect))
    widths = Counter(len(row) for row in rows if row)
    total = sum(widths.values())
    if not total:
        return 0.0
    # As CleverCSV's measure does: long agreement of wide rows, divided among few shapes.
    pattern = sum(count * (width - 1) / width for width, count in widths.items())
    pattern /= total * (1 + 0.5 * (len(widths) - 1))
    if dialect.quote:
        pattern *= len(rows) and min(1.0, 0.6 + 0.4 * total / len(lines))
    return pattern * (0.3 + 0.7 * _typed_share(rows, dialect.quote))


def _typed_share(rows: Sequence[Sequence[str]], quote: str) -> float:
    """The share of cells that look like something, and hold no stray quotes."""
    cells = good = 0.0
    for row in rows[:120]:
        for cell in row[:60]:
            cells += 1
            text = cell.strip()
            stray = '"' in text and quote != '"'
            if stray or (len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]):
                continue
            good += 1.0 if not text or kinds_of(text) else 0.4
    return good / cells if cells else 0.0


def _same_width(lines: Sequence[str], dialect: Dialect) -> bool:
    """Whether every line has the same number of cells, and more than one."""
    widths = {len(row) for row in parse(lines, dialect) if row}
    return len(widths) == 1 and widths != {1}


def parse(lines: Iterable[str], dialect: Dialect, *, strict: bool = False) -> Iterator[list[str]]:
    """Read lines (with their ends) in the dialect, as leniently as Python's csv module does.

    ``strict``: raise csv.Error where text follows a closing quote.
    """
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape or None,
        doublequote=True,
        skipinitialspace=dialect.skip_space,
        strict=strict,
    )
