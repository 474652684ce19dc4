"""``vernctl ask``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load_one, spec_argument


@click.command("ask", short_help="Ask the agent about a preview.")
@spec_argument
@click.argument("question", metavar="QUESTION")
@format_option("text", "json", "markdown")
def command(spec: Path, question: str, format_: Format) -> int:
    """Ask the agent a read-only QUESTION about a spec's current preview.

    It costs one agent call and changes nothing. Questions that matter after every change belong
    under `clarify:` in the spec.
    """
    with as_json_too(format_):
        from vernctl.cli.endpoint import with_session
        from vernctl.workflow.commands import ask_spec

        project, loaded = load_one(spec)
        outcome = with_session(project, loaded, lambda s: ask_spec(s, loaded, question))
        return finish([outcome], format_)
