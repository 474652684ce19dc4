"""``vernctl validate``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import write
from vernctl.cli.project import load, specs_argument


@click.command("validate", short_help="Check specs and vernctl.yaml, offline.")
@specs_argument
def command(specs: tuple[Path, ...]) -> int:
    """Check specs and vernctl.yaml. Offline, without a key.

    Every problem of every file is reported at once, with its line and column, what is wrong and
    how to mend it.
    """
    from vernctl.render.words import counted

    _, loaded = load(specs)
    write(f"{counted(len(loaded), 'spec')} checked, no problems. Nothing was sent.\n")
    return 0
