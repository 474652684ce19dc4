"""``vernctl drift``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load, specs_argument


@click.command("drift", short_help="Say what others changed since the last approval.")
@specs_argument
@format_option("text", "json", "markdown")
def command(specs: tuple[Path, ...], format_: Format) -> int:
    """Say what others have moved since the approval and the last import. Reads only.

    Templates and files against the approved snapshot; knowledge and imported sheets against the
    last receipt. Exit code 2 where something moved, so that a cron job can tell.
    """
    with as_json_too(format_):
        from vernctl.cli.endpoint import over_specs
        from vernctl.workflow.commands import drift_specs

        project, loaded = load(specs)
        return finish(over_specs(project, loaded, "status", drift_specs, commands=False), format_)
