"""From records to a table: header, rows of one width, and an account of every record read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from vernctl.engine.model import EngineError
from vernctl.engine.readers.account import Account, text_note, total_note
from vernctl.engine.readers.fixed import COUNTED, IS_COUNT
from vernctl.engine.readers.layout import PROTECTED, RULES, Layout, find_layout
from vernctl.engine.readers.mending import Mender
from vernctl.engine.readers.plain import PlainTable
from vernctl.engine.readers.records import Record, has_stray_quote
from vernctl.engine.readers.table import (
    KEPT_LINES,
    MAX_COLUMNS,
    Dialect,
    SourceTable,
    StoreForm,
    TableWriter,
    unique_names,
)

_SAMPLE = 200
#: What old systems end a file with, or fill it up with; and lines that only part header and rows.
_FILLER = "\0\x1a \t"
_RULE = re.compile(r"[-=+:]{3,}")
#: Text below a table is told from a row that is nearly empty where the table has so many columns,
#: there are no more lines of it, and each is a line without delimiters or of so many words.
_NARROWEST = 3
_MOST_BELOW = 20
_A_SENTENCE = 5
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
        assembly.finish()
    finally:
        assembly.writer.close()
    return assembly.table()


def plain_table(plain: PlainTable, origin: Origin, store: Path) -> SourceTable:
    """The table of a file that was read the short way, told as the long way would."""
    layout = plain.layout
    notes: list[str] = []
    if plain.header_line > 1:
        notes.append(text_note("before the header", plain.before))
    skipped = {"header": 1}
    lines: dict[str, tuple[int, ...]] = {"header": (plain.header_line,)}
    if _is_total(plain.last):
        notes.append(total_note(plain.lines))
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
        self.dialect = origin.dialect
        self.mender = Mender(whole, origin.dialect) if origin.dialect else None
        self.protected = any(PROTECTED.fullmatch(cell) for row in whole for cell in row)
        self.width = layout.width
        self.writer = TableWriter(store, layout.width)
        self.account = Account()
        #: The record right above the header.
        self.above: Sequence[str] = ()
        self.last: tuple[int, Sequence[str]] | None = None
        self._commented = False
        #: What may stand below the table: records of one cell since the first blank line in it.
        self._tail: list[tuple[Record, list[str], int]] = []
        self._ended = self._has_single = False
        self._header = [] if layout.header is None else _trimmed(layout.header)

    def take(self, record: Record) -> None:
        """Account for one record."""
        cells = record.cells
        if record.why:
            self.account.reject(record, record.why)
        elif len(cells) == self.width and cells[0].strip():
            self._row(record, cells)
        elif not any(map(str.strip, cells)) or (len(cells) == 1 < self.width and _is_filler(cells)):
            self.account.skip("blank", record)
            self._ended = not self._has_single and self.writer.rows > 0
        elif record.line < self.start:
            self._before(record)
        elif self._commented and cells[0].startswith("#") and not any(cells[1:]):
            self.account.skip("comment", record)
        elif len(cells) == 1 < self.width and COUNTED.fullmatch(cells[0].strip()):
            self.account.reject(record, IS_COUNT)
        elif len(cells) < self.width:
            self._row(record, [*cells, *[""] * (self.width - len(cells))], len(cells))
        elif len(cells) > self.width and (
            whole := self.mender and self.mender.mend(cells, record.text)
        ):
            self.account.mend("torn", record)
            self._row(record, whole)
        elif any(cell.strip() for cell in cells[self.width :]):
            self.account.reject(record, f"{len(cells)} cells where the table has {self.width}")
        else:
            self._row(record, cells[: self.width])

    def _row(self, record: Record, cells: list[str], given: int = 0) -> None:
        if record.line < self.start:
            self._before(record)
            return
        if self._header and cells[0].strip() == self._header[0] and _trimmed(cells) == self._header:
            self.account.skip("header" if record.line == self.start else "repeated header", record)
            return
        if (cells[0].startswith(RULES) or not cells[0]) and _is_rule(cells):
            self.account.skip("ruled line", record)
            return
        if self.protected:
            cells = [PROTECTED.sub(r"\1", cell) if cell[:1] == "=" else cell for cell in cells]
        if self._is_below(cells, given):
            self._tail.append((record, cells, given))
            return
        self._release()
        self._write(record, cells, given)

    def _is_below(self, cells: list[str], given: int) -> bool:
        """Whether a record may belong below the table: a text by itself, after a blank line."""
        single = self.width >= _NARROWEST and not any(map(str.strip, cells[1:]))
        if single and self._ended and len(self._tail) < _MOST_BELOW:
            return given == 1 or len(cells[0].split()) >= _A_SENTENCE
        self._has_single |= single
        return False

    def _release(self) -> None:
        """What was held back has rows below it, and is rows itself."""
        self._ended = False
        for record, cells, given in self._tail:
            self._write(record, cells, given)
        self._tail.clear()

    def _write(self, record: Record, cells: list[str], given: int) -> None:
        if given:
            self.account.mend("short", record)
        if self.dialect is not None and has_stray_quote(record.text, self.dialect):
            self.account.mend("stray quote", record)
        self.writer.write(cells)
        self.last = (record.line, cells)

    def _before(self, record: Record) -> None:
        self.account.skip_text("before the header", record)
        self.above = record.cells
        self._commented |= record.cells[0].startswith("#")

    def finish(self) -> None:
        """After the last record: what still waits stands below the table.

        A line without delimiters is no row; one with them might be, and is only pointed out.
        """
        spoken = any(" " in cells[0].strip() for _, cells, _ in self._tail)
        if self.last is not None and _is_total(self.last[1]):
            self.account.total(self.last[0])
        for record, cells, given in self._tail:
            if given == 1 and spoken:
                self.account.skip_text("below the table", record)
            else:
                if spoken:
                    self.account.mend("remark", record)
                self._write(record, cells, given)

    def table(self) -> SourceTable:
        """The finished table."""
        origin, account = self.origin, self.account
        unnamed = () if self.layout.header is not None else ("no header: the columns are numbered",)
        return SourceTable(
            name=origin.name,
            file=origin.file,
            sheet=origin.sheet,
            columns=unique_names(_with_groups(self.layout.header or (), self.above), self.width),
            row_count=self.writer.rows,
            notes=(*unnamed, *account.notes()),
            rejected=tuple(account.rejected),
            rejected_count=account.rejected_count,
            skipped=dict(sorted(account.skipped.items())),
            lines={what: tuple(found) for what, found in sorted(account.lines.items())},
            encoding=origin.encoding,
            dialect=origin.dialect,
            line_ends=origin.line_ends,
            header_line=None if self.layout.header is None else self.start,
            form=StoreForm(longest=self.writer.longest),
            store=self.store,
        )


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
