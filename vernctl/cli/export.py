"""``vernctl export``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load_one, spec_argument


@click.command("export", short_help="Write the results of an import once more.")
@spec_argument
@format_option("text", "json", "markdown")
def command(spec: Path, format_: Format) -> int:
    """Write the results of a completed import once more, verified like the first time."""
    with as_json_too(format_):
        from vernctl.cli.endpoint import with_session
        from vernctl.workflow.commands import export_spec

        project, loaded = load_one(spec)
        outcome = with_session(project, loaded, lambda session: export_spec(session, loaded))
        return finish([outcome], format_)
