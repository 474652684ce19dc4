"""The names of months in several languages, as far as a name means one month in all of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

#: Croatian is none of them: its listopad is October, and November elsewhere.
_LANGUAGES = (
    "en", "de", "fr", "es", "it", "nl", "pt", "pl", "cs", "sv", "da", "nb", "fi", "hu", "ro", "tr",
)  # fmt: skip
_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: What dates are read with as it is.
_AS_READ = frozenset(
    (*map(str.lower, _ENGLISH), "sept", "january", "february", "march", "april", "june", "july",
     "august", "september", "october", "november", "december")
)  # fmt: skip


def months_of(words: Iterable[str]) -> dict[str, str]:
    """Word (lower case, no full stop) → English month of three letters, for words that are one."""
    words = [word for word in words if word not in _AS_READ]
    if not words:
        return {}
    known = _months()
    found = {word: known[key] for word in words if (key := _key(word)) in known}
    return dict(sorted(found.items()))


def _key(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in folded if sign.isalpha())


@lru_cache(maxsize=1)
def _months() -> Mapping[str, str]:
    from babel.dates import get_month_names

    meant: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in get_month_names(width, context, language).items():
                    meant.setdefault(_key(name), set()).add(month)
    return {
        name: _ENGLISH[min(months) - 1]
        for name, months in meant.items()
        if len(months) == 1 and len(name) >= 3
    }
