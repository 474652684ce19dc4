"""What a source column's values say for or against a target column: its rules, its usual kind."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from vernctl.engine.model import Column
from vernctl.engine.names import plain
from vernctl.engine.overlap import containment
from vernctl.engine.profile import ColumnProfile

if TYPE_CHECKING:
    from re import Pattern

#: What the values of a concept look like. Only kinds that are told apart for certain.
_DATES = ("date_iso", "date_dmy", "date_mdy", "date_ymd", "date_text", "timestamp")
_NUMBERS = ("integer", "decimal", "decimal_comma", "money", "percent")
_EXPECTED: dict[str, tuple[str, ...]] = {
    "email": ("email",),
    "phone": ("phone", "integer"),
    "mobile": ("phone", "integer"),
    "fax": ("phone", "integer"),
    "website": ("url", "domain"),
    "domain": ("domain", "url"),
    "iban": ("iban", "integer", "code"),
    "currency": ("currency_code", "name", "words", "money"),
    "ip": ("ip",),
    **dict.fromkeys(
        ("date", "created", "updated", "closed", "start", "end", "due", "value date", "timestamp",
         "booking date", "order date", "invoice date", "ship date", "birth date", "hire date"),
        _DATES,
    ),
    **dict.fromkeys(
        ("amount", "total", "subtotal", "price", "cost", "quantity", "stock", "discount", "balance",
         "fee", "inflow", "outflow", "age", "revenue", "weight", "height", "width", "length",
         "salary", "probability", "percent", "exchange rate", "employees", "latitude", "longitude"),
        _NUMBERS,
    ),
}  # fmt: skip
#: Concepts whose values are words, and kinds that are none.
_WORDS = frozenset(
    ("first name", "last name", "full name", "payee", "company", "city", "job title", "memo",
     "description", "note", "salutation", "currency", "department", "transaction type", "street",
     "manager", "customer")
)  # fmt: skip
_NO_WORDS = ("iban", "integer", "decimal", "email", "uuid", "url", *_DATES)
#: Kinds that belong to one concept so firmly that a column without a telling name is known by them.
_TELLING = {
    "email": ("email",),
    "website": ("url",),
    "ip": ("ip",),
    "iban": ("iban",),
    "currency": ("currency_code",),
}
#: Allowed values, or linked ones, by which a column is known: fewer are found by accident.
_SAID = 3
_SUITS = 0.9


class Evidence(NamedTuple):
    """``gain`` (0 to 1) speaks for the pair, ``loss`` (0 to 1) against it; ``why`` in words.

    ``telling``: the values alone are worth asking, whatever the column is called.
    """

    gain: float = 0.0
    loss: float = 0.0
    why: str = ""
    telling: bool = False


def weigh(
    column: ColumnProfile,
    target: Column,
    units: tuple[str, ...],
    key: ColumnProfile | None = None,
) -> Evidence:
    """The evidence of a source column's values for a target column whose name has these units.

    ``key``: where the target is a link, the source column that fills what it links to.
    """
    if not column.checked:
        return Evidence(0.0, 0.05, "empty")
    gain, loss, whys, telling = 0.0, 0.0, [], False
    for found in (
        _by_kind(column, units),
        _by_pattern(column, target),
        _by_options(column, target),
        _by_link(column, key),
    ):
        gain, loss = max(gain, found.gain), max(loss, found.loss)
        telling = telling or found.telling
        if found.why:
            whys.append(found.why)
    if target.unique and column.filled > 20 and column.distinct < 0.5 * column.filled:
        loss = max(loss, 0.25)
    return Evidence(gain, loss, "; ".join(whys), telling and not loss)


def suits(column: ColumnProfile, units: tuple[str, ...]) -> bool:
    """Whether nearly all of a column's values are of the kind that a name of these units asks for:
    dates for a date, numbers for an amount. Names that ask for no kind suit nothing."""
    head = next((unit for unit in units if unit in _EXPECTED), None)
    return head is not None and column.checked > 0 and column.share(*_EXPECTED[head]) > _SUITS


def _by_kind(column: ColumnProfile, units: tuple[str, ...]) -> Evidence:
    if len(units) == 1 and units[0] in _WORDS and column.share(*_NO_WORDS) > 0.8:
        return Evidence(0.0, 0.45)
    head = next((unit for unit in units if unit in _EXPECTED), None)
    if head is None:
        return Evidence()
    share = column.share(*_EXPECTED[head])
    if head in _TELLING and column.share(*_TELLING[head]) > 0.6:
        why = f"the values look like {_PLURAL.get(head, head)}"
        return Evidence(0.55, 0.0, why, column.share(*_TELLING[head]) > 0.9 and len(units) == 1)
    if share < 0.2:
        return Evidence(0.0, 0.35 if head == "email" else 0.3)
    return Evidence(0.12 * share if share > 0.8 else 0.0)


_PLURAL = {
    "email": "e-mail addresses",
    "website": "links",
    "ip": "IP addresses",
    "iban": "IBANs",
    "currency": "currency codes",
}


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Pattern[str] | None:
    import re2

    try:
        compiled: Pattern[str] = re2.compile(pattern)
    except re2.error:
        return None
    return compiled


def _by_pattern(column: ColumnProfile, target: Column) -> Evidence:
    pattern = _compiled(target.strict) if target.strict else None
    if pattern is None or not column.sample:
        return Evidence()
    hits = sum(1 for value in column.sample if pattern.search(value))
    share = hits / len(column.sample)
    # A pattern that almost any text matches says nothing.
    telling = not all(pattern.search(text) for text in ("x", "7", "A b", "-"))
    if share >= 0.8 and telling:
        return Evidence(0.3 * share, 0.0, f"{_percent(share)} of the values match its pattern")
    return Evidence(0.0, 0.15) if share < 0.1 else Evidence()


def _by_options(column: ColumnProfile, target: Column) -> Evidence:
    if not target.one_of:
        return Evidence()
    allowed = {plain(option).strip() for option in target.one_of}
    values = {plain(value) for value in (*column.sample, *(value for value, _ in column.top))}
    shared = sum(1 for value in values if value in allowed) / len(values) if values else 0.0
    if shared >= 0.3:
        said = sum(any(map(str.isalpha, option)) for option in allowed) >= _SAID and shared >= 0.8
        why = f"{_percent(shared)} of its values are allowed"
        return Evidence(0.2 + 0.4 * shared, 0.0, why, said and column.distinct > 1)
    return Evidence(0.0, 0.35) if column.distinct > max(50, 5 * len(allowed)) else Evidence()


def _by_link(column: ColumnProfile, key: ColumnProfile | None) -> Evidence:
    if key is None or key.distinct < 2:
        return Evidence()
    share = containment(column, key)
    if share >= 0.6:
        why = f'{_percent(share)} of its values are in "{key.name}"'
        counted = sum(1 for value in column.sample if value.isdigit() and len(value) < 5)
        return Evidence(0.5 * share, 0.0, why, share >= 0.9 and column.distinct > _SAID > counted)
    return Evidence(0.0, 0.2) if share < 0.05 else Evidence()


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"
