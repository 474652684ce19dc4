"""``vernctl quota``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vernctl.cli.output import Format, format_option, write
from vernctl.cli.project import open_project

if TYPE_CHECKING:
    from vernctl.api.quota import Ledger
    from vernctl.spec.model import EndpointConfig, Project


@click.command("quota", short_help="Say what is left of the account's limits.")
@format_option("text", "json")
def command(format_: Format) -> int:
    """Say what is left of the account's limits, and when the next slots are free. Asks nobody.

    It is what this machine has spent and what the service has last said; other machines that use
    the same account are known only by the service's answers.
    """
    from vernctl.render.quota import as_json, as_text

    project = open_project()
    ledger = _ledger(project, project.endpoint)
    render = as_json if format_ == "json" else as_text
    states = ledger.states() if ledger else ()
    runs = ledger.runs() if ledger else ()
    write(render(project.endpoint.name, states, runs, ledger.now() if ledger else 0.0), None)
    return 0


def _ledger(project: Project, endpoint: EndpointConfig) -> Ledger | None:
    from vernctl.cli.endpoint import key_of, ledger_for

    if endpoint.url is None:
        from vernctl.embedded.owner import attach

        if project.embedded.limits != "published":
            return None
        with attach(project.embedded) as attached:
            return ledger_for(project, endpoint, attached.url, attached.api_key)
    key = key_of(project, endpoint, commands=False)
    return ledger_for(project, endpoint, endpoint.url, key)
