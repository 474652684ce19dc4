"""``vernctl render``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import write
from vernctl.cli.project import open_project, spec_argument


@click.command("render", short_help="Print a spec merged with its bases.")
@spec_argument
def command(spec: Path) -> int:
    """Print a spec merged with its bases, each line with the file it comes from."""
    from vernctl.spec.show import render_spec

    text = render_spec(spec, open_project([spec]))
    write(text if text.endswith("\n") else f"{text}\n")
    return 0
