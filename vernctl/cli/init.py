"""``vernctl init``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import write

if TYPE_CHECKING:
    from vernctl.workflow.scaffold import Scaffolded

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")


@click.command("init", short_help="Scaffold a project from the files in a folder.")
@click.argument(
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="[DIR]",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="SLUG=CSV",
    help="Make the template SLUG from an import file of your own product (repeatable).",
)
def command(directory: Path, targets: tuple[str, ...]) -> int:
    """Scaffold a project from the files that lie in DIR (default: here).

    Reads the CSV and XLSX files in DIR/data (a folder per customer) or in DIR, and writes
    vernctl.yaml, catalog.yaml, a spec per customer, .gitignore and .gitattributes. A file that is
    already there is left alone.
    """
    from vernctl.workflow.scaffold import scaffold

    named = _targets(targets)
    directory.mkdir(parents=True, exist_ok=True)
    write(_told(scaffold(directory, named), directory))
    return 0


def _targets(arguments: tuple[str, ...]) -> dict[str, Path]:
    from vernctl.errors import UsageError

    found: dict[str, Path] = {}
    for argument in arguments:
        slug, _, path = argument.partition("=")
        if not _SLUG.fullmatch(slug) or not path:
            raise UsageError(
                f"--target {argument} is not SLUG=CSV, e.g. contacts=our-contacts.csv."
            )
        if not Path(path).is_file():
            raise UsageError(f"--target {slug}: there is no file {path}.")
        if slug in found:
            raise UsageError(f"--target {slug} is given twice.")
        found[slug] = Path(path)
    return found


def _told(result: Scaffolded, directory: Path) -> str:
    from vernctl.render.escape import WHOLE, text_safe
    from vernctl.workflow.scaffold import GITATTRIBUTES, GITIGNORE

    def shown(path: Path) -> str:
        return text_safe(str(path.relative_to(directory.resolve())), WHOLE)

    lines = [f"wrote       {shown(path)}" for path in result.written]
    for path in result.kept:
        needed = {".gitignore": GITIGNORE, ".gitattributes": GITATTRIBUTES}.get(path.name)
        hint = f"   (it should have: {', '.join(needed)})" if needed else ""
        lines.append(f"left alone  {shown(path)}{hint}")
    lines += ["", "Check catalog.yaml and the spec, then:", "  vernctl plan", ""]
    return "\n".join(lines)
