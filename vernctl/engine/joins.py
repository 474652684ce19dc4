"""Columns that live in another file: a row names its one row there, as ``company_id`` does.

A path is an inclusion dependency: a column whose values are found in a column of another table
that holds none of them twice. Names and values together say how sure it is; a join never adds a
row, because the other side is unique on the key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vernctl.engine.evidence import weigh
from vernctl.engine.lexicon import GENERIC
from vernctl.engine.model import Column, EngineValue, Template
from vernctl.engine.names import Name, name_of, name_score, unit_score, units_of, words_of
from vernctl.engine.overlap import containment
from vernctl.engine.profile import ColumnProfile, TableProfile

#: What marks a column as naming another row, and says nothing about which.
_KEY_WORDS = frozenset(("id", "number", "code", "reference", "external id"))
#: A row's own kind, named by one of its columns: a company's parent, an employee's manager.
_OWN_KIND = frozenset(("parent", "manager"))
#: What a row of another table is called by, likeliest first.
_LABELS = ("full name", "name", "company", "title", "label", "subject", "product", "user", "email")
#: Fewer of the values than this are found: no path.
_LEAST_FOUND = 0.5
_LEAST_LIKE = 0.85
#: A column of the other table whose name does not say whose it is: proposed, and asked about.
_UNSAID = 0.55
_ALIKE = 0.9
_DOUBTFUL = 0.58


class JoinPath(EngineValue):
    """From a row to the one row of ``table`` whose ``match`` equals the row's ``key``.

    ``found``: the share of the key's distinct values that stand there, as far as sketches tell.
    """

    table: str
    key: str
    match: str
    score: float
    found: float

    @property
    def name(self) -> str:
        """What the joined row is called in a recipe; one table may be joined by several keys."""
        return f"{self.table} by {self.key}"


class Brought(NamedTuple):
    """A proposal for a target column: columns of the path's table, score, and why."""

    path: JoinPath
    sources: tuple[str, ...]
    score: float
    why: str


def find_paths(base: TableProfile, tables: Sequence[TableProfile]) -> list[JoinPath]:
    """The paths from a table to others and to itself, the surest first; one per key and table."""
    found: list[JoinPath] = []
    ours = [(column, frozenset(column.sketch)) for column in base.columns if column.filled]
    for other in tables:
        keys = [(key, frozenset(key.sketch)) for key in other.columns if is_key(key, other)]
        own = other.table == base.table
        for column, values in ours:
            if own and not _names_own_kind(column.name):
                continue
            paths = [
                path
                for key, held in keys
                if not values.isdisjoint(held)
                and not (own and key.name == column.name)
                and (path := _path(column, key, other, own)) is not None
            ]
            if paths:
                found.append(max(paths, key=lambda path: path.score))
    return sorted(found, key=lambda path: (-path.score, path.table, path.key))


def is_key(column: ColumnProfile, table: TableProfile) -> bool:
    """Whether a column's values tell the rows of its table apart, bar a few that have none."""
    return column.unique and column.distinct > 1 and column.filled >= 0.9 * table.rows


def _path(
    column: ColumnProfile, key: ColumnProfile, other: TableProfile, own: bool
) -> JoinPath | None:
    """The path by these two columns, None where the one does not name rows of the other."""
    share = containment(column, key) if column.filled else 0.0
    if share < _LEAST_FOUND:
        return None
    sure = _sureness(column, key, other, own)
    if not sure or (sure < 0.95 and share < 0.9):
        return None
    return JoinPath(
        table=other.table,
        key=column.name,
        match=key.name,
        score=round(sure * share, 4),
        found=share,
    )


def _sureness(column: ColumnProfile, key: ColumnProfile, other: TableProfile, own: bool) -> float:
    """How far the names of a key say that it names rows of the other table, or its values do."""
    role = role_of(column.name)
    named = names_id(column.name)
    if own:
        return 0.97 if _names_own_kind(column.name) else 0.0
    entity = entity_of(other)
    if _same_key(column, key) or any(unit_score(a, b) >= 0.6 for a in role for b in entity):
        return 0.97
    if column.distinct < 3:
        return 0.0
    if not _telling(column):
        # Counted ids are found in every table that counts: asked about.
        return _DOUBTFUL if named else 0.0
    if named:
        return 0.9
    # An address or a name may be that of another row by chance; an e-mail address hardly is.
    return 0.7 if column.share("email") > 0.9 else _DOUBTFUL


def _same_key(column: ColumnProfile, key: ColumnProfile) -> bool:
    one, two = name_of(column.name), name_of(key.name)
    return one.units == two.units and not set(one.units) <= _KEY_WORDS


def _telling(column: ColumnProfile) -> bool:
    """Whether values are found elsewhere by no accident, as small numbers and dates are."""
    small = sum(1 for value in column.sample if value.isdigit() and len(value) < 5)
    dated = column.share("date_iso", "date_dmy", "date_mdy", "date_text", "boolean", "decimal")
    return small <= 0.1 * len(column.sample) and dated < 0.5


def _names_own_kind(name: str) -> bool:
    """Whether a column names another row of its own table, as ``parent_id`` does."""
    return names_id(name) and not _OWN_KIND.isdisjoint(role_of(name))


def role_of(name: str) -> tuple[str, ...]:
    """What a key's name says beside being a key: ``owner_id`` → owner."""
    return tuple(unit for unit in name_of(name).units if unit not in _KEY_WORDS)


def names_id(name: str) -> bool:
    """Whether a column's name says that it tells rows apart: an id, a number, a code."""
    return bool(_KEY_WORDS & set(name_of(name).units))


def entity_of(table: TableProfile) -> frozenset[str]:
    """What the rows of a table are, by its name: ``export_companies.csv`` → company."""
    stem = table.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    words = [words_of(text) for text in (table.sheet, stem) if text]
    return frozenset(unit for each in words for unit in units_of(each) if not unit.isdigit())


class Brings(NamedTuple):
    """The row's own table, all tables by name, and what is known about targets with a link.

    Of such a target ``keys`` has the column that fills what it links to, ``linked`` its table.
    """

    base: TableProfile
    tables: Mapping[str, TableProfile]
    keys: Mapping[str, ColumnProfile]
    linked: Mapping[str, str]


def bring(
    template: Template, known: Brings, chosen: Mapping[int, tuple[str, float]]
) -> dict[int, Brought]:
    """What other tables hold better than the row's own columns do.

    ``chosen``: what the row's own columns give, per target: source column and score.
    """
    paths = find_paths(known.base, list(known.tables.values()))
    found: dict[int, Brought] = {}
    for target, column in enumerate(template.columns):
        offers = [
            offer
            for path in paths
            if (offer := _offer(column, path, known, chosen.get(target))) is not None
        ]
        if offers:
            found[target] = max(offers, key=lambda offer: offer.score)
    return found


def _offer(
    column: Column, path: JoinPath, known: Brings, own: tuple[str, float] | None
) -> Brought | None:
    linked = _linked(column, path, known)
    best = linked or _named(column, path, known, own is None)
    if best is None:
        return None
    if own is not None:
        # An id in the place of what it stands for: "Company" fed by company_id. A column of the
        # target's own name is what is wanted, whatever its values are found in.
        is_key = own[0] == path.key and names_id(path.key) and not names_id(column.name)
        if column.link and linked is None:
            return None
        if not is_key and own[1] >= best.score - 0.05:
            return None
    return best


def _linked(column: Column, path: JoinPath, known: Brings) -> Brought | None:
    """A link wants the value that stands in the linked sheet: by the key, that row's."""
    key = known.keys.get(column.name)
    if key is None or known.linked[column.name] != path.table or key.name == path.match:
        return None
    mine = next(each for each in known.base.columns if each.name == path.key)
    if containment(mine, key) >= 0.3:
        return None
    wanted = set(name_of(column.name).units)
    role = role_of(path.key)
    if not any(unit_score(one, two) >= 0.6 for one in role for two in wanted):
        return None
    why = f'its "{path.key}" is the "{path.match}" of a row in {path.table}'
    return Brought(path, (key.name,), round(0.97 * path.score, 4), why)


def _named(column: Column, path: JoinPath, known: Brings, free: bool) -> Brought | None:
    """The column of the joined row that the target's name means."""
    wanted = name_of(column.name)
    other = known.tables[path.table]
    called = [text for text in (" ".join(role_of(path.key)), *sorted(entity_of(other))) if text]
    best: Brought | None = None
    for each in other.columns:
        if each.name == path.match:
            continue
        likeness = _likeness(each, wanted, called, path, known.base, free)
        score = likeness * path.score * (1 - weigh(each, column, wanted.units).loss)
        if score > (best.score if best else 0.0):
            best = Brought(path, (each.name,), round(score, 4), _why(path))
    if wanted.units in {units_of(words_of(text)) for text in called} and (best is None or free):
        label = label_of(other, path.match)
        score = round(0.92 * path.score, 4)
        if label and score > (best.score if best else 0.0):
            return Brought(path, label, score, _why(path))
    return best


def _likeness(
    each: ColumnProfile,
    wanted: Name,
    called: Sequence[str],
    path: JoinPath,
    base: TableProfile,
    free: bool,
) -> float:
    """How much a joined row's column, called by its role or its table, is what is wanted."""
    said = max(
        (name_score(name_of(f"{text} {each.name}"), wanted, {}, {}) for text in called),
        default=0.0,
    )
    if said >= _LEAST_LIKE:
        return said
    unsaid = name_score(name_of(each.name), wanted, {}, {})
    if not free or unsaid < _ALIKE or GENERIC.issuperset(wanted.units):
        return 0.0
    key = next(column for column in base.columns if column.name == path.key)
    # One row each: the other table is more columns of the same thing.
    return 0.95 * unsaid if key.unique and key.filled == base.rows else _UNSAID


def label_of(table: TableProfile, key: str) -> tuple[str, ...]:
    """The columns that say what a row of a table is called, () where none does."""
    by_units = {name_of(column.name).units: column.name for column in reversed(table.columns)}
    by_units = {units: name for units, name in by_units.items() if name != key}
    if ("full name",) not in by_units and ("first name",) in by_units:
        first, last = by_units["first name",], by_units.get(("last name",))
        return (first, last) if last else (first,)
    entity = entity_of(table)
    for label in _LABELS:
        for units, name in by_units.items():
            if units == (label,) or (len(units) == 2 and units[1] == label and units[0] in entity):
                return (name,)
    return ()


def _why(path: JoinPath) -> str:
    return (
        f'of the row in {path.table} whose "{path.match}" is its "{path.key}" '
        f"({round(100 * path.found)} % found)"
    )
