"""``vernctl doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vernctl.cli.output import write
from vernctl.cli.project import open_project

if TYPE_CHECKING:
    from vernctl.spec.model import Project
    from vernctl.workflow.doctor import Finding


@click.command("doctor", short_help="Check this machine, the project, and the way to the service.")
@click.option("--offline", is_flag=True, help="Ask no service.")
def command(offline: bool) -> int:
    """Check this machine, the project, and the way to the service. Reads only.

    Exit code 1 where something must be mended before work.
    """
    from vernctl.render.doctor import as_text
    from vernctl.workflow.doctor import examine

    project = open_project()
    findings = examine(project)
    if not offline:
        findings.append(_service(project))
    write(as_text(findings), None)
    return 1 if any(finding.health == "bad" for finding in findings) else 0


def _service(project: Project) -> Finding:
    """The endpoint, its key and one answer: by listing the templates, which costs one read."""
    import asyncio

    from vernctl.cli.endpoint import open_session
    from vernctl.errors import VernctlError
    from vernctl.workflow.doctor import Finding

    async def templates() -> int:
        async with open_session(project, project.endpoint) as session:
            return len(session.templates)

    name = project.endpoint.name
    try:
        count = asyncio.run(templates())
    except VernctlError as error:
        return Finding("service", "bad", f"{name}: {error.message}", error.next or "")
    return Finding("service", "ok", f"{name} answers and knows {count} templates")
