"""``vernctl log``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vernctl.cli.output import is_terminal, output_option, write
from vernctl.cli.project import load_one, spec_argument


@click.command("log", short_help="Print the service's record of a migration.")
@spec_argument
@click.option(
    "--recipe",
    is_flag=True,
    help="Print the recipe alone, for `recipe:` of a source in a catalog.",
)
@output_option
def command(spec: Path, recipe: bool, output: Path | None) -> int:
    """Print the service's record of a spec's migration, as Markdown.

    Runs, files, questions, answers and outcomes. Exact in a pipe and in a file; on a terminal,
    what could move the cursor is made visible instead.
    """
    from vernctl.cli.endpoint import with_session
    from vernctl.render.escape import WHOLE, text_safe
    from vernctl.workflow.commands import log_spec

    project, loaded = load_one(spec)
    text = with_session(project, loaded, lambda session: log_spec(session, loaded, recipe=recipe))
    if output is None and is_terminal(sys.stdout.fileno):
        text = "\n".join(text_safe(line, WHOLE) for line in text.splitlines())
    write(text if text.endswith("\n") else f"{text}\n", output)
    return 0
