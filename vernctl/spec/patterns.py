"""Patterns for questions: phrases and regular expressions, both in linear time."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Protocol

#: The longest pattern that is accepted, in characters.
MAX_PATTERN = 1000

#: Whatever an agent quotes with means the same; before NFKC, which takes some of them apart.
_STRAIGHT = str.maketrans(
    dict.fromkeys('"`´‘’‚‛′ʼ“”„‟″«»‹›', "'") | dict.fromkeys("‐‑‒–—―−﹣－", "-")
)
#: Nobody sees these: soft hyphens, joiners, marks of direction, selectors of a glyph.
_UNSEEN = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe0e\ufe0f\ufeff]"
)
#: A quote that is no apostrophe within a word.
_QUOTE = re.compile(r"(?<![^\W_])'|'(?![^\W_])")
#: Longer texts are worth no place in the cache.
_CACHED = 1000


class Pattern(Protocol):
    """Anything that can say whether a normalised text is meant."""

    def matches(self, text: str) -> bool:
        """Whether the pattern is found anywhere in the (normalised) text."""
        ...


def normalise(text: str) -> str:
    """The text as it is compared: NFKC, case and white space folded, what is unseen left out,
    every kind of quote an apostrophe, every dash a hyphen.

    Folding twice makes it a fixed point for all but a handful of characters.
    """
    return _folded(text) if len(text) <= _CACHED else _folded.__wrapped__(text)


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    if text.isascii():
        return " ".join(text.translate(_STRAIGHT).casefold().split())
    seen = _UNSEEN.sub("", text.translate(_STRAIGHT))
    folded = unicodedata.normalize("NFKC", seen).casefold()
    folded = unicodedata.normalize("NFKC", folded).casefold()
    return " ".join(_UNSEEN.sub("", folded).translate(_STRAIGHT).split())


class _Searcher(Protocol):
    """A compiled expression of the engine, which has no types."""

    def search(self, text: str) -> object: ...


class Phrase:
    """Words to be found in this order; between them, where ``*`` stood, any text or none.

    Emphasis (``**``) in the text is passed over, and so are its quotes where the phrase has none:
    agents put them in as they please.
    """

    def __init__(self, pattern: str) -> None:
        folded = normalise(pattern)
        self.parts = tuple(part for part in folded.split("*") if part)
        self._quoted = _QUOTE.search(folded) is not None

    def matches(self, text: str) -> bool:
        """Whether all parts are found, one after the other."""
        plain = text.replace("*", "")
        if not self._quoted and "'" in plain:
            plain = _QUOTE.sub("", plain)
        # ``a * b`` is found in "a b": the two spaces around a star may be one and the same.
        plain = f" {' '.join(plain.split())} "
        at = 0
        for part in self.parts:
            shared = at > 0 and plain[at - 1] == " " == part[0]
            at = plain.find(part, at - shared)
            if at < 0:
                return False
            at += len(part)
        return True


class Expression:
    """A regular expression, case-insensitive, found anywhere. Raises PatternError if it is none."""

    def __init__(self, expression: str) -> None:
        try:
            self._compiled = _compiled(_as_compared(expression))
        except PatternError:
            self._compiled = _compiled(expression)

    def matches(self, text: str) -> bool:
        """Whether the expression is found in the text."""
        # A lone surrogate, which JSON can carry, has no place in UTF-8.
        sound = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
        return self._compiled.search(sound) is not None


def _compiled(expression: str) -> _Searcher:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        compiled: _Searcher = re2.compile(expression, options)
        return compiled
    except re2.error as error:
        raise PatternError(_reason(error)) from None
    except UnicodeEncodeError:
        raise PatternError("a lone surrogate is no character") from None


def _as_compared(expression: str) -> str:
    """An expression whose quotes, dashes and letters are folded as the texts that it is held to."""
    parts = []
    for char in expression:
        if char.isascii():
            parts.append("'" if char in '"`' else char)
            continue
        folded = normalise(char) or char
        parts += [c if c.isalnum() or not c.isascii() else f"\\{c}" for c in folded]
    return "".join(parts)


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
        return not normalise(pattern).replace("*", "").strip()
    compiled = compile_pattern(pattern)
    return compiled.matches("") and compiled.matches("\N{REPLACEMENT CHARACTER}")


def names(text: str, name: str) -> bool:
    """Whether a normalised text names something: as a whole word, not as a part of one."""
    wanted = normalise(name)
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        before = text[max(at - 2, 0) : at][::-1]
        if not _joined(before) and not _joined(text[end : end + 2]):
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
