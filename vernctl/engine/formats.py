"""What a column holds and how it is written: its kind, date order, decimal sign, value patterns.

Told from a sample of cells. Where the sample leaves open what decides (which of 03/04 is the day,
what the comma of 1,234 does), ``telling_rows`` are asked for from the whole column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Literal

from vernctl.engine.kinds import kinds_of
from vernctl.engine.model import EngineValue
from vernctl.engine.readers.mending import NOTHING

Order = Literal["", "year", "day", "month", "words", "both", "unclear"]
Sign = Literal["", ".", ",", "both", "unclear"]
ValueKind = Literal[
    "empty", "boolean", "integer", "number", "money", "percent", "date", "datetime", "time",
    "email", "phone", "url", "domain", "uuid", "ip", "iban", "json", "country_code",
    "currency_code", "code", "text",
]  # fmt: skip

_NUMBERS = ("integer", "decimal", "decimal_comma")
_DATES = ("date_iso", "date_ymd", "date_dmy", "date_mdy", "date_text")
#: The kinds a column can be of, the strictest first, and the kinds of cell that each takes in.
_FAMILIES: tuple[tuple[ValueKind, tuple[str, ...]], ...] = (
    ("email", ("email",)), ("uuid", ("uuid",)), ("json", ("json",)), ("boolean", ("boolean",)),
    ("integer", ("integer",)), ("number", _NUMBERS), ("date", _DATES), ("time", ("time",)),
    ("phone", ("phone",)), ("ip", ("ip",)), ("iban", ("iban",)), ("percent", ("percent",)),
    ("money", ("money", *_NUMBERS)), ("url", ("url",)), ("domain", ("domain",)),
    ("country_code", ("country_code",)), ("currency_code", ("currency_code",)),
    ("code", ("code", "integer", "uuid", "iban")),
)  # fmt: skip
#: A column is of a kind when this share of its cells is; else it is text.
_MOST = 0.95
_SHOWN = 10
#: Longer cells are sentences, whose patterns say nothing.
_LONGEST = 40
#: Patterns with exact lengths are kept where so few cover so much; else runs are folded.
_FEW, _COVER = 3, 0.8
#: Whole numbers of fewer digits have all the same length by chance.
_A_NUMBER_LIKE_A_CODE = 5
_RUN = re.compile(r"(a|A|9)\1+")
_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")
_THOUSANDS = re.compile(r"\d([.,'\u2019 \u00a0\u202f])\d{3}(?!\d)")
_PLACES = re.compile(r"[.,](\d+)\D*$")

#: RE2 patterns of cells that settle a date's order, and a number's decimal sign.
TELLING_DATES = r"^(1[3-9]|2\d|3[01])[./-]\d|^\d{1,2}[./-](1[3-9]|2\d|3[01])[./-]"
TELLING_NUMBERS = r"[.,]\d{1,2}\D*$|[.,]\d{4,}\D*$|[.,]\d+[.,]"


class ColumnFormat(EngineValue):
    """How a column's values are written.

    ``share``: of ``checked`` cells that say something, those of this kind, 0 to 1. ``pattern``: the
    way they are written, "" where they are written in many (``DD.MM.YYYY``, ``9,999.99``,
    ``AA-9999``). ``date_order``: what stands first; ``decimal``: the sign before decimals; both ""
    where there is none, "unclear" where no cell tells. ``patterns``: cells by their shape (``9`` a
    digit, ``A`` and ``a`` letters, ``+`` one or more), the commonest first. ``placeholders``: words
    that stand for nothing, as they are written.
    """

    kind: ValueKind
    share: float
    checked: int
    pattern: str = ""
    date_order: Order = ""
    decimal: Sign = ""
    patterns: tuple[tuple[str, int], ...] = ()
    placeholders: tuple[str, ...] = ()


def format_of(cells: Sequence[str], telling: Collection[str] = ()) -> ColumnFormat:
    """The format of a column from filled, trimmed cells; ``telling`` cells only settle doubts."""
    counts = Counter(cells)
    nothing = tuple(sorted(value for value in counts if value.casefold() in NOTHING))
    for word in nothing:
        del counts[word]
    if not (checked := counts.total()):
        return ColumnFormat(kind="empty", share=1.0, checked=0, placeholders=nothing)
    kind, share = _kind(counts, checked)
    found = ColumnFormat(
        kind=kind,
        share=share,
        checked=checked,
        patterns=_patterns(counts, checked),
        placeholders=nothing,
    )
    if kind in ("date", "datetime"):
        change: dict[str, object] = _as_dates(counts, telling)
    elif kind in ("number", "money", "percent"):
        change = _as_numbers(counts, telling)
    elif kind in ("code", "phone", "integer", "time", "text"):
        pattern = _only_pattern(found)
        change = {"pattern": pattern, "kind": "code" if pattern and kind == "text" else kind}
    else:
        change = {}
    return found.model_copy(update=change)


def telling_pattern(found: ColumnFormat) -> str | None:
    """The RE2 pattern of cells that would settle what the sample left open; None: nothing is."""
    if found.date_order == "unclear":
        return TELLING_DATES
    return TELLING_NUMBERS if found.decimal == "unclear" else None


def _kind(counts: Mapping[str, int], checked: int) -> tuple[ValueKind, float]:
    told = {value: frozenset(kinds_of(value)) for value in counts}
    for kind, kinds in _FAMILIES:
        of_kind = [value for value in counts if not told[value].isdisjoint(kinds)]
        share = sum(counts[value] for value in of_kind) / checked
        if share < _MOST:
            continue
        if kind == "boolean" and not _are_two(list(counts)):
            continue
        if kind in ("country_code", "currency_code") and not _known(kind).issuperset(counts):
            continue
        if kind == "integer" and any(value[0] == "0" < value[1:] for value in of_kind):
            return "code", share  # a number that begins with noughts is none
        if kind == "date" and _mostly("datetime", told, counts, checked):
            return "datetime", share
        if kind == "code" and not _mostly("code", told, counts, checked):
            continue
        return kind, share
    return "text", 1.0


def _are_two(values: Sequence[str]) -> bool:
    """Whether values are the two of a choice; a single digit that all cells hold is a number."""
    return len(values) == 2 or (len(values) == 1 and not values[0].isdecimal())


@cache
def _known(kind: ValueKind) -> frozenset[str]:
    """The codes of all countries, or of all currencies."""
    from babel import Locale

    english = Locale("en")
    return frozenset(english.territories if kind == "country_code" else english.currencies)


def _mostly(
    kind: str, told: Mapping[str, frozenset[str]], counts: Mapping[str, int], checked: int
) -> bool:
    return sum(count for value, count in counts.items() if kind in told[value]) >= 0.5 * checked


def _as_dates(counts: Mapping[str, int], telling: Collection[str]) -> dict[str, object]:
    years = day = month = words = either = 0
    shapes: Counter[str] = Counter()
    for value, count in [*counts.items(), *((each, 0) for each in telling)]:
        kinds = kinds_of(value)
        if "date_text" in kinds:
            words += count
        elif "date_iso" in kinds or "date_ymd" in kinds:
            years += count
        elif "date_dmy" in kinds and "date_mdy" in kinds:
            either += count
        elif "date_dmy" in kinds or "date_mdy" in kinds:
            # A cell from outside the sample counts for nothing but the order.
            day += max(count, 1) * ("date_dmy" in kinds)
            month += max(count, 1) * ("date_mdy" in kinds)
        shapes[value] += count
    order = _order(years, day, month, words, either)
    if order == "words":
        return {"date_order": order, "pattern": "month in words"}
    drawn: Counter[str] = Counter()
    for value, count in shapes.items():
        drawn[_drawn_date(value, order)] += count
    pattern = min(drawn, key=lambda shape: (-drawn[shape], shape))
    return {"date_order": order, "pattern": "" if order == "both" else pattern}


def _order(years: int, day: int, month: int, words: int, either: int) -> Order:
    largest = max(years, words, day + month + either)
    if largest == years:
        return "year"
    if largest == words:
        return "words"
    if day and month:
        return "both"
    return "day" if day else "month" if month else "unclear"


def _drawn_date(value: str, order: Order) -> str:
    """``31.12.2024 08:15`` → ``DD.MM.YYYY hh:mm``; "" where it is drawn in no such way."""
    match = _DAY.match(value)
    if match is None:
        return ""
    one, sign, two, three = match.groups()
    if len(one) == 4:
        drawn = f"YYYY{sign}{'M' * len(two)}{sign}{'D' * len(three)}"
    else:
        first, second = ("M", "D") if order == "month" else ("D", "M")
        # One digit now and two then: the longer way of writing is what is meant.
        drawn = f"{first * 2}{sign}{second * 2}{sign}{'Y' * len(three)}"
        drawn = "99{0}99{0}{1}".format(sign, "Y" * len(three)) if order == "unclear" else drawn
    rest = value[match.end() :]
    for unit in ("hh", "mm", "ss"):
        rest = re.sub(r"(?<![\d.,+])\d{1,2}(?!\d)", unit, rest, count=1)
    return drawn + re.sub(r"\d+", "000", rest)


def _as_numbers(counts: Mapping[str, int], telling: Collection[str]) -> dict[str, object]:
    point = comma = either = 0
    thousands: Counter[str] = Counter()
    places: Counter[int] = Counter()
    for value, count in [*counts.items(), *((each, 0) for each in telling)]:
        bare = re.sub(r"[^\d.,'\u2019 \u00a0\u202f]", "", value).strip()
        kinds = kinds_of(bare)
        if "decimal" in kinds and "decimal_comma" in kinds:
            either += 1
        point += "decimal" in kinds and "decimal_comma" not in kinds
        comma += "decimal_comma" in kinds and "decimal" not in kinds
        thousands.update(_THOUSANDS.findall(bare))
        if (match := _PLACES.search(bare)) is not None:
            places[len(match[1])] += max(count, 1)
    sign: Sign = "both" if point and comma else "." if point else "," if comma else ""
    sign = sign or ("unclear" if either else "")
    if sign not in (".", ","):
        return {"decimal": sign}
    parting = next((found for found, _ in thousands.most_common() if found != sign), "")
    whole = f"9{parting}999" if parting else "9999"
    digits = next(iter(places)) if len(places) == 1 else 0
    return {"decimal": sign, "pattern": f"{whole}{sign}{'9' * digits if digits else '9+'}"}


def shape_of(value: str) -> str:
    """``Ab-12`` → ``Aa-99``."""
    return "".join(
        "9" if char.isdecimal()
        else ("A" if char.isupper() or char.istitle() else "a") if char.isalpha()
        else char
        for char in value
    )  # fmt: skip


def _patterns(counts: Mapping[str, int], checked: int) -> tuple[tuple[str, int], ...]:
    exact: Counter[str] = Counter()
    for value, count in counts.items():
        if len(value) <= _LONGEST:
            exact[shape_of(value)] += count
    if sum(count for _, count in exact.most_common(_FEW)) < _COVER * checked:
        folded: Counter[str] = Counter()
        for shape, count in exact.items():
            folded[_RUN.sub(r"\1+", shape)] += count
        exact = folded
    return tuple(sorted(exact.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN])


def _only_pattern(found: ColumnFormat) -> str:
    """The pattern of all cells, where they have but one and it says something."""
    if len(found.patterns) != 1 or found.patterns[0][1] < found.checked:
        return ""
    shape = found.patterns[0][0]
    if found.kind == "integer":
        return shape if len(shape) >= _A_NUMBER_LIKE_A_CODE else ""
    if found.kind == "text":
        coded = found.checked >= _FEW and "a" not in shape and " " not in shape
        return shape if coded else ""
    return shape
