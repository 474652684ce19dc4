"""``vernctl correct``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load_one, spec_argument


@click.command("correct", short_help="Tell a running import what to do otherwise.")
@spec_argument
@click.argument("message", metavar="MESSAGE")
@format_option("text", "json", "markdown")
def command(spec: Path, message: str, format_: Format) -> int:
    """Send MESSAGE to the running import of a spec with `api: companies`.

    It costs one agent call and holds for that import alone. What every import is to be told
    belongs under `correct:` in the spec.
    """
    with as_json_too(format_):
        from vernctl.cli.endpoint import with_session
        from vernctl.workflow.commands import correct_spec

        project, loaded = load_one(spec)
        outcome = with_session(project, loaded, lambda s: correct_spec(s, loaded, message))
        return finish([outcome], format_)
