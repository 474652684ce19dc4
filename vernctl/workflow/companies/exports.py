"""Exports as sheets: in a dialect without previews they are all that tells what an import made.

Sheets up to ``SAMPLE`` rows are taken whole; of larger ones the rows whose key hashes lowest, so
that an edit of other rows, or of other cells, does not reshuffle what stands in git.
"""

from __future__ import annotations

import csv
import hashlib
import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vernctl.errors import ContractError
from vernctl.snapshot.sheet import InvalidCell, Row, Sheet, unique_names
from vernctl.workflow.receipts import CELL_LIMIT

#: Rows of a sheet that a snapshot keeps at most; as many as the embedded server previews.
SAMPLE = 2_000
#: An export says which rows are invalid, and not which of their cells.
INVALID_COLUMN = "(row)"
INVALID_MESSAGE = "The service counts this row as invalid."


def sheet_of_export(slug: str, name: str, every: Path, invalid: Path, key: Sequence[str]) -> Sheet:
    """The sheet that two exports of a template hold: all of its rows, and its invalid ones.

    Raises ContractError where an invalid row is not among all rows, or a row is wider than its
    header.
    """
    columns, rows = _rows(every)
    at = [columns.index(column) for column in key if column in columns]
    kept, total = _lowest(rows, at)
    bad = Counter(row for row in _rows(invalid)[1])
    marked: list[InvalidCell] = []
    for number, row in enumerate(kept):
        if bad[row]:
            bad[row] -= 1
            marked.append(InvalidCell(number, INVALID_COLUMN, INVALID_MESSAGE))
    if total == len(kept) and bad.total():
        raise ContractError(f"{bad.total()} invalid rows of {slug} are not among all of its rows.")
    return Sheet(
        slug=slug,
        name=name,
        columns=columns,
        rows=tuple(kept),
        invalid=tuple(marked),
        sample_of=total,
    )


def _lowest(rows: Iterable[Row], at: Sequence[int]) -> tuple[list[Row], int]:
    """The rows of the lowest hashes, and how many there are in all."""
    heap: list[tuple[int, int, Row]] = []
    total = 0
    for row in rows:
        total += 1
        cells = [row[i] for i in at] or list(row)
        text = json.dumps(cells, ensure_ascii=False).encode("utf-8", "surrogatepass")
        entry = (-int.from_bytes(hashlib.sha256(text).digest(), "big"), total, row)
        if len(heap) < SAMPLE:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)
    return [row for _, _, row in sorted(heap, key=lambda entry: entry[1])], total


def _rows(path: Path) -> tuple[Row, Iterator[Row]]:
    """Header and rows of an exported CSV."""
    rows = _read(path)
    columns = unique_names(next(rows, ()))
    return columns, (_fitted(row, len(columns), path.name) for row in rows)


def _read(path: Path) -> Iterator[Row]:
    csv.field_size_limit(CELL_LIMIT)
    with path.open(newline="", encoding="utf-8-sig") as stream:
        yield from map(tuple, csv.reader(stream))


def _fitted(row: Row, width: int, name: str) -> Row:
    if len(row) > width:
        raise ContractError(f"{name} has a row of {len(row)} cells under a header of {width}.")
    return (*row, *[""] * (width - len(row)))
