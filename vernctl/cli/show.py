"""``vernctl show``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option, output_option
from vernctl.cli.project import load, specs_argument


@click.command("show", short_help="Show the pending snapshot in full.")
@specs_argument
@format_option("text", "json", "markdown", "html", "csv")
@output_option
def command(specs: tuple[Path, ...], format_: Format, output: Path | None) -> int:
    """Show the pending snapshot against the approved one, in full. Offline."""
    with as_json_too(format_, output):
        from vernctl.cli.offline import each
        from vernctl.workflow.reading import show_spec

        project, loaded = load(specs)
        outcomes = each(loaded, "show", lambda spec: show_spec(project, spec))
        return finish(outcomes, format_, output)
