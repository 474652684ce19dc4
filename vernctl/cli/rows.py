"""``vernctl rows``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from vernctl.cli.output import (
    as_json_too,
    format_option,
    output_option,
    wants_colour,
    width,
    write,
)
from vernctl.cli.project import load_one, spec_argument


@click.command("rows", short_help="List the rows of the files that are in no sheet.")
@spec_argument
@click.option("--lost", is_flag=True, required=True, help="The rows that are in no sheet, and why.")
@format_option("text", "json", "csv")
@output_option
def command(
    spec: Path, lost: bool, format_: Literal["text", "json", "csv"], output: Path | None
) -> int:
    """List the rows of a spec's files that are in no sheet of its snapshot, and why. Offline.

    Read off by laying the files beside the pending snapshot, else the approved one.
    """
    with as_json_too(format_, output):
        from vernctl.render import lost as rendered
        from vernctl.workflow.lost import lost_of

        project, loaded = load_one(spec)
        found = lost_of(project, loaded)
        if format_ == "json":
            text = rendered.as_json(found)
        elif format_ == "csv":
            text = rendered.as_csv(found)
        else:
            colour = output is None and wants_colour(sys.stdout.fileno)
            text = rendered.as_text(found, width(), colour=colour)
        write(text, output)
        return 0
