"""``vernctl approve``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load


@click.command("approve", short_help="Make the pending snapshot the approved one.")
@click.argument(
    "specs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SPEC..."
)
@click.option("--digest", metavar="PREFIX", help="Only if this is the digest that was shown.")
@format_option("text", "json", "markdown")
def command(specs: tuple[Path, ...], digest: str | None, format_: Format) -> int:
    """Make the pending snapshot the approved one, with its REVIEW.md.

    Offline. Refuses a preview whose spec or files have moved since, and one that breaks a check.
    Commit the snapshot beside the spec: merging it is the approval.
    """
    with as_json_too(format_):
        from vernctl.render.pages import MarkdownPages
        from vernctl.workflow.commands import approve_specs

        project, loaded = load(specs)
        return finish(approve_specs(project, loaded, MarkdownPages(), digest=digest), format_)
