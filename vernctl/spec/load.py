"""Loads specs: every problem of a file at once, each with its place."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from vernctl.errors import Place, Problem, SpecError
from vernctl.spec.chain import Chain, TreeCache, answers_place, read_chain
from vernctl.spec.connection import credential_variables, read_connection
from vernctl.spec.dialect import check_dialect, read_companies
from vernctl.spec.endpoints import DEFAULT_KEY
from vernctl.spec.find import find_specs
from vernctl.spec.keys import EXPORT, FLEET, MIGRATION, SPEC
from vernctl.spec.limits import read_checks
from vernctl.spec.model import Api, Checks, Connection, Export, MigrationSpec, Project, Spec, State
from vernctl.spec.paths import confined, expand_files, is_inside, path_text, shown_path
from vernctl.spec.reader import Reader, unknown
from vernctl.spec.review import read_review, require_choice
from vernctl.spec.rules import read_answers, read_refinements
from vernctl.spec.tree import Joined, Node, Pairs, Scalar

__all__ = ["find_specs", "load_spec", "load_specs"]

_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,240}")


def load_spec(path: Path, project: Project) -> Spec:
    """One spec, merged with its bases. Raises SpecError with every problem found."""
    return load_with_chain(path, project)[0]


def load_with_chain(path: Path, project: Project) -> tuple[Spec, Chain]:
    """One spec and the merged tree that it was read from, for those who show where things stand."""
    problems: list[Problem] = []
    loaded = _load(path, project, problems, TreeCache())
    if loaded is None:
        raise SpecError(problems)
    return loaded


def load_specs(paths: Sequence[Path], project: Project) -> list[Spec]:
    """Several specs, in the order given. Raises SpecError with the problems of all of them.

    Also refused: an ``external_id`` that another spec has, given here or not (two specs must not
    feed one migration), and two specs that would share a snapshot.
    """
    problems: list[Problem] = []
    cache = TreeCache()
    paths = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - links stay
    loaded = [_load(path, project, problems, cache) for path in paths]
    given = set(paths)
    others = [path for path in find_specs(project) if path not in given]
    problems.extend(_shared(paths, others, project, cache))
    specs = [found[0] for found in loaded if found is not None]
    problems += _shared_results(specs)
    if problems:
        raise SpecError(list(dict.fromkeys(problems)))
    return specs


def _shared_results(specs: Sequence[Spec]) -> list[Problem]:
    """Result folders that more than one spec would write to: two customers' rows would mix."""
    owners: dict[str, Spec] = {}
    problems = []
    for spec in specs:
        if spec.export is None:
            continue
        owner = owners.setdefault(os.path.normpath(spec.export.to), spec)
        if owner is not spec:
            message = (
                f'export.to "{spec.export.to}" is also that of {owner.shown_path}; choose another'
            )
            problems.append(Problem(Place(spec.shown_path), message))
    return problems


def _shared(
    paths: Sequence[Path], others: Sequence[Path], project: Project, cache: TreeCache
) -> list[Problem]:
    """External ids and snapshot folders that more than one spec has."""
    problems: list[Problem] = []
    owners: dict[str, tuple[Path, Place]] = {}
    stems: dict[Path, Path] = {}
    given = set(paths)
    for path in [*others, *paths]:
        asked = path in given
        shown = shown_path(path, project.root)
        stem = stems.setdefault(path.with_suffix(""), path)
        if stem != path and asked:
            other = shown_path(stem, project.root)
            message = f"would share its snapshot with {other}; rename one"
            problems.append(Problem(Place(shown), message))
        found = _external_id(path, project, cache)
        if found is None:
            continue
        identity, place = found
        # An id that a base gives stands in the base; the specs are the ones to be named.
        place = place if place.file == shown else Place(shown)
        owner, owner_place = owners.setdefault(identity, (path, place))
        if owner != path and asked:
            message = f'external_id "{identity}" is also that of {owner_place}; it must be unique'
            problems.append(Problem(place, message))
    return problems


def _external_id(path: Path, project: Project, cache: TreeCache) -> tuple[str, Place] | None:
    """The external_id of a spec whose other problems are not asked for here."""
    reader = _reader([], project)
    chain = read_chain(path, project, reader, cache)
    migration = chain.tree.get("migration") if chain else None
    node = migration.get("external_id") if isinstance(migration, Pairs) else None
    identity = reader.text(node, "external_id", env=True) if node is not None else ""
    return (identity, node.place) if node is not None and identity else None


def _reader(problems: list[Problem], project: Project) -> Reader:
    keys = [DEFAULT_KEY, *(endpoint.api_key for endpoint in project.endpoints.values())]
    return Reader(problems, frozenset(key.env for key in keys if key is not None and key.env))


def _load(
    path: Path, project: Project, problems: list[Problem], cache: TreeCache
) -> tuple[Spec, Chain] | None:
    path = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its own name
    shown = shown_path(path, project.root)
    if not is_inside(path, project):
        message = "lies outside the project (allow_paths in vernctl.yaml widens it)"
        problems.append(Problem(Place(shown), message))
        return None
    found: list[Problem] = []
    reader = _reader(found, project)
    chain = read_chain(path, project, reader, cache)
    spec = _Loader(reader, chain, project).spec(path, shown) if chain is not None else None
    problems.extend(found)
    return (spec, chain) if spec is not None and chain is not None else None


class _Loader:
    """Reads the parts of one merged spec."""

    def __init__(self, reader: Reader, chain: Chain, project: Project) -> None:
        self._reader = reader
        self._chain = chain
        self._project = project
        self._found = reader.keyed(chain.tree, "a spec", SPEC)

    def spec(self, path: Path, shown: str) -> Spec | None:
        """The spec, or None where a problem leaves nothing to build."""
        reader, found, chain = self._reader, self._found, self._chain
        get = found.get
        reader.hide(credential_variables(get("connection")))
        self._version()
        state, why = self._state()
        endpoint = self._endpoint()
        migration = reader.optional(get("migration"), self._migration)
        items = reader.optional(get("files"), lambda n: reader.items(n, "files"))
        patterns, files = expand_files(reader, items or (), chain.folders, self._project)
        connection = reader.optional(get("connection"), self._connection)
        refine = reader.optional(get("refine"), lambda n: read_refinements(reader, n))
        clarify = self._names("clarify", "a question to the agent")
        answers = reader.optional(get("answers"), lambda n: read_answers(reader, n))
        review = read_review(reader, get("review"), self._project)
        checks = reader.optional(get("checks"), lambda n: read_checks(reader, n))
        require_choice(reader, get("review", chain.tree), review, self._project, endpoint)
        knowledge = reader.optional(get("knowledge"), self._knowledge)
        export = reader.optional(get("export"), self._export)
        canary = reader.optional(get("fleet"), self._canary)
        correct = self._names("correct", "a correction")
        if migration is not None:
            check_dialect(reader, found, migration, review, answers or ())
        if reader.problems or migration is None:
            return None
        return Spec(
            name=path.stem,
            path=path,
            shown_path=shown,
            state=state,
            why=why,
            endpoint=endpoint,
            migration=migration,
            file_patterns=patterns,
            files=files,
            connection=connection,
            refine=refine or (),
            clarify=clarify,
            correct=correct,
            answers=answers or (),
            answers_place=answers_place(chain.own),
            review=review,
            checks=checks or Checks(),
            bases=chain.bases,
            knowledge=knowledge,
            export=export,
            canary=canary,
        )

    def _connection(self, node: Node) -> Connection | None:
        return read_connection(self._reader, node, self._project)

    def _names(self, key: str, what: str) -> tuple[str, ...]:
        node = self._found.get(key)
        return () if node is None else self._reader.names(node, what)

    def _version(self) -> None:
        node = self._found.get("version")
        if node is not None and not (isinstance(node, Scalar) and node.plain and node.text == "1"):
            self._reader.add(node, "write version: 1")

    def _state(self) -> tuple[State, str | None]:
        reader, get = self._reader, self._found.get
        states = ("active", "held", "closed")
        state = reader.optional(get("state"), lambda n: reader.choice(n, "state", states))
        why = reader.optional(get("why"), lambda n: reader.text(n, "why"))
        if state in ("held", "closed") and "why" not in self._found:
            reader.add(self._found["state"], f"a {state} spec says why (why: …)")
        return cast("State", state or "active"), why

    def _endpoint(self) -> str | None:
        node = self._found.get("endpoint")
        if node is None:
            return None
        name = self._reader.text(node, "endpoint")
        if name and name not in self._project.endpoints:
            self._reader.add(node, unknown("endpoint", name, sorted(self._project.endpoints)))
        return name or None

    def _migration(self, node: Node) -> MigrationSpec | None:
        reader = self._reader
        found = reader.keyed(node, "migration", MIGRATION, "migration.")
        get = found.get
        name = reader.optional(get("name"), lambda n: reader.text(n, "name", env=True))
        identity = reader.optional(
            get("external_id"), lambda n: reader.text(n, "external_id", env=True)
        )
        if identity and not _EXTERNAL_ID.fullmatch(identity):
            reader.add(
                found["external_id"], "external_id takes 1 to 240 letters, digits, - and _ only"
            )
            identity = None
        source = reader.optional(get("source"), lambda n: reader.text(n, "source", env=True))
        before = len(reader.problems)
        templates = reader.optional(
            get("templates"), lambda n: reader.names(n, "a template", env=True)
        )
        if templates == () and "templates" in found and len(reader.problems) == before:
            reader.add(found["templates"], "templates is empty; leave it out for every active one")
        epoch = reader.optional(get("epoch"), lambda n: reader.whole(n, "epoch", least=1))
        dialects = ("migrations", "companies")
        api = reader.optional(get("api"), lambda n: reader.choice(n, "api", dialects))
        companies = reader.optional(get("companies"), lambda n: read_companies(reader, n))
        if not name or not identity:
            return None
        return MigrationSpec(
            name=name,
            external_id=identity,
            source=source,
            templates=templates,
            epoch=epoch or 1,
            api=cast("Api", api or "migrations"),
            companies=companies,
        )

    def _knowledge(self, node: Node) -> str | None:
        parts = node.items if isinstance(node, Joined) else [node]
        texts = [self._reader.text(part, "knowledge") for part in parts]
        if len(texts) == 1:
            return texts[0] or None
        return "\n\n".join(text.strip("\n") for text in texts if text) + "\n"

    def _canary(self, node: Node) -> int | None:
        reader = self._reader
        found = reader.keyed(node, "fleet", FLEET, "fleet.")
        return reader.optional(found.get("canary"), lambda n: reader.whole(n, "canary", least=1))

    def _export(self, node: Node) -> Export | None:
        reader, project = self._reader, self._project
        found = reader.keyed(node, "export", EXPORT, "export.")
        if "to" not in found:
            return None
        text = path_text(reader, found["to"], "export.to")
        if not text or not confined(reader, found["to"], project.root / text, project):
            return None
        return Export(to=text)
