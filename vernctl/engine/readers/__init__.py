"""Readers: a customer's file becomes tables of text, with every row accounted for."""

from vernctl.engine.readers.read import read_file
from vernctl.engine.readers.table import (
    Dialect,
    RejectedLine,
    SourceTable,
    iter_rows,
    load_table,
)

__all__ = ["Dialect", "RejectedLine", "SourceTable", "iter_rows", "load_table", "read_file"]
