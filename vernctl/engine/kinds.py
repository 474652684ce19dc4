"""What a cell's text looks like: e-mail, date, number, … Told from the text alone, in any locale.

A text may be of several kinds: "03/04/2024" is a date in day-month and in month-day order.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: Every kind, in the order in which reports list them.
KINDS = (
    "email", "url", "domain", "phone", "uuid", "ip", "iban", "integer", "decimal", "decimal_comma",
    "money", "percent", "boolean", "date_iso", "date_dmy", "date_mdy", "date_ymd", "date_text",
    "datetime", "time", "timestamp", "json", "country_code", "currency_code", "code", "name",
    "words",
)  # fmt: skip

_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]{2,}")
_URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}", re.IGNORECASE)
_UUID = re.compile(r"\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}", re.IGNORECASE)
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?(?:\d{1,3}(?:[,'\u2019 \u00a0]\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:[.'\u2019 \u00a0\u202f]\d{3})+|\d+)(?:,\d+)?")
_CURRENCY = r"(?:[A-Z]{3}|US\$|A\$|C\$|[€£¥$₹₽₺₩₪₫₱฿]|kr|Kč|zł|Ft|CHF)"
_MONEY = re.compile(
    rf"[+-]?\s?{_CURRENCY}\s?[+-]?\d[\d.,'\s\u00a0]*|\(?[+-]?\d[\d.,'\s\u00a0]*\s?{_CURRENCY}\)?"
)
_PERCENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s?%")
_PHONE = re.compile(r"(?:\+|00)?\(?\d[\d\s().\-/\u00a0]{4,20}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?")
_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
_YMD = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})")
_CLOCK = r"(?:[01]?\d|2[0-3])[:.h][0-5]\d(?:[:.][0-5]\d(?:[.,]\d{1,9})?)?"
_TIME = re.compile(rf"{_CLOCK}(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_WITH_TIME = re.compile(
    rf"(\S+)[T ,]+{_CLOCK}(?:\s?[ap]\.?m\.?)?(?:\s?(?:Z|UTC|GMT|[+-]\d{{2}}:?(?:\d{{2}})?))?",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan|feb|fév|fev|mar|mär|mrz|maa|apr|avr|abr|may|mai|mei|mag|maj|jun|juin|giu|jul|juil|lug"
    r"|aug|aoû|aou|ago|sep|set|oct|okt|ott|nov|dec|dez|déc|dic|ene|gen|out)[^\W\d_]*\.?"
)
_DATE_TEXT = re.compile(
    rf"(?:[^\W\d_]{{2,9}},?\s+)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|\.)?[ -]?{_MONTH},?[ -]?(?:\d{{4}}|\d{{2}})|"
    rf"{_MONTH}[ -]?\d{{1,2}}(?:st|nd|rd|th)?,?[ -]\d{{4}})(?:[ ,T]+{_CLOCK}.*)?",
    re.IGNORECASE,
)
_STAMP = re.compile(r"1[0-9]{9}(?:[0-9]{3})?")
_CODE = re.compile(r"(?=[^\s]*\d)[A-Za-z0-9][A-Za-z0-9_./#-]{1,39}")
_WORD_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[ '’.-]+[^\W\d_][^\W\d_'’.-]*){0,3}\.?")
_BOOLEANS = frozenset(
    ("true", "false", "yes", "no", "y", "n", "t", "f", "on", "off", "ja", "nein", "oui", "non",
     "si", "sí", "sì", "nee", "vrai", "faux", "wahr", "falsch")
)  # fmt: skip


def kinds_of(text: str) -> tuple[str, ...]:
    """The kinds of a trimmed, non-empty text, in no order of weight; () where it is none."""
    if len(text) > 400:
        return ("words",)
    return _told(text) if len(text) < 80 else _look(text)


def _look(text: str) -> tuple[str, ...]:
    if "@" in text and _EMAIL.fullmatch(text):
        return ("email",)
    first = text[0]
    if first in "{[" and text[-1] in "}]":
        return ("uuid",) if _UUID.fullmatch(text) else ("json",)
    if text.casefold() in _BOOLEANS:
        return ("boolean",)
    if any(char.isdigit() for char in text):
        return _with_digits(text)
    return _without_digits(text)


#: The same few thousand cells are looked at for header, layout and profile.
_told = lru_cache(maxsize=1 << 14)(_look)


def _with_digits(text: str) -> tuple[str, ...]:
    found: list[str] = []
    if _INTEGER.fullmatch(text):
        found.append("integer")
        if text in ("0", "1"):
            found.append("boolean")
        if _STAMP.fullmatch(text):
            found.append("timestamp")
    elif len(text) < 40:
        if _DECIMAL.fullmatch(text):
            found.append("decimal")
        if _DECIMAL_COMMA.fullmatch(text):
            found.append("decimal_comma")
    found.extend(dates_of(text))
    if not found or found == ["integer"]:
        if _PHONE.fullmatch(text) and 7 <= sum(map(str.isdigit, text)) <= 15:
            found.append("phone")
        if not found:
            found.extend(
                kind
                for kind, pattern in (
                    ("uuid", _UUID), ("ip", _IP), ("url", _URL), ("percent", _PERCENT),
                    ("time", _TIME), ("money", _MONEY), ("iban", _IBAN), ("domain", _DOMAIN),
                )
                if pattern.fullmatch(text)
            )  # fmt: skip
        if not found and _CODE.fullmatch(text):
            found.append("code")
    return tuple(found) or (("words",) if " " in text else ())


def _without_digits(text: str) -> tuple[str, ...]:
    if _URL.fullmatch(text):
        return ("url",)
    if "." in text and " " not in text and _DOMAIN.fullmatch(text):
        return ("domain",)
    found: list[str] = []
    if text.isascii() and text.isalpha():
        if len(text) == 2 and text.isupper():
            found.append("country_code")
        elif len(text) == 3 and text.isupper():
            found.append("currency_code")
    if len(text) <= 60 and _WORD_NAME.fullmatch(text):
        found.append("name")
    elif " " in text:
        found.append("words")
    return tuple(found)


def dates_of(text: str) -> tuple[str, ...]:
    """The date kinds of a text: ``date_iso``, ``date_dmy`` and ``date_mdy`` (both where the order
    cannot be told), ``date_ymd``, ``date_text``; ``datetime`` beside them where a time follows."""
    if not 6 <= len(text) <= 45:
        return ()
    day: str = text
    extra: tuple[str, ...] = ()
    if timed := _WITH_TIME.fullmatch(text):
        day, extra = timed[1].rstrip(","), ("datetime",)
    if match := _YMD.fullmatch(day):
        if not (1 <= int(match[3]) <= 12 and 1 <= int(match[4]) <= 31):
            return ()
        iso = match[2] == "-" and len(match[3]) == len(match[4]) == 2
        return ("date_iso" if iso else "date_ymd", *extra)
    if match := _DATE.fullmatch(day):
        one, two = int(match[1]), int(match[3])
        found = []
        if 1 <= one <= 31 and 1 <= two <= 12:
            found.append("date_dmy")
        if 1 <= one <= 12 and 1 <= two <= 31:
            found.append("date_mdy")
        return (*found, *extra) if found else ()
    return ("date_text",) if _DATE_TEXT.fullmatch(text) else ()
