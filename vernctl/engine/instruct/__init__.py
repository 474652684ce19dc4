"""Instructions in plain words to typed recipe edits; what is not understood becomes a question."""

from vernctl.engine.instruct.phrases import split_messages
from vernctl.engine.instruct.reading import Read, read_for_column, read_messages

__all__ = ["Read", "read_for_column", "read_messages", "split_messages"]
