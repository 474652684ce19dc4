"""Small parts of Markdown, and the bound on its size: examples go first, the summary never."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from vernctl.render.escape import markdown_code, markdown_safe


class Level(NamedTuple):
    """How much is told: groups and keys of a sheet, one or no example, lists, sheets by name."""

    groups: int
    keys: int
    examples: bool
    items: int
    sheets: int
    cell: int


#: From everything that a reader wants to the least that is still the whole summary.
LEVELS = (
    Level(groups=40, keys=10, examples=True, items=40, sheets=200, cell=60),
    Level(groups=40, keys=3, examples=True, items=20, sheets=200, cell=40),
    Level(groups=20, keys=0, examples=False, items=10, sheets=200, cell=32),
    Level(groups=8, keys=0, examples=False, items=5, sheets=200, cell=24),
    Level(groups=2, keys=0, examples=False, items=3, sheets=200, cell=20),
    Level(groups=0, keys=0, examples=False, items=0, sheets=200, cell=20),
    Level(groups=0, keys=0, examples=False, items=0, sheets=20, cell=12),
)


_ENDING = "\n</details>\n\n… the rest did not fit here\n"


def bounded(build: Callable[[Level], Iterable[str]], limit: int) -> str:
    """The richest text of at most ``limit`` bytes of UTF-8; in the last resort the end is cut.

    ``build`` gives lines; a level that turns out too long is abandoned where it does.
    """
    for level in LEVELS:
        lines, whole = _taken(build(level), limit)
        if whole:
            return "\n".join(lines).rstrip("\n") + "\n"
    lines, _ = _taken(build(LEVELS[-1]), limit - _size(_ENDING))
    opened = sum(line.startswith("<details>") - line.startswith("</details>") for line in lines)
    return "\n".join([*lines, _ENDING if opened > 0 else _ENDING.replace("</details>\n", "")])


def _taken(source: Iterable[str], limit: int) -> tuple[list[str], bool]:
    lines: list[str] = []
    for line in source:
        limit -= _size(line) + 1
        if limit < 0:
            return lines, False
        lines.append(line)
    return lines, True


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a pipe table. A header that ends with ``:`` is aligned to the right.

    Cells must already be safe (:func:`.escape.markdown_safe`, :func:`.escape.markdown_code`).
    """
    names = [name.removesuffix(":") for name in header]
    rule = ["--:" if name.endswith(":") else "---" for name in header]
    lines = [f"| {' | '.join(cells)} |" for cells in (names, *rows)]
    return [lines[0], f"|{'|'.join(rule)}|", *lines[1:], ""]


def details(summary: str, lines: Sequence[str]) -> list[str]:
    """A section that a reader opens. ``summary`` must be safe; empty without lines."""
    return [f"<details><summary>{summary}</summary>", "", *lines, "</details>", ""] if lines else []


def code(value: str, level: Level) -> str:
    """A cell as a code span, cut as the level asks."""
    return markdown_code(value, level.cell)


def prose(value: str, limit: int = 300) -> str:
    """Words of a person or a service, inert."""
    return markdown_safe(value, limit)


def more(count: int, noun: str, plural: str | None = None) -> list[str]:
    """``… and 3 further kinds``, or nothing."""
    if count <= 0:
        return []
    return [f"… and {count:,} further {noun if count == 1 else plural or noun + 's'}", ""]
