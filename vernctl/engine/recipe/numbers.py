"""Numbers: how notations are told apart, and the operation that writes plain digits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from sqlglot import exp

from vernctl.engine.recipe.base import (
    SPACE,
    RecipeValue,
    both,
    call,
    choose,
    matches,
    regex_replace,
    text,
)

Notation = Literal[".", ",", "any"]


def certain(point: str) -> str:
    """The pattern of a number that can only be meant with this decimal sign.

    ``1,234`` is one or the other; ``0,234``, ``1,23``, ``1234,5`` and ``1.234,5`` are not.
    """
    group, sign = ("," if point == "." else r"\."), (r"\." if point == "." else ",")
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+"
    return (
        rf"^[+-]?(?:{grouped}{sign}\d+|\d{{1,3}}(?:{group}\d{{3}}){{2,}}|\d+{sign}\d{{1,2}}|"
        rf"\d+{sign}\d{{4,}}|0\d*{sign}\d+|{sign}\d+|\d{{4,}}{sign}\d+)$"
    )


#: A number that both notations can mean, as another number in each.
EITHER = {".": r"^[+-]?[1-9]\d{0,2}\.\d{3}$", ",": r"^[+-]?[1-9]\d{0,2},\d{3}$"}
WHOLE = r"^[+-]?\d+$"


def bare_number(cell: exp.Expr, beside: tuple[str, ...] = ()) -> exp.Expr:
    """A cell without what may stand around a number: spaces, currency signs, these words.

    ``(1.50)`` and ``1.50-`` are written ``-1.50``, as accounts mean them.
    """
    bare = regex_replace(cell, rf"(?:{SPACE}|\p{{Sc}}|['’])+")
    if beside:
        joined = ("".join(word.split()) for word in beside)
        words = "|".join("".join(rf"\x{{{ord(sign):X}}}" for sign in word) for word in joined)
        bare = regex_replace(bare, rf"^(?i:{words})\.?|(?i:{words})\.?$")
    bare = regex_replace(bare, r"^[−–]", "-")
    bare = regex_replace(bare, r"^\((\d[\d.,]*)\)$", r"-\1")
    return regex_replace(bare, r"^(\d[\d.,]*)[-−]$", r"-\1")


class Number(RecipeValue):
    """A number in plain digits with a decimal point; what is no number stays as it is.

    ``decimal: any`` reads each cell by itself where its notation is certain. ``beside`` are the
    units and currencies that may stand at a number; ``percent`` makes of ``5 %`` the share 0.05;
    ``short`` takes off zeros that say nothing (``12.0`` is ``12``).
    """

    op: Literal["number"] = "number"
    decimal: Notation = "."
    places: Annotated[int, Field(ge=0, le=10)] | None = None
    beside: tuple[str, ...] = ()
    percent: bool = False
    short: bool = False

    def build(self, cell: exp.Expr) -> exp.Expr:
        if any(not set(word) - set("0123456789.,- ") for word in self.beside):
            return self.build_long(cell)
        group, point = (",", r"\.") if self.decimal == "." else (r"\.", ",")
        # Most cells hold nothing beside the number: telling so costs a tenth of taking it off.
        common = rf"^-?(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{point}\d{{1,4}})?$"
        if self.decimal == "any":
            common = r"^-?\d+$"
        quick = self._rounded(_points(cell, self.decimal))
        return choose(matches(cell, common), quick, self.build_long(cell))

    def build_long(self, cell: exp.Expr) -> exp.Expr:
        """The same for a cell of any notation, without the short way for the commonest."""
        bare = bare_number(cell, self.beside)
        if self.percent:
            bare = regex_replace(bare, "%$")
        if self.decimal == "any":
            otherwise = choose(matches(bare, certain(",")), self._plain(bare, ",", cell), cell)
            pointed = exp.Or(this=matches(bare, WHOLE), expression=matches(bare, certain(".")))
            return choose(pointed, self._plain(bare, ".", cell), otherwise)
        group, point = (",", r"\.") if self.decimal == "." else (r"\.", ",")
        shape = rf"^[+-]?(?:\d{{1,3}}(?:{group}\d{{3}})+|\d*)(?:{point}\d+)?$"
        some = matches(bare, r"\d")
        plain = self._plain(bare, self.decimal, cell)
        return choose(both(some, matches(bare, shape)), plain, cell)

    def _plain(self, bare: exp.Expr, decimal: Notation, cell: exp.Expr) -> exp.Expr:
        plain = _points(bare, decimal)
        plain = regex_replace(plain, r"^\+")
        plain = regex_replace(plain, r"^(-?)\.", r"\10.")
        if self.percent:
            plain = choose(matches(cell, rf"%{SPACE}*$"), _hundredth(plain), plain)
        return self._rounded(plain, noisy=True)

    def _rounded(self, plain: exp.Expr, *, noisy: bool = False) -> exp.Expr:
        """Plain digits with the decimals that are wanted, and without the noise of arithmetic."""
        if self.places is not None:
            plain = exp.Coalesce(this=_decimal(plain, self.places), expressions=[plain])
        if noisy or (self.places or 0) > 6:
            plain = choose(matches(plain, _NOISE), _without_noise(plain), plain)
        if self.short or self.percent:
            plain = regex_replace(regex_replace(plain, r"(\.\d*?)0+$", r"\1"), r"\.$")
        return plain

    def describe(self) -> str:
        notation = "as each cell shows" if self.decimal == "any" else f"'{self.decimal}'"
        rounding = "" if self.places is None else f", {self.places} decimals"
        without = f", without {', '.join(self.beside)}" if self.beside else ""
        shares = ", percents as shares" if self.percent else ""
        zeros = ", no idle zeros" if self.short else ""
        return f"number with decimal {notation} read{rounding}{without}{shares}{zeros}"


def _points(cell: exp.Expr, decimal: Notation) -> exp.Expr:
    """Without the signs between thousands, and with a point for the decimal sign."""
    if decimal == ",":
        return call("REPLACE", call("REPLACE", cell, text("."), text("")), text(","), text("."))
    return call("REPLACE", cell, text(","), text(""))


def _decimal(plain: exp.Expr, places: int) -> exp.Expr:
    kind = exp.DataType.build(f"DECIMAL(38, {places})", dialect="duckdb")
    exact = exp.DataType.build("DECIMAL(38, 15)", dialect="duckdb")
    rounded = exp.TryCast(this=exp.TryCast(this=plain, to=exact), to=kind)
    return exp.Cast(this=rounded, to=exp.DataType.build("VARCHAR", dialect="duckdb"))


#: What binary arithmetic leaves of 0.056 (0.055999999999999994) and of 0.3 (0.30000000000000004).
_NOISE = r"^-?\d{1,6}\.\d*(?:0{6}|9{6})\d{1,3}$"


def _without_noise(plain: exp.Expr) -> exp.Expr:
    exact = exp.DataType.build("DECIMAL(38, 28)", dialect="duckdb")
    kind = exp.DataType.build("DECIMAL(38, 12)", dialect="duckdb")
    rounded = exp.TryCast(this=exp.TryCast(this=plain, to=exact), to=kind)
    words = exp.Cast(this=rounded, to=exp.DataType.build("VARCHAR", dialect="duckdb"))
    short = regex_replace(regex_replace(words, r"(\.\d*?)0+$", r"\1"), r"\.$")
    return exp.Coalesce(this=short, expressions=[plain])


def _hundredth(plain: exp.Expr) -> exp.Expr:
    """The hundredth part, exactly: the sign moves two digits to the left in decimal numbers."""
    wide = exp.DataType.build("DECIMAL(28, 10)", dialect="duckdb")
    share = exp.Cast(
        this=exp.Literal.string("0.01"), to=exp.DataType.build("DECIMAL(3, 2)", dialect="duckdb")
    )
    product = exp.Mul(this=exp.TryCast(this=plain, to=wide), expression=share)
    words = exp.Cast(this=product, to=exp.DataType.build("VARCHAR", dialect="duckdb"))
    return exp.Coalesce(this=words, expressions=[plain])
