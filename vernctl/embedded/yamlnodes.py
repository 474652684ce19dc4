"""YAML with positions: every problem of a file at once, each with its line and column."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path

import yaml
from pydantic import JsonValue

from vernctl.errors import Place, Problem, SpecError

#: A file that unfolds (through aliases) to more nodes than this is refused.
MAX_NODES = 100_000
_STRING = "tag:yaml.org,2002:str"
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"


class NodeReader:
    """Reads typed values off YAML nodes and collects what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._nodes = 0

    def root(self) -> yaml.Node | None:
        """The document's root node. Raises SpecError where the file is no YAML at all."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise self._error("there is no such file") from None
        except (OSError, UnicodeDecodeError) as error:
            raise self._error(f"cannot be read: {error}") from error
        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (
                Place(str(self.path), mark.line + 1, mark.column + 1)
                if mark
                else Place(str(self.path))
            )
            raise SpecError([Problem(place, f"not YAML: {error.problem}")]) from error
        except yaml.YAMLError as error:
            raise self._error(f"not YAML: {error}") from error

    def _error(self, message: str) -> SpecError:
        return SpecError([Problem(Place(str(self.path)), message)])

    def report(self, node: yaml.Node, message: str) -> None:
        """Remember a problem at this node."""
        mark = node.start_mark
        self.problems.append(
            Problem(Place(str(self.path), mark.line + 1, mark.column + 1), message)
        )

    def raise_problems(self) -> None:
        """Raises SpecError with everything that was reported, if anything was."""
        if self.problems:
            raise SpecError(self.problems)

    def mapping(
        self, node: yaml.Node, what: str, known: Collection[str], required: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """The entries of a mapping by key; unknown, repeated and missing keys are problems."""
        self._count(node)
        if not isinstance(node, yaml.MappingNode):
            self.report(node, f"{what} must be a mapping with the keys {', '.join(known)}")
            return {}
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f' (did you mean "{near[0]}"?)' if near else f"; known: {', '.join(known)}"
                self.report(key_node, f'unknown key "{key}"{hint}')
            elif key in found:
                self.report(key_node, f'"{key}" is given twice')
            else:
                found[key] = value
        for key in required:
            if key not in found:
                self.report(node, f'{what} needs "{key}"')
        return found

    def items(self, node: yaml.Node | None, what: str) -> list[yaml.Node]:
        """The elements of a list; an absent one is empty."""
        if node is None:
            return []
        self._count(node)
        if not isinstance(node, yaml.SequenceNode):
            self.report(node, f"{what} must be a list")
            return []
        return list(node.value)

    def text(self, node: yaml.Node | None, what: str) -> str:
        """A text; YAML that only looks like one (``yes``, ``0042``) is a problem."""
        if node is None:
            return ""
        self._count(node)
        if not isinstance(node, yaml.ScalarNode):
            self.report(node, f"{what} must be text")
        elif node.tag == _NULL:
            self.report(node, f"{what} is empty")
        elif node.tag != _STRING:
            kind = node.tag.rsplit(":", 1)[-1]
            self.report(node, f'{what} is a YAML {kind}; quote it: "{node.value}"')
        else:
            return str(node.value)
        return ""

    def flag(self, node: yaml.Node | None, what: str) -> bool:
        """True or false; absent is false."""
        if node is None:
            return False
        self._count(node)
        if not isinstance(node, yaml.ScalarNode) or node.tag != _BOOL:
            self.report(node, f"{what} must be true or false")
            return False
        return str(node.value).lower() in {"true", "yes", "on"}

    def json(self, node: yaml.Node | None) -> JsonValue:
        """Any value, as JSON has it (dates and the like stay the text that was written)."""
        if node is None:
            return None
        self._count(node)
        if isinstance(node, yaml.MappingNode):
            return {str(key.value): self.json(value) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self.json(value) for value in node.value]
        value = yaml.SafeLoader("").construct_object(node)
        return value if value is None or isinstance(value, str | int | float) else str(node.value)

    def _count(self, node: yaml.Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self.report(node, "unfolds to too many values")
            raise SpecError(self.problems)
