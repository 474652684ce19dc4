"""The tables in a JSON document: which of its values are lists of rows, however written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

#: How deep lists are looked for below a document's outermost object.
_DEEPEST_LIST = 4
_DEEPEST = 8
#: From so many objects of one kind on, a map of objects is a table with a key.
_LEAST_KEYED = 3
#: Where the column names of a list of lists stand beside it.
_NAMES = ("columns", "fields", "header", "headers", "cols")


class Number(str):
    """A number as it is written: 1.10 is not 1.1, and long ids lose no digits."""

    __slots__ = ()


Json = None | bool | str | list["Json"] | dict[str, "Json"]


class Rows(NamedTuple):
    """One list of rows: where it stands in the document ("" for all of it), its rows, and its
    column names where it has lists for rows and names them. ``beside``: what is not in it."""

    label: str
    rows: Sequence[Json]
    names: tuple[str, ...] | None = None
    beside: tuple[str, ...] = ()


def parse(text: str) -> Json:
    """A JSON document with its numbers as written. Raises ValueError or RecursionError."""
    value: Json = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=str)
    return value


def find_rows(document: Json) -> Iterator[Rows]:
    """The lists of rows: the document itself, or the nearest ones in its outermost object."""
    if isinstance(document, list):
        yield Rows("", document)
        return
    if not isinstance(document, dict):
        return
    if found := _nearest(document, "", _DEEPEST_LIST):
        yield from found
    elif _is_by_column(document):
        columns = [column for column in document.values() if isinstance(column, list)]
        yield Rows(
            "", [dict(zip(document, row, strict=True)) for row in zip(*columns, strict=True)]
        )
    elif _is_keyed(document):
        yield Rows("", [{"key": key, **_entry(value)} for key, value in document.items()])
    else:
        yield Rows("", [document])


def _entry(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _nearest(document: Mapping[str, Json], path: str, depth: int) -> list[Rows]:
    """The lists of rows that stand least deep."""
    found: list[tuple[str, tuple[str, ...] | None, list[Json]]] = []
    for key, value in document.items():
        if not isinstance(value, list) or not value:
            continue
        if any(isinstance(row, dict) for row in value):
            found.append((key, None, value))
        elif all(isinstance(row, list) for row in value) and (names := _names(document, value)):
            found.append((key, names, value))
    if found:
        taken = {key for key, names, _ in found} | {*(_NAMES if found[0][1] else ())}
        beside = tuple(f"{path}{key}" for key in document if key not in taken)
        return [Rows(f"{path}{key}", value, names, beside) for key, names, value in found]
    if depth == 0:
        return []
    deeper: list[Rows] = []
    empty: list[str] = []
    for key, value in document.items():
        below = _nearest(value, f"{path}{key}.", depth - 1) if isinstance(value, dict) else []
        deeper += below
        if not below:
            empty.append(f"{path}{key}")
    beside = tuple(empty)
    return [rows._replace(beside=(*beside, *rows.beside)) for rows in deeper]


def _names(document: Mapping[str, Json], rows: Sequence[Json]) -> tuple[str, ...] | None:
    width = max(len(row) for row in rows if isinstance(row, list))
    for key in _NAMES:
        names = document.get(key)
        if isinstance(names, list) and len(names) == width:
            texts = tuple(name for name in names if isinstance(name, str))
            if len(texts) == width:
                return texts
    return None


def _is_by_column(document: Mapping[str, Json]) -> bool:
    """Every value a list of the same length, of plain values: a table written column by column."""
    lengths = {len(column) if isinstance(column, list) else -1 for column in document.values()}
    return (
        len(document) > 1
        and len(lengths) == 1
        and lengths.isdisjoint((-1, 0))
        and not any(
            isinstance(cell, list | dict)
            for column in document.values()
            if isinstance(column, list)
            for cell in column
        )
    )


def _is_keyed(document: Mapping[str, Json]) -> bool:
    """A map of several objects that have most of their keys in common."""
    entries = [value for value in document.values() if isinstance(value, dict)]
    if len(entries) < max(_LEAST_KEYED, len(document)):
        return False
    shared = set(entries[0]).intersection(*entries)
    return len(shared) * 2 > max(map(len, entries))


def flatten(row: Mapping[str, Json], prefix: str = "", depth: int = 0) -> dict[str, str]:
    """An object as cells; a nested object's cells have dotted names."""
    flat: dict[str, str] = {}
    for key, value in row.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < _DEEPEST:
            flat.update(flatten(value, f"{path}.", depth + 1))
        else:
            flat[path] = cell_text(value)
    return flat


def cell_text(value: Json) -> str:
    """A value as a cell: null is blank, text is itself, lists and objects are JSON."""
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else _written(value)


def _written(value: Json) -> str:
    """A value as JSON, numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_written(key)}: {_written(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(value, ensure_ascii=False)
