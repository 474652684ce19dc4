"""What a compiled statement may read: loaded source tables, and the tables of other sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from vernctl.engine.model import EngineError
from vernctl.engine.recipe.base import name


@dataclass(frozen=True)
class Stored:
    """A DuckDB table whose columns are ``c0 … cN`` for these names, by position."""

    table: str
    columns: tuple[str, ...]

    def column(self, wanted: str, alias: str) -> exp.Expr:
        """The reference to a column under a table alias; EngineError where there is none."""
        if wanted not in self.columns:
            raise EngineError(f'The recipe reads column "{wanted}", which is not there any more.')
        return name(cell(self.columns.index(wanted)), alias)


@dataclass(frozen=True)
class Catalogue:
    """Source tables by their own names, and sheets by template, as they stand in DuckDB."""

    sources: Mapping[str, Stored] = field(default_factory=dict)
    sheets: Mapping[str, Stored] = field(default_factory=dict)

    def source(self, table: str) -> Stored:
        """The source table of that name; EngineError where the files hold none."""
        if table not in self.sources:
            raise EngineError(f'The recipe reads "{table}", which the files do not hold.')
        return self.sources[table]


def cell(position: int) -> str:
    """The column name of a position: DuckDB folds the case of names, positions never collide."""
    return f"c{position}"


def sql(statement: exp.Expr) -> str:
    """The statement for DuckDB, every name quoted. The tree is used up: write it once."""
    return statement.sql(dialect="duckdb", identify=True, copy=False)
