"""``vernctl diff``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import (
    Format,
    as_json_too,
    finish,
    format_option,
    output_option,
    wants_colour,
    width,
    write,
)
from vernctl.cli.project import load

if TYPE_CHECKING:
    from vernctl.diff.model import SheetDiff


@click.command("diff", short_help="Compare CSV files, snapshots, or export ZIPs.")
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[OLD NEW | SPEC|DIR...]"
)
@click.option("--base", metavar="REF", help="Compare snapshots with those at a git ref.")
@click.option("--key", multiple=True, metavar="COL", help="Tell rows apart by COL (repeatable).")
@click.option("--ignore", multiple=True, metavar="COL", help="Leave COL out (repeatable).")
@format_option("text", "json", "markdown", "html", "csv")
@output_option
def command(
    paths: tuple[Path, ...],
    base: str | None,
    key: tuple[str, ...],
    ignore: tuple[str, ...],
    format_: Format,
    output: Path | None,
) -> int:
    """Compare two CSV files, snapshots or export ZIPs, or the approved snapshots with a git ref's.

    Files of other delimiters, encodings and kinds are read as inspect reads them.

    \b
    vernctl diff OLD NEW --key COL     two CSV files, row by row
    vernctl diff OLD NEW               two snapshot folders, or two export ZIPs
    vernctl diff --base REF [SPEC]     what merging this branch would approve

    Offline, without key or data. Exit code 0: equal; 2: they differ.
    """
    with as_json_too(format_, output):
        if base is not None:
            _refuse(key or ignore, "--key and --ignore are for two CSV files, not for --base.")
            return _diff_base(paths, base, format_, output)
        _refuse(len(paths) != 2, "diff takes OLD and NEW, or --base REF.")
        if any(path.is_dir() or path.suffix.lower() == ".zip" for path in paths):
            from vernctl.workflow.comparing import compare

            return finish([compare(*paths, key=key, ignore=ignore)], format_, output)
        return _diff_files(paths[0], paths[1], key, ignore, format_, output)


def _refuse(wrong: object, why: str) -> None:
    from vernctl.errors import UsageError

    if wrong:
        raise UsageError(why, next="vernctl diff --help")


def _diff_base(paths: Sequence[Path], base: str, format_: Format, output: Path | None) -> int:
    from vernctl.cli.offline import each
    from vernctl.workflow.reading import diff_base

    project, specs = load(paths)
    outcomes = each(specs, "diff", lambda spec: diff_base(project, spec, base))
    return finish(outcomes, format_, output)


def _diff_files(
    old: Path,
    new: Path,
    key: Sequence[str],
    ignore: Sequence[str],
    format_: Format,
    output: Path | None,
) -> int:
    from vernctl.diff.compare import paused_collector

    with paused_collector():  # a collection would look at every row again, and end with nothing
        sheet = _sheet_diff((old, new), key, ignore)
        write(_rendered(sheet, format_, output), output)
        return 0 if sheet.is_empty else 2


def _sheet_diff(paths: Sequence[Path], key: Sequence[str], ignore: Sequence[str]) -> SheetDiff:
    """The diff of two files; what is no UTF-8 far below a file's beginning shows by failing."""
    from vernctl.cli.tables import plain_files
    from vernctl.diff.tables import diff_files
    from vernctl.errors import InputError

    try:
        with plain_files(paths) as (old, new):
            return diff_files(old, new, key=key, ignore=ignore)
    except InputError:
        with plain_files(paths, whole=True) as again:
            if again == list(paths):
                raise
            return diff_files(*again, key=key, ignore=ignore)


def _rendered(sheet: SheetDiff, format_: Format, output: Path | None) -> str:
    if format_ == "json":
        from vernctl.render.sheets import render_sheet_diff

        return render_sheet_diff(sheet)
    if format_ == "markdown":
        from vernctl.render.markdown import render_sheet_diff as as_markdown

        return as_markdown(sheet)
    if format_ == "html":
        from vernctl.render.html import render_sheet_diff as as_html

        return as_html(sheet)
    if format_ == "csv":
        from vernctl.render.csv import render_sheet_diff as as_csv

        return as_csv(sheet)
    import sys

    from vernctl.render.text import render_sheet_diff as as_text

    colour = output is None and wants_colour(sys.stdout.fileno)
    return as_text(sheet, width=width(), colour=colour)
