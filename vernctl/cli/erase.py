"""``vernctl erase``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import is_terminal, write
from vernctl.cli.project import load_one, spec_argument

if TYPE_CHECKING:
    from vernctl.spec.model import Project
    from vernctl.workflow.erasing import Erasure


@click.command("erase", short_help="Delete what is kept of a customer.")
@spec_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(spec: Path, yes: bool) -> int:
    """Delete what is kept here of a customer, and say what cannot be deleted from here.

    Deleted: the customer's own token key, pending and rehearsal snapshots, journal, backups,
    exported results, and the embedded server's data of it. The spec and the customer's own files
    stay.
    """
    from vernctl.embedded.erase import erase_customer
    from vernctl.workflow.erasing import erase, erasure_of
    from vernctl.workflow.rehearsing import rehearsal_of

    project, loaded = load_one(spec)
    found = erasure_of(project, loaded)
    _agree(project, found, yes=yes)
    identity = loaded.migration.external_id
    migrations = erase_customer(project.embedded.data, identity)
    migrations += erase_customer(rehearsal_of(project).embedded.data, identity)
    erase(found)
    write(_told(project, found, migrations))
    return 0


def _agree(project: Project, found: Erasure, *, yes: bool) -> None:
    """Ask on a terminal; elsewhere --yes has to say so."""
    from vernctl.errors import UsageError

    if yes:
        return
    if not (is_terminal(sys.stdin.fileno) and is_terminal(sys.stderr.fileno)):
        raise UsageError(
            "erase asks on a terminal, and this is none.", next="vernctl erase SPEC --yes"
        )
    for path in found.paths:
        print(f"  {_shown(project, path)}", file=sys.stderr)
    print(f"  the embedded server's data of {found.spec.name}", file=sys.stderr)
    identity = found.spec.migration.external_id
    if click.prompt(f"Delete this for good? Type {identity}", default="", err=True) != identity:
        raise click.Abort


def _told(project: Project, found: Erasure, migrations: int) -> str:
    from vernctl.render.escape import text_safe

    lines = [f"Deleted of {found.spec.name}:"]
    lines += [f"  {text_safe(_shown(project, path))}" for path in found.paths]
    if migrations:
        count = "1 migration" if migrations == 1 else f"{migrations} migrations"
        lines.append(f"  {count} in the embedded server's data")
    if len(lines) == 1:
        lines.append("  nothing: nothing of it is kept here")
    lines += ["", "Not deleted from here:"]
    lines += [f"  {text_safe(sentence)}" for sentence in found.remains]
    return "\n".join(lines) + "\n"


def _shown(project: Project, path: Path) -> str:
    return str(path.relative_to(project.root)) if path.is_relative_to(project.root) else str(path)
