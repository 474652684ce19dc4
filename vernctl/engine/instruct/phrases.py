"""The surface of an instruction: lists, sentences, quoted pieces, words."""

from __future__ import annotations

from typing import NamedTuple

import re2

#: Longer than this is no instruction.
MAX_MESSAGE = 4_000
_ITEM = re2.compile(r"(?m)^[ \t]*(?:(?:\d{1,3}[.)]|[-*•])[ \t]+)+")
_QUOTES = re2.compile(
    r"\"([^\"]*)\"|“([^”]*)”|„([^“”]*)[“”]|«([^»]*)»|`([^`]*)`|‘([^’]*)’"
    r"|(^|[\s(,=:])'([^']*)'"
)
_FIRST_MARK = 0xE000
_HEADING = re2.compile(
    r"(?i)^(?:please )?(?:do|make|apply|use)?(?: ?(?:the|these|this|some|following|my|other|more|"
    r"changes|edits|corrections|fixes|steps|instructions|rules|things))+(?:,? please)?:$"
)
_POLITE = re2.compile(
    r"(?i)^(?:please|kindly|also|and|then|now|we want to|you should)[,\s]+|[\s,]+please$"
    r"|^(?:many )?(?:thanks|thank you)(?: a lot| very much)?[.! ]*$"
)
_HARMLESS = re2.compile(
    r"(?i)(?:,| -| –|;|\.|\band)? *(?:but )?(?:do not|don[’']t|never|without) "
    r"(?:drop|dropp|delet|remov|los)(?:e|ing)? (?:the|any|that|those|these|a)? ?(?:rows?|"
    r"records?|lines?)"
    r"(?: for (?:it|this|that))?|(?:,|;|\.| and)? *(?:but )?keep (?:the|every|all|those|that) "
    r"rows?$"
)


def split_messages(text: str) -> tuple[str, ...]:
    """The single instructions of a message: the items of a list, or the message itself.

    Every line that starts with ``1.``, ``2)``, ``-`` or the like starts an item, so a list of
    lists is the list of all their items, in order.
    """
    if not _ITEM.search(text):
        return (text.strip(),) if text.strip() else ()
    items = (piece.strip() for piece in _ITEM.split(text))
    return tuple(item for item in items if item)


def is_heading(text: str) -> bool:
    """Whether a message only announces others: "Please do the following:"."""
    return bool(_HEADING.search(text.strip()))


class Phrase(NamedTuple):
    """An instruction whose quoted pieces are set aside as single marks, so that rules see words."""

    text: str
    quoted: tuple[str, ...]

    def restore(self, piece: str) -> str:
        """A piece of the text with its quoted pieces back in place, without quotes."""
        return "".join(self._of(char) if ord(char) >= _FIRST_MARK else char for char in piece)

    def _of(self, mark: str) -> str:
        number = ord(mark) - _FIRST_MARK
        return self.quoted[number] if number < len(self.quoted) else mark

    def literal(self, piece: str) -> str:
        """A value that someone wrote: quoted exactly, else without white space around it."""
        return self.restore(piece.strip())

    def values(self, piece: str) -> list[str]:
        """Several values in a list: ``A, B and C``, ``A / B``, ``A or B``."""
        parts = re2.split(r"(?i)\s*,\s*(?:and |or )?|\s+(?:and|or|&)\s+|\s+/\s+", piece.strip())
        return [self.literal(part) for part in parts if part.strip()]


def phrase_of(text: str) -> Phrase:
    """Prepare an instruction: quoted pieces aside, courtesies and reassurances off."""
    quoted: list[str] = []

    def aside(match: object) -> str:
        groups = match.groups()  # type: ignore[attr-defined]
        before = groups[6] or ""
        quoted.append(next((g for i, g in enumerate(groups) if g is not None and i != 6), ""))
        return before + chr(_FIRST_MARK + len(quoted) - 1)

    clean = "".join(" " if 0xE000 <= ord(char) <= 0xF8FF else char for char in text)
    marked = _QUOTES.sub(aside, clean)
    return Phrase(tidy(marked), tuple(quoted))


def tidy(text: str) -> str:
    """Without courtesies, reassurances and a full stop; white space single."""
    flat: str = _HARMLESS.sub("", " ".join(text.split()))
    for _ in range(3):
        flat = _POLITE.sub("", flat).strip()
    return flat.rstrip(" .!;,")


def sentences(text: str) -> list[str]:
    """The sentences of a phrase's text."""
    return [part for part in re2.split(r"[.;!]\s+|\n+", text) if part.strip()]


def clauses(text: str) -> list[tuple[str, str]]:
    """Every way to cut a sentence in two at an "and", "then" or comma, first cut first."""
    cuts = []
    for match in re2.finditer(r"(?i),? (?:and then|and also|and|then|but) |, ", text):
        cuts.append((text[: match.start()].strip(), text[match.end() :].strip()))
    return [(head, tail) for head, tail in cuts if head and tail]
