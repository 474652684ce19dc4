"""``vernctl status``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load, specs_argument


@click.command("status", short_help="Say where every spec stands.")
@specs_argument
@format_option("text", "json", "markdown")
def command(specs: tuple[Path, ...], format_: Format) -> int:
    """Say where every spec stands, by reading alone.

    What is approved and by which commit, what is pending, what was imported, what comes next.
    """
    with as_json_too(format_):
        from vernctl.cli.endpoint import over_specs
        from vernctl.workflow.commands import status_specs

        project, loaded = load(specs)
        return finish(over_specs(project, loaded, "status", status_specs, commands=False), format_)
