"""Puts answer rules into a spec: a line is added under ``answers:``, every other byte stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import yaml

from vernctl.errors import Place, Problem, SpecError
from vernctl.spec.load import load_spec
from vernctl.spec.model import Project, Spec

_BOM = "\ufeff"


class _CannotWriteError(ValueError):
    """Where a line could not be put without touching anything else."""


def add_rules(spec: Spec, project: Project, lines: Sequence[str]) -> Spec:
    """Add rules, each a YAML line without indentation, and return the spec as it reads then.

    Raises SpecError, with the file as it was, where the spec would not load with them.
    """
    path = spec.path.resolve()
    before = path.read_bytes()
    try:
        after = with_rules(before.decode("utf-8"), lines)
    except _CannotWriteError as error:
        problem = Problem(Place(spec.shown_path), f"{error}; add by hand: {' · '.join(lines)}")
        raise SpecError([problem]) from error
    replace_file(path, after.encode("utf-8"))
    try:
        return load_spec(spec.path, project)
    except SpecError:
        replace_file(path, before)
        raise


def with_rules(text: str, lines: Sequence[str]) -> str:
    """The text of a spec with the lines as its first answer rules."""
    bom = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    root = yaml.compose(body, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _CannotWriteError("the spec is not a map in block style")
    found = next((pair for pair in root.value if pair[0].value == "answers"), None)
    if found is None:
        at, added, until = _at_the_end(body, root, lines)
    else:
        at, added, until = _under(body, root, found[0], found[1], lines)
    after = body[:at] + added + body[until:]
    _check(body, after, lines)
    return bom + after


def _at_the_end(text: str, root: yaml.MappingNode, lines: Sequence[str]) -> tuple[int, str, int]:
    indent, newline = " " * root.start_mark.column, newline_of(text)
    head = "" if text.endswith("\n") else newline
    added = [f"{indent}answers:", *(f"{indent}  {line}" for line in lines)]
    return len(text), head + "".join(line + newline for line in added), len(text)


def _under(
    text: str, root: yaml.MappingNode, key: yaml.Node, value: yaml.Node, lines: Sequence[str]
) -> tuple[int, str, int]:
    """Where to cut, what to put there, and where the text goes on."""
    start, end = value.start_mark.index, value.end_mark.index
    if isinstance(value, yaml.MappingNode) and value.flow_style:
        more = ", " if value.value else ""
        return start + 1, ", ".join(lines) + more, start + 1
    if not isinstance(value, yaml.MappingNode) and text[start:end] not in ("", "null", "~"):
        raise _CannotWriteError("`answers:` is not a map")
    block = isinstance(value, yaml.MappingNode)
    indent = value.start_mark.column if block else root.start_mark.column + 2
    newline = newline_of(text)
    added = "".join(f"{newline}{' ' * indent}{line}" for line in lines)
    if not block and start < end:
        return start, added.lstrip(" "), end
    line_end = text.find("\n", key.end_mark.index)
    at = len(text) if line_end < 0 else line_end - text[:line_end].endswith("\r")
    return at, added, at


def _check(before: str, after: str, lines: Sequence[str]) -> None:
    """Everything reads as it did, and the new rules stand where they should."""
    try:
        was, now = (yaml.load(text, Loader=yaml.BaseLoader) for text in (before, after))
        new = [yaml.load(line, Loader=yaml.BaseLoader) for line in lines]
    except yaml.YAMLError as error:
        raise _CannotWriteError("the spec would not be YAML any more") from error
    rules = was.pop("answers", None)
    wanted = {**(rules if isinstance(rules, dict) else {})}
    if any(not isinstance(line, dict) or line.keys() & wanted.keys() for line in new):
        raise _CannotWriteError("there is a rule with this pattern already")
    for line in new:
        wanted |= line
    if now.pop("answers", None) != wanted or now != was:
        raise _CannotWriteError("the spec is written in a way that a line cannot be added to")


def newline_of(text: str) -> str:
    """How the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"


def replace_file(path: Path, content: bytes) -> None:
    """Temporary file, fsync, rename: the spec is the old one or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    shutil.copymode(path, temporary)
    temporary.replace(path)
