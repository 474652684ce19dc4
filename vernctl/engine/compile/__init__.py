"""Recipes to SQL: one statement per sheet, built as a sqlglot tree and written for DuckDB."""
