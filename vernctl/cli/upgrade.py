"""``vernctl upgrade``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load, specs_argument


@click.command("upgrade", short_help="Check every format that the project keeps.")
@specs_argument
@format_option("text", "json", "markdown")
def command(specs: tuple[Path, ...], format_: Format) -> int:
    """Read everything that is kept: specs, snapshots, receipts, journals. Offline, changes nothing.

    Each format has one version so far. Digests are computed anew, chains followed; what a newer
    vernctl wrote is refused by name.
    """
    with as_json_too(format_):
        from vernctl.workflow.upgrade import upgrade_spec

        project, loaded = load(specs)
        return finish([upgrade_spec(project, spec) for spec in loaded], format_)
