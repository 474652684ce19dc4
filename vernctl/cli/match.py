"""``vernctl match``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from vernctl.cli.output import as_json_too, format_option, wants_colour, width, write

if TYPE_CHECKING:
    from vernctl.engine.inspect import Matched
    from vernctl.engine.match import Candidate, ColumnMatch, MatchResult

#: A reason that goes without saying.
SAME = "the names are the same"
#: Columns of a file that nothing takes: so many are named, JSON has them all.
_UNUSED = 60
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("match", short_help="Show which columns would feed which, and why.")
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option(
    "--catalog",
    required=True,
    type=_FILE,
    metavar="FILE",
    help="The catalog with the templates (init --target SLUG=CSV makes one of your import file).",
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
            from vernctl.engine.inspect import match_files

            found = match_files(files, templates)
        except EngineError as error:
            raise InputError(str(error)) from error
        write(_json(found) if format_ == "json" else _text(found))
    return 0


def _columns(result: MatchResult) -> Sequence[ColumnMatch]:
    return [column for sheet in result.sheets for column in sheet.columns]


def _json(found: Matched) -> str:
    from vernctl.render.sheets import FORMAT, to_json

    result, file_of = found.result, found.files
    matches = [
        _match_data(column, candidate, file_of)
        for column in _columns(result)
        for candidate in ((column.chosen, *column.also) if column.chosen else (None,))
    ]
    unmatched = [
        {"file": file_of.get(unused.table), "source": unused.column} for unused in result.unused
    ]
    return to_json(
        {
            "format": FORMAT,
            "matches": matches,
            "unmatched": unmatched,
            "rows_asked": list(found.questions),
        }
    )


def _match_data(
    column: ColumnMatch, candidate: Candidate | None, file_of: Mapping[str, str]
) -> dict[str, object]:
    data: dict[str, object] = {"template": column.template, "column": column.column}
    if candidate is None:
        data |= {"file": None, "source": [], "part": "", "join": None, "confidence": 0.0}
        return data | {"asked": column.close, "why": "no column fits", "others": []}
    via = candidate.via
    join = {"file": file_of.get(candidate.table), "on": [via.key, via.match]} if via else None
    return data | {
        "file": file_of.get(candidate.home),
        "source": list(candidate.sources),
        "part": candidate.part,
        "join": join,
        "confidence": round(candidate.score, 4),
        "asked": column.close,
        "why": candidate.why,
        "others": [
            {
                "file": file_of.get(other.home),
                "source": list(other.sources),
                "confidence": round(other.score, 4),
            }
            for other in column.candidates
            if other != candidate and other not in column.also
        ],
    }


def _text(matched: Matched) -> str:
    from vernctl.render.escape import quoted, text_safe
    from vernctl.render.text.layout import Column, Ink, Page, Part
    from vernctl.render.words import counted, number

    result, file_of = matched.result, matched.files
    page = Page(width(), colour=wants_colour(sys.stdout.fileno))
    for sheet in result.sheets:
        page.blank()
        if not any(column.chosen or column.close for column in sheet.columns):
            said = f"none of its {counted(len(sheet.columns), 'column')} is found"
            page.line(Ink(text_safe(sheet.slug), "bold"), "   ", Ink(said, "dim"))
            continue
        page.line(Ink(text_safe(sheet.slug), "bold"))
        rows: list[list[Part]] = []
        notes: dict[int, list[str]] = {}
        for row, column in enumerate(sheet.columns):
            source, score = Ink("no column fits", "dim"), ""
            if (found := column.chosen) is not None:
                names = " + ".join(quoted(name, 24) for name in found.sources)
                source = Ink(f"{text_safe(file_of.get(found.home, ''), 24)} {names}")
                score = f"{found.score:.2f}"
                notes[row] = [] if found.why == SAME else [text_safe(_reason(column), 240)]
            asked = Ink("asked" if column.close else "", "warn")
            rows.append([text_safe(column.column, 24), source, score, asked])
        columns = [Column(), Column(flexible=True), Column(right=True), Column()]
        page.table(rows, columns, indent=2, notes=notes)
    if result.unused:
        page.blank()
        for file in dict.fromkeys(file_of.get(unused.table, "") for unused in result.unused):
            unused = [each for each in result.unused if file_of.get(each.table, "") == file]
            names = ", ".join(quoted(each.column, 32) for each in unused[:_UNUSED])
            more = f" and {number(len(unused) - _UNUSED)} more" if len(unused) > _UNUSED else ""
            page.wrap(f"not used   {text_safe(file, 32)} {names}{more}", hanging=11)
    for question in matched.questions:
        page.blank()
        page.wrap(f"asked      {text_safe(question, 400)}", hanging=11, style="warn")
    page.blank()
    page.wrap(_summary(result))
    return str(page)


def _reason(column: ColumnMatch) -> str:
    """Why a column was chosen, and what else it could be where that is asked."""
    assert column.chosen is not None  # only of a chosen one there is a reason
    rivals = [
        f"{' + '.join(each.sources)} ({each.score:.2f})"
        for each in column.candidates[1:3]
        if column.close
    ]
    one = len(column.chosen.sources) == 1
    part = f"the {column.chosen.part} of it; " if column.chosen.part and one else ""
    return f"{part}{column.chosen.why}{'; or ' + ' or '.join(rivals) if rivals else ''}"


def _summary(result: MatchResult) -> str:
    """How much was found, in one sentence."""
    columns = _columns(result)
    found = [column for column in columns if column.chosen is not None]
    asked = sum(column.close for column in found)
    return (
        f"{len(found)} of {len(columns)} columns found, {asked} of them would be asked about; "
        f"{len(result.unused)} source columns not used."
    )
