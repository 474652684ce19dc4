"""What the name of a column says, word by word."""

from __future__ import annotations

import re2


def words(text: str) -> list[str]:
    """The words of a name in lower case: ``E-mail Address`` is email, address."""
    joined = text.replace("E-mail", "Email").replace("e-mail", "email").replace("E-Mail", "Email")
    spaced = re2.sub(r"([a-z\d])([A-Z])", r"\1 \2", joined)
    return [word.lower() for word in re2.split(r"[^\pL\pN]+", spaced) if word]
