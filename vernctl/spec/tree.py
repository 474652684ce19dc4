"""A YAML file as a tree in which every value knows where it was written."""

from __future__ import annotations

from collections.abc import Iterator

from yaml.resolver import Resolver

from vernctl.errors import Place

_CORE = "tag:yaml.org,2002:"
_RESOLVERS = Resolver.yaml_implicit_resolvers


class Node:
    """Base of the three kinds of value. ``line`` and ``column`` count from 1."""

    __slots__ = ("column", "file", "line", "size")

    @property
    def place(self) -> Place:
        """Where the value was written."""
        return Place(self.file, self.line, self.column)

    def __init__(self, file: str, line: int, column: int) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.size = 1


class Scalar(Node):
    """One value as it was written. ``plain``: without quotes, so YAML may read it as no text."""

    __slots__ = ("plain", "tag", "text")

    def __init__(
        self, file: str, line: int, column: int, tag: str | None, text: str, plain: bool
    ) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.tag = tag
        self.size = 1
        self.text = text
        self.plain = plain

    @property
    def kind(self) -> str:
        """What YAML 1.1 takes the value for: str, null, bool, int, float, timestamp, merge, …"""
        if self.tag is not None:
            return self.tag.removeprefix(_CORE)
        if self.plain:
            for tag, pattern in _RESOLVERS.get(self.text[:1], ()):
                if pattern.match(self.text):
                    kind: str = tag.removeprefix(_CORE)
                    return "str" if kind == "value" else kind
        return "str"


class Items(Node):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, file: str, line: int, column: int, items: list[Node]) -> None:
        super().__init__(file, line, column)
        self.items = items


class Joined(Items):
    """Texts of several files that are one text: the knowledge of a spec and of its bases."""

    __slots__ = ()


class Pairs(Node):
    """A map, in the order of the file; the keys are distinct."""

    __slots__ = ("pairs",)

    def __init__(self, file: str, line: int, column: int, pairs: dict[str, Pair]) -> None:
        super().__init__(file, line, column)
        self.pairs = pairs

    def get(self, key: str) -> Node | None:
        """The value of a key."""
        pair = self.pairs.get(key)
        return pair[1] if pair else None

    def __iter__(self) -> Iterator[tuple[str, Pair]]:
        return iter(self.pairs.items())


Pair = tuple[Scalar, Node]
