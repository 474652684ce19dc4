"""CSV files as tables: read strictly, compared without parsing what is equal.

By a key, given or found, files are compared record by record (:mod:`vernctl.diff.lines`). Without
one, files whose records are single lines are first compared by line: equal lines are equal rows,
whatever they hold, so only the rest is parsed. Files with records of several lines there, with a
line twice, or with a key that does not tell rows apart are parsed whole.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vernctl.diff.compare import diff_sheets, paused_collector
from vernctl.diff.lines import diff_by_record
from vernctl.diff.records import PIECE, RecordReader, UncertainError, telling_columns
from vernctl.diff.values import SheetDiff
from vernctl.errors import InputError, UsageError
from vernctl.snapshot.keys import best_column, find_column
from vernctl.snapshot.rows import KeySource, Row, Sheet, unique_names

_CELL_LIMIT = 2**31 - 1
#: Bytes that are read of a file at once, however small it is beside the other.
_LEAST_PIECE = 4096


class _Lines(NamedTuple):
    """A file whose every record is one line: its columns, raw records, and any quotes in them."""

    columns: Row
    records: list[str]
    quoted: bool


def read_csv_sheet(path: Path) -> Sheet:
    """A CSV file as a sheet, cells exact: RFC 4180, UTF-8 with or without BOM, header first.

    A repeated column name is told apart by a number; blank lines are no rows where there are
    several columns. Raises :class:`InputError` for a file that is not there, not UTF-8, empty, or
    not CSV, naming the line.
    """
    with paused_collector():
        return _parsed(path, _text(path))


def csv_sheet(path: Path, data: bytes) -> Sheet:
    """The bytes of a CSV file as a sheet; ``path`` is how messages call it. Raises as
    :func:`read_csv_sheet` does."""
    with paused_collector():
        return _parsed(path, _decoded(path, data))


def diff_files(
    old: Path, new: Path, *, key: Sequence[str] = (), ignore: Sequence[str] = ()
) -> SheetDiff:
    """Two CSV files compared by key columns, else by one column that is found to tell the rows of
    both apart, else by likeness; ``ignore`` names columns left out.

    The same as :func:`.compare.diff_sheets` of both, without ``stats``. Raises
    :class:`InputError` for a file that cannot be read and :class:`UsageError` for a key column that
    a file has not.
    """
    with paused_collector():
        try:
            found = _by_record(old, new, key, ignore) or _by_line(old, new, ignore)
        except UncertainError:
            found = None
        return found or _by_cell(old, new, key, ignore)


def _by_record(old: Path, new: Path, key: Sequence[str], ignore: Sequence[str]) -> SheetDiff | None:
    """The diff by a key, given or found; None where there is none. Raises UncertainError."""
    one, two = (RecordReader(*side) for side in _in_step(old, new))
    if one.columns != two.columns:
        raise UncertainError
    _check_key(key, ignore, one.columns, two.columns)
    if not key:
        among = [name for name in two.columns if name not in ignore]
        before = telling_columns(one, among)
        after = telling_columns(two, list(before))
        chosen = best_column({name: (before[name], after[name]) for name in after})
        if not chosen:
            return None
        one, two = (RecordReader(*side) for side in _in_step(old, new))
        return diff_by_record(one, two, chosen, "found", ignore, _sheet(new, two.columns, ()))
    return diff_by_record(one, two, key, "spec", ignore, _sheet(new, two.columns, ()))


def _by_line(old: Path, new: Path, ignore: Sequence[str]) -> SheetDiff | None:
    """The diff by likeness of files whose records are lines; None where that does not tell."""
    lines = _lines(_text(old)), _lines(_text(new))
    if lines[0] and lines[1] and lines[0].columns == lines[1].columns:
        return _diff_lines(new, lines[0], lines[1], ignore)
    return None


def _by_cell(old: Path, new: Path, key: Sequence[str], ignore: Sequence[str]) -> SheetDiff:
    before, after = _parsed(old, _text(old)), _parsed(new, _text(new))
    _check_key(key, ignore, before.columns, after.columns)
    one, two = before.without_columns(ignore), after.without_columns(ignore)
    source: KeySource = "spec"
    if not key:
        key = find_column([one, two])
        source = "found" if key else "none"
    return diff_sheets(one, two, key, source, stats=False)


def _in_step(old: Path, new: Path) -> list[tuple[Path, int]]:
    """Both files with the bytes to read at a time, so that both end after equally many pieces:
    equal records are met soonest where neither file runs ahead."""
    try:
        sizes = [path.stat().st_size for path in (old, new)]
    except OSError:
        sizes = [1, 1]  # reading it says which and why
    most, least = max(*sizes, 1), min(PIECE, _LEAST_PIECE)
    return [
        (path, max(least, PIECE * size // most))
        for path, size in zip((old, new), sizes, strict=True)
    ]


def _text(path: Path) -> str:
    try:
        return _decoded(path, path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 (byte {error.start:,}).",
            next=f"vernctl inspect {path} --format csv",
        ) from None


def _parsed(path: Path, text: str) -> Sheet:
    # keepends: a line end inside a quoted cell belongs to the cell.
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    records = _records(path, (f"{line}\n" for line in lines))
    columns = unique_names(next(records, ()))
    if not columns:
        raise InputError(f"{path} is empty: a table has a header.")
    return _sheet(path, columns, _fitting(path, columns, records))


def _sheet(path: Path, columns: Row, rows: Iterable[Row]) -> Sheet:
    return Sheet(
        slug=path.stem,
        name=path.name,
        columns=columns,
        rows=tuple(rows),
        invalid=(),
        sample_of=None,
    )


def _records(path: Path, lines: Iterable[str]) -> Iterator[Row]:
    before = csv.field_size_limit(_CELL_LIMIT)
    reader = csv.reader(lines, strict=True)
    try:
        yield from map(tuple, reader)
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num} is not CSV: {error}.") from None
    finally:
        csv.field_size_limit(before)


def _fitting(path: Path, columns: Row, records: Iterable[Row]) -> Iterator[Row]:
    width = len(columns)
    for number, row in enumerate(records, start=1):
        if len(row) == width:
            yield row
        elif row:
            raise InputError(
                f"{path}: row {number:,} has {len(row)} cells under a header of {width}."
            )
        elif width == 1:
            yield ("",)


def _lines(text: str) -> _Lines | None:
    """The file by lines, where each record is one: every line closes the quotes that it opens."""
    if "\r" in text or "\n\n" in text:
        return None
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    quoted = '"' in text
    if not lines or (quoted and any(line.count('"') % 2 for line in lines)):
        return None
    try:
        columns = unique_names(next(csv.reader(lines[:1], strict=True), ()))
    except csv.Error:
        return None
    del lines[0]
    return _Lines(columns, lines, quoted)


def _diff_lines(path: Path, old: _Lines, new: _Lines, ignore: Sequence[str]) -> SheetDiff | None:
    """The diff by lines; None where lines do not tell the rows apart."""
    columns = new.columns
    row_of = dict(zip(old.records, range(len(old.records)), strict=True))
    if len(row_of) < len(old.records):
        return None
    partner = [row_of.get(line, -1) for line in new.records]
    del row_of
    equal = set(partner) - {-1}
    rest_old = [row for row in range(len(old.records)) if row not in equal]
    rest_new = [row for row, other in enumerate(partner) if other < 0]
    distinct = len(equal) + len({new.records[row] for row in rest_new})
    del equal
    if distinct < len(new.records):
        return None
    one, two = (
        _sheet(path, columns, _fitting(path, columns, _records(path, (t.records[r] for r in rest))))
        for t, rest in ((old, rest_old), (new, rest_new))
    )
    found = diff_sheets(
        one.without_columns(ignore), two.without_columns(ignore), (), "none", stats=False
    )
    return _placed(found, old, new, partner, rest_old, rest_new)


def _placed(
    found: SheetDiff,
    old: _Lines,
    new: _Lines,
    partner: list[int],
    rest_old: Sequence[int],
    rest_new: Sequence[int],
) -> SheetDiff:
    """The diff of the unequal lines as one of the whole files."""
    touched_old = {r.old_row for r in found.removed} | {c.old_row for c in found.changed}
    touched_new = {r.new_row for r in found.added} | {c.new_row for c in found.changed}
    same_old = found.order or [row for row in range(len(rest_old)) if row not in touched_old]
    same_new = (row for row in range(len(rest_new)) if row not in touched_new)
    for row, other in zip(same_new, same_old, strict=True):
        partner[rest_new[row]] = rest_old[other]
    order = [other for other in partner if other >= 0]
    return found.model_copy(
        update={
            "rows": len(new.records),
            "rows_before": len(old.records),
            "added": tuple(row._replace(new_row=rest_new[row.new_row]) for row in found.added),
            "removed": tuple(row._replace(old_row=rest_old[row.old_row]) for row in found.removed),
            "changed": tuple(
                row._replace(old_row=rest_old[row.old_row], new_row=rest_new[row.new_row])
                for row in found.changed
            ),
            "order": tuple(order) if order != sorted(order) else (),
        }
    )


def _check_key(key: Sequence[str], ignore: Sequence[str], old: Row, new: Row) -> None:
    for name in key:
        lacking = [side for side, columns in (("old", old), ("new", new)) if name not in columns]
        if lacking:
            sides = " and the ".join(lacking)
            raise UsageError(f'--key names "{name}", and the {sides} file has no such column.')
        if name in ignore:
            raise UsageError(f'--key and --ignore both name "{name}".')
