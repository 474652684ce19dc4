"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS): each sheet with cells is a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.engine.model import EngineError
from vernctl.engine.readers.assemble import Origin, assemble
from vernctl.engine.readers.merged import fill_down, fold_header
from vernctl.engine.readers.records import Record
from vernctl.engine.readers.table import MAX_CELL, SourceTable

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_Cell = int | float | str | bool | time | date | datetime | timedelta


@contextmanager
def _panics_are_damage(name: str) -> Iterator[None]:
    """A panic of calamine's Rust on damaged bytes is a BaseException; it must not end the process.

    Raises EngineError in its place; everything else passes.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise EngineError(f"{name} is damaged: it cannot be read.") from error


def read_workbook(path: Path, name: str, store: Path) -> tuple[SourceTable, ...]:
    """The tables of a workbook, in sheet order; ``store`` is the stem of their stores."""
    with _panics_are_damage(name):
        return _read_sheets(path, name, store)


def _read_sheets(path: Path, name: str, store: Path) -> tuple[SourceTable, ...]:
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(str(path))
    except calamine.PasswordError as error:
        raise EngineError(
            f"{name} is protected with a password; save it without one and upload it again."
        ) from error
    except (calamine.CalamineError, OSError) as error:
        raise EngineError(f"{name} is damaged, or not a workbook: it cannot be read.") from error
    tables: list[SourceTable] = []
    for index, meta in enumerate(book.sheets_metadata):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = book.get_sheet_by_index(index)
            rows = [[cell_text(cell) for cell in row] for row in sheet.to_python()]
        except calamine.CalamineError as error:
            raise EngineError(f'The sheet "{meta.name}" of {name} is damaged.') from error
        notes = [] if meta.visible == calamine.SheetVisibleEnum.Visible else ["the sheet is hidden"]
        origin = Origin(f"{name}: {meta.name}", name, sheet=meta.name)
        records = _records(rows, sheet, name, notes)
        table = assemble(records, origin, store.with_name(f"{store.name}-{index}.csv"))
        if table is not None:
            tables.append(table.model_copy(update={"notes": (*notes, *table.notes)}))
    if not tables:
        raise EngineError(f"{name} is empty: no sheet has a cell with something in it.")
    return tuple(tables)


def _records(
    rows: list[list[str]], sheet: CalamineSheet, name: str, notes: list[str]
) -> list[Record]:
    """The sheet's rows as records, numbered as the sheet numbers them."""
    above, left = sheet.start or (0, 0)
    areas = sorted(sheet.merged_cell_ranges or ())
    first, last = fold_header(rows, areas, above, left)
    if last > first:
        notes.append(f"rows {above + first + 1} to {above + last + 1} are one header")
    if filled := fill_down(rows[last + 1 :], areas, above + last + 1, left):
        notes.append(f"{filled} merged cells stand for every row that they cover")
    records: list[Record] = []
    for index, cells in enumerate(rows):
        if any(len(cell) > MAX_CELL for cell in cells):
            raise EngineError(f"A cell in row {above + index + 1} of {name} is too large.")
        if not first <= index < last:
            records.append(Record(above + index + 1, cells))
    return records


def cell_text(cell: _Cell) -> str:
    """A workbook's value as text: dates as ISO, whole numbers without ``.0``, TRUE and FALSE."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = int(cell.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(cell)


def _number_text(number: float) -> str:
    """As a spreadsheet shows it: 15 significant digits, no exponent, no ``.0``."""
    if number != number or number in (float("inf"), float("-inf")):
        return ""
    text = format(Decimal(f"{number:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
