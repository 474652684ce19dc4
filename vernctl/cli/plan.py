"""``vernctl plan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option, output_option, write
from vernctl.cli.project import (
    cancel_option,
    changed_option,
    load_changed,
    specs_argument,
    wait_option,
)

if TYPE_CHECKING:
    from vernctl.spec.model import Spec
    from vernctl.workflow.outcome import SpecOutcome
    from vernctl.workflow.session import Session


@click.command("plan", short_help="Get the preview and show what would change.")
@specs_argument
@format_option("text", "json", "markdown", "html")
@output_option
@click.option("--read-only", is_flag=True, help="Read alone: send nothing, write nothing.")
@click.option("--base", metavar="REF", help="With --read-only: show what merging would approve.")
@click.option("--replace", is_flag=True, help="Go on over a preview this checkout does not know.")
@click.option("--refresh", is_flag=True, help="Take up what others changed (templates, knowledge).")
@click.option("--reorder", is_flag=True, help="Regenerate with the messages in their new order.")
@click.option("--recreate", is_flag=True, help="Forget a recorded migration that answers 404.")
@click.option("--interactive", is_flag=True, help="Ask on the terminal what no rule answers.")
@click.option("--step", is_flag=True, help="One run per message, and what each one changes.")
@wait_option
@click.option(
    "--max-agent-calls",
    type=click.IntRange(min=0),
    metavar="N",
    help="Refuse before the first request what would take more.",
)
@cancel_option
@changed_option
@click.option("--strict", is_flag=True, help="An answer rule that answers nothing is an error.")
@click.option("--pending", is_flag=True, help="Write the pending snapshot in CI too.")
def command(
    specs: tuple[Path, ...],
    format_: Format,
    output: Path | None,
    read_only: bool,
    base: str | None,
    replace: bool,
    refresh: bool,
    reorder: bool,
    recreate: bool,
    pending: bool,
    strict: bool,
    interactive: bool,
    cancel_on_unanswered: bool,
    changed: str | None,
    step: bool,
    wait: bool,
    max_agent_calls: int | None,
) -> int:
    """Get the preview that the specs lead to, and show what would change.

    A plan may start runs, which cost agent calls; it says so first, and makes none where the
    inputs are unchanged. It never imports. What it shows is written beside the spec as pending.
    """
    with as_json_too(format_, output):
        from vernctl.cli.asking import asker_for
        from vernctl.cli.endpoint import over_specs
        from vernctl.workflow.commands import plan_specs
        from vernctl.workflow.planning import PlanOptions
        from vernctl.workflow.pull_request import review_specs

        _refuse_base(base, read_only=read_only)
        project, loaded = load_changed(specs, changed)
        if not loaded and changed is not None and format_ == "text":
            write("Nothing to do.\n", output)
            return 0
        options = PlanOptions(
            read_only=read_only,
            replace=replace,
            refresh=refresh,
            reorder=reorder,
            recreate=recreate,
            pending=pending,
            step=step,
            strict=strict,
            cancel_on_unanswered=cancel_on_unanswered,
        )

        asker = asker_for(project) if interactive else None

        async def work(session: Session, group: list[Spec]) -> list[SpecOutcome]:
            session.asker = asker
            session.gate.wait, session.budget.most = wait, max_agent_calls
            if base is not None:
                return await review_specs(session, group, base)
            return await plan_specs(session, group, options)

        outcomes = over_specs(project, loaded, "plan", work, commands=not read_only)
        return finish(outcomes, format_, output)


def _refuse_base(base: str | None, *, read_only: bool) -> None:
    if base is not None and not read_only:
        from vernctl.errors import UsageError

        raise UsageError("--base shows a pull request: it goes with --read-only.")
