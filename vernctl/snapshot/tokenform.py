"""Tokens as they are written, and what can be read off one without its key.

``~1~<16 hex>~<8 hex>~<shape>``; :mod:`vernctl.snapshot.tokens` says what the parts are.
"""

from __future__ import annotations

import re
from itertools import groupby

PREFIX = "~1~"
#: Runs of like characters that a shape names; the rest of a long text is ``…``.
SHAPE_RUNS = 16
_TOKEN = re.compile(r"~1~([0-9a-f]{16})~([0-9a-f]{8})~([^~]*)")
_COUNT = re.compile(r"(.)\{(\d{1,6})\}")
_KEPT = frozenset("-./@:+()_&")


def mark_of(token: str) -> str:
    """The part of a token that stands for the exact cell; any other text as it is."""
    found = _TOKEN.fullmatch(token)
    return found[1] if found else token


def value_of(token: str) -> str | None:
    """The part of a token that stands for the cell's value however written; None: no token."""
    found = _TOKEN.fullmatch(token)
    return found[2] if found else None


def shape_of(token: str) -> str:
    """The shape that a token tells; any other text as it is."""
    found = _TOKEN.fullmatch(token)
    return found[3] if found else token


def shape_letters(token: str) -> str:
    """The shape of a token with its counts written out: ``d{3}`` as ``ddd``."""
    return _COUNT.sub(lambda run: run[1] * int(run[2]), shape_of(token))


def as_shape(cell: str) -> str:
    """The shape of a cell, whether it stands there itself or as its token."""
    return shape_of(cell) if _TOKEN.fullmatch(cell) else shape(cell)


def shape(cell: str) -> str:
    """What kinds of characters follow each other: ``A``, ``a`` and ``d`` for letters and digits of
    ASCII, ``x`` for every character beyond it, a few signs as they are, ``_`` for white space,
    ``?`` for the rest; ``d{3}`` is three of them.
    """
    runs: list[str] = []
    for kind, run in groupby(map(_kind, cell)):
        if len(runs) == SHAPE_RUNS:
            return "".join(runs) + "…"
        count = sum(1 for _ in run)
        runs.append(kind if count == 1 else f"{kind}{{{count}}}")
    return "".join(runs)


def _kind(c: str) -> str:
    if not c.isascii():
        return "x"
    if c.isdigit():
        return "d"
    if c.isalpha():
        return "A" if c.isupper() else "a"
    return "_" if c.isspace() else c if c in _KEPT else "?"
