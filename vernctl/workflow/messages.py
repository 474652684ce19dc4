"""Several refinements as the one message that an update takes, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ITEM = re.compile(r"^\d+\. ", re.MULTILINE)


def as_one_message(messages: Sequence[str]) -> str:
    """Several messages as one: a numbered list, in order. A single one goes as it is."""
    if len(messages) == 1:
        return messages[0]
    return "\n".join(f"{number}. {message}" for number, message in enumerate(messages, start=1))


def split_message(text: str) -> tuple[str, ...]:
    """The messages of one update: the inverse of :func:`as_one_message`."""
    if not text.startswith("1. "):
        return (text,)
    return tuple(part.rstrip("\n") for part in _ITEM.split(text)[1:])
