"""Patterns for questions: phrases and regular expressions, both in linear time."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Protocol

#: The longest pattern that is accepted, in characters.
MAX_PATTERN = 1000

_STRAIGHT = str.maketrans(
    {**dict.fromkeys("‘’‚‛′ʼ", "'"), **dict.fromkeys("“”„‟″«»", '"')}
    | dict.fromkeys("‐‑‒–—―−", "-")
)


class Pattern(Protocol):
    """Anything that can say whether a normalised text is meant."""

    def matches(self, text: str) -> bool:
        """Whether the pattern is found anywhere in the (normalised) text."""
        ...


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """The text as it is compared: NFKC, case and white space folded, quotes and dashes straight.

    Folding twice makes it a fixed point for all but a handful of characters.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = unicodedata.normalize("NFKC", folded).casefold()
    return " ".join(folded.translate(_STRAIGHT).split())


class Phrase:
    """Words to be found in this order; between them, where ``*`` stood, any text."""

    def __init__(self, pattern: str) -> None:
        self.parts = tuple(part for part in normalise(pattern).split("*") if part)

    def matches(self, text: str) -> bool:
        """Whether all parts are found, one after the other."""
        at = 0
        for part in self.parts:
            at = text.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return True


class Expression:
    """A regular expression, case-insensitive, found anywhere. Raises PatternError if it is none."""

    def __init__(self, expression: str) -> None:
        import re2

        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        options.max_mem = 1 << 20
        try:
            self._compiled = re2.compile(expression, options)
        except re2.error as error:
            raise PatternError(_reason(error)) from None

    def matches(self, text: str) -> bool:
        """Whether the expression is found in the text."""
        return self._compiled.search(text) is not None


class PatternError(ValueError):
    """The words of the expression engine about what is wrong with a pattern."""


def is_expression(pattern: str) -> bool:
    """Whether a pattern is written as ``/…/``."""
    return len(pattern) > 2 and pattern[0] == "/" == pattern[-1]


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Pattern:
    """The pattern of an answer rule. Raises PatternError with what is wrong with it."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"longer than {MAX_PATTERN} characters")
    if not is_expression(pattern):
        return Phrase(pattern)
    return Expression(pattern[1:-1])


def matches_everything(pattern: str) -> bool:
    """Whether a pattern says nothing about the question (``*``, ``/.*/``)."""
    if not is_expression(pattern) and len(pattern) <= MAX_PATTERN:
        return not pattern.replace("*", "").strip()
    compiled = compile_pattern(pattern)
    return compiled.matches("") and compiled.matches("\N{REPLACEMENT CHARACTER}")


def names(text: str, name: str) -> bool:
    """Whether a normalised text names something: as a whole word, not as a part of one."""
    wanted = normalise(name)
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        if not _joined(text[:at][::-1]) and not _joined(text[end:]):
            return True
        at = text.find(wanted, at + 1)
    return False


def _joined(rest: str) -> bool:
    """Whether the text goes on within the same word (``-`` joins when a letter follows)."""
    head = rest[:1]
    return head.isalnum() or head == "_" or (head == "-" and rest[1:2].isalnum())


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else b""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    # The engine appends what it was given; the message shows that already.
    return re.sub(r"^(missing [)\]]): .*", r"\1", text, flags=re.DOTALL)


_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[\w-]{16,}"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\."
    r"|(?i:\b(?:password|passwd|pwd|secret|api[ _-]?key|token)\s*[:=]\s*\S{4,})"
    r"|(?i:\bbearer\s+[\w.~+/-]{16,})|://[^\s/:@]+:[^\s/@]+@"
)
#: No key and no token is shorter; passwords and private keys show by these marks.
_SHORTEST = 15
_MARKS = (":", "=", "-----")
_BLOB = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_=-]{32,}(?![\w+/=-])")


def looks_secret(text: str) -> bool:
    """Whether a text looks like a key, a token or a password, which no spec may hold."""
    if (
        not any(mark in text for mark in _MARKS)
        and max(map(len, text.split()), default=0) < _SHORTEST
    ):
        return False
    if _SECRETS.search(text):
        return True
    return any(
        any(c.islower() for c in blob)
        and any(c.isupper() for c in blob)
        and sum(c.isdigit() for c in blob) >= 3
        for blob in _BLOB.findall(text)
    )
