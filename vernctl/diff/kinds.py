"""Kinds of change: is this another value, or the same value written otherwise?

A change is called cosmetic (white space, case, format) only where that is certain. ``03/04/2026``
may be a day in March or in April, ``1.234`` may be a thousand or one and a bit: such a change is
an edit, unless the certain changes of the same column all agree on one date order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from vernctl.diff.values import ChangeKind
from vernctl.snapshot.tokenform import shape_letters, value_of

Pair = tuple[str, str]
#: A day and a time of it, empty for none or midnight.
Moment = tuple[date, str]

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´", "'"))
_PUNCTUATION = re.compile(r"""[.,;:"“”„«»()/\-‐‑–—\s]+""")
_PHONE = re.compile(r"\+?[\d\s().\-–/]{7,}")
_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS = {name[:n]: i for i, name in enumerate(_MONTH_NAMES, 1) for n in (3, len(name))}
_MONTHS["sept"] = 9
_YMD = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})")
_NUMERIC_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_TIME = re.compile(
    r"(?:T|,? )(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])[Mm])?"
    r" ?(Z|[+-]\d{2}:?\d{2})?"
)
_SHORT_DATE = re.compile(r"(\d{1,2}([-/.])\d{1,2}\2)(\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ .\-]+([a-z]{3,9})\.?[ ,\-]+(\d{4})")
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})")
_NUMBER = re.compile(r"([+-]?)(\d[\d.,' ]*|\.\d+)(?:[eE]([+-]?\d{1,3}))?")
#: Letters of a date and time without the name of a month, and of a number.
_DATE_LETTERS = frozenset((b"", b"e", b"t", b"z", b"tz", b"am", b"pm", b"tam", b"tpm"))
_SIGNS = bytes(c for c in range(128) if not chr(c).isalnum())
_MONTH_LETTERS = re.compile(b"|".join(name[:3].encode() for name in _MONTH_NAMES))
_GROUPED = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*")


def classify(pairs: Mapping[Pair, int]) -> dict[Pair, ChangeKind]:
    """The kind of every distinct change of one column; ``pairs`` counts the rows of each."""
    kinds: dict[Pair, ChangeKind] = {}
    doubtful: dict[Pair, set[Pair]] = {}
    orders: set[Pair] = set()
    for pair, count in pairs.items():
        if _are_other_values(*pair):
            kinds[pair] = "mapped" if count > 1 else "edited"
            continue
        kind = _plain_kind(*pair)
        read = _equal_dates(*pair) if kind is None else set()
        if read and (_is_certain(pair) or {("dmy", "dmy"), ("mdy", "mdy")} <= read):
            kind = "format"
            orders |= read if len(read) == 1 else set()
        elif read:
            doubtful[pair] = read
        kinds[pair] = kind or ("mapped" if count > 1 else "edited")
    if _agree(before for before, _ in orders) and _agree(after for _, after in orders):
        kinds |= {pair: "format" for pair, read in doubtful.items() if read & orders}
    return kinds


def classify_tokens(pairs: Mapping[Pair, int]) -> dict[Pair, ChangeKind]:
    """The kind of every distinct change of a column of tokens, as far as tokens tell it."""
    found: dict[Pair, ChangeKind] = {}
    for (old, new), count in pairs.items():
        other: ChangeKind = "mapped" if count > 1 else "edited"
        found[old, new] = _token_kind(old, new) or other
    return found


def _token_kind(old: str, new: str) -> ChangeKind | None:
    before, after = value_of(old), value_of(new)
    if before is None or after is None:
        return _plain_kind(old, new)
    if before != after:
        return None
    old_shape, new_shape = (shape_letters(text) for text in (old, new))
    if old_shape.replace("_", "") == new_shape.replace("_", ""):
        return "white_space"
    folded = [" ".join(s.casefold().replace("_", " ").split()) for s in (old_shape, new_shape)]
    return "case" if folded[0] == folded[1] else "format"


def kind_of(old: str, new: str) -> ChangeKind:
    """The kind of one change by itself: never ``mapped``."""
    return classify({(old, new): 1})[old, new]


def fold_spaces(text: str) -> str:
    """The text without invisible characters, its runs of white space as one space, trimmed."""
    return " ".join(text.translate(_INVISIBLE).split())


def _are_other_values(old: str, new: str) -> bool:
    """True where one look tells that no writing makes these equal. Most edits are of this kind."""
    if not (old.isascii() and new.isascii()):
        return False
    before, after = (text.encode().translate(None, _SIGNS).lower() for text in (old, new))
    if before == after or not before or not after:
        return False
    if before.isalpha() or after.isalpha():
        return True
    if before.isdigit() and after.isdigit():
        # Numbers and dates in another writing differ in zeros and in the order of their digits.
        return sorted(before.replace(b"0", b"")) != sorted(after.replace(b"0", b""))
    # Other letters or digits: only dates and numbers are the same value then.
    letters = (text.translate(None, b"0123456789") for text in (before, after))
    return not all(map(_may_be_day_or_number, letters))


def _may_be_day_or_number(letters: bytes) -> bool:
    return letters in _DATE_LETTERS or _MONTH_LETTERS.search(letters) is not None


def _plain_kind(old: str, new: str) -> ChangeKind | None:
    """The kind of a change as far as it shows without dates; None where it is another value."""
    before, after = fold_spaces(old), fold_spaces(new)
    if before == after:
        return "white_space"
    if not before:
        return "filled"
    if not after:
        return "blanked"
    if before.casefold() == after.casefold():
        return "case"
    if _same_text(before, after) or _same_number(before, after) or _same_phone(before, after):
        return "format"
    return None


def _same_text(old: str, new: str) -> bool:
    """The same letters under other punctuation, or another Unicode form of the same text."""
    old, new = (unicodedata.normalize("NFC", text).translate(_APOSTROPHES) for text in (old, new))
    if old == new:
        return True
    if "@" in old or "://" in old or not any(map(str.isalpha, old)):
        return False
    # Punctuation between digits is part of a number, a date or a code.
    if re.findall(r"\d[\d.,/:\-]*", old) != re.findall(r"\d[\d.,/:\-]*", new):
        return False
    return _words(old) == _words(new)


def _words(text: str) -> list[str]:
    return [word for word in _PUNCTUATION.split(text) if word]


def _same_number(old: str, new: str) -> bool:
    before, after = _numbers(old), _numbers(new)
    return len(before) == 1 and before == after


def _numbers(text: str) -> set[Decimal]:
    """Every number that the text may stand for; none where it is more like a code (``007``)."""
    match = _NUMBER.fullmatch(text)
    if not match or re.match(r"0\d", match[2]):
        return set()
    sign, body, power = match[1], match[2], match[3]
    found = set(_bodies(body))
    scale = Decimal(10) ** int(power or 0)
    return {(-value if sign == "-" else value) * scale for value in found}


def _bodies(body: str) -> Iterator[Decimal]:
    if body.isdecimal() and body.isascii():
        yield Decimal(body)
    for point in ".,":
        whole, found, part = body.rpartition(point)
        if not found or not re.fullmatch(r"[0-9]+", part):
            continue
        if re.fullmatch(r"[0-9]*", whole):
            yield Decimal(f"{whole or 0}.{part}")
        elif (grouped := _GROUPED.fullmatch(whole)) and grouped[1] != point:
            yield Decimal(re.sub(r"\D", "", whole) + "." + part)
    if _GROUPED.fullmatch(body):
        yield Decimal(re.sub(r"\D", "", body))


def _same_phone(old: str, new: str) -> bool:
    """The same digits under other phone punctuation; a sign or a decimal point is none."""
    if not (_PHONE.fullmatch(old) and _PHONE.fullmatch(new)):
        return False
    if old[0] == "+" != new[0] == "+" or (_numbers(old) and _numbers(new)):
        return False
    if any(text.startswith("(") and text.endswith(")") for text in (old, new)):
        return False
    return re.sub(r"\D", "", old) == re.sub(r"\D", "", new)


def _equal_dates(old: str, new: str) -> set[Pair]:
    """The (order before, order after) under which both texts are the same day."""
    before, after = _dates(fold_spaces(old)), _dates(fold_spaces(new))
    return {(a, b) for a, day in before.items() for b, other in after.items() if day == other}


def _is_certain(pair: Pair) -> bool:
    """True where neither text can be read as two different days."""
    return all(len(set(_dates(fold_spaces(text)).values())) == 1 for text in pair)


def _agree(orders: Iterable[str]) -> bool:
    return not {"dmy", "mdy"} <= set(orders)


def _dates(text: str) -> dict[str, Moment]:
    """Order (ymd, dmy, mdy, name) → the moment that the text is under it."""
    days = _days(text)
    if days or ":" not in text:
        return {order: (day, "") for order, day in days.items()}
    # The time begins at the first colon's hour, so there is one place to look at.
    start = max(text.rfind(sign, 0, text.index(":")) for sign in "T ,")
    start -= start > 0 and text[start] == " " and text[start - 1] == ","
    time = _time(text[start:]) if start > 0 else None
    if time is None:
        return {}
    return {order: (day, time) for order, day in _days(text[:start]).items()}


def _time(text: str) -> str | None:
    """A time in one writing, without what says nothing; midnight is the day itself, so empty."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour, minute, second = (int(match[i] or 0) for i in (1, 2, 3))
    half = (match[5] or "").lower()
    if hour > 23 or minute > 59 or second > 59 or (half and not 1 <= hour <= 12):
        return None
    hour = hour % 12 + 12 * (half == "p") if half else hour
    part, zone = (match[4] or "").rstrip("0"), (match[6] or "").replace(":", "")
    zone = "+0000" if zone in ("Z", "-0000") else zone
    if not (hour or minute or second or part or zone):
        return ""
    return f"{hour:02}:{minute:02}:{second:02}.{part}{zone}"


def _days(text: str) -> dict[str, date]:
    """Order → the day that the text is under it."""
    if match := _YMD.fullmatch(text):
        return _valid({"ymd": (int(match[1]), int(match[3]), int(match[4]))})
    if match := _NUMERIC_DATE.fullmatch(text):
        one, two, year = int(match[1]), int(match[3]), int(match[4])
        return _valid({"dmy": (year, two, one), "mdy": (year, one, two)})
    lower = text.lower()
    if match := _DAY_MONTH.fullmatch(lower):
        return _valid({"name": (int(match[3]), _MONTHS.get(match[2], 0), int(match[1]))})
    if match := _MONTH_DAY.fullmatch(lower):
        return _valid({"name": (int(match[3]), _MONTHS.get(match[1], 0), int(match[2]))})
    return {}


def _valid(parts: Mapping[str, tuple[int, int, int]]) -> dict[str, date]:
    found: dict[str, date] = {}
    for order, (year, month, day) in parts.items():
        try:
            found[order] = date(year, month, day)
        except ValueError:
            continue
    return found


def may_be_equal(old: str, new: str) -> bool:
    """True where both texts can be the same value: some date order, some reading of a number, the
    same phone number with and without its country's prefix. For evidence in bulk, never for one
    cell.
    """
    before, after = fold_spaces(old), fold_spaces(new)
    if _plain_kind(before, after) in ("white_space", "case", "format"):
        return True
    if _equal_dates(_four_digit_year(before), _four_digit_year(after)):
        return True
    if _numbers(before.strip("$€£ +")) & _numbers(after.strip("$€£ +")):
        return True
    if _PHONE.fullmatch(before) and _PHONE.fullmatch(after):
        ends = {re.sub(r"\D", "", text).lstrip("0")[-8:] for text in (before, after)}
        return len(ends) == 1
    return False


def _four_digit_year(text: str) -> str:
    """A numeric date of two-digit years as one of this century."""
    match = _SHORT_DATE.fullmatch(text)
    return f"{match[1]}20{match[3]}" if match else text
