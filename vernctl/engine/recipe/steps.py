"""The steps of a sheet, in the order they are performed: over cells, and over rows.

``because`` says why a step is there: ``healed``, an answered question, or the message itself.
A row that a step drops is counted under the step's ``reason``; none disappears.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field
from sqlglot import exp

from vernctl.engine.recipe.base import (
    RecipeValue,
    blank,
    both,
    call,
    choose,
    filled,
    folded,
    matches,
    text,
)
from vernctl.engine.recipe.ops import CellOp
from vernctl.engine.recipe.values import Value, describe_value, lookups

HEALED = "healed"


class Condition(RecipeValue):
    """A test of one cell; several ``values`` mean any of them, compared trimmed, in any case."""

    column: str
    test: Literal["blank", "equals", "contains", "starts", "ends"]
    values: tuple[str, ...] = ()
    negated: bool = False

    def build(self, cell: exp.Expr) -> exp.Expr:
        if self.test == "blank":
            found = blank(cell)
        elif self.test == "equals":
            keys = [folded(text(value)) for value in self.values]
            found = exp.In(this=folded(cell), expressions=keys)
        else:
            function = {"contains": "CONTAINS", "starts": "STARTS_WITH", "ends": "SUFFIX"}
            found = exp.false()
            for value in self.values:
                one = call(function[self.test], folded(cell), folded(text(value)))
                found = exp.Or(this=found, expression=one)
            found = exp.Paren(this=found)
        return exp.Not(this=exp.Paren(this=found)) if self.negated else found

    def describe(self) -> str:
        verb = "is not" if self.negated else "is"
        listed = ", ".join(f"'{value}'" for value in self.values)
        words = {
            "blank": f"{verb} blank",
            "equals": f"{verb} {listed}",
            "contains": f"{'does not contain' if self.negated else 'contains'} {listed}",
            "starts": f"{'does not start' if self.negated else 'starts'} with {listed}",
            "ends": f"{'does not end' if self.negated else 'ends'} with {listed}",
        }
        return f"{self.column} {words[self.test]}"


class CellStep(RecipeValue):
    """One operation on the filled cells of one or more columns, only ``where`` all tests hold.

    With ``rule`` (an RE2 pattern) only on the cells that break it, and only where it is kept then.
    """

    columns: tuple[str, ...]
    do: CellOp
    rule: str | None = None
    where: tuple[Condition, ...] = ()
    because: str = ""

    def build(self, cell: exp.Expr, *tests: exp.Expr) -> exp.Expr:
        """A blank cell stays what it is: no operation makes a value out of nothing.

        ``tests`` are the expressions of ``where``.
        """
        done = self.do.build(cell)
        if self.rule is None:
            return choose(both(filled(cell), *tests), done, cell)
        broken = exp.Not(this=matches(cell, self.rule))
        return choose(both(filled(cell), *tests, broken, matches(done, self.rule)), done, cell)

    def describe(self) -> str:
        where = " and ".join(condition.describe() for condition in self.where)
        return f"{self.do.describe()}{f' where {where}' if where else ''}"


class FillStep(RecipeValue):
    """Blank cells of a column get a value, with ``always`` every cell; only ``where`` all hold."""

    fill: str
    value: Value
    always: bool = False
    where: tuple[Condition, ...] = ()
    because: str = ""

    def build(self, cell: exp.Expr, value: exp.Expr, *tests: exp.Expr) -> exp.Expr:
        """``tests`` are the expressions of ``where``."""
        if not self.always:
            tests = (blank(cell), *tests)
        return choose(both(*tests), value, cell) if tests else value

    def describe(self) -> str:
        verb = "set to" if self.always else "blanks filled with"
        where = " and ".join(condition.describe() for condition in self.where)
        return f"{verb} {describe_value(self.value)}{f' where {where}' if where else ''}"


class SheetColumn(RecipeValue):
    """A column of another sheet."""

    sheet: str
    column: str


class MendStep(RecipeValue):
    """Cells that spell exactly one value of the linked columns become it; the others stay."""

    mend: str
    like: tuple[SheetColumn, ...]
    because: str = ""

    def build(self, cell: exp.Expr, meant: exp.Expr) -> exp.Expr:
        """``meant`` is the one linked value of the cell's spelling, or NULL."""
        other = exp.NEQ(this=folded(meant), expression=folded(cell))
        return choose(both(filled(cell), other), meant, cell)

    def describe(self) -> str:
        places = " or ".join(f"{each.column} in {each.sheet}" for each in self.like)
        return f"spelled as in {places}"


class DropStep(RecipeValue):
    """Rows that meet every condition are dropped and counted."""

    drop_rows: tuple[Condition, ...]
    because: str = ""

    @property
    def reason(self) -> str:
        return " and ".join(condition.describe() for condition in self.drop_rows)

    def describe(self) -> str:
        return f"rows dropped where {self.reason}"


Keep = Literal["first", "last", "fullest"]


class DedupeStep(RecipeValue):
    """Of rows alike in these columns (trimmed, in any case) one is kept; blank keys never match.

    Without columns, rows whose whole input is equal, cell by cell, are alike.
    """

    dedupe: tuple[str, ...]
    keep: Keep = "first"
    because: str = ""

    @property
    def reason(self) -> str:
        return f"double {', '.join(self.dedupe)}" if self.dedupe else "exact duplicate row"

    def describe(self) -> str:
        kept = "most complete" if self.keep == "fullest" else self.keep
        what = f"rows with the same {', '.join(self.dedupe)}" if self.dedupe else "equal rows"
        return f"of {what} the {kept} kept"


Step = CellStep | FillStep | MendStep | DropStep | DedupeStep
AnyStep = Annotated[Step, Field(union_mode="left_to_right")]


def touches(step: Step) -> tuple[str, ...]:
    """The columns whose cells a step may change."""
    if isinstance(step, CellStep):
        return step.columns
    if isinstance(step, MendStep):
        return (step.mend,)
    return (step.fill,) if isinstance(step, FillStep) else ()


def looked_into(steps: Iterable[Step]) -> tuple[str, ...]:
    """The templates whose sheets the steps read, each once."""
    found: list[str] = []
    for step in steps:
        if isinstance(step, FillStep):
            found += [leaf.sheet for leaf in lookups(step.value)]
        elif isinstance(step, MendStep):
            found += [each.sheet for each in step.like]
    return tuple(dict.fromkeys(found))
