"""Dates: the shapes that are read, and the operation that writes them as ISO 8601.

A shape is tried only where the whole cell has its form, so that no parser's leniency decides.
Two-digit years pivot as POSIX does: 69-99 are 19xx, 00-68 are 20xx.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from sqlglot import exp

from vernctl.engine.recipe.base import (
    RecipeValue,
    call,
    cases,
    choose,
    matches,
    number,
    regex_replace,
    text,
    trimmed,
)

Order = Literal["dmy", "mdy"]

#: How people name the orders; the first is offered first.
ORDER_LABELS: dict[Order, str] = {"dmy": "DD/MM/YYYY", "mdy": "MM/DD/YYYY"}

_CLOCK = r"(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(?: ?([AaPp][Mm]))? ?(Z|[+-]\d{2}:?\d{2}|UTC)?"
_TIME = rf"(?:(?:T| +)(?:{_CLOCK}))?"
_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"


class Shape(NamedTuple):
    """A form of date: a pattern with groups, and which group is year, month and day."""

    pattern: str
    year: int
    month: int
    day: int
    named: bool = False


YEAR_FIRST = Shape(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", 1, 2, 3)
COMPACT = Shape(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", 1, 2, 3)
DAY_NAMED = Shape(rf"({_DAY})[ -]({_MONTH}),?[ -](\d{{4}}|\d{{2}})", 3, 2, 1, named=True)
NAMED_DAY = Shape(rf"({_MONTH}) ({_DAY}),? (\d{{4}})", 3, 1, 2, named=True)
DOTTED = Shape(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})", 3, 2, 1)
_NUMBERS = r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})"
ORDERED: dict[Order, Shape] = {
    "dmy": Shape(_NUMBERS, 3, 2, 1),
    "mdy": Shape(_NUMBERS, 3, 1, 2),
}
#: A day with its month in any language: ``3. März 2024``, ``3 de marzo de 2024``, ``1er mai 2024``.
WORDED = (
    r"^(?i:\pL{2,10}\.?,? )?(\d{1,2})(?:\.|º|°|er|st|nd|rd|th)?[ -]*(?i:de |d['’])?(\pL{3,12})\.?,?"
    r"[ -](?i:de |del )?(\d{4}|\d{2})\b(.*)$"
)
#: Days since 1899-12-30 as spreadsheets count them: 1954 to 2064.
SERIAL = r"^(?:[2-5]\d{4})(?:\.\d+)?$"
_EPOCH = 25_569
_SLASHED: dict[Order, str] = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}
#: Shapes that mean one date whatever the column's order is.
PLAIN_SHAPES = (YEAR_FIRST, DAY_NAMED, NAMED_DAY, DOTTED)


def shape_pattern(shape: Shape) -> str:
    """The pattern of a whole cell of that shape, time and zone included."""
    return f"^{shape.pattern}{_TIME}$"


def has_shape(cell: exp.Expr, shape: Shape) -> exp.Expr:
    """Whether a whole cell has the form of a shape."""
    return matches(cell, shape_pattern(shape))


def read_date(cell: exp.Expr, shape: Shape) -> exp.Expr:
    """The date in a cell as ISO text, or NULL where the cell has another form or no such day."""
    pattern = text(shape_pattern(shape))
    year, month, day = (
        call("REGEXP_EXTRACT", cell, pattern, number(group))
        for group in (shape.year, shape.month, shape.day)
    )
    if shape.named:
        month = call("SUBSTR", month, number(1), number(3))
        day = regex_replace(day, "[a-z]+$")
    style = "%b" if shape.named else "%m"
    formats = exp.Array(expressions=[text(f"%y-{style}-%d"), text(f"%Y-{style}-%d")])
    joined = call("CONCAT_WS", text("-"), year, month, day)
    day_text = call("STRFTIME", call("TRY_STRPTIME", joined, formats), text("%Y-%m-%d"))
    # Most cells have one shape: the others are ruled out by one look instead of three.
    return choose(has_shape(cell, shape), day_text, exp.null())


def _by_formats(cell: exp.Expr, formats: Sequence[str], otherwise: exp.Expr) -> exp.Expr:
    """What :func:`read_date` gives for the commonest shapes, at a tenth of the cost: the pattern
    before has left nothing to a parser's leniency."""
    days = [
        call("STRFTIME", call("TRY_STRPTIME", cell, text(form)), text("%Y-%m-%d"))
        for form in formats
    ]
    return exp.Coalesce(this=days[0], expressions=[*days[1:], otherwise])


def read_time(cell: exp.Expr) -> exp.Expr:
    """The time of day and zone after a date, as ``T13:45:00Z``; empty where there is none."""
    clock = rf"[T ]+(?:{_CLOCK})$"
    formats = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%g", "%I:%M %p", "%I:%M:%S %p"]
    words = call("CONCAT_WS", text(" "), *(_nonempty(cell, clock, group) for group in (1, 2)))
    moment = call("TRY_STRPTIME", words, exp.Array(expressions=[text(form) for form in formats]))
    return call("CONCAT", call("STRFTIME", moment, text("T%H:%M:%S")), _zone(cell, clock))


def _nonempty(cell: exp.Expr, pattern: str, group: int) -> exp.Expr:
    found = call("REGEXP_EXTRACT", cell, text(pattern), number(group))
    return exp.Nullif(this=found, expression=text(""))


def _zone(cell: exp.Expr, pattern: str) -> exp.Expr:
    return call("REGEXP_EXTRACT", cell, text(pattern), number(3))


def in_english(cell: exp.Expr, months: Mapping[str, str]) -> exp.Expr:
    """A cell whose month is one of these words, with the English month in its place."""
    if not months:
        return cell
    day, word, year, rest = (
        call("REGEXP_EXTRACT", cell, text(WORDED), number(group)) for group in range(1, 5)
    )
    by_month: dict[str, list[exp.Expr]] = {}
    for name, month in months.items():
        by_month.setdefault(month, []).append(text(name))
    lowered = call("LOWER", word)
    english = cases(
        [(exp.In(this=lowered, expressions=names), text(m)) for m, names in by_month.items()], word
    )
    joined = call("CONCAT", day, text(" "), english, text(" "), year, rest)
    return choose(matches(cell, WORDED), joined, cell)


def from_serial(cell: exp.Expr, time: bool) -> exp.Expr:
    """The date that a spreadsheet's serial number stands for, with its time where that is kept."""
    days = exp.TryCast(this=cell.copy(), to=exp.DataType.build("DOUBLE"))
    since = exp.Paren(this=exp.Sub(this=days, expression=number(_EPOCH)))
    seconds = call("ROUND", exp.Mul(this=since, expression=number(86_400)))
    micros = exp.Mul(this=exp.cast(seconds, "BIGINT"), expression=number(1_000_000))
    moment = call("MAKE_TIMESTAMP", micros)
    day = call("STRFTIME", moment, text("%Y-%m-%d"))
    if not time:
        return day
    return choose(
        matches(cell, r"\.0*[1-9]"), call("STRFTIME", moment, text("%Y-%m-%dT%H:%M:%S")), day
    )


class DateOp(RecipeValue):
    """A date as ISO 8601; a cell that is no date in any known form stays as it is.

    ``order`` decides ``1/2/2024``. A cell that has no such day in that order is read in the other
    one (13/2/2024 is 13 February in any column). ``time`` keeps the time of day where there is one.
    ``months``: words of another language and the English months that they mean. ``serial``: whole
    numbers are days as spreadsheets count them.
    """

    op: Literal["date"] = "date"
    order: Order = "dmy"
    time: bool = False
    months: Mapping[str, str] = {}
    serial: bool = False

    def build(self, cell: exp.Expr) -> exp.Expr:
        clean = trimmed(cell)
        other: Order = "mdy" if self.order == "dmy" else "dmy"
        common = (
            (r"^\d{1,2}/\d{1,2}/\d{4}$", (_SLASHED[self.order], _SLASHED[other])),
            (r"^\d{4}-\d{1,2}-\d{1,2}$", ("%Y-%m-%d",)),
            (r"^\d{1,2}\.\d{1,2}\.\d{4}$", ("%d.%m.%Y",)),
        )
        quick = [
            (matches(clean, pattern), _by_formats(clean, formats, cell))
            for pattern, formats in common
        ]
        if self.serial:
            quick.append((matches(clean, SERIAL), from_serial(clean, self.time)))
        return cases(quick, self.build_long(cell))

    def build_long(self, cell: exp.Expr) -> exp.Expr:
        """The same for a cell of any shape, without the short way for the commonest."""
        clean = in_english(trimmed(cell), self.months)
        other: Order = "mdy" if self.order == "dmy" else "dmy"
        shapes = (*PLAIN_SHAPES, COMPACT, ORDERED[self.order], ORDERED[other])
        days = [read_date(clean, shape) for shape in shapes]
        day: exp.Expr = exp.Coalesce(this=days[0], expressions=days[1:])
        if self.time:
            # NULL where there is no date: CONCAT would make an empty text of it.
            day = exp.DPipe(this=day, expression=read_time(clean))
        return exp.Coalesce(this=day, expressions=[cell])

    def describe(self) -> str:
        serial = ", numbers read as a spreadsheet's days" if self.serial else ""
        return f"date in ISO 8601, {ORDER_LABELS[self.order]} where the order decides{serial}"
