"""How near a phrase comes to a text that it is not found in, and the phrase that would be found.

For the eye alone: a person decides whether to change a rule; nothing is answered by nearness.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple

from vernctl.spec.patterns import compile_pattern, is_expression, normalise

#: Comparing takes time by the product of the lengths; people ask within so many words.
_WORDS = 60
#: Words without a letter or digit, and the shortest ones, make no phrase alike.
_TELLING = 4


class Nearest(NamedTuple):
    """The share of a phrase (0 to 1) that stands in a text, and that share as a phrase."""

    score: float
    pattern: str


def nearest_pattern(pattern: str, text: str) -> Nearest | None:
    """The phrase with ``*`` for the words that the (normalised) text has otherwise.

    None for a regular expression, and where nothing that tells questions apart is left.
    """
    if is_expression(pattern):
        return None
    wanted = normalise(pattern).replace("*", " * ").split()[:_WORDS]
    said = text.replace("*", "").split()[:_WORDS]
    matcher = SequenceMatcher(None, wanted, said, autojunk=False)
    blocks = [wanted[block.a : block.a + block.size] for block in matcher.get_matching_blocks()]
    kept = [word for block in blocks for word in block]
    weight = sum(len(word) for word in wanted if word != "*")
    if not any(len(word) >= _TELLING for word in kept):
        return None
    found = " * ".join(" ".join(block) for block in blocks if block)
    share = sum(len(word) for word in kept) / weight
    return Nearest(share, found) if compile_pattern(found).matches(text) else None
