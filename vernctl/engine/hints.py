"""What knowledge says about columns: "use Work E-mail for Email", "ignore Legacy ID".

Only plain statements that name a source column and, apart from it, a target column count; anything
else is left to those who read knowledge as instructions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
#: Between a source and a target, in this order.
_FORWARD = re.compile(
    r"\W*(?:column\s+)?(?:is|are|as|means|holds|contains|for|into|to|goes (?:in|into|to)|maps? to|"
    r"mapped to|belongs (?:in|to)|becomes|should be|->|=>|→|=|:)\s*(?:the |our |column )*\W*",
    re.IGNORECASE,
)
#: Between a target and a source.
_BACKWARD = re.compile(
    r"\W*(?:column\s+)?(?:is |are )?(?:taken |filled |comes |come |mapped |read )?"
    r"(?:from|with|<-|←)\s*(?:the |column )*\W*",
    re.IGNORECASE,
)
_IGNORE = re.compile(
    r"(?:ignore|skip|leave out|drop|(?:do not|don't|never) (?:use|import|map))"
    r"\s+(?:the )?(?:column )?\W*$",
    re.IGNORECASE,
)


class Hints(NamedTuple):
    """``pairs``: (source, target) that were said to go together; ``ignored``: sources to leave."""

    pairs: frozenset[tuple[str, str]]
    ignored: frozenset[str]


def hints_in(knowledge: str, sources: Sequence[str], targets: Sequence[str]) -> Hints:
    """The statements of a text about these columns."""
    pairs: set[tuple[str, str]] = set()
    ignored: set[str] = set()
    for sentence in _SENTENCES.split(knowledge):
        given = list(_mentions(sentence, sources))
        wanted = list(_mentions(sentence, targets))
        for start, end, source in given:
            if _IGNORE.search(sentence[:start]):
                ignored.add(source)
            for first, last, target in wanted:
                if last <= start and _BACKWARD.fullmatch(sentence[last:start]):
                    pairs.add((source, target))
                if end <= first and _FORWARD.fullmatch(sentence[end:first]):
                    pairs.add((source, target))
    return Hints(frozenset(pairs), frozenset(ignored))


def _mentions(sentence: str, names: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Where names stand in a sentence, the longest first; a place is one name's only."""
    free = list(sentence.casefold())
    for name in sorted(set(names), key=lambda text: (-len(text), text)):
        needle = name.casefold()
        at = "".join(free).find(needle) if needle and len(free) == len(sentence) else -1
        while at >= 0:
            end = at + len(needle)
            if not _inside_word(sentence, at, end):
                free[at:end] = "\0" * (end - at)
                yield at, end, name
            at = "".join(free).find(needle, at + 1)


def _inside_word(sentence: str, start: int, end: int) -> bool:
    before = sentence[start - 1 : start]
    after = sentence[end : end + 1]
    return before.isalnum() or after.isalnum()
