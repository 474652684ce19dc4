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
_TOO_DEEP = f"is nested more than {MAX_DEPTH} deep"

#: What YAML counts as the end of a line.
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_MAP_END: type[object] = yaml.MappingEndEvent
_LIST_END: type[object] = yaml.SequenceEndEvent


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
        tree = _Composer(text.encode(), len(_BREAK.split(text)), shown, problems).document()
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
        if "nesting depth" in reason:  # libyaml looks ahead, and stops at a bound of its own
            return Problem(_inside(place, text), _TOO_DEEP)
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
    """Turns parser events into one tree. Recursion is safe: no tree is deeper than MAX_DEPTH."""

    def __init__(self, data: bytes, lines: int, shown: str, problems: list[Problem]) -> None:
        self._lines = lines
        self._get = cast("Callable[[], _Event]", _parser()(data).get_event)
        self._file = shown
        self._problems = problems
        self._anchors: dict[str, Node] = {}
        self._open: list[Node] = []
        self._values = 0

    def document(self) -> Node | None:
        """The root of the one document, or None where there is none."""
        root: Node | None = None
        while True:
            event = self._get()
            kind: type[object] = type(event)
            if kind is yaml.StreamEndEvent:
                return root
            if kind is yaml.DocumentStartEvent:
                if root is not None:
                    raise self._stop(event, "holds a second document; one file is one document")
                root = self._value(self._get())

    def _value(self, event: _Event) -> Node:
        """The value that an event begins, read to its end."""
        kind: type[object] = type(event)
        if kind is not yaml.ScalarEvent:
            return self._alias(event) if kind is yaml.AliasEvent else self._collection(event, kind)
        mark = event.start_mark
        tag, plain = event.tag, event.implicit[0]
        self._values += 1
        line = mark.line + 1
        node = Scalar(
            self._file,
            # A value that was left out at the very end is marked one line behind the text.
            line if line <= self._lines else self._lines,
            mark.column + 1,
            None if plain or tag == "!" else tag,
            event.value,
            plain,
        )
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _collection(self, event: _Event, kind: type[object]) -> Node:
        if len(self._open) >= MAX_DEPTH:
            raise self._stop(event, _TOO_DEEP)
        mark = event.start_mark
        where = (self._file, mark.line + 1, mark.column + 1)
        is_map = kind is yaml.MappingStartEvent
        if event.tag not in (None, "!", f"tag:yaml.org,2002:{'map' if is_map else 'seq'}"):
            problem = f"tagged {shown(event.tag or '')}, which is not part of the format"
            self._problems.append(Problem(Place(*where), problem))
        before = self._values
        self._values += 1
        node: Pairs | Items = Pairs(*where, {}) if is_map else Items(*where, [])
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._open.append(node)
        if isinstance(node, Pairs):
            self._fill_map(node)
        else:
            self._fill_list(node)
        self._open.pop()
        node.size = self._values - before
        if self._values > MAX_VALUES:
            raise _Stop(Problem(node.place, f"holds more than {MAX_VALUES} values"))
        return node

    def _fill_map(self, node: Pairs) -> None:
        get, value, pairs = self._get, self._value, node.pairs
        while type(event := get()) is not _MAP_END:
            key = value(event)
            held = value(get())
            if not isinstance(key, Scalar):
                self._problems.append(Problem(key.place, "a key must be text, not a list or a map"))
            elif key.text in pairs:
                first = pairs[key.text][0].line
                message = f'"{shown(key.text)}" stands twice (first on line {first})'
                self._problems.append(Problem(key.place, message))
            else:
                pairs[key.text] = (key, held)

    def _fill_list(self, node: Items) -> None:
        get, value, items = self._get, self._value, node.items
        while type(event := get()) is not _LIST_END:
            items.append(value(event))

    def _alias(self, event: _Event) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            raise self._stop(event, f"there is no anchor &{event.anchor} above")
        if any(node is still_open for still_open in self._open):
            raise self._stop(event, f"*{event.anchor} stands inside its own anchor")
        self._values += node.size
        return node

    def _stop(self, event: _Event, message: str) -> _Stop:
        mark = event.start_mark
        return _Stop(Problem(Place(self._file, mark.line + 1, mark.column + 1), message))
