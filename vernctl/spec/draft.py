"""A refinement added to a spec's file: every byte that stands there stays.

The message is put in as text, at the end of ``refine:``; then the file is read again, and only a
file that says what it said, with one message more, is handed back. Round-trip emitters lay a file
out anew; a person's comments and line breaks are not ours to move.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from vernctl.errors import Problem, UsageError
from vernctl.spec.reader import quoted
from vernctl.spec.tree import Items, Node, Pairs, Scalar
from vernctl.spec.write import newline_of
from vernctl.spec.yamlfile import parse_tree

_BLOCK = frozenset("|>")


def with_refinement(data: bytes, message: str, shown: str) -> bytes:
    """The spec's bytes with ``message`` as the last of ``refine:``.

    Raises UsageError, with the line to add by hand, where it cannot be put in without touching
    anything else (a flow map, an alias, a file that is no spec).
    """
    text = data.decode("utf-8")
    at, piece = _insertion(text, message, shown)
    added = (text[:at] + piece + text[at:]).encode("utf-8")
    before, after = _plain(data, shown), _plain(added, shown)
    if after != _with_message(before, message):
        raise _by_hand(message, shown)
    return added


def _insertion(text: str, message: str, shown: str) -> tuple[int, str]:
    """Where to put the message, and what to put there."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError):
        root = None
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _by_hand(message, shown)
    line_end = newline_of(text)
    said = quoted(message)
    pair = next(((k, v) for k, v in root.value if k.value == "refine"), None)
    if pair is None:
        start = "" if text.endswith("\n") else line_end
        return len(text), f"{start}{line_end}refine:{line_end}  - {said}{line_end}"
    key, found = pair
    if isinstance(found, yaml.SequenceNode) and found.flow_style:
        comma = ", " if found.value else ""
        return _flow_end(text, found), f"{comma}{said}"
    if isinstance(found, yaml.SequenceNode):
        at, indent = _end_of(text, found.value[-1]), " " * found.start_mark.column
    else:
        at, indent = _line_end(text, key.end_mark.index), "  "
    start = "" if text[:at].endswith("\n") else line_end
    return at, f"{start}{indent}- {said}{line_end}"


def _flow_end(text: str, found: yaml.SequenceNode) -> int:
    """Right behind the last item, or behind the opening bracket."""
    last = found.value[-1] if found.value else None
    return int(last.end_mark.index) if last else int(found.start_mark.index) + 1


def _end_of(text: str, node: yaml.Node) -> int:
    """The start of the line after a node's last line; blank lines after it are not its own."""
    leaf = node
    while isinstance(leaf, yaml.CollectionNode) and leaf.value and not leaf.flow_style:
        last = leaf.value[-1]
        leaf = last[1] if isinstance(last, tuple) else last
    end = int(leaf.end_mark.index)
    if isinstance(leaf, yaml.ScalarNode) and leaf.style in _BLOCK:
        end = len(text[:end].rstrip())
    return _line_end(text, end)


def _line_end(text: str, index: int) -> int:
    newline = text.find("\n", index)
    return len(text) if newline < 0 else newline + 1


def _plain(data: bytes, shown: str) -> object:
    problems: list[Problem] = []
    tree = parse_tree(data, shown, problems)
    return None if tree is None or problems else _value(tree)


def _value(node: Node) -> object:
    if isinstance(node, Pairs):
        return {key: _value(pair[1]) for key, pair in node}
    if isinstance(node, Items):
        return [_value(item) for item in node.items]
    return (node.kind, node.text) if isinstance(node, Scalar) else None


def _with_message(before: object, message: str) -> object:
    """What the file must say afterwards; None never equals a file's content."""
    if not isinstance(before, dict):
        return {}
    said = before.get("refine", [])
    messages: Sequence[object] = said if isinstance(said, list) else []
    return {**before, "refine": [*messages, ("str", message)]}


def _by_hand(message: str, shown: str) -> UsageError:
    return UsageError(
        f"{shown} cannot be added to without changing what stands there.",
        remote="Nothing was written.",
        next=f"add this line under `refine:` in {shown}:  - {quoted(message)}",
    )
