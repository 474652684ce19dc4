"""``vernctl inspect``."""

from __future__ import annotations

import csv
import shlex
import sys
from pathlib import Path
from typing import Literal

import click

from vernctl.cli.output import as_json_too, format_option, wants_colour, width, write


@click.command("inspect", short_help="Show how files are read.")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE...",
)
@click.option("--table", metavar="NAME", help="One of several sheets, or of an archive's files.")
@format_option("text", "json", "csv")
def command(
    files: tuple[Path, ...], table: str | None, format_: Literal["text", "json", "csv"]
) -> int:
    """Show how files are read, what their columns hold, and which name rows of one another.

    Per table: encoding, dialect, header, keys, lines that are no rows; per column: kind and format,
    fill, distinct values. Offline; needs no project.

    --format csv writes one table of one file as RFC 4180 CSV in UTF-8, header first.
    """
    from vernctl.engine.inspect import TableChoiceError
    from vernctl.engine.model import EngineError
    from vernctl.errors import InputError, UsageError

    with as_json_too("json" if format_ == "json" else "text"):
        if format_ == "csv" and len(files) != 1:
            raise UsageError("--format csv takes one file.")
        try:
            if format_ == "csv":
                return _as_csv(files[0], table)
            _show(files, table, format_)
        except TableChoiceError as error:
            raise InputError(str(error), next=_next(files, error.names, format_)) from error
        except EngineError as error:
            raise InputError(str(error)) from error
    return 0


def _show(files: tuple[Path, ...], table: str | None, format_: Literal["text", "json"]) -> None:
    from vernctl.engine.survey import survey_files

    survey = survey_files(files, table)
    if format_ == "json":
        from vernctl.render.inspection import render_json

        write(render_json(survey))
    else:
        from vernctl.render.text.inspection import render_survey

        write(render_survey(survey, width=width(), colour=wants_colour(sys.stdout.fileno)))


def _as_csv(path: Path, table: str | None) -> int:
    from vernctl.engine.inspect import table_rows

    with table_rows(path, table) as (found, rows):
        sys.stdout.flush()
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        writer = csv.writer(sys.stdout, lineterminator="\r\n")
        writer.writerow(found.columns)
        writer.writerows(rows)
        sys.stdout.flush()
    return 0


def _next(files: tuple[Path, ...], names: tuple[str, ...], format_: str) -> str:
    """The same command with the first of the tables that there are."""
    shown = "" if format_ == "text" else f" --format {format_}"
    paths = " ".join(shlex.quote(str(path)) for path in files)
    return f"vernctl inspect {paths}{shown} --table {shlex.quote(names[0])}"
