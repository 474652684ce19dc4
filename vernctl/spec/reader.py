"""Reads values out of a tree; what is not as the format wants it becomes a problem with a place."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import TypeVar

import yaml

from vernctl.errors import Place, Problem
from vernctl.spec.keys import HOMES, PROJECT, Keys
from vernctl.spec.tree import Items, Node, Pairs, Scalar

T = TypeVar("T")
#: What stands in a stanza where only a person can say what belongs there.
PLACEHOLDER = "<your answer>"
_ENV = re.compile(r"\$\{env:([^}]*)\}")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_KINDS = {
    "null": "empty",
    "bool": "the YAML boolean {}",
    "int": "the YAML number {}",
    "float": "the YAML number {}",
    "timestamp": "the YAML date {}",
    "merge": "a YAML merge key",
}


def unknown(what: str, name: str, known: Sequence[str]) -> str:
    """The message about a name that is not known, with the nearest one that is."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    if not near:
        near = [known_name for known_name in known if known_name.casefold() == name.casefold()]
    hint = f'did you mean "{near[0]}"?' if near else "known: " + ", ".join(known)
    return f'unknown {what} "{shown(name)}" ({hint})'


def _unknown_key(name: str, keys: Keys) -> str:
    home = HOMES.get(name)
    if home is not None and keys is not PROJECT:
        return f'unknown key "{name}" (it belongs {home})'
    return unknown("key", name, list(keys))


def not_built(path: str) -> str:
    """The message about a part of the format that this version cannot do yet."""
    return f"`{path}` is part of the format but not built into this version"


def shown(text: str, limit: int = 60) -> str:
    """A text of the file as a message quotes it: one line, printable, cut."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def quoted(text: str) -> str:
    """A text as YAML in double quotes, printable whatever it holds."""
    out = []
    for c in text:
        if c in '"\\':
            out.append("\\" + c)
        elif c == " " or (c.isprintable() and c != "\ufeff"):
            out.append(c)
        else:
            code = ord(c)
            out.append(
                f"\\x{code:02x}"
                if code < 0x100
                else f"\\u{code:04x}"
                if code < 0x10000
                else f"\\U{code:08x}"
            )
    return '"' + "".join(out) + '"'


class Reader:
    """Collects every problem of a spec while its values are read.

    ``secret_names``: environment variables that hold secrets; ``${env:…}`` may not spell them out.
    """

    def __init__(self, problems: list[Problem], secret_names: frozenset[str] = frozenset()) -> None:
        self.problems = problems
        self._secret_names = secret_names

    def hide(self, names: frozenset[str]) -> None:
        """These variables hold secrets too."""
        self._secret_names |= names

    def add(self, where: Node | Place, message: str) -> None:
        """One more problem."""
        place = where.place if isinstance(where, Node) else where
        self.problems.append(Problem(place, message))

    def text(self, node: Node, what: str, *, env: bool = False, any_kind: bool = False) -> str:
        """Text as written ('' where it is none and a problem was added).

        ``env``: ``${env:NAME}`` stands for that variable here. ``any_kind``: an unquoted value that
        YAML takes for something else (a digest of digits, a date) is the text that was written.
        """
        if not isinstance(node, Scalar):
            self.add(node, f"{what} must be text, not {_noun(node)}")
            return ""
        kind = node.kind if node.plain or node.tag else "str"
        if kind != "str" and not (any_kind and node.plain and kind != "null"):
            self.add(node, f"{what} is {self._said(node, kind)}")
            return ""
        if not node.text.strip():
            self.add(node, f"{what} is empty")
            return ""
        if "${env:" in node.text:
            return self._with_env(node, what, env)
        return node.text

    def whole(self, node: Node, what: str, *, least: int = 0) -> int | None:
        """A whole number, plainly written."""
        if isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(node.text):
            number = int(node.text)
            if number >= least:
                return number
        self.add(node, f"{what} must be a whole number from {least}{self._but(node)}")
        return None

    def flag(self, node: Node, what: str) -> bool:
        """true or false, plainly written."""
        return self.choice(node, what, ("true", "false")) == "true"

    def choice(self, node: Node, what: str, values: Sequence[str]) -> str | None:
        """One of the listed words, quoted or not (so `off` may stand as it is)."""
        if isinstance(node, Scalar) and node.kind != "null" and node.text in values:
            return node.text
        self.add(node, f"{what} must be {_or(values)}{self._but(node)}")
        return None

    def items(self, node: Node, what: str) -> list[Node]:
        """The elements of a list; nothing written is an empty one."""
        if isinstance(node, Items):
            return node.items
        if not _is_null(node):
            self.add(node, f"{what} must be a list ([…] or lines with -){self._but(node)}")
        return []

    def pairs(self, node: Node, what: str) -> Iterator[tuple[Scalar, Node]]:
        """Keys and values of a map whose keys the writer chooses; every key must be text."""
        if not isinstance(node, Pairs):
            if not _is_null(node):
                self.add(node, f"{what} must be a map (key: value){self._but(node)}")
            return
        for _, (key, value) in node:
            if self.text(key, f"this key under {what}"):
                yield key, value

    def keyed(self, node: Node, what: str, keys: Keys, path: str = "") -> dict[str, Node]:
        """The values of a closed map; unknown keys and keys that are not built are problems."""
        found: dict[str, Node] = {}
        if not isinstance(node, Pairs):
            if not _is_null(node):
                self.add(node, f"{what} must be a map (key: value){self._but(node)}")
            return found
        for name, (key, value) in node:
            meaning = keys.get(name)
            if name == "<<" and key.kind == "merge":
                self.add(key, "merge keys are not part of the format; use `extends`")
            elif meaning is None:
                self.add(key, _unknown_key(name, keys))
            elif not meaning.built:
                self.add(key, not_built(path + name))
            elif isinstance(value, Scalar) and value.text in meaning.unbuilt:
                self.add(value, not_built(f"{path}{name}: {value.text}"))
            else:
                found[name] = value
        for name in keys.required:
            if name not in node.pairs:
                self.add(node, f"`{path}{name}` is missing: {_start_low(keys[name].about)}")
        return found

    def names(self, node: Node, what: str, *, env: bool = False) -> tuple[str, ...]:
        """A list of names; one named twice counts once."""
        texts = [self.text(item, what, env=env) for item in self.items(node, what)]
        return tuple(dict.fromkeys(text for text in texts if text))

    def optional(self, node: Node | None, read: Callable[[Node], T]) -> T | None:
        """What ``read`` makes of a value that may be left out."""
        return None if node is None else read(node)

    def _with_env(self, node: Scalar, what: str, allowed: bool) -> str:
        if not allowed:
            self.add(
                node,
                f"{what} cannot take ${{env:…}}; it works in migration, files, "
                "connection.config and export only",
            )
            return ""
        failed = False

        def value(found: re.Match[str]) -> str:
            nonlocal failed
            name = found[1]
            if name in self._secret_names:
                problem = f"{name} holds a secret, which no spec may spell out"
            elif not _ENV_NAME.fullmatch(name):
                problem = f'"{shown(name)}" is not the name of an environment variable'
            elif not os.environ.get(name):
                problem = f"the environment variable {name} is not set"
            else:
                return os.environ[name]
            failed = True
            self.add(node, problem)
            return ""

        text = _ENV.sub(value, node.text)
        if "${env:" in text and not failed:
            self.add(node, f"{what} has a ${{env: without its closing brace")
            failed = True
        return "" if failed else text

    def _said(self, node: Scalar, kind: str) -> str:
        words = _KINDS.get(kind)
        if words is None or (not node.plain and kind != "null"):
            return f'tagged "{shown(node.tag or "")}", which is not part of the format'
        if kind == "null":
            return f"empty; quote it: {quoted(node.text)}" if node.text else "empty"
        return f"{words.format(_yaml_value(node.text))}; quote it: {quoted(node.text)}"

    def _but(self, node: Node) -> str:
        if not isinstance(node, Scalar):
            return f", not {_noun(node)}"
        return f', not "{shown(node.text)}"' if node.text else ""


def _noun(node: Node) -> str:
    return "a list" if isinstance(node, Items) else "a map"


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.kind == "null"


def _or(values: Sequence[str]) -> str:
    return ", ".join(values[:-1]) + " or " + values[-1] if len(values) > 1 else values[0]


def _start_low(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _yaml_value(text: str) -> str:
    """What YAML would make of an unquoted value, for the message that warns of it."""
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, ArithmeticError):
        return shown(text)
    return str(value).lower() if isinstance(value, bool) else shown(str(value))
