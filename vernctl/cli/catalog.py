"""``vernctl catalog``: the account's sources and templates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import note, write
from vernctl.cli.project import open_project

if TYPE_CHECKING:
    from vernctl.api.models import Source, Template
    from vernctl.spec.model import Project


@click.group("catalog", short_help="The account's sources and templates.")
def command() -> None:
    """See the account's sources and templates, pull them into a catalog, compare them with it."""


@command.command("list")
def list_() -> int:
    """List the account's sources, and its templates with their columns."""
    from vernctl.render.escape import text_safe

    sources, templates = _account(open_project())
    lines = ["sources    " + ", ".join(text_safe(source.name) for source in sources)]
    for template in templates:
        lines.append(f"{text_safe(template.slug)}   {text_safe(template.name)}")
        for column in template.columns:
            marks = [key for key in ("required", "unique") if getattr(column, key)]
            marks += [column.desired_rule] if column.desired_rule != "none" else []
            lines.append(f"  {text_safe(column.name):<28}{' · '.join(marks)}".rstrip())
    write("\n".join(lines) + "\n", None)
    return 0


@command.command("pull")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: stdout."
)
def pull(output: Path | None) -> int:
    """Write the account's sources and templates as a catalog. Never over a file that is there."""
    from vernctl.errors import UsageError
    from vernctl.render.escape import text_safe
    from vernctl.workflow.catalog import pulled

    if output is not None and output.exists():
        raise UsageError(f"{output} is there already.", next="Choose another name with -o.")
    found = pulled(*_account(open_project()))
    write(found.text, output)
    for line in found.left_out:
        note(f"left out: {text_safe(line)}")
    return 0


@command.command("diff")
def diff() -> int:
    """Compare the project's catalog with the account. Exit code 0: equal; 2: they differ."""
    from vernctl.api.models import Template
    from vernctl.embedded.catalog import api_template, load_catalog
    from vernctl.render.escape import WHOLE, text_safe
    from vernctl.workflow.catalog import differences

    project = open_project()
    local = [
        Template.model_validate(api_template(template))
        for template in load_catalog(project.embedded.catalog).templates
    ]
    said = differences(local, _account(project)[1])
    lines = [text_safe(line, WHOLE) for line in said] or ["The catalog is the account's."]
    write("\n".join(lines) + "\n", None)
    return 2 if said else 0


@command.command("ids")
def ids() -> int:
    """Print the ids of the catalog in the companies dialect.

    The UUIDs that vernctl's own server has for sources and templates: they go under
    `migration.companies` of a spec. Those of an account of Vern's come from Vern.
    """
    from vernctl.embedded.catalog import load_catalog
    from vernctl.embedded.companies import source_ids, template_id
    from vernctl.render.escape import text_safe

    catalog = load_catalog(open_project().embedded.catalog)
    lines = [f"source    {key}  {text_safe(one.name)}" for key, one in source_ids(catalog).items()]
    lines += [f"template  {template_id(t.slug)}  {text_safe(t.slug)}" for t in catalog.templates]
    write("\n".join(lines) + "\n", None)
    return 0


def _account(project: Project) -> tuple[Sequence[Source], Sequence[Template]]:
    import asyncio

    from vernctl.cli.endpoint import open_session

    async def read() -> tuple[Sequence[Source], Sequence[Template]]:
        async with open_session(project, project.endpoint) as session:
            return await session.client.list_sources(), session.templates

    return asyncio.run(read())
