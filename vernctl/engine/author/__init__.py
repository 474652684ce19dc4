"""Authoring: files, templates, messages and answers in; a recipe, questions or sheets out."""

from vernctl.engine.author.result import Authored, SourceFacts
from vernctl.engine.author.whole import author

__all__ = ["Authored", "SourceFacts", "author"]
