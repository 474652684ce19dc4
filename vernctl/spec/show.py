"""A spec as it is after merging, with the file that each line came from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from vernctl.spec.load import load_with_chain
from vernctl.spec.model import Project
from vernctl.spec.reader import quoted, shown
from vernctl.spec.tree import Items, Joined, Node, Pairs, Scalar

_MAP, _LIST = "{}", "[]"


def render_spec(path: Path, project: Project) -> str:
    """The merged spec as YAML; a comment at each line names the file and line it came from.

    What is printed loads as the same spec (where it stands beside the original). ``${env:…}`` is
    shown as written. Raises SpecError where the spec has problems.
    """
    _, chain = load_with_chain(path, project)
    pairs = dict(chain.tree.pairs)
    files = chain.tree.get("files")
    if isinstance(files, Items):
        pairs["files"] = (pairs["files"][0], _files_from(files, chain.folders, chain.own.file))
    tree = Pairs(chain.tree.file, chain.tree.line, chain.tree.column, pairs)
    lines = list(_map(tree, 0))
    width = max((len(text) for text, origin in lines if origin and len(text) <= 60), default=0)
    return "".join(
        f"{text:<{width}}  # {origin}\n" if origin else f"{text}\n" for text, origin in lines
    )


def _files_from(files: Items, folders: dict[str, Path], own: str) -> Items:
    """Patterns of the bases, rewritten so that they mean the same in the spec's own folder."""
    items: list[Node] = []
    for item in files.items:
        if isinstance(item, Scalar) and folders[item.file] != folders[own]:
            text = os.path.relpath(folders[item.file] / item.text, folders[own])
            item = Scalar(item.file, item.line, item.column, None, text, False)
        items.append(item)
    return Items(files.file, files.line, files.column, items)


_Line = tuple[str, str]


def _map(node: Pairs, depth: int) -> Iterator[_Line]:
    for name, (_, value) in node:
        yield from _entry(f"{'  ' * depth}{_text(name)}:", value, depth)


def _list(node: Items, depth: int) -> Iterator[_Line]:
    for item in node.items:
        yield from _entry(f"{'  ' * depth}-", item, depth)


def _entry(head: str, value: Node, depth: int) -> Iterator[_Line]:
    """One ``key:`` or ``-`` with what stands behind or below it."""
    if isinstance(value, Joined):
        yield from _joined(head, value, depth)
    elif isinstance(value, Scalar) and "\n" in value.text:
        yield from _block(head, value.text, _origin(value), depth)
    elif isinstance(value, Scalar):
        yield f"{head} {_scalar(value)}", _origin(value)
    elif isinstance(value, Pairs) and value.pairs:
        yield head, ""
        yield from _map(value, depth + 1)
    elif isinstance(value, Items) and value.items:
        yield head, ""
        yield from _list(value, depth + 1)
    else:
        empty = _MAP if isinstance(value, Pairs) else _LIST
        yield f"{head} {empty}", _origin(value)


def _joined(head: str, value: Joined, depth: int) -> Iterator[_Line]:
    """Knowledge of several files: one text; the comments above it say where its parts are from."""
    parts = [part for part in value.items if isinstance(part, Scalar)]
    for part in parts:
        yield f"{'  ' * depth}# from {_origin(part)}", ""
    yield from _block(head, "\n\n".join(part.text.strip("\n") for part in parts) + "\n", "", depth)


def _block(head: str, text: str, origin: str, depth: int) -> Iterator[_Line]:
    """A text of several lines, as such where YAML can hold it without quotes."""
    lines = text.splitlines()
    if text[0].isspace() or "\n".join(lines) != text.rstrip("\n") or not _printable(lines):
        yield f"{head} {quoted(text)}", origin
        return
    ending = len(text) - len(text.rstrip("\n"))
    yield f"{head} |{'-' if not ending else '+' if ending > 1 else ''}", origin
    for line in [*lines, *[""] * (ending - 1)]:
        yield f"{'  ' * (depth + 1)}{line}" if line else "", ""


def _printable(lines: list[str]) -> bool:
    return all(line.isprintable() for line in lines)


def _origin(node: Node) -> str:
    """Where a value was written; whatever the file is called, it stays in its comment."""
    return f"{shown(node.file)}:{node.line}"


def _scalar(node: Scalar) -> str:
    if node.plain:
        return node.text or "null"
    return _text(node.text)


def _text(text: str) -> str:
    """Text as YAML that reads as this text and nothing else."""
    simple = text.replace("_", "").replace("-", "").replace(".", "")
    bare = simple.isalnum() and simple.isascii() and text[0].isalpha()
    if bare and Scalar("", 1, 1, None, text, True).kind == "str":
        return text
    return quoted(text)
