"""The embedded server: the Migration API over loopback, with vernctl's own engine behind it.

One process owns a data folder. What has to survive a kill is in SQLite (WAL): a run's status and
its thread event are written in one transaction before the reply that speaks of them. Imported
rows are in DuckDB files, one per execute, and a file counts only once SQLite names it.
"""
