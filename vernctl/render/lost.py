"""The rows that are in no sheet: as text, as JSON, and as CSV for whoever mends them."""

from __future__ import annotations

import csv
import io
from itertools import groupby

from vernctl.render.escape import quoted, text_safe
from vernctl.render.sheets import FORMAT, to_json
from vernctl.render.text.layout import Column, Ink, Page, Part
from vernctl.render.words import counted, number
from vernctl.workflow.lost import Lost, LostRow

#: Rows of a table, and cells of a row, that a person is shown; the other formats have them all.
_ROWS = 200
_CELLS = 4
_HEAD = ("file", "table", "row", "sheets", "why")


def as_text(lost: Lost, width: int, *, colour: bool = False) -> str:
    """Table by table: the row's number, the sheets that miss it, why, and its first cells."""
    page = Page(width, colour=colour)
    said = "in no sheet" if not lost.sampled else "in no sheet, as far as whole sheets tell"
    rows = "no row" if not lost.rows else counted(len(lost.rows), "row")
    page.line(Ink(text_safe(lost.name), "bold"), f"   {rows} of the files {said}")
    for table, each in groupby(lost.rows, lambda row: row.table):
        found = list(each)
        page.blank()
        page.line(Ink(text_safe(table, width - 4), "bold"), indent=2)
        lines: list[list[Part]] = [_line(row) for row in found[:_ROWS]]
        columns = [Column(right=True), Column(), Column(), Column(flexible=True)]
        page.table(lines, columns, indent=4)
        if len(found) > _ROWS:
            more = counted(len(found) - _ROWS, "more row")
            page.line(f"… and {more}; --format csv has all", indent=4)
    for slug in lost.sampled:
        page.line(f"{text_safe(slug)} is a sample: what it misses cannot be told.", indent=2)
    return str(page)


def _line(row: LostRow) -> list[Part]:
    filled = [(name, cell) for name, cell in row.cells.items() if cell.strip()]
    first = [f"{text_safe(name, 20)} {quoted(cell, 24)}" for name, cell in filled[:_CELLS]]
    cells = " · ".join(first) + (" …" if len(filled) > _CELLS else "")
    return [number(row.row), text_safe(", ".join(row.sheets), 30), text_safe(row.why, 40), cells]


def as_json(lost: Lost) -> str:
    """``{"format": 1, "rows": […], "sampled": […]}``; every cell is exact."""
    rows = [row.model_dump(mode="json") for row in lost.rows]
    return to_json({"format": FORMAT, "rows": rows, "sampled": list(lost.sampled)})


def as_csv(lost: Lost) -> str:
    """RFC 4180: where a row stands and why it is lost, then its cells under its own columns."""
    columns = list(dict.fromkeys(name for row in lost.rows for name in row.cells))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*_HEAD, *columns))
    for row in lost.rows:
        place = (row.file, row.table, row.row, " ".join(row.sheets), row.why)
        writer.writerow((*place, *(row.cells.get(name, "") for name in columns)))
    return text.getvalue()
