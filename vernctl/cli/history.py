"""``vernctl history``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load, specs_argument


@click.command("history", short_help="Tell the imports of each spec, from its receipts.")
@specs_argument
@format_option("text", "json", "markdown")
def command(specs: tuple[Path, ...], format_: Format) -> int:
    """Tell every import of each spec from its receipts, and what was new each time. Offline."""
    with as_json_too(format_):
        from vernctl.cli.offline import each
        from vernctl.workflow.history import history_spec

        project, loaded = load(specs)
        return finish(each(loaded, "status", lambda spec: history_spec(project, spec)), format_)
