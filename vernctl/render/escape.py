"""Customer text made safe for the eye that reads it: terminals here, code hosts' Markdown below.

Cells, questions, file names and what a service says are hostile. Nothing that they contain may move
a cursor, reorder a line, hide itself, mention a person, open a link or end a block of ours. What is
hidden becomes visible instead of being dropped: a reviewer must see that two cells differ.
Snapshots and exports never pass through here; they are data and stay exact.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len, split_graphemes

#: Cells that a single customer value may take on a screen, where the caller names no other limit.
CELL_LIMIT = 60
#: Cells of what must survive being copied (paths, commands, lines to paste): hardly ever a cut.
WHOLE = 2_000
ELLIPSIS = "…"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"

#: Letters by category that print as nothing: fillers, and the empty braille pattern.
_BLANKS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
#: Control, format (bidi, zero width, tags), surrogate, private, unassigned, separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_MARKS = frozenset({"Mn", "Me"})
#: Marks stacked on one letter; no written language needs more, and a tower covers other lines.
_MARKS_AT_ONCE = 3
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_UNICODE = "latest"


def text_safe(value: str, limit: int = CELL_LIMIT) -> str:
    """``value`` on one line, inert on a terminal, at most ``limit`` cells wide.

    Newlines become ``⏎``, controls their pictures (``␛``, ``␀``), bidi and zero-width characters
    and unusual spaces ``\\uXXXX``. Right-to-left text is put between isolates of ours, so that it
    cannot reorder what stands beside it.
    """
    # Every visible character takes a cell, and brings at most so many marks that take none.
    head = value[: (limit + 1) * (_MARKS_AT_ONCE + 1)]
    if head.isascii() and head.isprintable():
        return shorten(head, limit)
    return _isolated(shorten("".join(_visible(head)), limit))


def quoted(value: str, limit: int = CELL_LIMIT) -> str:
    """``text_safe`` between double quotes: for values whose edges matter, and for empty ones."""
    return f'"{text_safe(value, limit)}"'


def bare_or_quoted(value: str, limit: int = CELL_LIMIT) -> str:
    """The value as it is where its edges can be seen, quoted where it is empty or they cannot."""
    plain = value and value == " ".join(value.split(" ")).strip() and "  " not in value
    return text_safe(value, limit) if plain else quoted(value, limit)


def cell_width(text: str) -> int:
    """Cells that ``text`` takes on a terminal: wide characters two, combining marks none."""
    return cell_len(text, _UNICODE)


def shorten(text: str, limit: int) -> str:
    """``text`` cut to ``limit`` cells, ``…`` where something is missing; never through a grapheme.

    An isolate of ours that the cut left open is closed again.
    """
    if cell_width(text) <= limit:
        return text
    if limit <= 1:
        return ELLIPSIS[:limit]
    spans, _ = split_graphemes(text, _UNICODE)
    used, end = 0, 0
    for _, stop, cells in spans:
        if used + cells > limit - 1:
            break
        used, end = used + cells, stop
    kept = text[:end]
    opened = kept.count(FIRST_STRONG_ISOLATE) - kept.count(POP_ISOLATE)
    return kept + ELLIPSIS + POP_ISOLATE * opened


def markdown_safe(value: str, limit: int = CELL_LIMIT) -> str:
    """``value`` as prose inside Markdown: inert on GitHub and GitLab, on one line.

    Punctuation that Markdown or HTML could read becomes a character reference. References are
    decoded before mentions, issue numbers and bare addresses are looked for, so the characters
    that start those are followed by a zero-width space of ours.
    """
    text = text_safe(value.strip(), limit)
    return _marked(text, "".join(_referenced(_without_isolates(text))))


def markdown_code(value: str, limit: int = CELL_LIMIT) -> str:
    """``value`` as a code span that also holds inside a table cell.

    Nothing is linked, mentioned or emphasised inside a code span, and its fence is longer than any
    run of backticks inside. Tables are split before spans are read, and readers disagree about
    backslashes before a pipe: text with a pipe is written as references between quotes instead.
    """
    if not value:
        return "*empty*"
    safe = text_safe(value, limit)
    text = _without_isolates(safe)
    if "|" in text:
        return _marked(safe, f'"{"".join(_referenced(text))}"')
    fence = "`" * (_longest_run(text, "`") + 1)
    # One space at each end is taken off again by the reader, unless there is nothing but spaces.
    pad = " " if text.strip(" ") and {text[0], text[-1]} & {"`", " "} else ""
    return _marked(safe, f"{fence}{pad}{text}{pad}{fence}")


def _visible(text: str) -> Iterator[str]:
    marks = _MARKS_AT_ONCE  # a mark at the very start would sit on a character of ours
    skip = False
    for i, char in enumerate(text):
        if skip:
            skip = False
            continue
        category = unicodedata.category(char)
        if category in _MARKS:
            marks += 1
            yield char if marks <= _MARKS_AT_ONCE else _escaped(char)
            continue
        marks = 0
        skip = char == "\r" and text[i + 1 : i + 2] == "\n"
        if skip or char == "\n":
            yield "⏎"
        elif char != " " and (category in _HIDDEN or char in _BLANKS):
            yield _escaped(char)
        else:
            yield char


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _isolated(text: str) -> str:
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
    return text


def _without_isolates(text: str) -> str:
    return text.replace(FIRST_STRONG_ISOLATE, "").replace(POP_ISOLATE, "")


#: Read by Markdown or HTML wherever they stand.
_PUNCTUATION = frozenset("\\`*_{}[]<>|~$")
#: Start a mention, an issue, merge request, label, milestone, emoji or address before a word.
_SIGILS = frozenset("@#!~%$&^:")
#: Start a list, a heading's underline or a command of the code host at the start of a line.
_LINE_STARTS = frozenset("#-+=/:")
_ZERO_WIDTH = "&#8203;"
_LEFT_TO_RIGHT_MARK = "&#8206;"


def _referenced(text: str) -> Iterator[str]:
    for i, char in enumerate(text):
        before, after = text[:i] if i <= 9 else "", text[i + 1 : i + 2]
        starts = (char in _LINE_STARTS and i == 0) or (char == "." and before.isdecimal())
        address = char == "." and text[max(0, i - 3) : i].lower() == "www"
        breaks = address or (char in _SIGILS and (after.isalnum() or after in {"/", "_", "#"}))
        yield f"&#{ord(char)};" if char in _PUNCTUATION or starts or breaks else char
        if breaks:
            yield _ZERO_WIDTH


def _marked(safe: str, markdown: str) -> str:
    # A mark instead of isolates: code hosts warn of files that hold isolates, as well they should.
    return markdown + _LEFT_TO_RIGHT_MARK if FIRST_STRONG_ISOLATE in safe else markdown


def _longest_run(text: str, char: str) -> int:
    longest = run = 0
    for c in text:
        run = run + 1 if c == char else 0
        longest = max(longest, run)
    return longest
