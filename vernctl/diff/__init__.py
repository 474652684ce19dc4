"""Differences between two tables as typed, sorted changes."""
