"""``vernctl adopt``."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option
from vernctl.cli.project import open_project

_PATH = click.Path(path_type=Path)


@click.command("adopt", short_help="Make a spec of a migration that was made by hand.")
@click.argument("migration_id", metavar="MIGRATION_ID")
@click.option("-o", "--output", type=_PATH, required=True, metavar="SPEC", help="Where to write.")
@click.option("--name", help="The display name; default: from SPEC's file name.")
@click.option("--external-id", metavar="ID", help="Its external_id; default: SPEC's file name.")
@click.option("--source", help="The source that it was made with: the API does not tell it.")
@click.option(
    "--data", type=_PATH, metavar="DIR", help="Where its files are; default: the project."
)
@click.option("--cells", type=click.Choice(["plain", "tokens"]), help="What review.cells is to be.")
@format_option("text", "json", "markdown")
def command(
    migration_id: str,
    output: Path,
    name: str | None,
    external_id: str | None,
    source: str | None,
    data: Path | None,
    cells: str | None,
    format_: Format,
) -> int:
    """Make a spec and a pending snapshot of a migration that was made by hand. Reads only.

    Files are found by name and size; messages, questions and answers come from the session log,
    templates and rows from the preview. Once approved, plan and apply know the migration as this
    spec's own, without a run.
    """
    with as_json_too(format_):
        import asyncio

        from vernctl.cli.endpoint import open_session
        from vernctl.workflow.adopt import Adoption, adopt
        from vernctl.workflow.outcome import SpecOutcome

        project = open_project([output.parent])
        target = output if output.suffix in (".yaml", ".yml") else output.with_suffix(".yaml")
        wanted = Adoption(
            migration_id=migration_id,
            target=target.absolute(),
            name=name,
            external_id=external_id,
            source=source,
            data=data,
            cells=cells,
        )

        async def work() -> SpecOutcome:
            async with open_session(project, project.endpoint) as session:
                return await adopt(session, wanted)

        return finish([asyncio.run(work())], format_)
