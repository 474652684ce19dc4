"""Words that questions and remarks share."""

from __future__ import annotations

import re

#: Longest piece of an answer or message that a question quotes.
_QUOTED = 200


def label_key(label: str) -> str:
    """What two wordings of one label share: case, white space and counts in brackets set aside."""
    bare = re.sub(r"\s*\(\d[^()]*\)\s*$", "", label)
    return " ".join(bare.casefold().split())


def clip(text: str) -> str:
    """A piece of someone's text, short enough for a question."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTED else flat[: _QUOTED - 1] + "…"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """``1 row``, ``1,412 rows``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
