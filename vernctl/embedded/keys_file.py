"""Several keys and accounts: a YAML file that says where each key is, never a key itself.

``acme: [{env: ACME_KEY}, {file: keys/acme}]``: an account, and the keys that open it.
"""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from vernctl.embedded.yamlnodes import NodeReader
from vernctl.errors import Place, Problem, SpecError


def load_keys(path: Path) -> dict[str, str]:
    """Key → account. Raises SpecError with every problem: no key, a literal, a key given twice."""
    reader = NodeReader(path)
    root = reader.root()
    found: dict[str, str] = {}
    if not isinstance(root, yaml.MappingNode):
        told = "the keys must be a mapping: account to a list of {env: NAME} or {file: PATH}"
        raise SpecError([Problem(Place(str(path), 1, 1), told)])
    for name, keys in root.value:
        for node in reader.items(keys, f"the keys of {name.value}"):
            entry = reader.mapping(node, "a key", ("env", "file"))
            key = _resolve(reader, node, entry, path.parent)
            if key in found:
                reader.report(node, "this key is given twice")
            elif key:
                found[key] = str(name.value)
    reader.raise_problems()
    if not found:
        raise SpecError([Problem(Place(str(path), 1, 1), "no account has a key")])
    return found


def _resolve(reader: NodeReader, node: yaml.Node, entry: dict[str, yaml.Node], folder: Path) -> str:
    if len(entry) != 1:
        reader.report(node, "a key is {env: NAME} or {file: PATH}; never the key itself")
        return ""
    if "env" in entry:
        name = reader.text(entry["env"], "env")
        key = os.environ.get(name, "").strip()
    else:
        name = reader.text(entry["file"], "file")
        try:
            key = (folder / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reader.report(node, f"{name} cannot be read: {error}")
            return ""
    if not key:
        reader.report(node, f"{name} is empty or not set")
    return key
