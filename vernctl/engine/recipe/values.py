"""Where a column's cells come from before any step: a closed set of values.

In YAML a value is told by its keys: ``{column: Work E-mail}``, ``{constant: EUR}``,
``{join: [{column: Street}, {column: City}], separator: ", "}``, ``{part: first, of: …}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from sqlglot import exp

from vernctl.engine.recipe.addresses import AddressParts, AddressPiece
from vernctl.engine.recipe.base import (
    NOT_SPACE,
    SPACE,
    RecipeValue,
    call,
    cases,
    choose,
    filled,
    folded,
    text,
    trimmed,
)
from vernctl.engine.recipe.ops import CellOp, Prefix

#: Finds the expression of a source column, a column of this sheet, or a looked-up one.
Resolve = Callable[["FromColumn | FromTarget | Lookup"], exp.Expr]


class FromColumn(RecipeValue):
    """A source column by the customer's name; of a joined table where ``table`` is given."""

    column: str
    table: str | None = None

    def build(self, resolve: Resolve) -> exp.Expr:
        return resolve(self)

    def leaves(self) -> Iterator[Value]:
        yield self


class FromTarget(RecipeValue):
    """Another column of this sheet, as it is at this step."""

    target: str

    def build(self, resolve: Resolve) -> exp.Expr:
        return resolve(self)

    def leaves(self) -> Iterator[Value]:
        yield self


class Lookup(RecipeValue):
    """A column of another sheet: its first row whose ``match`` equals this sheet's ``by``."""

    sheet: str
    take: str
    match: str
    by: str

    def build(self, resolve: Resolve) -> exp.Expr:
        return resolve(self)

    def leaves(self) -> Iterator[Value]:
        yield self


class Constant(RecipeValue):
    """The same text in every row."""

    constant: str

    def build(self, resolve: Resolve) -> exp.Expr:
        return text(self.constant)

    def leaves(self) -> Iterator[Value]:
        yield self


class Joined(RecipeValue):
    """Several values in one cell; blank ones leave no separator behind."""

    join: tuple[Value, ...]
    separator: str = " "

    def build(self, resolve: Resolve) -> exp.Expr:
        parts = [value.build(resolve) for value in self.join]
        present = [choose(filled(part), trimmed(part), exp.null()) for part in parts]
        return call("CONCAT_WS", text(self.separator), *present)

    def leaves(self) -> Iterator[Value]:
        for value in self.join:
            yield from value.leaves()


class FirstOf(RecipeValue):
    """The first value that is filled."""

    first_of: tuple[Value, ...]

    def build(self, resolve: Resolve) -> exp.Expr:
        cells = [value.build(resolve) for value in self.first_of]
        return cases([(filled(cell), cell) for cell in cells], text(""))

    def leaves(self) -> Iterator[Value]:
        for value in self.first_of:
            yield from value.leaves()


class Part(RecipeValue):
    """A part of a value cut at white space, or at a separator: ``rest`` is all but the first."""

    part: Literal["first", "rest", "last", "all_but_last"]
    of: Value
    separator: str | None = None

    def build(self, resolve: Resolve) -> exp.Expr:
        cell = trimmed(self.of.build(resolve))
        if self.separator is not None:
            cut = rf"{SPACE}*\x{{1F}}{SPACE}*"
            cell = call("REPLACE", cell, text(self.separator), text("\x1f"))
            word = r"[^\x{1F}]"
        else:
            cut, word = f"{SPACE}+", NOT_SPACE
        pattern = {
            "first": rf"^({word}*)(?s:.*)$",
            "rest": rf"^{word}*(?:{cut})?((?s:.*))$",
            "last": rf"^(?s:.*?)({word}*)$",
            "all_but_last": rf"^(?:((?s:.*)){cut})?{word}*$",
        }[self.part]
        found = trimmed(call("REGEXP_EXTRACT", cell, text(pattern), exp.Literal.number(1)))
        if self.separator is None:
            return found
        return call("REPLACE", found, text("\x1f"), text(self.separator))

    def leaves(self) -> Iterator[Value]:
        yield from self.of.leaves()


class AddressPart(RecipeValue):
    """A piece of an address that stands whole in a value; ``parts`` says how it is written."""

    address_part: AddressPiece
    of: Value
    parts: AddressParts

    def build(self, resolve: Resolve) -> exp.Expr:
        return self.parts.build(self.address_part, self.of.build(resolve))

    def leaves(self) -> Iterator[Value]:
        yield from self.of.leaves()


class Changed(RecipeValue):
    """A value after operations of its own, before the column's steps."""

    changed: Value
    ops: tuple[CellOp, ...]

    def build(self, resolve: Resolve) -> exp.Expr:
        cell = self.changed.build(resolve)
        for operation in self.ops:
            done = operation.build(cell)
            cell = choose(filled(cell), done, text(""))
        return cell

    def leaves(self) -> Iterator[Value]:
        yield from self.changed.leaves()


class Signed(RecipeValue):
    """A number that is taken off where another value is one of these words, in any case."""

    signed: Value
    by: Value
    minus: tuple[str, ...]

    def build(self, resolve: Resolve) -> exp.Expr:
        amount = self.signed.build(resolve)
        words = [folded(text(word)) for word in self.minus]
        taken_off = exp.In(this=folded(self.by.build(resolve)), expressions=words)
        return choose(taken_off, Prefix(add="-").build(trimmed(amount)), amount)

    def leaves(self) -> Iterator[Value]:
        yield from self.signed.leaves()
        yield from self.by.leaves()


Value = (
    FromColumn
    | FromTarget
    | Lookup
    | Constant
    | Joined
    | FirstOf
    | Part
    | AddressPart
    | Changed
    | Signed
)

for _model in (Joined, FirstOf, Part, AddressPart, Changed, Signed):
    _model.model_rebuild()


def source_columns(value: Value) -> tuple[FromColumn, ...]:
    """The source columns that a value reads, in order, each once."""
    found = [leaf for leaf in value.leaves() if isinstance(leaf, FromColumn)]
    return tuple(dict.fromkeys(found))


def lookups(value: Value) -> tuple[Lookup, ...]:
    """The lookups into other sheets that a value makes, in order, each once."""
    return tuple(dict.fromkeys(leaf for leaf in value.leaves() if isinstance(leaf, Lookup)))


def describe_value(value: Value) -> str:
    """A value in words, with names as the customer writes them."""
    match value:
        case FromColumn(column=column, table=table):
            return f'"{column}"' if table is None else f'"{column}" of {table}'
        case FromTarget(target=target):
            return target
        case Lookup(sheet=sheet, take=take, by=by):
            return f"{take} of the row in {sheet} that {by} names"
        case Constant(constant=constant):
            return f"the constant '{constant}'"
        case Joined(join=join):
            return " and ".join(describe_value(each) for each in join) + " together"
        case FirstOf(first_of=first_of):
            return "the first filled of " + ", ".join(describe_value(each) for each in first_of)
        case Part(part=part, of=of, separator=separator):
            cut = {
                "first": "the first",
                "rest": "all but the first",
                "last": "the last",
                "all_but_last": "all but the last",
            }[part]
            unit = "word" if separator is None else f"piece at '{separator}'"
            return f"{cut} {unit} of {describe_value(of)}"
        case AddressPart(address_part=piece, of=of):
            return f"the {piece} of the address in {describe_value(of)}"
        case Changed(changed=changed, ops=ops):
            done = ", ".join(op.describe() for op in ops)
            return f"{describe_value(changed)} ({done})"
        case Signed(signed=signed, by=by, minus=minus):
            words = " or ".join(f"'{word}'" for word in minus)
            return (
                f"{describe_value(signed)}, less than nothing where {describe_value(by)} is {words}"
            )
