"""The operations on one cell: a closed set, each with the expression that it compiles to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field
from sqlglot import exp

from vernctl.engine.recipe.base import (
    SPACE,
    RecipeValue,
    call,
    cases,
    choose,
    filled,
    folded,
    number,
    regex_replace,
    text,
    trimmed,
)
from vernctl.engine.recipe.dates import DateOp
from vernctl.engine.recipe.numbers import Number
from vernctl.engine.recipe.phones import Phone
from vernctl.engine.recipe.repairs import Blank, Unmangle, WebAddress


class Trim(RecipeValue):
    """Without white space at either end."""

    op: Literal["trim"] = "trim"

    def build(self, cell: exp.Expr) -> exp.Expr:
        return trimmed(cell)

    def describe(self) -> str:
        return "white space trimmed"


class Collapse(RecipeValue):
    """Trimmed, and every inner run of white space is one space."""

    op: Literal["collapse"] = "collapse"

    def build(self, cell: exp.Expr) -> exp.Expr:
        return regex_replace(trimmed(cell), f"{SPACE}+", " ")

    def describe(self) -> str:
        return "white space collapsed"


class Lower(RecipeValue):
    """Lower case."""

    op: Literal["lower"] = "lower"

    def build(self, cell: exp.Expr) -> exp.Expr:
        return call("LOWER", cell)

    def describe(self) -> str:
        return "lower case"


class Upper(RecipeValue):
    """Upper case, character by character."""

    op: Literal["upper"] = "upper"

    def build(self, cell: exp.Expr) -> exp.Expr:
        return call("UPPER", cell)

    def describe(self) -> str:
        return "upper case"


class Title(RecipeValue):
    """Every word with one capital first; words end at white space and hyphens."""

    op: Literal["title"] = "title"

    def build(self, cell: exp.Expr) -> exp.Expr:
        inner = SPACE[1:-1]
        words = call("REGEXP_EXTRACT_ALL", cell, text(f"[^-{inner}]+|[-{inner}]+"))
        word = exp.to_identifier("word")
        first = call("UPPER", call("SUBSTR", exp.column("word"), number(1), number(1)))
        rest = call("LOWER", call("SUBSTR", exp.column("word"), number(2)))
        body = exp.Lambda(this=call("CONCAT", first, rest), expressions=[word])
        return call("ARRAY_TO_STRING", call("LIST_TRANSFORM", words, body), text(""))

    def describe(self) -> str:
        return "title case"


class Replace(RecipeValue):
    """Every occurrence of a text replaced, exactly or in any case."""

    op: Literal["replace"] = "replace"
    find: Annotated[str, Field(min_length=1)]
    by: str = ""
    any_case: bool = False

    def build(self, cell: exp.Expr) -> exp.Expr:
        if not self.any_case:
            return call("REPLACE", cell, text(self.find), text(self.by))
        pattern = "".join(_literal(character) for character in self.find)
        return regex_replace(cell, pattern, self.by.replace("\\", "\\\\"), "gi")

    def describe(self) -> str:
        return f"'{self.find}' replaced by '{self.by}'" if self.by else f"'{self.find}' removed"


class MapValues(RecipeValue):
    """Whole values replaced by others; compared trimmed and in any case unless ``exact``."""

    op: Literal["map"] = "map"
    values: Mapping[str, str]
    other: Literal["keep", "blank"] | None = "keep"
    otherwise: str | None = None
    exact: bool = False

    def build(self, cell: exp.Expr) -> exp.Expr:
        compared = cell if self.exact else folded(cell)
        rest: exp.Expr = cell
        if self.otherwise is not None:
            rest = choose(filled(cell), text(self.otherwise), cell)
        elif self.other == "blank":
            rest = text("")
        by_target: dict[str, list[str]] = {}
        for value, target in self.values.items():
            by_target.setdefault(target, []).append(value)
        branches: list[tuple[exp.Expr, exp.Expr]] = []
        for target, values in by_target.items():
            keys = [text(value) if self.exact else folded(text(value)) for value in values]
            branches.append((exp.In(this=compared, expressions=keys), text(target)))
        return cases(branches, rest)

    def describe(self) -> str:
        by_target: dict[str, list[str]] = {}
        for value, target in self.values.items():
            by_target.setdefault(target, []).append(value)
        parts = [f"{', '.join(values)} → {target}" for target, values in by_target.items()]
        if self.otherwise is not None:
            parts.append(f"any other value → {self.otherwise}")
        elif self.other == "blank":
            parts.append("any other value → blank")
        return "recoded: " + "; ".join(parts)


class StripCharacters(RecipeValue):
    """Every one of these characters removed, or every character but the kept kinds."""

    op: Literal["strip_characters"] = "strip_characters"
    characters: str = ""
    kind: Literal["space", "non_digits", "digits", "punctuation"] | None = None

    def build(self, cell: exp.Expr) -> exp.Expr:
        patterns = {
            "space": SPACE,
            "non_digits": r"[^\d]",
            "digits": r"\d",
            "punctuation": r"[\p{P}\p{S}]",
        }
        if self.kind is not None:
            cell = regex_replace(cell, patterns[self.kind])
        if self.characters:
            cell = regex_replace(cell, f"[{''.join(map(_literal, self.characters))}]")
        return cell

    def describe(self) -> str:
        what = [self.kind.replace("_", "-")] if self.kind else []
        return "removed: " + " ".join([*what, *self.characters])


class Prefix(RecipeValue):
    """A text put before every filled cell, unless the cell starts with it already."""

    op: Literal["prefix"] = "prefix"
    add: Annotated[str, Field(min_length=1)]

    def build(self, cell: exp.Expr) -> exp.Expr:
        ready = exp.Or(
            this=exp.Not(this=filled(cell)), expression=call("STARTS_WITH", cell, text(self.add))
        )
        return choose(ready, cell, call("CONCAT", text(self.add), cell))

    def describe(self) -> str:
        return f"'{self.add}' put in front"


class Suffix(RecipeValue):
    """A text put after every filled cell, unless the cell ends with it already."""

    op: Literal["suffix"] = "suffix"
    add: Annotated[str, Field(min_length=1)]

    def build(self, cell: exp.Expr) -> exp.Expr:
        ready = exp.Or(
            this=exp.Not(this=filled(cell)), expression=call("SUFFIX", cell, text(self.add))
        )
        return choose(ready, cell, call("CONCAT", cell, text(self.add)))

    def describe(self) -> str:
        return f"'{self.add}' put at the end"


class Domain(RecipeValue):
    """The host of a web or e-mail address, without ``www.``, in lower case."""

    op: Literal["domain"] = "domain"

    def build(self, cell: exp.Expr) -> exp.Expr:
        pattern = r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?(?:www\.)?([^/:?#@\s]+).*$"
        return call("REGEXP_REPLACE", call("LOWER", trimmed(cell)), text(pattern), text(r"\1"))

    def describe(self) -> str:
        return "the domain of it"


CellOp = Annotated[
    Trim
    | Collapse
    | Lower
    | Upper
    | Title
    | Replace
    | MapValues
    | DateOp
    | Number
    | StripCharacters
    | Prefix
    | Suffix
    | Phone
    | Domain
    | Blank
    | Unmangle
    | WebAddress,
    Field(discriminator="op"),
]


def _literal(character: str) -> str:
    """One character as an RE2 pattern that matches it alone, inside and outside a class."""
    return rf"\x{{{ord(character):X}}}"
