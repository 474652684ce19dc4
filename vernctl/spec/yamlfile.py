"""Reads YAML files into trees, within bounds, and says where they are broken.

Built from parser events, not from composed nodes: nesting and the size that aliases expand to are
bounded while the tree grows, duplicate keys are seen, and no input can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from vernctl.errors import Place, Problem
from vernctl.spec.reader import shown
from vernctl.spec.tree import Items, Node, Pairs, Scalar

#: Bounds of one file: bytes, values (aliases counted as often as they are used), nesting.
MAX_BYTES = 1 << 20
MAX_VALUES = 100_000
MAX_DEPTH = 40

#: What YAML counts as the end of a line.
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
#: The tag of a key that is no text: its pair is reported and left out.
_NO_KEY = "?"


class _Mark(Protocol):
    line: int
    column: int


class _Event(Protocol):
    """What the two parsers of PyYAML give, as far as it is read here."""

    start_mark: _Mark
    anchor: str | None
    tag: str | None
    implicit: tuple[bool, bool]
    value: str


class _Events(Protocol):
    def get_event(self) -> _Event | None: ...


class _PureParser(Reader, Scanner, Parser):
    """The parser for a PyYAML that was built without libyaml."""

    def __init__(self, data: bytes) -> None:
        Reader.__init__(self, data)
        Scanner.__init__(self)
        Parser.__init__(self)


def _parser() -> Callable[[bytes], _Events]:
    try:
        from yaml._yaml import CParser
    except ImportError:
        return _PureParser
    return cast("Callable[[bytes], _Events]", CParser)


def read_tree(path: Path, shown: str, problems: list[Problem]) -> Node | None:
    """The tree of one YAML file; what is wrong with the file is appended to ``problems``.

    ``shown`` is the path as places print it. None: there is no tree to go on with.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        problems.append(Problem(Place(shown), f"cannot be read: {reason}"))
        return None
    return parse_tree(data, shown, problems)


def parse_tree(data: bytes, shown: str, problems: list[Problem]) -> Node | None:
    """The tree of a YAML document in memory; see :func:`read_tree`."""
    if len(data) > MAX_BYTES:
        problems.append(Problem(Place(shown), f"is larger than {MAX_BYTES // 1024} KiB"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _line_and_column(data[: error.start].decode("utf-8", "replace"))
        problems.append(Problem(Place(shown, line, column), "is not UTF-8 text; save it as UTF-8"))
        return None
    try:
        tree = _Composer(_parser()(text.encode()), shown, problems).document()
    except yaml.YAMLError as error:
        problems.append(_problem_of(error, text, shown))
        return None
    except _Stop as stop:
        problems.append(stop.problem)
        return None
    except (ValueError, OverflowError):
        # The pure parser lets chr() refuse an escape such as "\UFFFFFFFF"; libyaml names it.
        problems.append(Problem(Place(shown, 1, 1), "holds an escape that is no character"))
        return None
    if tree is None:
        problems.append(Problem(Place(shown), "the file is empty"))
    return tree


def _problem_of(error: yaml.YAMLError, text: str, shown: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark
        place = Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown)
        reason = error.problem or "it ends too early"
        return Problem(_inside(place, text), f"is not YAML: {reason}")
    position = getattr(error, "position", 0)
    before = text.encode()[:position].decode("utf-8", "ignore") if position else ""
    return Problem(
        _inside(Place(shown, *_line_and_column(before)), text),
        "holds a character that YAML does not allow (a control character?)",
    )


def _inside(place: Place, text: str) -> Place:
    """The same place, but never behind the text: parsers report its end as one line more."""
    lines = _BREAK.split(text)
    if 0 < place.line <= len(lines):
        return place
    return Place(place.file, len(lines), len(lines[-1]) + 1)


def _line_and_column(before: str) -> tuple[int, int]:
    lines = _BREAK.split(before)
    return len(lines), len(lines[-1]) + 1


class _Stop(Exception):  # noqa: N818 - it ends the reading of one file, nobody sees it
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Composer:
    """Turns parser events into one tree."""

    def __init__(self, events: _Events, shown: str, problems: list[Problem]) -> None:
        self._events = events
        self._file = shown
        self._problems = problems
        self._anchors: dict[str, Node] = {}
        self._open: list[Node] = []
        self._keys: list[Scalar | None] = []
        self._values = 0

    def document(self) -> Node | None:
        """The root of the one document, or None where there is none."""
        root: Node | None = None
        get = self._events.get_event
        while (event := get()) is not None:
            kind: type[object] = type(event)
            if kind is yaml.ScalarEvent:
                node = self._scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._start(event, kind is yaml.MappingStartEvent)
                continue
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                node = self._open.pop()
                self._keys.pop()
            elif kind is yaml.AliasEvent:
                node = self._alias(event)
            elif kind is yaml.DocumentStartEvent and root is not None:
                raise self._stop(event, "holds a second document; one file is one document")
            else:
                continue
            if self._values > MAX_VALUES:
                raise _Stop(Problem(node.place, f"holds more than {MAX_VALUES} values"))
            if self._open:
                self._put(self._open[-1], node)
            else:
                root = node
        return root

    def _scalar(self, event: _Event) -> Node:
        mark = event.start_mark
        tag, plain = event.tag, event.implicit[0]
        self._values += 1
        node = Scalar(
            self._file,
            mark.line + 1,
            mark.column + 1,
            None if plain or tag == "!" else tag,
            event.value,
            plain,
        )
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _put(self, parent: Node, node: Node) -> None:
        parent.size += node.size
        key = self._keys[-1]
        if isinstance(parent, Items):
            parent.items.append(node)
        elif key is None:
            self._keys[-1] = self._key(node)
        elif isinstance(parent, Pairs):
            self._pair(parent, key, node)
            self._keys[-1] = None

    def _start(self, event: _Event, is_map: bool) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise self._stop(event, f"is nested more than {MAX_DEPTH} deep")
        mark = event.start_mark
        where = (self._file, mark.line + 1, mark.column + 1)
        if event.tag not in (None, "!", f"tag:yaml.org,2002:{'map' if is_map else 'seq'}"):
            problem = f"tagged {shown(event.tag or '')}, which is not part of the format"
            self._problems.append(Problem(Place(*where), problem))
        node: Node = Pairs(*where, {}) if is_map else Items(*where, [])
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._values += 1
        self._open.append(node)
        self._keys.append(None)

    def _alias(self, event: _Event) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            raise self._stop(event, f"there is no anchor &{event.anchor} above")
        if any(node is still_open for still_open in self._open):
            raise self._stop(event, f"*{event.anchor} stands inside its own anchor")
        self._values += node.size
        return node

    def _key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            return node
        self._problems.append(Problem(node.place, "a key must be text, not a list or a map"))
        return Scalar(node.file, node.line, node.column, _NO_KEY, "", False)

    def _pair(self, parent: Pairs, key: Scalar, value: Node) -> None:
        if key.tag == _NO_KEY:
            return
        earlier = parent.pairs.get(key.text)
        if earlier is not None:
            self._problems.append(
                Problem(
                    key.place, f'"{shown(key.text)}" stands twice (first on line {earlier[0].line})'
                )
            )
            return
        parent.pairs[key.text] = (key, value)

    def _stop(self, event: _Event, message: str) -> _Stop:
        mark = event.start_mark
        return _Stop(Problem(Place(self._file, mark.line + 1, mark.column + 1), message))
