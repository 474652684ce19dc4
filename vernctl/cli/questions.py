"""``vernctl questions``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import (
    Format,
    as_json_too,
    finish,
    format_option,
    output_option,
    write,
)
from vernctl.cli.project import load_one, spec_argument


@click.command("questions", short_help="Show the questions that a run waits with.")
@spec_argument
@format_option("text", "json", "markdown", "md")
@output_option
def command(spec: Path, format_: Format, output: Path | None) -> int:
    """Show the questions that a spec's run waits with, and the lines that would answer them.

    --format md is a page to send to the customer: the questions and what may be answered, without
    a word of files, rules and commands.
    """
    with as_json_too(format_, output):
        from vernctl.cli.endpoint import with_session
        from vernctl.workflow.commands import questions_of

        project, loaded = load_one(spec)
        outcome = with_session(project, loaded, lambda session: questions_of(session, loaded))
        if format_ == "md":
            from vernctl.render.letter import questions_page

            write(questions_page(outcome), output)
            return outcome.exit_code
        return finish([outcome], format_, output)
