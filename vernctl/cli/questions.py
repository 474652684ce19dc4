"""``vernctl questions``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load_one, spec_argument


@click.command("questions", short_help="Show the questions that a run waits with.")
@spec_argument
@format_option("text", "json", "markdown")
def command(spec: Path, format_: Format) -> int:
    """Show the questions that a spec's run waits with, and the lines that would answer them."""
    with as_json_too(format_):
        from vernctl.cli.endpoint import with_session
        from vernctl.workflow.commands import questions_of

        project, loaded = load_one(spec)
        outcome = with_session(project, loaded, lambda session: questions_of(session, loaded))
        return finish([outcome], format_)
