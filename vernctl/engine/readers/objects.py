"""JSON and JSON Lines: lists of objects become tables, nested objects become dotted columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from vernctl.engine.model import EngineError
from vernctl.engine.readers.assemble import Origin, assemble
from vernctl.engine.readers.documents import Json, Rows, cell_text, find_rows, flatten, parse
from vernctl.engine.readers.encoding import Encoding, detect_encoding
from vernctl.engine.readers.records import Record
from vernctl.engine.readers.table import (
    KEPT_REJECTS,
    MAX_CELL,
    MAX_COLUMNS,
    RejectedLine,
    SourceTable,
    TableWriter,
    unique_names,
)

#: A JSON document is read into memory; JSON Lines are not.
MAX_DOCUMENT = 256 << 20


def is_json(head: bytes, name: str) -> bool:
    """Whether a file with this beginning is JSON; text that merely begins with "[" is not."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith((b"{", b"[")):
        return False
    if name.lower().endswith((".json", ".jsonl", ".ndjson", ".geojson")):
        return True
    return start[1:].lstrip().startswith((b'"', b"{", b"}", b"[{"))


def read_objects(path: Path, name: str, store: Path) -> tuple[SourceTable, ...]:
    """The tables of a JSON document, or the one of a JSON Lines file."""
    encoding = detect_encoding(path)
    if _is_lines(path, encoding):
        return (_read_lines(path, name, encoding, store.with_name(f"{store.name}.csv")),)
    if path.stat().st_size > MAX_DOCUMENT:
        raise EngineError(
            f"{name} is too large for one JSON document ({MAX_DOCUMENT >> 20} MB); "
            "write one object per line (JSON Lines)."
        )
    try:
        with encoding.open(path) as file:
            document = parse(file.read())
    except (ValueError, RecursionError) as error:
        raise EngineError(f"{name} is not valid JSON: {_cause(error)}.") from error
    tables: list[SourceTable] = []
    for index, found in enumerate(find_rows(document)):
        table = _table(found, name, store.with_name(f"{store.name}-{index}.csv"))
        if table is not None:
            beside = (f"not in a list, so not read: {', '.join(found.beside)}",)
            notes = (*table.notes, *(beside if found.beside else ()))
            tables.append(table.model_copy(update={"notes": notes}))
    if not tables:
        raise EngineError(f"{name} holds no list of objects, so there is no table in it.")
    return tuple(tables)


def _cause(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return "it is nested too deeply"


def _is_lines(path: Path, encoding: Encoding) -> bool:
    """JSON Lines: the first two lines that are not blank are each a whole object."""
    found = 0
    with encoding.open(path) as file:
        for line in _bounded(file.readline):
            if not line.strip():
                continue
            try:
                if not isinstance(parse(line), dict):
                    return False
            except (ValueError, RecursionError):
                return False
            found += 1
            if found == 2:
                return True
    return False


def _bounded(readline: object) -> Iterator[str]:
    assert callable(readline)
    while line := readline(MAX_CELL):
        yield line


def _read_lines(path: Path, name: str, encoding: Encoding, store: Path) -> SourceTable:
    """Two passes: the first finds the columns, the second writes the rows."""
    columns: dict[str, None] = {}
    for _, row in _objects(path, encoding):
        if isinstance(row, dict):
            columns.update(dict.fromkeys(row))
        if len(columns) > MAX_COLUMNS:
            raise EngineError(f"{name} has more than {MAX_COLUMNS:,} columns.")
    rejected: list[RejectedLine] = []
    count = 0
    writer = TableWriter(store, len(columns))
    for number, row in _objects(path, encoding):
        if isinstance(row, dict):
            writer.write([row.get(column, "") for column in columns])
            continue
        count += 1
        if count <= KEPT_REJECTS:
            rejected.append(RejectedLine(line=number, text=row[:2000], why="not a JSON object"))
    form = writer.close()
    if not columns:
        raise EngineError(f"{name} is empty.")
    return SourceTable(
        name=name,
        file=name,
        columns=unique_names(tuple(columns), len(columns)),
        row_count=writer.rows,
        notes=(f"{count:,} lines are rejected",) if count else (),
        rejected=tuple(rejected),
        rejected_count=count,
        encoding=encoding.codec,
        form=form,
        store=store,
    )


def _objects(path: Path, encoding: Encoding) -> Iterator[tuple[int, dict[str, str] | str]]:
    with encoding.open(path) as file:
        for number, line in enumerate(_bounded(file.readline), start=1):
            if not line.strip():
                continue
            try:
                row = parse(line)
            except (ValueError, RecursionError):
                row = None
            yield number, flatten(row) if isinstance(row, dict) else line.rstrip("\r\n")


def _object(row: Json) -> dict[str, Json]:
    if isinstance(row, dict):
        return row
    if isinstance(row, list):
        return {f"Column {index + 1}": cell for index, cell in enumerate(row)}
    return {"value": row}


def _table(found: Rows, name: str, target: Path) -> SourceTable | None:
    """The table of one list of rows; None where its rows are empty."""
    label = found.label or None
    table_name = f"{name}: {label}" if label else name
    if found.rows and all(isinstance(row, list) for row in found.rows):
        named = [list(found.names)] if found.names else []
        lists = [[cell_text(cell) for cell in row] for row in found.rows if isinstance(row, list)]
        records = (Record(number, cells) for number, cells in enumerate([*named, *lists], start=1))
        return assemble(records, Origin(table_name, name, label), target)
    flat = [flatten(_object(row)) for row in found.rows]
    columns = tuple(dict.fromkeys(key for row in flat for key in row))
    return _write(table_name, name, label, columns, flat, target) if columns else None


def _write(
    name: str,
    file: str,
    label: str | None,
    columns: tuple[str, ...],
    rows: list[dict[str, str]],
    store: Path,
) -> SourceTable:
    if len(columns) > MAX_COLUMNS:
        raise EngineError(f"{name} has more than {MAX_COLUMNS:,} columns.")
    writer = TableWriter(store, len(columns))
    for row in rows:
        writer.write([row.get(column, "") for column in columns])
    form = writer.close()
    return SourceTable(
        name=name,
        file=file,
        sheet=label,
        columns=unique_names(columns, len(columns)),
        row_count=writer.rows,
        form=form,
        store=store,
    )
