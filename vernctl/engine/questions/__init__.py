"""Decisions that the engine does not take by itself, worded for the person who imports."""
