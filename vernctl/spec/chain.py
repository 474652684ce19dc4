"""A spec and its bases as one tree: maps merge, lists append, knowledge appends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from vernctl.errors import Place, Problem
from vernctl.spec.model import Project
from vernctl.spec.paths import confined, is_file, path_text, shown_path
from vernctl.spec.patterns import is_expression, normalise
from vernctl.spec.reader import Reader
from vernctl.spec.tree import Items, Joined, Node, Pair, Pairs, Scalar
from vernctl.spec.yamlfile import read_tree

#: A chain of bases longer than this is a mistake.
MAX_BASES = 10


class Chain(NamedTuple):
    """A merged tree. ``own``: the spec's file alone; ``folders``: of each file, by shown path."""

    tree: Pairs
    own: Pairs
    bases: tuple[Path, ...]
    folders: dict[str, Path]


class TreeCache(dict[Path, tuple[Node | None, tuple[Problem, ...]]]):
    """Trees that were read already: a base of many specs is parsed once for all of them."""

    def read(self, path: Path, shown: str, problems: list[Problem]) -> Node | None:
        """The tree of a file; its problems are added each time."""
        if path not in self:
            found: list[Problem] = []
            tree = read_tree(path, shown, found)
            self[path] = (tree, tuple(found))
        tree, known = self[path]
        problems.extend(known)
        return tree


def read_chain(path: Path, project: Project, reader: Reader, cache: TreeCache) -> Chain | None:
    """The spec at ``path`` merged with its bases; None where there is nothing to go on with."""
    trees: list[Pairs] = []
    paths: list[Path] = []
    folders: dict[str, Path] = {}
    at: Path | None = path
    while at is not None:
        shown = shown_path(at, project.root)
        tree = _one_file(reader, cache, at, shown)
        if tree is None:
            return None
        trees.append(tree)
        paths.append(at)
        folders[shown] = at.parent
        at = _base_of(reader, tree, paths, project)
    merged = trees[-1]
    for tree in reversed(trees[:-1]):
        merged = _merged_maps(merged, tree)
    return Chain(merged, trees[0], tuple(paths[1:]), folders)


def _one_file(reader: Reader, cache: TreeCache, path: Path, shown: str) -> Pairs | None:
    tree = cache.read(path, shown, reader.problems)
    if tree is None:
        return None
    if not isinstance(tree, Pairs):
        reader.add(tree, "a spec is a map (key: value)")
        return None
    version = tree.get("version")
    if isinstance(version, Scalar) and version.plain and version.kind == "int":
        number = version.text
        if number.isdigit() and number.lstrip("0") not in ("", "1"):
            reader.add(
                version, f"version {number[:9]} is newer than this vernctl reads; upgrade vernctl"
            )
            return None
    return tree


def _base_of(reader: Reader, tree: Pairs, paths: list[Path], project: Project) -> Path | None:
    node = tree.get("extends")
    text = path_text(reader, node, "extends", env=False) if node is not None else ""
    if node is None or not text:
        return None
    base = Path(os.path.normpath(paths[-1].parent / text))
    if not confined(reader, node, base, project):
        return None
    if base in paths:
        chain = " → ".join(shown_path(path, project.root) for path in [*paths, base])
        reader.add(node, f"extends itself: {chain}")
        return None
    if len(paths) > MAX_BASES:
        reader.add(node, f"more than {MAX_BASES} bases")
        return None
    if not is_file(base):
        reader.add(node, f"there is no file {shown_path(base, project.root)}")
        return None
    return base


def _merged_maps(base: Pairs, child: Pairs, path: str = "") -> Pairs:
    pairs: dict[str, Pair] = dict(base.pairs)
    for name, (key, value) in child:
        inherited = base.get(name)
        if inherited is not None:
            pairs[name] = (key, _merged(inherited, value, f"{path}/{name}"))
        else:
            pairs[name] = (key, value)
    if not path:
        pairs.pop("extends", None)
    return Pairs(child.file, child.line, child.column, pairs)


def _merged(base: Node, child: Node, path: str) -> Node:
    if path == "/knowledge":
        parts = base.items if isinstance(base, Joined) else [base]
        return Joined(child.file, child.line, child.column, [*parts, child])
    if isinstance(base, Pairs) and isinstance(child, Pairs):
        return (
            _merged_answers(base, child) if path == "/answers" else _merged_maps(base, child, path)
        )
    if isinstance(base, Items) and isinstance(child, Items):
        return Items(child.file, child.line, child.column, [*base.items, *child.items])
    if isinstance(child, Scalar) and child.kind == "null" and not isinstance(base, Scalar):
        return base
    return child


def _merged_answers(base: Pairs, child: Pairs) -> Pairs:
    """The base's rules, then the child's; the same pattern is the child's, null drops it."""
    inherited = {pattern_identity(name): name for name, _ in base}
    pairs = dict(base.pairs)
    own: dict[str, Pair] = {}
    for name, pair in child:
        replaced = inherited.get(pattern_identity(name))
        value = pair[1]
        if replaced is not None:
            pairs.pop(replaced, None)
        if replaced is None or not (isinstance(value, Scalar) and value.kind == "null"):
            own[name] = pair
    return Pairs(child.file, child.line, child.column, {**pairs, **own})


def pattern_identity(pattern: str) -> str:
    """What makes two patterns the same: phrases are compared as they match."""
    return pattern if is_expression(pattern) else normalise(pattern).strip("*")


def answers_place(own: Pairs) -> Place:
    """Where a person adds a rule: at ``answers:`` of the spec's own file, else that file."""
    pair = own.pairs.get("answers")
    return pair[0].place if pair else Place(own.file)
