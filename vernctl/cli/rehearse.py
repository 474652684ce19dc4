"""``vernctl rehearse``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option, output_option
from vernctl.cli.project import load

if TYPE_CHECKING:
    from vernctl.spec.model import Spec
    from vernctl.workflow.outcome import SpecOutcome
    from vernctl.workflow.session import Session


@click.command("rehearse", short_help="Plan, approve and import on this machine, for practice.")
@click.argument(
    "specs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SPEC..."
)
@format_option("text", "json", "markdown")
@output_option
def command(specs: tuple[Path, ...], format_: Format, output: Path | None) -> int:
    """Plan, approve and import with vernctl's own server and engine, wherever the spec belongs.

    Needs no account and no network, and leaves every committed file as it is: snapshots, receipts,
    results and the server's data of rehearsals lie under .vernctl/rehearsal/.
    """
    with as_json_too(format_, output):
        from vernctl.cli.endpoint import over_specs
        from vernctl.workflow.applying import ApplyOptions
        from vernctl.workflow.commands import apply_specs
        from vernctl.workflow.rehearsing import rehearsal_of

        project, loaded = load(specs)

        async def work(session: Session, group: list[Spec]) -> list[SpecOutcome]:
            outcomes = await apply_specs(session, group, ApplyOptions(yes=True))
            real = [o.model_copy(update={"next": f"vernctl plan {o.path}"}) for o in outcomes]
            return [o if o.error else now for o, now in zip(outcomes, real, strict=True)]

        outcomes = over_specs(rehearsal_of(project), loaded, "apply", work)
        return finish(outcomes, format_, output)
