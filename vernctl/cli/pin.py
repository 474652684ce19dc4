"""``vernctl pin``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import load_one, spec_argument


@click.command("pin", short_help="Let a source's future generates start from a run's recipe.")
@spec_argument
@click.option("--remove", is_flag=True, help="Unpin the spec's source.")
@format_option("text", "json", "markdown")
def command(spec: Path, remove: bool, format_: Format) -> int:
    """Let future generates of the spec's source start from the recipe of the spec's last run.

    It concerns every customer of the account that comes from this source. Without a pin, recipes
    drift as customers are imported.
    """
    with as_json_too(format_):
        from vernctl.cli.endpoint import with_session
        from vernctl.workflow.commands import pin_spec

        project, loaded = load_one(spec)
        outcome = with_session(project, loaded, lambda s: pin_spec(s, loaded, remove=remove))
        return finish([outcome], format_)
