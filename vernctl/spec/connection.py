"""The live source of a spec: which connector, configured how, and where its secrets are.

A secret is a reference, never a value: whatever looks like one elsewhere in the block is refused,
and no reference leads to a key of vernctl's own or to a file outside the project, for a spec in a
pull request could send it to a host of its choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from vernctl.spec.keys import CONNECTION
from vernctl.spec.model import Connection, Project, SecretRef
from vernctl.spec.paths import confined
from vernctl.spec.patterns import looks_secret
from vernctl.spec.reader import Reader, shown
from vernctl.spec.secrets import read_secret_ref
from vernctl.spec.tree import Items, Node, Pairs, Scalar

_SOURCE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
#: A setting of such a name holds a secret, whatever it looks like.
_SECRET_NAME = re.compile(
    r"(^|[_-])(password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)$",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
#: The connector whose ``config.path`` names a file on this host.
FILE_SOURCE = "sqlite"


def credential_variables(node: Node | None) -> frozenset[str]:
    """The environment variables that the block's credentials name: no other part of the spec may
    spell them out."""
    credentials = node.get("credentials") if isinstance(node, Pairs) else None
    if not isinstance(credentials, Pairs):
        return frozenset()
    found = (ref.get("env") for _, (_, ref) in credentials if isinstance(ref, Pairs))
    return frozenset(name.text for name in found if isinstance(name, Scalar))


def read_connection(reader: Reader, node: Node, project: Project) -> Connection | None:
    """The block under ``connection:``; None where a problem leaves none."""
    before = len(reader.problems)
    found = reader.keyed(node, "connection", CONNECTION, "connection.")
    key = reader.optional(found.get("source_key"), lambda n: _source_key(reader, n))
    config = reader.optional(found.get("config"), lambda n: _config(reader, n))
    if key == FILE_SOURCE and isinstance(found.get("config"), Pairs):
        _refuse_outside(reader, found["config"], config or {}, project)
    streams = reader.optional(found.get("streams"), lambda n: reader.names(n, "a stream"))
    if streams == () and len(reader.problems) == before:
        reader.add(found["streams"], "streams is empty; leave it out for every stream")
    credentials = reader.optional(
        found.get("credentials"), lambda n: _credentials(reader, n, project)
    )
    if len(reader.problems) > before or not key:
        return None
    return Connection(
        source_key=key,
        config=config or {},
        streams=streams,
        credentials=credentials or {},
        place=node.place,
    )


def _source_key(reader: Reader, node: Node) -> str:
    text = reader.text(node, "source_key")
    if text and not _SOURCE_KEY.fullmatch(text):
        reader.add(node, f'"{shown(text)}" is not the key of a live source, such as hubspot')
        return ""
    # The API takes it lower-cased, and shows it so.
    return text.lower()


def _config(reader: Reader, node: Node) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for key, value in reader.pairs(node, "connection.config"):
        found[key.text] = _setting(reader, value, key.text)
    return found


def _setting(reader: Reader, node: Node, name: str) -> JsonValue:
    """One setting as JSON. Text that YAML would turn into something else has to be quoted."""
    if isinstance(node, Pairs):
        pairs = reader.pairs(node, f"connection.config.{name}")
        return {key.text: _setting(reader, value, key.text) for key, value in pairs}
    if isinstance(node, Items):
        return [_setting(reader, item, name) for item in node.items]
    assert isinstance(node, Scalar)  # the third and last kind
    if node.plain and node.tag is None:
        if node.kind == "null" and node.text in ("null", "~"):
            return None
        if node.text in ("true", "false"):
            return node.text == "true"
        if _WHOLE.fullmatch(node.text):
            return int(node.text)
    before = len(reader.problems)
    text = reader.text(node, f"connection.config.{name}", env=True)
    if len(reader.problems) == before and (_SECRET_NAME.search(name) or looks_secret(text)):
        reader.add(
            node,
            f"connection.config.{shown(name)} looks like a secret; write it under `credentials` "
            "as a reference, such as {env: NAME}",
        )
        return ""
    return text


def _refuse_outside(
    reader: Reader, node: Node, config: dict[str, JsonValue], project: Project
) -> None:
    """The file of a file source lies inside the project, where the path is relative to."""
    path, place = config.get("path"), node.get("path") if isinstance(node, Pairs) else None
    if isinstance(path, str) and path and place is not None:
        if not path.isprintable():
            reader.add(place, "config.path holds a character that no path should have")
            return
        confined(reader, place, project.root / path, project)


def _credentials(reader: Reader, node: Node, project: Project) -> dict[str, SecretRef]:
    found: dict[str, SecretRef] = {}
    for key, value in reader.pairs(node, "connection.credentials"):
        what = f"connection.credentials.{shown(key.text)}"
        ref = read_secret_ref(reader, value, what)
        if ref is not None and _may_be_sent(reader, value, ref, project):
            found[key.text] = ref.model_copy(update={"place": value.place})
    return found


def _may_be_sent(reader: Reader, node: Node, ref: SecretRef, project: Project) -> bool:
    if ref.env is not None and ref.env in _own_keys(project):
        reader.add(node, f"{ref.env} holds a key of vernctl's own, which no live source may get")
        return False
    if ref.file is not None:
        # as resolve_secret reads it
        return confined(reader, node, project.root / Path(ref.file).expanduser(), project)
    return True


def _own_keys(project: Project) -> Iterator[str]:
    keys = [endpoint.api_key for endpoint in project.endpoints.values()]
    for key in (project.endpoint.api_key, project.token_key, *keys):
        if key is not None and key.env is not None:
            yield key.env
    yield "VERN_API_KEY"
