"""Which specs changed since a git ref: what a pull request has to plan, and a merge to apply."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vernctl.errors import VernctlError
from vernctl.snapshot.files import read_snapshot
from vernctl.spec.model import Project, Spec
from vernctl.workflow.git import changed_paths, commit_of
from vernctl.workflow.inputs import resolve_inputs


def changed_since(project: Project, specs: Sequence[Spec], ref: str) -> list[Spec]:
    """The specs that are not what they were at ``ref``: the spec, a base, a file, the snapshot.

    Files that git does not hold are compared with those that the snapshot was made with. A change
    of vernctl.yaml or of the catalog concerns every spec. Offline; UsageError for an unknown ref.
    """
    moved = changed_paths(project.root, commit_of(project.root, ref))
    if moved & {project.root / "vernctl.yaml", project.embedded.catalog}:
        return list(specs)
    return [spec for spec in specs if _has_moved(spec, moved) or _has_other_files(spec)]


def _has_moved(spec: Spec, moved: frozenset[Path]) -> bool:
    own = {spec.path, *spec.bases, *spec.files}
    snapshot = spec.snapshot_dir
    return bool(own & moved) or any(snapshot in path.parents for path in moved)


def _has_other_files(spec: Spec) -> bool:
    """True too where it cannot be told: the spec's own turn then says why."""
    try:
        snapshot = read_snapshot(spec.snapshot_dir)
        if snapshot is None:
            return True
        inputs = resolve_inputs(spec, snapshot.inputs.files)
    except VernctlError:
        return True
    return bool(inputs.changed_since(snapshot.inputs.files))
