"""``vernctl apply``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import (
    Format,
    as_json_too,
    finish,
    format_option,
    is_terminal,
    output_option,
    rendered,
    write,
)
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


@click.command("apply", short_help="Import what is approved, and verify it.")
@specs_argument
@format_option("text", "json", "markdown")
@output_option
@click.option("--yes", is_flag=True, help="Approve what a plan shows now (approval: file only).")
@click.option("--regenerate", is_flag=True, help="Make the approved preview anew if it is gone.")
@click.option("--retry", is_flag=True, help="Execute again after an execute that ended badly.")
@wait_option
@cancel_option
@changed_option
def command(
    specs: tuple[Path, ...],
    format_: Format,
    output: Path | None,
    yes: bool,
    regenerate: bool,
    retry: bool,
    wait: bool,
    cancel_on_unanswered: bool,
    changed: str | None,
) -> int:
    """Import what is approved, verify it, and write the results.

    Executes only where the server's preview has exactly the approved digest; otherwise it refuses,
    names what moved, and has sent nothing. An import that is already there is left alone.
    """
    with as_json_too(format_, output):
        from vernctl.cli.endpoint import over_specs
        from vernctl.workflow.applying import ApplyOptions
        from vernctl.workflow.commands import apply_specs
        from vernctl.workflow.session import in_ci

        project, loaded = load_changed(specs, changed)
        if not loaded and changed is not None and format_ == "text":
            write("Nothing to do.\n", output)
            return 0
        asks = is_terminal(sys.stdin.fileno) and is_terminal(sys.stderr.fileno) and not in_ci()

        async def work(session: Session, group: list[Spec]) -> list[SpecOutcome]:
            async def confirm(planned: SpecOutcome) -> bool:
                return _confirm(session, planned)

            options = ApplyOptions(
                yes=yes,
                regenerate=regenerate,
                retry=retry,
                confirm=confirm if asks else None,
                cancel_on_unanswered=cancel_on_unanswered,
            )
            session.gate.wait = wait
            return await apply_specs(session, group, options)

        return finish(over_specs(project, loaded, "apply", work), format_, output)


def _confirm(session: Session, planned: SpecOutcome) -> bool:
    from vernctl.cli.progress import Teller, ask
    from vernctl.snapshot.digest import short

    if isinstance(session.listener, Teller):
        session.listener.pause()
    print(rendered([planned], "text", Path("stderr")), end="", file=sys.stderr)
    return ask(f"Approve {short(planned.digest or '')} and import it? Type yes: ")
