"""A whole address taken apart: the ways in which addresses are written, and the value of a part.

Every way is one pattern over the pieces of an address (lines, semicolons and commas part them
alike). Only an address that fits a way as a whole is taken apart; of any other the street holds all
of it and the other parts nothing, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import re2
from sqlglot import exp

from vernctl.engine.recipe.base import (
    SPACE,
    RecipeValue,
    call,
    cases,
    matches,
    number,
    regex_replace,
    text,
    trimmed,
)

AddressPiece = Literal["street", "city", "state", "zip", "country"]
AddressForm = Literal["us", "canada", "australia", "uk", "zip_city", "zip_city_plain"]
PIECES: tuple[AddressPiece, ...] = ("street", "city", "state", "zip", "country")

_US = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|GU|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|"
    "S[CD]|T[NX]|UT|V[AIT]|W[AIVY]|(?i:Alabama|Alaska|Arizona|Arkansas|California|Colorado|"
    "Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|"
    "Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|"
    "Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|"
    "Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|"
    "Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming)"
)
_CANADA = "AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|(?i:Ontario|Qu[eé]bec|Alberta|British Columbia)"
_AUSTRALIA = "NSW|VIC|QLD|WA|SA|TAS|ACT|NT"
_UK_CODE = r"(?i:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})"
#: Postal codes that stand before the city, as most of Europe has it.
_CODE = r"(?:[A-Z]{1,3}-)?(?:\d{4} [A-Z]{2}|\d{3} \d{2}|\d{2}-\d{3}|\d{4,5})"
_TOWN = r"[^,\d]*[^,\d\s]"
_STREET = r"(?P<street>.+)"


#: Each with the groups of its pieces; the country behind it is added for those that are known.
_FORMS: dict[AddressForm, str] = {
    "us": rf"^{_STREET}, (?P<city>{_TOWN}),? (?P<state>{_US})\.?,? (?P<zip>\d{{5}}(?:-\d{{4}})?)",
    "canada": rf"^{_STREET}, (?P<city>{_TOWN}),? \(?(?P<state>{_CANADA})\)?,? "
    r"(?P<zip>[A-Z]\d[A-Z][ -]?\d[A-Z]\d)",
    "australia": rf"^{_STREET}, (?P<city>{_TOWN}),? (?P<state>{_AUSTRALIA}),? (?P<zip>\d{{4}})",
    # A village and its county before the code: which of them is the city, nothing tells.
    "uk": rf"^(?P<street>(?:.+, )?[^,]*\d[^,]*), (?P<city>{_TOWN}),? (?P<zip>{_UK_CODE})",
    "zip_city": rf"^{_STREET}, (?P<zip>{_CODE}) (?P<city>{_TOWN})",
    "zip_city_plain": rf"^(?P<street>[^,]*[^,\d\s] \d+ ?[a-zA-Z]?) (?P<zip>\d{{5}}) "
    rf"(?P<city>{_TOWN})",
}
FORMS: tuple[AddressForm, ...] = tuple(_FORMS)
_PARTED = rf"{SPACE}*[,;|\n\r]+(?:{SPACE}|[,;|])*"
_LAST = r", ([^,\d]+)$"


def pattern_of(form: AddressForm, countries: Sequence[str]) -> str:
    """The whole pattern of a form; ``countries`` are the spellings that may stand at its end."""
    known = "|".join(re2.escape(each) for each in countries)
    return _FORMS[form] + (rf"(?:, (?P<country>(?i:{known})))?$" if known else "$")


def in_pieces(address: str) -> str:
    """An address on one line, its pieces parted by ``, ``."""
    one_line = re2.sub(_PARTED, ", ", address.strip())
    return str(re2.sub(rf"{SPACE}+", " ", one_line)).strip(" ,")


def last_piece(address: str) -> str:
    """What stands at the end of an address where a country would; '' where nothing does."""
    found = re2.search(_LAST, in_pieces(address))
    return found.group(1).strip() if found is not None else ""


def forms_of(addresses: Iterable[str], countries: Sequence[str]) -> dict[AddressForm | None, int]:
    """How many addresses are written in each form, None for those in none; each counts once."""
    patterns = {form: re2.compile(pattern_of(form, countries)) for form in FORMS}
    found: dict[AddressForm | None, int] = {}
    for address in addresses:
        line = in_pieces(address)
        form = next((form for form, each in patterns.items() if each.search(line)), None)
        found[form] = found.get(form, 0) + 1
    return found


def has_piece(form: AddressForm, piece: AddressPiece) -> bool:
    """Whether addresses of a form have a piece of that kind; the country may follow any."""
    return piece == "country" or f"(?P<{piece}>" in _FORMS[form]


class AddressParts(RecipeValue):
    """How a cell's address is taken apart: the forms in which it may be written, in this order."""

    forms: tuple[AddressForm, ...]
    countries: tuple[str, ...] = ()

    def fits(self, cell: exp.Expr) -> exp.Expr:
        """Whether a cell is an address of one of the forms."""
        line = _line(cell)
        return exp.Paren(
            this=exp.or_(*(matches(line, self._pattern(form)) for form in self.forms), copy=False)
        )

    def build(self, piece: AddressPiece, cell: exp.Expr) -> exp.Expr:
        """One piece of the address in a cell."""
        line = _line(cell)
        found: list[tuple[exp.Expr, exp.Expr]] = []
        for form in self.forms:
            group = re2.compile(pattern_of(form, self.countries)).groupindex.get(piece)
            pattern, taken = self._pattern(form), text("")
            if group is not None:
                taken = trimmed(call("REGEXP_EXTRACT", line, text(pattern), number(group)))
            found.append((matches(line, pattern), taken))
        return cases(found, cell if piece == "street" else text(""))

    def _pattern(self, form: AddressForm) -> str:
        return str(re2.sub(r"\(\?P<\w+>", "(", pattern_of(form, self.countries)))


def _line(cell: exp.Expr) -> exp.Expr:
    parted = regex_replace(trimmed(cell), _PARTED, ", ")
    return regex_replace(regex_replace(parted, f"{SPACE}+", " "), "^[ ,]+|[ ,]+$")
