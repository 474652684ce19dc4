"""Values that say in other words what an allowed value says: yes and no, countries, currencies.

Words are compared as spelled (case, accents and punctuation aside). A word that could be two of
the allowed values is none of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import re2

_YES = ("yes", "y", "true", "t", "1", "on", "ja", "j", "oui", "si", "sim", "tak", "wahr", "vrai",
        "vero", "verdadero", "sann", "kylla", "ano", "да", "是")  # fmt: skip
_NO = ("no", "n", "false", "f", "0", "off", "nein", "non", "nao", "nie", "nej", "nei", "nee",
       "falsch", "faux", "falso", "ei", "ne", "нет", "否")  # fmt: skip
#: Languages whose names of countries and currencies are known; English counts first.
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "cs")
_COUNTRY_EXTRAS = {
    "uk": "GB", "greatbritain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "usa": "US", "unitedstatesofamerica": "US", "america": "US", "uae": "AE", "holland": "NL",
    "thenetherlands": "NL", "czechrepublic": "CZ", "republicofireland": "IE", "eire": "IE",
    "russianfederation": "RU", "republicofkorea": "KR", "korea": "KR", "vietnam": "VN",
}  # fmt: skip
#: Signs of one currency only; $, kr and ¥ are of several.
_SIGNS = {"€": "EUR", "£": "GBP", "us$": "USD", "a$": "AUD", "c$": "CAD", "₹": "INR", "₽": "RUB",
          "₺": "TRY", "₩": "KRW", "₪": "ILS", "zł": "PLN", "kč": "CZK", "r$": "BRL"}  # fmt: skip


def spelled_alike(text: str) -> str:
    """A text without case, accents, white space and punctuation."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(sign for sign in plain if sign.isalnum() or sign in "€£₹₽₺₩₪$")


def same_meaning(values: Sequence[str], allowed: Sequence[str], name: str) -> dict[str, str]:
    """Value → the one allowed value that means the same. ``name``: words of the column's name."""
    by_meaning = _yes_and_no(allowed)
    if not by_meaning:
        by_meaning = _by_code(allowed, _code_of(name))
    if not by_meaning:
        return {}
    meaning = _meaning_of(name, by_meaning)
    found = {value: by_meaning.get(meaning.get(spelled_alike(value), "")) for value in values}
    return {value: target for value, target in found.items() if target is not None}


def codes_for(values: Sequence[str], pattern: str, name: str) -> dict[str, str]:
    """Value → the code of its country or currency, where the column's pattern takes that code."""
    codes = _code_of(name)
    if not codes:
        return {}
    longer = {short: long for long, short in _aliases().items() if len(long) == 3}
    found: dict[str, str] = {}
    for value in values:
        code = codes.get(spelled_alike(value), "")
        fitting = [each for each in (code, longer.get(code, "")) if each]
        taken = [each for each in fitting if re2.search(pattern, each)]
        if taken and taken[0] != value.strip():
            found[value] = taken[0]
    return found


def _yes_and_no(allowed: Sequence[str]) -> dict[str, str]:
    """``yes`` and ``no`` → the allowed values that say them, where one each does."""
    yes = [value for value in allowed if spelled_alike(value) in _YES]
    no = [value for value in allowed if spelled_alike(value) in _NO]
    return {"yes": yes[0], "no": no[0]} if len(yes) == len(no) == 1 else {}


def _by_code(allowed: Sequence[str], codes: Mapping[str, str]) -> dict[str, str]:
    """Code → allowed value, where nearly all allowed values are of one kind, each another."""
    found = {value: code for value in allowed if (code := codes.get(spelled_alike(value)))}
    if len(found) < max(2, 0.8 * len(allowed)) or len(set(found.values())) < len(found):
        return {}
    return {code: value for value, code in found.items()}


def _meaning_of(name: str, by_meaning: Mapping[str, str]) -> Mapping[str, str]:
    if "yes" in by_meaning:
        return {**dict.fromkeys(_YES, "yes"), **dict.fromkeys(_NO, "no")}
    return _code_of(name)


def _code_of(name: str) -> Mapping[str, str]:
    words = frozenset(re2.split(r"[^\pL]+", name.casefold()))
    if words & {"country", "nation", "land", "pays", "nationality", "countries"}:
        return _countries()
    if words & {"currency", "currencies", "wahrung", "währung", "devise"}:
        return _currencies()
    return {}


def country_of(text: str) -> str | None:
    """The ISO 3166 code of the country that a text names, in many languages, or None."""
    return _countries().get(spelled_alike(text))


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    from babel.core import get_global

    return {
        old: new[0]
        for old, new in get_global("territory_aliases").items()
        if len(new) == 1 and len(old) == 3 and old.isalpha() and len(new[0]) == 2
    }


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """Spelling → ISO 3166 code, of names in many languages, and of codes of two and three."""
    from babel import Locale

    named = [
        (name, code)
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO")
    ]
    codes = {code for _, code in named}
    exact = {code.casefold(): code for code in codes}
    exact |= {long.casefold(): code for long, code in _aliases().items() if code in codes}
    return {**_unambiguous(named), **exact, **_COUNTRY_EXTRAS}


@lru_cache(maxsize=1)
def _currencies() -> Mapping[str, str]:
    """Spelling → ISO 4217 code, of names in many languages, of codes and of signs of one."""
    from babel import Locale
    from babel.core import get_global

    today = {
        code
        for each in get_global("territory_currencies").values()
        for code, _, end, tender in each
        if end is None and tender
    }
    named = [
        (name, code)
        for language in _LANGUAGES
        for code, name in Locale(language).currencies.items()
        if code in today
    ]
    signs = {spelled_alike(sign): code for sign, code in _SIGNS.items()}
    return {**_unambiguous(named), **{code.casefold(): code for code in today}, **signs}


def _unambiguous(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, code in named:
        found.setdefault(spelled_alike(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}
