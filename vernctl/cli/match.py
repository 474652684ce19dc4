"""``vernctl match``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from vernctl.cli.output import as_json_too, format_option, wants_colour, width, write

if TYPE_CHECKING:
    from vernctl.engine.match import ColumnMatch, MatchResult

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("match", short_help="Show which columns would feed which, and why.")
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option(
    "--catalog", required=True, type=_FILE, metavar="FILE", help="The catalog with the templates."
)
@format_option("text", "json")
def command(files: tuple[Path, ...], catalog: Path, format_: Literal["text", "json"]) -> int:
    """Show which source columns would feed which template columns, and why. Offline."""
    from vernctl.engine.model import EngineError
    from vernctl.errors import InputError

    with as_json_too(format_):
        from vernctl.embedded.catalog import load_catalog

        templates = load_catalog(catalog).templates
        try:
            from vernctl.engine.inspect import inspect_file
            from vernctl.engine.match import match

            tables = [table for path in files for table in inspect_file(path).tables]
        except EngineError as error:
            raise InputError(str(error)) from error
        result = match([table.profile for table in tables], templates)
        file_of = {table.table.name: table.table.file for table in tables}
        write(_json(result, file_of) if format_ == "json" else _text(result, file_of))
    return 0


def _columns(result: MatchResult) -> Sequence[ColumnMatch]:
    return [column for sheet in result.sheets for column in sheet.columns]


def _json(result: MatchResult, file_of: dict[str, str]) -> str:
    from vernctl.render.sheets import FORMAT, to_json

    matches = []
    for column in _columns(result):
        chosen = column.chosen
        for candidate in (chosen, *column.also) if chosen else (None,):
            matches.append(
                {
                    "template": column.template,
                    "column": column.column,
                    "file": file_of.get(candidate.table) if candidate else None,
                    "source": list(candidate.sources) if candidate else [],
                    "part": candidate.part if candidate else "",
                    "confidence": round(candidate.score, 4) if candidate else 0.0,
                    "asked": column.close,
                    "why": candidate.why if candidate else "no column fits",
                }
            )
    unmatched = [
        {"file": file_of.get(unused.table), "source": unused.column} for unused in result.unused
    ]
    return to_json({"format": FORMAT, "matches": matches, "unmatched": unmatched})


def _text(result: MatchResult, file_of: dict[str, str]) -> str:
    from vernctl.render.escape import quoted, text_safe
    from vernctl.render.text.layout import Column, Ink, Page, Part

    page = Page(width(), colour=wants_colour(sys.stdout.fileno))
    for sheet in result.sheets:
        page.blank()
        page.line(Ink(text_safe(sheet.slug), "bold"))
        rows: list[list[Part]] = []
        for column in sheet.columns:
            source, score, why = "", "", "no column fits"
            if column.chosen is not None:
                names = " + ".join(quoted(name, 24) for name in column.chosen.sources)
                source = f"{text_safe(file_of.get(column.chosen.table, ''), 24)} {names}"
                score, why = f"{column.chosen.score:.2f}", column.chosen.why
            asked = Ink("asked" if column.close else "", "warn")
            rows.append([text_safe(column.column, 24), source, score, asked, text_safe(why, 80)])
        flexible = Column(flexible=True)
        page.table(rows, [Column(), flexible, Column(right=True), Column(), flexible], indent=2)
    if result.unused:
        names = ", ".join(
            f"{text_safe(file_of.get(unused.table, ''), 24)} {quoted(unused.column, 24)}"
            for unused in result.unused
        )
        page.blank()
        page.wrap(f"not used   {names}", hanging=11)
    return str(page)
