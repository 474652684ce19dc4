"""``vernctl plan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option, output_option
from vernctl.cli.project import load, specs_argument

if TYPE_CHECKING:
    from vernctl.spec.model import Spec
    from vernctl.workflow.outcome import SpecOutcome
    from vernctl.workflow.session import Session


@click.command("plan", short_help="Get the preview and show what would change.")
@specs_argument
@format_option("text", "json", "markdown")
@output_option
@click.option("--read-only", is_flag=True, help="Read alone: send nothing, write nothing.")
@click.option("--replace", is_flag=True, help="Go on over a preview this checkout does not know.")
@click.option("--refresh", is_flag=True, help="Take up what others changed (templates, knowledge).")
@click.option("--reorder", is_flag=True, help="Regenerate with the messages in their new order.")
@click.option("--recreate", is_flag=True, help="Forget a recorded migration that answers 404.")
@click.option("--pending", is_flag=True, help="Write the pending snapshot in CI too.")
def command(
    specs: tuple[Path, ...],
    format_: Format,
    output: Path | None,
    read_only: bool,
    replace: bool,
    refresh: bool,
    reorder: bool,
    recreate: bool,
    pending: bool,
) -> int:
    """Get the preview that the specs lead to, and show what would change.

    A plan may start runs, which cost agent calls; it says so first, and makes none where the
    inputs are unchanged. It never imports. What it shows is written beside the spec as pending.
    """
    with as_json_too(format_, output):
        from vernctl.cli.endpoint import over_specs
        from vernctl.workflow.commands import plan_specs
        from vernctl.workflow.planning import PlanOptions

        project, loaded = load(specs)
        options = PlanOptions(
            read_only=read_only,
            replace=replace,
            refresh=refresh,
            reorder=reorder,
            recreate=recreate,
            pending=pending,
        )

        async def work(session: Session, group: list[Spec]) -> list[SpecOutcome]:
            return await plan_specs(session, group, options)

        outcomes = over_specs(project, loaded, "plan", work, commands=not read_only)
        return finish(outcomes, format_, output)
