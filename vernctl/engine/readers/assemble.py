"""From records to a table: header, rows of one width, and an account of every record read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from vernctl.engine.model import EngineError
from vernctl.engine.readers.fixed import COUNTED, IS_COUNT
from vernctl.engine.readers.layout import PROTECTED, RULES, Layout, find_layout
from vernctl.engine.readers.mending import Mender
from vernctl.engine.readers.plain import PlainTable
from vernctl.engine.readers.records import Record, record_text
from vernctl.engine.readers.table import (
    KEPT_LINES,
    KEPT_REJECTS,
    MAX_COLUMNS,
    Dialect,
    RejectedLine,
    SourceTable,
    StoreForm,
    TableWriter,
    unique_names,
)

_SAMPLE = 200
#: What old systems end a file with, or fill it up with; and lines that only part header and rows.
_FILLER = "\0\x1a \t"
_RULE = re.compile(r"[-=+:]{3,}")
_TOTALS = frozenset(
    ("total", "totals", "subtotal", "sum", "summe", "gesamt", "gesamtsumme", "totaal", "somme",
     "totale", "suma", "razem", "celkem")
)  # fmt: skip


class Origin(NamedTuple):
    """Where a table comes from, for its name and for what is said about it."""

    name: str
    file: str
    sheet: str | None = None
    encoding: str | None = None
    dialect: Dialect | None = None
    line_ends: tuple[str, ...] = ()


def assemble(records: Iterable[Record], origin: Origin, store: Path) -> SourceTable | None:
    """Write the table's rows to ``store``; None where there is nothing but blanks.

    Every record read is a row, the header, or counted in ``skipped`` or ``rejected``.
    """
    stream = iter(records)
    sample = list(islice(stream, _SAMPLE))
    readable = [record for record in sample if not record.why]
    layout = find_layout([record.cells for record in readable])
    if layout is None:
        return None
    if layout.width > MAX_COLUMNS:
        raise EngineError(
            f"{origin.name} has {layout.width:,} columns; a table may have {MAX_COLUMNS:,}."
        )
    start = readable[layout.first].line
    whole = [r.cells for r in readable if r.line > start and len(r.cells) == layout.width]
    assembly = _Assembly(layout, start, whole, origin, store)
    try:
        for record in chain(sample, stream):
            assembly.take(record)
    finally:
        assembly.writer.close()
    return assembly.table()


def plain_table(plain: PlainTable, origin: Origin, store: Path) -> SourceTable:
    """The table of a file that was read the short way, told as the long way would."""
    layout = plain.layout
    notes: list[str] = []
    if plain.header_line > 1:
        notes.append(_preamble_note(plain.before))
    skipped = {"header": 1}
    lines: dict[str, tuple[int, ...]] = {"header": (plain.header_line,)}
    if _is_total(plain.last):
        notes.append(_total_note(plain.lines))
        lines["total"] = (plain.lines,)
    if above := plain.header_line - 1:
        skipped["before the header"] = above
        lines["before the header"] = tuple(range(1, min(above, KEPT_LINES) + 1))
    return SourceTable(
        name=origin.name,
        file=origin.file,
        columns=unique_names(layout.header or (), layout.width),
        row_count=plain.rows,
        notes=tuple(notes),
        skipped=dict(sorted(skipped.items())),
        lines=dict(sorted(lines.items())),
        encoding=origin.encoding,
        dialect=origin.dialect,
        line_ends=origin.line_ends,
        header_line=plain.header_line,
        store=store,
        form=plain.form,
    )


class _Assembly:
    """The table while its records come in. ``whole``: records of its width among the first."""

    def __init__(
        self,
        layout: Layout,
        start: int,
        whole: Sequence[Sequence[str]],
        origin: Origin,
        store: Path,
    ) -> None:
        self.layout, self.start, self.origin, self.store = layout, start, origin, store
        self.mender = Mender(whole, origin.dialect.delimiter) if origin.dialect else None
        self.protected = any(PROTECTED.fullmatch(cell) for row in whole for cell in row)
        self.width = layout.width
        self.writer = TableWriter(store, layout.width)
        self.skipped: Counter[str] = Counter()
        self.lines: dict[str, list[int]] = {}
        self.rejected: list[RejectedLine] = []
        self.rejected_count = 0
        self.padded = 0
        self.mended = 0
        self.preamble: list[str] = []
        #: The record right above the header.
        self.above: Sequence[str] = ()
        self.last: tuple[int, Sequence[str]] | None = None
        self._commented = False
        self._header = [] if layout.header is None else _trimmed(layout.header)

    def take(self, record: Record) -> None:
        """Account for one record."""
        cells = record.cells
        if record.why:
            self._reject(record, record.why)
        elif len(cells) == self.width and cells[0].strip():
            self._row(record, cells)
        elif not any(map(str.strip, cells)) or (len(cells) == 1 < self.width and _is_filler(cells)):
            self._skip("blank", record)
        elif record.line < self.start:
            self._before(record)
        elif self._commented and cells[0].startswith("#") and not any(cells[1:]):
            self._skip("comment", record)
        elif len(cells) == 1 < self.width and COUNTED.fullmatch(cells[0].strip()):
            self._reject(record, IS_COUNT)
        elif len(cells) < self.width:
            self._row(record, [*cells, *[""] * (self.width - len(cells))], len(cells))
        elif len(cells) > self.width and (whole := self.mender and self.mender.mend(cells)):
            self.mended += 1
            self._remember("torn", record)
            self._row(record, whole)
        elif any(cell.strip() for cell in cells[self.width :]):
            self._reject(record, f"{len(cells)} cells where the table has {self.width}")
        else:
            self._row(record, cells[: self.width])

    def _row(self, record: Record, cells: list[str], given: int = 0) -> None:
        if record.line < self.start:
            self._before(record)
            return
        if self._header and cells[0].strip() == self._header[0] and _trimmed(cells) == self._header:
            self._skip("header" if record.line == self.start else "repeated header", record)
            return
        if (cells[0].startswith(RULES) or not cells[0]) and _is_rule(cells):
            self._skip("ruled line", record)
            return
        if self.protected:
            cells = [PROTECTED.sub(r"\1", cell) if cell[:1] == "=" else cell for cell in cells]
        if given:
            self.padded += 1
            self._remember("short", record)
        self.writer.write(cells)
        self.last = (record.line, cells)

    def _before(self, record: Record) -> None:
        self._skip("before the header", record)
        self.above = record.cells
        self._commented |= record.cells[0].startswith("#")
        if len(self.preamble) < 20:
            self.preamble.append(record_text(record.cells))

    def _skip(self, what: str, record: Record) -> None:
        self.skipped[what] += 1
        self._remember(what, record)

    def _remember(self, what: str, record: Record) -> None:
        kept = self.lines.setdefault(what, [])
        if len(kept) < KEPT_LINES:
            kept.append(record.line)

    def _reject(self, record: Record, why: str) -> None:
        self.rejected_count += 1
        if len(self.rejected) < KEPT_REJECTS:
            text = record.text.rstrip("\r\n")[:2000]
            self.rejected.append(RejectedLine(line=record.line, text=text, why=why))

    def table(self) -> SourceTable:
        """The finished table."""
        origin, notes = self.origin, tuple(self._notes())
        return SourceTable(
            name=origin.name,
            file=origin.file,
            sheet=origin.sheet,
            columns=unique_names(_with_groups(self.layout.header or (), self.above), self.width),
            row_count=self.writer.rows,
            notes=notes,
            rejected=tuple(self.rejected),
            rejected_count=self.rejected_count,
            skipped=dict(sorted(self.skipped.items())),
            lines={what: tuple(found) for what, found in sorted(self.lines.items())},
            encoding=origin.encoding,
            dialect=origin.dialect,
            line_ends=origin.line_ends,
            header_line=None if self.layout.header is None else self.start,
            form=StoreForm(longest=self.writer.longest),
            store=self.store,
        )

    def _notes(self) -> Iterator[str]:
        if self.layout.header is None:
            yield "no header: the columns are numbered"
        if self.preamble:
            yield _preamble_note(self.preamble)
        if count := self.skipped["repeated header"]:
            yield f"the header is repeated {_times(count)}; these lines are not rows"
        if count := self.skipped["blank"]:
            yield f"{count:,} blank {'line' if count == 1 else 'lines'}"
        if self.padded:
            yield f"{self.padded:,} {'row is' if self.padded == 1 else 'rows are'} short; filled up"
        if self.mended:
            what = "1 line was" if self.mended == 1 else f"{self.mended:,} lines were"
            yield f"{what} torn by an unquoted delimiter, and put together again"
        if count := self.skipped["comment"] + self.skipped["ruled line"]:
            yield f"{count:,} {_lines(count)} no row but a remark or a rule"
        if self.rejected_count:
            yield f"{self.rejected_count:,} {_lines(self.rejected_count)} rejected"
        if self.last is not None and _is_total(self.last[1]):
            self.lines["total"] = [self.last[0]]
            yield _total_note(self.last[0])


def _with_groups(header: Sequence[str], above: Sequence[str]) -> Sequence[str]:
    """The header with the headings that stand over groups of its columns, where names repeat.

    "Sales,,Costs," over "Q1,Q2,Q1,Q2" names the columns Sales Q1, Sales Q2, Costs Q1, Costs Q2.
    """
    names = [cell.strip() for cell in header]
    if len(set(names)) == len(names) or len(above) != len(names) or not above[0].strip():
        return header
    groups: list[str] = []
    for cell in above:
        groups.append(cell.strip() or groups[-1])
    full = [f"{group} {name}".strip() for group, name in zip(groups, names, strict=True)]
    return full if len(set(full)) == len(full) else header


def _preamble_note(lines: Sequence[str]) -> str:
    return f"before the header: {' / '.join(lines)[:300]}"


def _total_note(line: int) -> str:
    return f"line {line} looks like a total; it is kept as a row"


def _trimmed(cells: Sequence[str]) -> list[str]:
    kept = [cell.strip() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _is_total(cells: Sequence[str]) -> bool:
    words = next((cell for cell in cells if cell.strip()), "").strip(" :").casefold().split()
    return bool(words) and words[0].strip(":") in _TOTALS and len(words) <= 3


def _is_filler(cells: Sequence[str]) -> bool:
    return not cells[0].strip(_FILLER)


def _is_rule(cells: Sequence[str]) -> bool:
    """Whether a line only rules off the header: "---,---", or "|---|---|" with its outer cells."""
    drawn = cells if cells[0] else cells[1:]
    return drawn[0].startswith(RULES) and all(
        _RULE.fullmatch(cell.strip()) for cell in drawn if cell.strip()
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _lines(count: int) -> str:
    return "line is" if count == 1 else "lines are"
