"""Keys: which columns tell the rows of a sheet apart.

The spec's key is believed as it is. Any other is verified: on every sheet that is looked at, each
of its cells is filled and no two rows share it. A key is never guessed from a name.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from vernctl.snapshot.rows import KeySource, Row, Sheet

if TYPE_CHECKING:
    from pydantic import JsonValue

Key = tuple[str, ...]

#: A pair of columns is looked for among the first so many that are filled in every row.
PAIR_COLUMNS = 24


def choose_key(
    sheets: Sequence[Sheet], stated: Sequence[str], unique: Sequence[str]
) -> tuple[Key, KeySource]:
    """The key for these sheets (one, or both sides of a diff), and who chose it.

    ``stated`` is the spec's key, ``unique`` the template's unique columns. Among several usable
    keys the one that the sheets share most values of wins, then the earlier column.
    """
    if stated and all(set(stated) <= set(sheet.columns) for sheet in sheets):
        return tuple(stated), "spec"
    if not all(sheet.rows for sheet in sheets):
        return next(
            (((name,), "template") for name in unique if _in_all(sheets, name)), ((), "none")
        )
    best = _best(sheets, ((name,) for name in unique if _in_all(sheets, name)), least=0.0)
    if best:
        return best, "template"
    found = _best(sheets, _single_columns(sheets)) or _best(sheets, _pairs(sheets))
    return (found, "found") if found else ((), "none")


def unique_columns(definitions: Sequence[Mapping[str, JsonValue]], slug: str) -> tuple[str, ...]:
    """The columns that the template's definition (in normal form) calls unique."""
    names: list[str] = []
    for template in definitions:
        columns = template.get("columns")
        if template.get("slug") != slug or not isinstance(columns, Sequence):
            continue
        for column in columns:
            if isinstance(column, Mapping) and column.get("unique") is True:
                names.append(str(column["name"]))
    return tuple(names)


def key_values(sheet: Sheet, key: Sequence[str]) -> list[Row]:
    """The key cells of every row, in row order."""
    at = [sheet.columns.index(name) for name in key]
    return [tuple(row[i] for i in at) for row in sheet.rows]


def is_blank(cells: Row) -> bool:
    """True where no cell of a key has anything but white space in it: such a row has no key."""
    return not any(cell.strip() for cell in cells)


def find_column(sheets: Sequence[Sheet]) -> Key:
    """The one column that tells the rows apart on every sheet, as :func:`choose_key` finds it;
    empty where there is none."""
    return _best(sheets, _single_columns(sheets)) if all(sheet.rows for sheet in sheets) else ()


def best_column(candidates: Mapping[str, Sequence[frozenset[str] | set[str]]]) -> Key:
    """The same from the distinct cells of columns that are known to tell rows apart: by name, in
    the columns' order, the cells of each sheet."""
    return _most_shared(((name,), sets) for name, sets in candidates.items())


def _best(sheets: Sequence[Sheet], keys: Iterator[Key], *, least: float = 0.5) -> Key:
    """The usable key that the sheets share most values of; ``least`` is the share needed."""
    candidates = ((key, [_distinct(sheet, key) for sheet in sheets]) for key in keys)
    usable = ((key, [v for v in sets if v is not None]) for key, sets in candidates)
    return _most_shared(((key, s) for key, s in usable if len(s) == len(sheets)), least=least)


def _most_shared(
    candidates: Iterable[tuple[Key, Sequence[Collection[Hashable]]]], *, least: float = 0.5
) -> Key:
    best: Key = ()
    most = -1
    for key, sets in candidates:
        shared = len(frozenset(sets[0]).intersection(*sets[1:]))
        if shared > most and shared >= least * min(map(len, sets)):
            best, most = key, shared
            if shared == min(map(len, sets)):
                break
    return best


def _distinct(sheet: Sheet, key: Key) -> frozenset[Row] | None:
    """The key's values where they are filled and tell every row apart, else None."""
    values = key_values(sheet, key)
    distinct = frozenset(values)
    if len(distinct) < len(values) or any(not cell.strip() for cells in distinct for cell in cells):
        return None
    return distinct


def _in_all(sheets: Sequence[Sheet], name: str) -> bool:
    return all(name in sheet.columns for sheet in sheets)


def _single_columns(sheets: Sequence[Sheet]) -> Iterator[Key]:
    return ((name,) for name in sheets[-1].columns if _in_all(sheets, name))


def _pairs(sheets: Sequence[Sheet]) -> Iterator[Key]:
    filled = [name for (name,) in _single_columns(sheets) if _is_filled(sheets, name)]
    return combinations(filled[:PAIR_COLUMNS], 2)


def _is_filled(sheets: Sequence[Sheet], name: str) -> bool:
    at = [sheet.columns.index(name) for sheet in sheets]
    return all(row[i].strip() for sheet, i in zip(sheets, at, strict=True) for row in sheet.rows)
