"""``vernctl cancel``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load_one, spec_argument


@click.command("cancel", short_help="Cancel the run in flight.")
@spec_argument
@format_option("text", "json", "markdown")
def command(spec: Path, format_: Format) -> int:
    """Cancel the run in flight on a spec's migration, whoever started it."""
    with as_json_too(format_):
        from vernctl.cli.endpoint import with_session
        from vernctl.workflow.commands import cancel_spec

        project, loaded = load_one(spec)
        outcome = with_session(project, loaded, lambda session: cancel_spec(session, loaded))
        return finish([outcome], format_)
