"""Phone numbers as an operation: in digits, or in the form that a country's numbering plan gives.

What the plan needs (calling code, trunk prefix, pattern of a number) stands in the recipe, so that
a recipe means the same wherever it is performed. An extension is kept behind the number as
``ext. 12``.
"""

from __future__ import annotations

from typing import Literal

from sqlglot import exp

from vernctl.engine.recipe.base import (
    SPACE,
    RecipeValue,
    both,
    call,
    cases,
    choose,
    matches,
    number,
    regex_replace,
    text,
)

PhoneForm = Literal["digits", "e164", "national"]
#: An extension behind a number: ``x12``, ``ext. 12``, ``#12``, ``Durchwahl 12``.
EXTENSION = (
    rf"(?i)(?:{SPACE}|[,;])*(?:ext(?:ension)?\.?|x|#|durchwahl|dw\.?)(?:{SPACE}|[.:])*"
    rf"(\d{{1,6}}){SPACE}*$"
)


class Phone(RecipeValue):
    """A phone number as digits with a leading ``+`` where it had one; words are left alone.

    As ``e164`` every number with ``+`` or ``00`` is written ``+`` and digits; one without becomes
    international only by ``calling_code``, where its digits, without the ``trunk`` prefix, match
    ``valid`` as a whole; with ``needs_trunk`` only if it has that prefix. ``national`` is the other
    way round: ``trunk`` and digits, of numbers of that calling code alone. What does not fit stays
    as it is.
    """

    op: Literal["phone"] = "phone"
    form: PhoneForm = "digits"
    calling_code: str = ""
    trunk: str = ""
    valid: str = ""
    needs_trunk: bool = False

    def build(self, cell: exp.Expr) -> exp.Expr:
        if self.form == "digits":
            bare = _bare(cell)
            return choose(matches(bare, r"^\+?\d{3,}$"), _dialled(bare), cell)
        digits = _dialled(_bare(regex_replace(cell, EXTENSION, "", "")))
        written = cases(self._written(digits), exp.null())
        extension = call("REGEXP_EXTRACT", cell, text(EXTENSION), number(1))
        kept = choose(
            exp.EQ(this=extension, expression=text("")),
            text(""),
            call("CONCAT", text(" ext. "), extension),
        )
        # NULL where no form fits: || makes nothing of it.
        return exp.Coalesce(this=exp.DPipe(this=written, expression=kept), expressions=[cell])

    def _written(self, digits: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]]:
        """(whether it is so, the number in its form) for every way to read the digits."""
        international = matches(digits, r"^\+\d{8,15}$")
        if not self.calling_code:
            return [(international, digits)] if self.form == "e164" else []
        inside = rf"(?:{self.valid})$"
        cut = regex_replace(digits, rf"^{self.trunk}", "", "") if self.trunk else digits
        ahead_of_it = f"^{self.trunk}" if self.needs_trunk else r"^\d"
        own = rf"^\+{self.calling_code}"
        bare = regex_replace(digits, rf"^\+?{self.calling_code}", "", "")
        readings = [
            (both(matches(digits, ahead_of_it), matches(cut, f"^{inside}")), cut),
            (matches(digits, rf"^{self.calling_code}{inside}"), bare),
        ]
        if not self.needs_trunk:
            whole = both(matches(digits, r"^\d"), matches(digits, f"^{inside}"))
            readings.insert(1, (whole, digits))
        if self.form == "national":
            readings.append((matches(digits, own + inside), bare))
            # Where the trunk prefix is the country's code (+1), numbers are written without it.
            before = text("" if self.trunk == self.calling_code else self.trunk)
            return [(holds, call("CONCAT", before, found)) for holds, found in readings]
        ahead = text(f"+{self.calling_code}")
        return [
            (international, digits),
            *((holds, call("CONCAT", ahead, found)) for holds, found in readings),
        ]

    def describe(self) -> str:
        if self.form == "digits":
            return "phone number in digits"
        of = ", with its country's code" if self.calling_code else ""
        named = {"e164": f"phone number in E.164{of}", "national": "phone number as in its country"}
        return named[self.form]


def _bare(cell: exp.Expr) -> exp.Expr:
    """A number without what parts its digits for the eye."""
    # "+49 (0)30": a trunk prefix is not dialled behind a country's code. In "(0)30" it is.
    abroad = rf"^({SPACE}*(?:\+|00)(?:{SPACE}|\d){{1,6}})\(0\)"
    dialled = regex_replace(cell, abroad, r"\1", "")
    return regex_replace(dialled, rf"(?:{SPACE}|[-()./\x{{2010}}-\x{{2015}}])+")


def _dialled(bare: exp.Expr) -> exp.Expr:
    return regex_replace(bare, r"^00", "+", "")
