"""vernctl.yaml: where the specs are, which endpoint they talk to, what is allowed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from vernctl.errors import Place, Problem, SpecError
from vernctl.spec.endpoints import pick_endpoint, read_endpoints
from vernctl.spec.keys import EMBEDDED_KEYS, PROJECT, PROJECT_REVIEW
from vernctl.spec.model import EmbeddedConfig, EndpointConfig, Project, SecretRef
from vernctl.spec.paths import is_file, is_folder, path_text
from vernctl.spec.reader import Reader
from vernctl.spec.secrets import read_secret_ref, resolve_secret
from vernctl.spec.tree import Node, Scalar
from vernctl.spec.yamlfile import read_tree

__all__ = ["FILE_NAME", "load_project", "resolve_secret"]

FILE_NAME = "vernctl.yaml"
OVERRIDE = "VERNCTL_ENDPOINT"


def load_project(start: Path) -> Project:
    """The project that ``start`` (a file or a folder) lies in.

    Walks up to the nearest vernctl.yaml; without one, the embedded defaults hold in ``start``
    itself and ``configured`` is False. Raises SpecError with every problem of the file.
    """
    start = start.resolve()
    folder = start if is_folder(start) else start.parent
    root = next((f for f in (folder, *folder.parents) if is_file(f / FILE_NAME)), None)
    problems: list[Problem] = []
    reader = Reader(problems)
    found: dict[str, Node] = {}
    if root is not None:
        tree = read_tree(root / FILE_NAME, FILE_NAME, problems)
        if tree is not None:
            found = reader.keyed(tree, FILE_NAME, PROJECT)
    project = _Loader(reader, found, root or folder).project(configured=root is not None)
    if problems:
        raise SpecError(problems)
    return project


class _Loader:
    """Reads the parts of one vernctl.yaml; every part has a default."""

    def __init__(self, reader: Reader, found: Mapping[str, Node], root: Path) -> None:
        self._reader = reader
        self._found = found
        self._root = root
        self._allow_paths = self._folders("allow_paths", anywhere=True)

    def project(self, *, configured: bool) -> Project:
        """The whole of it; problems go to the reader."""
        reader, found, root = self._reader, self._found, self._root
        key = reader.optional(found.get("api_key"), lambda n: read_secret_ref(reader, n, "api_key"))
        hosts = reader.optional(found.get("allow_hosts"), lambda n: reader.names(n, "allow_hosts"))
        named = read_endpoints(reader, found.get("endpoints"), key, hosts or ())
        own = pick_endpoint(reader, found.get("endpoint"), named, key, hosts or ())
        chosen = self._override(named, key, hosts or ())
        approval = self._choice("approval", ("file", "commit"))
        quota = self._choice("quota", ("published", "off"))
        review = reader.optional(
            found.get("review"),
            lambda n: reader.keyed(n, "review", PROJECT_REVIEW, "review."),
        )
        cells = reader.optional(
            (review or {}).get("cells"),
            lambda n: reader.choice(n, "review.cells", ("plain", "tokens")),
        )
        token_key = reader.optional(
            (review or {}).get("token_key"),
            lambda n: read_secret_ref(reader, n, "review.token_key"),
        )
        return Project(
            root=root,
            configured=configured,
            endpoint=chosen or own,
            own_endpoint=own.name,
            overridden=chosen is not None,
            endpoints={**named, own.name: own},
            specs=self._folders("specs") or (root / "specs",),
            approval=cast("Literal['file', 'commit'] | None", approval),
            quota=cast("Literal['published', 'off']", quota or "published"),
            quota_given=quota is not None,
            receipts=self._path(found.get("receipts"), "receipts", ".vernctl/receipts"),
            review_cells=cast("Literal['plain', 'tokens'] | None", cells),
            token_key=token_key,
            allow_hosts=hosts or (),
            allow_paths=self._allow_paths,
            embedded=self._embedded(),
        )

    def _override(
        self, named: Mapping[str, EndpointConfig], key: SecretRef | None, hosts: tuple[str, ...]
    ) -> EndpointConfig | None:
        value = os.environ.get(OVERRIDE, "").strip()
        if not value:
            return None
        node = Scalar(OVERRIDE, 0, 0, None, value, False)
        return pick_endpoint(self._reader, node, named, key, hosts)

    def _embedded(self) -> EmbeddedConfig:
        node = self._found.get("embedded")
        parts = self._reader.keyed(node, "embedded", EMBEDDED_KEYS, "embedded.") if node else {}
        limits = self._choice("limits", ("off", "published"), parts)
        reuse = self._choice("reuse", ("off", "latest"), parts)
        return EmbeddedConfig(
            catalog=self._path(parts.get("catalog"), "embedded.catalog", "catalog.yaml"),
            data=self._path(parts.get("data"), "embedded.data", ".vernctl/embedded"),
            limits=cast("Literal['off', 'published']", limits or "off"),
            reuse=cast("Literal['off', 'latest']", reuse or "off"),
            roots=(self._root, *self._allow_paths),
        )

    def _choice(
        self, name: str, values: tuple[str, ...], found: Mapping[str, Node] | None = None
    ) -> str | None:
        node = (self._found if found is None else found).get(name)
        return self._reader.optional(node, lambda n: self._reader.choice(n, name, values))

    def _folders(self, name: str, *, anywhere: bool = False) -> tuple[Path, ...]:
        node = self._found.get(name)
        if node is None:
            return ()
        nodes = [node] if isinstance(node, Scalar) else self._reader.items(node, name)
        paths = [self._path(item, name, ".", anywhere=anywhere) for item in nodes]
        return tuple(dict.fromkeys(paths))

    def _path(self, node: Node | None, what: str, default: str, *, anywhere: bool = False) -> Path:
        text = path_text(self._reader, node, what, env=False) if node is not None else default
        path = Path(os.path.normpath(self._root / text))
        try:
            resolved = path.resolve()
        except (OSError, RuntimeError):
            resolved = None
        if anywhere:
            return resolved or path
        roots = (self._root, *self._allow_paths)
        if resolved is None or not any(resolved.is_relative_to(root) for root in roots):
            place = node if node is not None else Place(FILE_NAME)
            self._reader.add(place, f"{what} lies outside the project (allow_paths widens it)")
        return path
