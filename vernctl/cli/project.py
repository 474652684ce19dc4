"""From arguments to a project and its specs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from vernctl.cli.output import note

if TYPE_CHECKING:
    from vernctl.spec.model import Project, Spec

F = TypeVar("F", bound=Callable[..., object])

_PATH = click.Path(path_type=Path)


def specs_argument(function: F) -> F:
    """``[SPEC|DIR…]``: none is every active spec of the project."""
    return click.argument("specs", nargs=-1, type=_PATH, metavar="[SPEC|DIR]...")(function)


def spec_argument(function: F) -> F:
    """Exactly one ``SPEC``."""
    return click.argument("spec", type=_PATH, metavar="SPEC")(function)


def cancel_option(function: F) -> F:
    """``--cancel-on-unanswered``."""
    return click.option(
        "--cancel-on-unanswered",
        is_flag=True,
        help="Cancel a run that waits for an answer that no rule gives: it frees its slot.",
    )(function)


def wait_option(function: F) -> F:
    """``--wait``."""
    return click.option(
        "--wait", is_flag=True, help="Where an hourly limit is reached, wait for its time."
    )(function)


def open_project(arguments: Sequence[Path] = ()) -> Project:
    """The project of the first argument, else of the working folder; says where it has none."""
    from vernctl.spec.project import load_project

    start = next((path for path in arguments if path.exists()), Path.cwd())
    project = load_project(start)
    if not project.configured:
        note("No vernctl.yaml here: using vernctl's own server (endpoint: embedded).")
    return project


def load(arguments: Sequence[Path]) -> tuple[Project, list[Spec]]:
    """The project and the specs that the arguments stand for, all of them checked."""
    from vernctl.spec.find import orphaned_snapshots
    from vernctl.spec.load import find_specs, load_specs
    from vernctl.spec.paths import shown_path

    project = open_project(arguments)
    for folder in () if arguments else orphaned_snapshots(project):
        shown = shown_path(folder, project.root)
        note(f"{shown}/ has no spec beside it: an approval that nothing uses.")
    return project, load_specs(find_specs(project, arguments), project)


def changed_option(function: F) -> F:
    """``--changed REF``."""
    return click.option(
        "--changed",
        metavar="REF",
        help="Only specs that changed since a git ref: they, their bases, files or snapshots.",
    )(function)


def load_changed(arguments: Sequence[Path], ref: str | None) -> tuple[Project, list[Spec]]:
    """As :func:`load`; with a ``ref`` only the specs that changed since. Says how many did not."""
    project, specs = load(arguments)
    if ref is None:
        return project, specs
    from vernctl.workflow.changed import changed_since

    found = changed_since(project, specs, ref)
    note(f"{len(found)} of {len(specs)} specs changed since {ref}.")
    return project, found


def load_one(argument: Path) -> tuple[Project, Spec]:
    """The one spec of a command that takes no more. Raises UsageError for a folder of several."""
    from vernctl.errors import UsageError

    project, specs = load([argument])
    if len(specs) != 1:
        raise UsageError(f"This command takes one spec; {argument} holds {len(specs)}.")
    return project, specs[0]
