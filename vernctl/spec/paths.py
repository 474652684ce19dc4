"""Paths that specs name: relative to the file that wrote them, and never outside the project."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from vernctl.spec.model import Project
from vernctl.spec.reader import Reader, not_built, shown
from vernctl.spec.tree import Node

#: The API takes at most this many files a run.
MAX_FILES = 400


def shown_path(path: Path, root: Path) -> str:
    """A path as messages print it: relative to the project where it lies inside."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def is_file(path: Path) -> bool:
    """Whether a file is there; a name that no file can have is no file."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder is there."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_inside(path: Path, project: Project) -> bool:
    """Whether a path, after resolving links, lies in the project or in one of ``allow_paths``."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError):
        return False
    return any(resolved.is_relative_to(root) for root in (project.root, *project.allow_paths))


def confined(reader: Reader, node: Node, path: Path, project: Project) -> bool:
    """The same, with a problem where it does not."""
    if is_inside(path, project):
        return True
    reader.add(node, "lies outside the project (allow_paths in vernctl.yaml widens it)")
    return False


def path_text(reader: Reader, node: Node, what: str, *, env: bool = True) -> str:
    """The text of a path: no control characters, no surprises; '' where there is a problem."""
    text = reader.text(node, what, env=env)
    if text and not text.isprintable():
        reader.add(node, f"{what} holds a character that no path should have")
        return ""
    return text


def expand_files(
    reader: Reader, nodes: Iterable[Node], folders: dict[str, Path], project: Project
) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Patterns as written, and the files they name: absolute, sorted, no base name twice.

    ``folders`` maps the shown path of a spec file to its folder. A path without a glob is kept
    where nothing is there: the snapshot may stand for files that are elsewhere.
    """
    patterns: list[str] = []
    found: dict[Path, Node] = {}
    for node in nodes:
        text = path_text(reader, node, "a file")
        if not text:
            continue
        patterns.append(text)
        for path in _expand(reader, node, text, folders[node.file], project):
            if path not in found and confined(reader, node, path, project):
                found[path] = node
    by_name: dict[str, Path] = {}
    for path in sorted(found):
        other = by_name.setdefault(path.name, path)
        if other != path:
            both = f"{shown_path(other, project.root)} and {shown_path(path, project.root)}"
            reader.add(found[path], f"two files would have the same name: {both}")
    if len(found) > MAX_FILES:
        reader.add(next(iter(found.values())), f"names {len(found)} files; at most {MAX_FILES} go")
    return tuple(patterns), tuple(sorted(found))


def _expand(reader: Reader, node: Node, text: str, folder: Path, project: Project) -> list[Path]:
    if "://" in text:
        reader.add(node, not_built(f"files: {shown(text, 30)}") + " (a URL)")
        return []
    literal = Path(os.path.normpath(folder / text))
    if is_file(literal) or not glob.has_magic(text):
        if not is_file(literal) and is_folder(literal):
            reader.add(node, f'"{shown(text)}" is a folder (write {shown(text)}/* for its files)')
            return []
        return [literal]
    parts = PurePosixPath(text).parts
    first = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    if ".." in parts[first:]:
        reader.add(node, '".." may not stand behind a "*"')
        return []
    if parts.count("**") > 1:
        reader.add(node, '"**" may stand once')
        return []
    start = Path(os.path.normpath(folder.joinpath(*parts[:first])))
    if not confined(reader, node, start, project):
        return []
    pattern = "/".join(parts[first:])
    # Path.glob has no root of its own: a folder whose name has a bracket would be read as a glob.
    matches = glob.glob(pattern, root_dir=start, recursive=True)  # noqa: PTH207
    paths = (Path(os.path.normpath(start / match)) for match in matches)
    return [path for path in paths if is_file(path)]
