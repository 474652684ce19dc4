"""Finds the specs of a project."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from vernctl.errors import Place, Problem, SpecError
from vernctl.spec.model import Project
from vernctl.spec.paths import is_file, is_folder, shown_path

_ENDINGS = (".yaml", ".yml")
_SNAPSHOTS = (".snapshot", ".snapshot.pending")


def find_specs(project: Project, arguments: Sequence[Path] = ()) -> list[Path]:
    """The spec files that the arguments (files, folders; none: the project's) stand for.

    In a folder, ``*.yaml`` and ``*.yml`` at any depth are specs, but not in snapshots, and not
    where a file's or a folder's name begins with ``_`` or ``.``: bases live there. Sorted, each
    once; a file that is named is taken whatever its name. Raises SpecError for what is not there.
    """
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for argument in arguments or project.specs:
        path = Path(os.path.abspath(argument))  # noqa: PTH100 - a link keeps its own name
        if is_folder(path):
            found.update(dict.fromkeys(sorted(_walk(path, project, problems))))
        elif is_file(path):
            found[path] = None
        elif arguments:
            place = Place(shown_path(path, project.root))
            problems.append(Problem(place, "there is no such spec or folder"))
    if problems:
        raise SpecError(problems)
    return list(found)


def orphaned_snapshots(project: Project) -> list[Path]:
    """Snapshot folders under ``specs:`` without their spec: it was renamed, moved or removed."""
    return [
        folder
        for top in project.specs
        for folder in sorted(Path(top).rglob("*.snapshot"))
        if is_folder(folder) and not any(is_file(folder.with_suffix(ending)) for ending in _ENDINGS)
    ]


def _walk(folder: Path, project: Project, problems: list[Problem]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        place = Place(shown_path(Path(error.filename), project.root))
        problems.append(Problem(place, f"cannot be read: {error.strerror}"))

    apart = {project.root / "vernctl.yaml", project.embedded.catalog}
    for where, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [
            name for name in folders if name[0] not in "_." and not name.endswith(_SNAPSHOTS)
        ]
        for name in files:
            path = Path(where, name)
            if name[0] not in "_." and name.endswith(_ENDINGS) and path not in apart:
                yield path
