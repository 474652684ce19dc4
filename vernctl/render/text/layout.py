"""Lines, columns and ink for a page of text. Widths are in terminal cells, never in characters.

Colour is added after a line has been laid out and only repeats what the words say: without it the
same characters remain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from rich.cells import chop_cells

from vernctl.render.escape import cell_width, shorten

Style = Literal["plain", "bold", "dim", "good", "bad", "warn", "accent"]
_SGR: dict[Style, str] = {
    "plain": "",
    "bold": "1",
    "dim": "2",
    "good": "32",
    "bad": "31",
    "warn": "33",
    "accent": "36",
}


#: A flexible column keeps this many cells even where the line is then cut.
_NARROWEST = 4


class Ink(NamedTuple):
    """Text with a style."""

    text: str
    style: Style = "plain"


Part = str | Ink


class Column(NamedTuple):
    """One column of a table: which way it is aligned, and whether it gives way when space ends."""

    right: bool = False
    flexible: bool = False


class Page:
    """Text that is built line by line. Everything given to it must already be ``text_safe``."""

    def __init__(self, width: int = 80, *, colour: bool = False) -> None:
        self.width = max(width, 40)
        self._colour = colour
        self._lines: list[str] = []

    def __str__(self) -> str:
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        return "".join(line + "\n" for line in self._lines)

    def blank(self) -> None:
        """An empty line, unless the page is empty or already has one."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def line(self, *parts: Part, indent: int = 0) -> None:
        """One line, cut at the page's width."""
        self._put([Ink(" " * indent), *map(_ink, parts)])

    def ends(self, left: Sequence[Part], right: Part, indent: int = 0) -> None:
        """One line with ``right`` flush at the right edge; the left part gives way."""
        flush = _ink(right)
        room = self.width - indent - cell_width(flush.text) - (2 if flush.text else 0)
        kept = _fit([_ink(part) for part in left], room)
        gap = self.width - indent - _width(kept) - cell_width(flush.text)
        self._put([Ink(" " * indent), *kept, Ink(" " * gap), flush])

    def wrap(self, text: str, indent: int = 0, hanging: int = 0, style: Style = "plain") -> None:
        """Words over as many lines as they need; a word longer than a line is broken."""
        words = _words(text, self.width - indent - hanging)
        current, left = words[0], indent
        for word in words[1:]:
            longer = f"{current} {word}"
            if left + cell_width(longer) > self.width and current.strip():
                self._put([Ink(" " * left), Ink(current, style)])
                current, left = word, indent + hanging
            else:
                current = longer
        self._put([Ink(" " * left), Ink(current, style)])

    def flow(self, parts: Sequence[Part], indent: int = 0, gap: int = 3) -> None:
        """Whole parts beside each other, over as many lines as they need."""
        line: list[Ink] = [Ink(" " * indent)]
        for part in map(_ink, parts):
            if len(line) > 1 and _width(line) + gap + cell_width(part.text) > self.width:
                self._put(line)
                line = [Ink(" " * indent)]
            line += [Ink(" " * gap), part] if len(line) > 1 else [part]
        self._put(line)

    def literal(self, text: str, indent: int = 0, style: Style = "accent") -> None:
        """A command or a line to paste, never cut: it must survive being copied."""
        self._lines.append(" " * indent + self._painted(Ink(text, style)))

    def table(
        self,
        rows: Sequence[Sequence[Part]],
        columns: Sequence[Column],
        indent: int = 0,
        gap: int = 2,
        fill: int | None = None,
        notes: Mapping[int, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """Aligned columns; flexible ones shrink to the page's width, the widest first.

        Column ``fill`` takes the room that is left; ``notes`` are wrapped under their row.
        """
        inked = [[_ink(part) for part in row] for row in rows]
        widths = _table_widths(inked, columns, self.width - indent, gap, fill)
        for number, row in enumerate(inked):
            parts = [Ink(" " * indent)]
            for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
                text = shorten(cell.text, width)
                pad = Ink(" " * (width - cell_width(text)))
                shown = cell._replace(text=text)
                parts += [pad, shown] if columns[i].right else [shown, pad]
                parts.append(Ink(" " * gap))
            self._put(parts)
            for note in notes.get(number, ()):
                self.wrap(note, indent + 4, 2, "dim")

    def _put(self, parts: Sequence[Ink]) -> None:
        kept = _fit(parts, self.width)
        while kept and not kept[-1].text.rstrip(" "):
            kept.pop()
        if kept:
            kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip(" "))
        self._lines.append("".join(self._painted(part) for part in kept))

    def _painted(self, part: Ink) -> str:
        code = _SGR[part.style]
        return f"\x1b[{code}m{part.text}\x1b[0m" if self._colour and code else part.text


def _table_widths(
    rows: Sequence[Sequence[Ink]],
    columns: Sequence[Column],
    room: int,
    gap: int,
    fill: int | None,
) -> list[int]:
    widths = [
        max((cell_width(row[i].text) for row in rows), default=0) for i in range(len(columns))
    ]
    over = sum(widths) + gap * (len(columns) - 1) - room
    flexible = [i for i, column in enumerate(columns) if column.flexible]
    while over > 0 and flexible:
        widest = max(flexible, key=lambda i: widths[i])
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
        over -= 1
    if fill is not None and over < 0:
        widths[fill] -= over
    return widths


def _ink(part: Part) -> Ink:
    return part if isinstance(part, Ink) else Ink(part)


def _width(parts: Sequence[Ink]) -> int:
    return sum(cell_width(part.text) for part in parts)


def _fit(parts: Sequence[Ink], room: int) -> list[Ink]:
    kept: list[Ink] = []
    for part in parts:
        text = shorten(part.text, max(room, 0))
        room -= cell_width(text)
        kept.append(part._replace(text=text))
        if text != part.text:
            break
    return kept


def _words(text: str, room: int) -> list[str]:
    # Runs of spaces survive as empty words: a cell's spaces may be what has changed.
    return [piece for word in text.split(" ") for piece in chop_cells(word, max(room, 1)) or [""]]
