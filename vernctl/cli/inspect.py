"""``vernctl inspect``."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from vernctl.cli.output import as_json_too, format_option, wants_colour, width, write

if TYPE_CHECKING:
    from vernctl.engine.inspect import InspectedTable, Inspection
    from vernctl.render.text.layout import Page


@click.command("inspect", short_help="Show how files are read.")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE...",
)
@format_option("text", "json", "csv")
def command(files: tuple[Path, ...], format_: Literal["text", "json", "csv"]) -> int:
    """Show how files are read: tables, columns, fill, distinct values, what was rejected.

    --format csv writes the one table of one file as RFC 4180 CSV in UTF-8, header first.
    """
    from vernctl.engine.model import EngineError
    from vernctl.errors import InputError, UsageError

    with as_json_too("json" if format_ == "json" else "text"):
        try:
            if format_ == "csv":
                if len(files) != 1:
                    raise UsageError("--format csv takes one file.")
                return _as_csv(files[0])
            from vernctl.engine.inspect import inspect_file

            inspections = [inspect_file(path) for path in files]
        except EngineError as error:
            raise InputError(str(error)) from error
        write(_json(inspections) if format_ == "json" else _text(inspections))
    return 0


def _as_csv(path: Path) -> int:
    from vernctl.engine.inspect import table_rows

    with table_rows(path) as (table, rows):
        sys.stdout.flush()
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        writer = csv.writer(sys.stdout, lineterminator="\r\n")
        writer.writerow(table.columns)
        writer.writerows(rows)
        sys.stdout.flush()
    return 0


def _json(inspections: Sequence[Inspection]) -> str:
    from vernctl.render.sheets import FORMAT, to_json

    files = [
        {
            "file": inspection.file,
            "size": inspection.size,
            "tables": [_table_document(table) for table in inspection.tables],
        }
        for inspection in inspections
    ]
    return to_json({"format": FORMAT, "files": files})


def _table_document(inspected: InspectedTable) -> dict[str, object]:
    table = inspected.table
    return {
        "name": table.name,
        "sheet": table.sheet,
        "rows": table.row_count,
        "encoding": table.encoding,
        "dialect": table.dialect.model_dump(mode="json") if table.dialect else None,
        "header_line": table.header_line,
        "columns": [
            {
                "name": column.name,
                "filled": column.filled,
                "distinct": column.distinct,
                "top": [list(pair) for pair in column.top],
                "kinds": dict(column.kinds),
            }
            for column in inspected.profile.columns
        ],
        "notes": list(table.notes),
        "rejected": table.rejected_count,
        "rejected_lines": [line.model_dump(mode="json") for line in table.rejected],
        "skipped": dict(table.skipped),
    }


def _text(inspections: Sequence[Inspection]) -> str:
    from vernctl.render.text.layout import Page

    page = Page(width(), colour=wants_colour(sys.stdout.fileno))
    for inspection in inspections:
        for table in inspection.tables:
            page.blank()
            _add_table(page, inspection.file, table)
    return str(page)


def _add_table(page: Page, file: str, inspected: InspectedTable) -> None:
    from vernctl.render.escape import bare_or_quoted, text_safe
    from vernctl.render.text.layout import Column, Ink, Part
    from vernctl.render.words import counted, number, percent_of

    table, profile = inspected.table, inspected.profile
    facts = [table.sheet or "", counted(table.row_count, "row"), table.encoding or ""]
    if table.dialect and table.dialect.spans:
        facts.append(f"{len(table.dialect.spans)} columns of fixed width")
    elif table.dialect:
        facts.append(f"separated by {bare_or_quoted(table.dialect.delimiter)}")
    line = " · ".join(text_safe(fact) for fact in facts if fact)
    page.ends([Ink(text_safe(file), "bold"), "   ", line], Ink("filled  distinct", "dim"))
    rows: list[list[Part]] = []
    for column in profile.columns:
        top = ", ".join(bare_or_quoted(value, 20) for value, _ in column.top[:3])
        share = percent_of(column.filled, profile.rows)
        rows.append([text_safe(column.name, 32), Ink(top, "dim"), share, number(column.distinct)])
    flexible, right = Column(flexible=True), Column(right=True)
    page.table(rows, [flexible, flexible, right, right], indent=2, fill=1)
    for note in table.notes:
        page.wrap(text_safe(note, 300), indent=2, hanging=2)
    for line_ in table.rejected[:3]:
        page.wrap(f"line {line_.line} rejected: {text_safe(line_.why, 200)}", 2, 2, "warn")
    if table.rejected_count > 3:
        page.line(f"{number(table.rejected_count)} lines rejected in all", indent=2)
