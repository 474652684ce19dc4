"""The account of what was read: every record that is no plain row, with its line, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from vernctl.engine.readers.records import Record, record_text
from vernctl.engine.readers.table import KEPT_LINES, KEPT_REJECTS, RejectedLine

#: Lines above or below a table whose text is kept, and how much of it is shown.
_KEPT_TEXTS = 20
_SHOWN = 300


class Account:
    """Counts records by what they are, and remembers where the first hundred of each stand."""

    def __init__(self) -> None:
        #: Records that are neither rows nor rejected.
        self.skipped: Counter[str] = Counter()
        #: Rows that were made of a record which was not quite one.
        self.mended: Counter[str] = Counter()
        self.lines: dict[str, list[int]] = {}
        self.rejected: list[RejectedLine] = []
        self.rejected_count = 0
        self.texts: dict[str, list[str]] = {}

    def skip(self, what: str, record: Record) -> None:
        """A record that is no row."""
        self.skipped[what] += 1
        self._remember(what, record.line)

    def skip_text(self, what: str, record: Record) -> None:
        """A record that is no row, but whose text somebody may want to read."""
        self.skip(what, record)
        kept = self.texts.setdefault(what, [])
        if len(kept) < _KEPT_TEXTS:
            kept.append(record_text(record.cells))

    def mend(self, what: str, record: Record) -> None:
        """A record that became a row with something done to it, or to be said of it."""
        self.mended[what] += 1
        self._remember(what, record.line)

    def reject(self, record: Record, why: str) -> None:
        """A line that cannot be a row."""
        self.rejected_count += 1
        if len(self.rejected) < KEPT_REJECTS:
            text = record.text.rstrip("\r\n")[:2000]
            self.rejected.append(RejectedLine(line=record.line, text=text, why=why))

    def total(self, line: int) -> None:
        """The last row, which looks like a total."""
        self._remember("total", line)

    def _remember(self, what: str, line: int) -> None:
        kept = self.lines.setdefault(what, [])
        if len(kept) < KEPT_LINES:
            kept.append(line)

    def notes(self) -> Iterator[str]:
        """The account in words for a person."""
        if above := self.texts.get("before the header"):
            yield text_note("before the header", above)
        if count := self.skipped["repeated header"]:
            yield f"the header is repeated {_times(count)}; these lines are not rows"
        if count := self.skipped["blank"]:
            yield f"{count:,} blank {'line' if count == 1 else 'lines'}"
        if count := self.mended["short"]:
            yield f"{count:,} {'row is' if count == 1 else 'rows are'} short; filled up"
        if count := self.mended["torn"]:
            what = "1 line was" if count == 1 else f"{count:,} lines were"
            yield f"{what} torn by an unquoted delimiter, and put together again"
        if count := self.mended["stray quote"]:
            what = "1 row has" if count == 1 else f"{count:,} rows have"
            yield f"{what} a quote that opens or closes no cell"
        if count := self.skipped["comment"] + self.skipped["ruled line"]:
            yield f"{count:,} {_lines(count)} no row but a remark or a rule"
        if self.rejected_count:
            yield f"{self.rejected_count:,} {_lines(self.rejected_count)} rejected"
        if below := self.texts.get("below the table"):
            yield text_note("below the table", below)
        for line in self.lines.get("total", ()):
            yield total_note(line)
        if remarks := self.lines.get("remark"):
            places = ", ".join(f"{line:,}" for line in remarks)
            one = len(remarks) == 1
            yield (
                f"{'line' if one else 'lines'} {places} {'looks' if one else 'look'} like a remark "
                f"below the table; kept as {'a row' if one else 'rows'}"
            )


def text_note(where: str, lines: Sequence[str]) -> str:
    """The text around a table, which is no part of it."""
    return f"{where}: {' / '.join(lines)[:_SHOWN]}"


def total_note(line: int) -> str:
    """A last row that adds up the others."""
    return f"line {line} looks like a total; it is kept as a row"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _lines(count: int) -> str:
    return "line is" if count == 1 else "lines are"
