"""``vernctl schema``."""

from __future__ import annotations

import click

from vernctl.cli.output import write


@click.command("schema", short_help="Print the JSON Schema of a spec.")
def command() -> int:
    """Print the JSON Schema of a spec, for editors.

    Kept as specs/schema.json, a spec's first line can name it:
    # yaml-language-server: $schema=schema.json
    """
    from vernctl.render.json import to_json
    from vernctl.spec.schema import json_schema

    write(to_json(json_schema()))
    return 0
