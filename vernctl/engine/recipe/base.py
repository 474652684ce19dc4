"""What every part of a recipe shares, and the few SQL expressions that they are built from.

Expressions are sqlglot trees throughout: a cell, a name or a constant never meets SQL as text.
A tree is built, written once by :func:`.compile.tables.sql` and never changed: its parts are shared
instead of copied, because copies were most of what authoring costs.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict
from sqlglot import exp

#: White space as people mean it: Unicode spaces and the invisible marks that exports leave behind.
SPACE = r"[\s\v\x{85}\p{Z}\x{200B}\x{2060}\x{FEFF}]"
NOT_SPACE = r"[^\s\v\x{85}\p{Z}\x{200B}\x{2060}\x{FEFF}]"


class RecipeValue(BaseModel):
    """Base of a recipe's parts: immutable and closed, and the same again through YAML."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def text(value: str) -> exp.Expr:
    """A string constant."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """An integer constant."""
    return exp.Literal.number(value)


def call(function: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of a DuckDB function by its own name."""
    return exp.Anonymous(this=function, expressions=[*arguments])


def name(column: str, table: str | None = None) -> exp.Expr:
    """A quoted column reference."""
    return exp.column(column, table=table, quoted=True)


def labelled(value: exp.Expr, label: str) -> exp.Expr:
    """``value AS "label"``."""
    return exp.alias_(value, label, quoted=True, copy=False)


def regex_replace(cell: exp.Expr, pattern: str, by: str = "", options: str = "g") -> exp.Expr:
    """``cell`` with every match of one of our own patterns replaced."""
    return call("REGEXP_REPLACE", cell, text(pattern), text(by), text(options))


def both(*conditions: exp.Expr) -> exp.Expr:
    """Whether every condition holds."""
    return exp.and_(*conditions, copy=False)


def missing(value: exp.Expr) -> exp.Expr:
    """Whether a value is NULL."""
    return exp.Is(this=value, expression=exp.null())


def matches(cell: exp.Expr, pattern: str) -> exp.Expr:
    """Whether an RE2 pattern matches somewhere in the cell."""
    return call("REGEXP_MATCHES", cell, text(pattern))


def _plain(cell: exp.Expr) -> exp.Expr:
    """Whether a text begins with a plain ASCII sign: most do, and this is ten times as quick to
    tell as any pattern. Where it does not hold, the pattern decides."""
    return both(exp.GTE(this=cell, expression=text("!")), exp.LTE(this=cell, expression=text("~")))


def _plain_ends(cell: exp.Expr) -> exp.Expr:
    last = exp.Bracket(this=cell, expressions=[number(-1)], offset=1)
    return both(_plain(cell), _plain(last))


def trimmed(cell: exp.Expr) -> exp.Expr:
    """``cell`` without white space at either end."""
    bare = regex_replace(cell, f"^{SPACE}+|{SPACE}+$")
    return choose(_plain_ends(cell), cell, bare) if isinstance(cell, exp.Column) else bare


def folded(cell: exp.Expr) -> exp.Expr:
    """What two cells have in common when the API's rules call them equal: trimmed, lower case."""
    return call("LOWER", trimmed(cell))


def filled(cell: exp.Expr) -> exp.Expr:
    """Whether a cell holds more than white space."""
    found = matches(cell, NOT_SPACE)
    if not isinstance(cell, exp.Column):
        return found
    return exp.Paren(this=exp.Or(this=exp.Paren(this=_plain(cell)), expression=found))


def blank(cell: exp.Expr) -> exp.Expr:
    """Whether a cell is empty or white space only."""
    return exp.Not(this=filled(cell))


def spelled(cell: exp.Expr) -> exp.Expr:
    """A cell without what spelling leaves open: case, accents, spaces and light punctuation.

    A separator between two digits counts (``1.5`` is not ``15``), and so do signs with a meaning
    of their own (``C++`` is not ``C``).
    """
    light = r"[\s\v\x{85}\p{Z}\p{Pd}\x{200B}\x{2060}\x{FEFF}.,/'\"’‘`():;!?*]"
    marked = call("REPLACE", cell, text("_"), text(" "))
    for _ in range(2):  # twice, as neighbours share a digit: 1-2-3
        marked = regex_replace(marked, rf"(\d){light}+(\d)", r"\1_\2")
    return call("LOWER", call("STRIP_ACCENTS", regex_replace(marked, light)))


def choose(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
    """``then`` where the condition holds, else ``otherwise``."""
    return cases([(condition, then)], otherwise)


def cases(pairs: Iterable[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr) -> exp.Expr:
    """The value of the first (condition, value) whose condition holds, else ``otherwise``."""
    branches = [exp.If(this=condition, true=value) for condition, value in pairs]
    return exp.Case(ifs=branches, default=otherwise) if branches else otherwise
