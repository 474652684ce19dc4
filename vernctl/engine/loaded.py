"""The tables of the files, as they lie in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vernctl.engine.compile.tables import Stored
from vernctl.engine.readers import SourceTable


@dataclass(frozen=True)
class Loaded:
    """Source tables by name, where they lie in DuckDB, and what tells their contents apart."""

    tables: Mapping[str, SourceTable]
    stored: Mapping[str, Stored]
    contents: Mapping[str, str]
