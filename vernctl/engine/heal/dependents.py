"""Misspellings that the other rows give away: where one column decides another, a row apart.

All rows of a hospital number have one city; the one that has "dx kalb" where the others have
"de kalb" is misspelled. Mended is only what is one small slip away from what at least three rows
say, and stands nowhere else; what is further away is spoken of and left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import duckdb
import re2

from vernctl.engine.compile.tables import Stored, cell
from vernctl.engine.database import rows_of
from vernctl.engine.heal.meaning import spelled_alike
from vernctl.engine.model import Column
from vernctl.engine.recipe.ops import MapValues
from vernctl.engine.recipe.steps import HEALED, CellStep

#: Rows that must agree before one row is held to be apart from them.
_AGREEING = 3
#: The share of rows that agree with their group where a column decides another.
_DECIDES = 0.95
_LEAST_GROUPS = 4
_SAMPLE_ROWS = 2_000
_MOST_COLUMNS = 40
_MOST_VALUES = 1_000
#: Of a shorter text one slip makes another word.
_LEAST_LETTERS = 4


class Apart(NamedTuple):
    """A value that stands in ``cells`` cells, where the other rows of the same ``by`` agree.

    ``slips``: how many letters lie between it and what the others have.
    """

    column: str
    by: str
    value: str
    others: str
    cells: int
    slips: int


class Dependents(NamedTuple):
    """What is mended, and what is apart from the other rows and left as it is."""

    steps: tuple[CellStep, ...]
    left: tuple[Apart, ...]


def heal_dependents(
    con: duckdb.DuckDBPyConnection, stored: Stored, columns: Sequence[Column]
) -> Dependents:
    """Mend misspellings in columns that other columns of the sheet decide."""
    wanted = [column for column in columns if not column.unique and column.schema_ is None]
    at = {column.name: stored.columns.index(column.name) for column in wanted[:_MOST_COLUMNS]}
    decided: dict[str, list[str]] = {}
    for by, name in _decisions(con, stored, at):
        decided.setdefault(name, []).append(by)
    steps: list[CellStep] = []
    left: list[Apart] = []
    for column in wanted:
        found = _apart(con, stored, at, column.name, decided.get(column.name, []))
        slips = [each for each in found if _is_slip(column, each)]
        slips = _unexplained(con, stored, at, column.name, slips)
        meant = {each.value: each.others for each in slips}
        if meant:
            do = MapValues(values=dict(sorted(meant.items())))
            steps.append(CellStep(columns=(column.name,), do=do, because=HEALED))
        left += [each for each in found if each.value not in meant]
    return Dependents(tuple(steps), tuple(left))


def _decisions(
    con: duckdb.DuckDBPyConnection, stored: Stored, at: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """(column, the column that it decides), told from evenly spaced rows."""
    rows = int(str(rows_of(con, f"SELECT count(*) FROM {stored.table}")[0][0]))
    if rows < _AGREEING * _LEAST_GROUPS:
        return
    step = -(-rows // _SAMPLE_ROWS)
    cells = ", ".join(f"lower(trim({cell(i)}))" for i in at.values())
    sample = rows_of(
        con,
        f"SELECT {cells} FROM {stored.table} WHERE _drop IS NULL AND _pos % {step} = 0 "
        "ORDER BY _pos",
    )
    values = dict(zip(at, zip(*sample, strict=True), strict=False)) if sample else {}
    deciding = {
        name: column
        for name, column in values.items()
        if _LEAST_GROUPS <= len(set(column)) <= len(sample) / 2
    }
    for by, keys in deciding.items():
        for name, others in values.items():
            if name != by and _decides(keys, others):
                yield by, name


def _decides(keys: Sequence[object], others: Sequence[object]) -> bool:
    """Whether rows alike in the one column are alike in the other, but for a few slips."""
    groups: dict[object, Counter[object]] = defaultdict(Counter)
    for key, other in zip(keys, others, strict=True):
        if key and other:
            groups[key][other] += 1
    large = [group for group in groups.values() if group.total() >= _AGREEING]
    tops = [group.most_common(1)[0] for group in large]
    if len(large) < _LEAST_GROUPS or len({value for value, _ in tops}) < _AGREEING:
        return False
    agreeing = sum(times for _, times in tops)
    return agreeing >= _DECIDES * sum(group.total() for group in large)


def _apart(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    at: Mapping[str, int],
    column: str,
    deciding: Sequence[str],
) -> list[Apart]:
    """Values that stand only where the other rows, by every column that decides, have another."""
    found: dict[str, list[Apart]] = {}
    for by in deciding:
        query = _APART.format(
            key=cell(at[by]), value=cell(at[column]), table=stored.table, least=_AGREEING
        )
        for value, others, cells, slips in rows_of(con, f"{query} LIMIT {_MOST_VALUES}"):
            apart = Apart(column, by, str(value), str(others), int(str(cells)), int(str(slips)))
            found.setdefault(apart.value, []).append(apart)
    return [
        each[0]
        for _, each in sorted(found.items())
        if len({apart.others.casefold() for apart in each}) == 1
    ]


#: Per value that no group's majority has: the one value that the majorities of all its rows have.
_APART = """
WITH cells AS (
  SELECT lower(trim({key})) AS k, trim({value}) AS v FROM {table}
  WHERE _drop IS NULL AND trim({key}) <> '' AND trim({value}) <> ''
), counted AS (
  SELECT k, lower(v) AS f, min(v) AS v, count(*) AS n FROM cells GROUP BY k, f
), majority AS (
  SELECT k, f, v FROM counted
  QUALIFY n >= {least} AND n >= 0.75 * sum(n) OVER (PARTITION BY k)
)
SELECT min(c.v), min(m.v), sum(c.n), damerau_levenshtein(c.f, min(m.f))
FROM counted c LEFT JOIN majority m USING (k)
GROUP BY c.f
HAVING count(DISTINCT m.f) = 1 AND count(*) = count(m.f) AND min(m.f) <> c.f AND sum(c.n) <= 3
ORDER BY 1
"""


def _is_slip(column: Column, apart: Apart) -> bool:
    """Whether a value can only be a misspelling of the other one."""
    value, others = apart.value, apart.others
    if column.one_of and (value in column.one_of or others not in column.one_of):
        return False
    rule = column.strict
    if rule is not None and not re2.search(rule, others):
        return False
    if not column.one_of and spelled_alike(value) == spelled_alike(others):
        return False  # an apostrophe more or an accent less is another way to write a name
    if _mask(value) == _mask(others) and any(a != b and a.isdigit() for a, b in _pairs(apart)):
        return False  # another number is no misspelling
    if column.one_of or (rule is not None and not re2.search(rule, value)):
        return apart.slips <= max(1, len(others) // 3)
    # Nothing forbids the value: it must be a slip, once, no longer word of its own,
    # and no address: one letter away is another mailbox.
    return (
        apart.cells == 1
        and len(others) >= _LEAST_LETTERS
        and apart.slips <= 1 + len(others) // 8
        and not value.casefold().startswith(others.casefold())
        and not ({*"@:/"} & {*others})
    )


def _unexplained(
    con: duckdb.DuckDBPyConnection,
    stored: Stored,
    at: Mapping[str, int],
    column: str,
    slips: Sequence[Apart],
) -> list[Apart]:
    """The slips that nothing else in their rows accounts for.

    A word that the row has in another column too is no slip ("ak" beside the state "ak"), nor is
    what most rows have that are alike in another column: that is what those rows are.
    """
    if not slips:
        return []
    by_value = {each.value.lower(): each for each in slips}
    folded = [f"lower(trim({cell(i)}))" for i in at.values()]
    rows = rows_of(
        con,
        f"SELECT {', '.join(folded)} FROM {stored.table} WHERE _drop IS NULL "
        f"AND lower(trim({cell(at[column])})) IN (SELECT unnest(?::VARCHAR[]))",
        [sorted(by_value)],
    )
    own = list(at).index(column)
    explained: set[str] = set()
    for row in rows:
        found = by_value[str(row[own])]
        told = {word for i, other in enumerate(row) if i != own for word in _words(str(other))}
        if (_words(found.value) - _words(found.others)) & told:
            explained.add(found.value.lower())
    for i, expression in enumerate(folded):
        if i == own:
            continue
        times = Counter(str(row[i]) for row in rows if row[i])
        often = [value for value, count in times.items() if count >= _AGREEING]
        totals = rows_of(
            con,
            f"SELECT {expression}, count(*) FROM {stored.table} WHERE _drop IS NULL "
            f"AND {expression} IN (SELECT unnest(?::VARCHAR[])) GROUP BY 1",
            [often],
        )
        alike = {str(value) for value, total in totals if 2 * times[str(value)] > int(str(total))}
        explained |= {str(row[own]) for row in rows if str(row[i]) in alike}
    return [each for each in slips if each.value.lower() not in explained]


def _words(text: str) -> set[str]:
    return {word for word in re2.split(r"[^\pL\pN]+", text.lower()) if len(word) > 1}


def _pairs(apart: Apart) -> Iterator[tuple[str, str]]:
    return zip(apart.value, apart.others, strict=False)


def _mask(text: str) -> str:
    return "".join("9" if sign.isdigit() else sign if not sign.isalpha() else "a" for sign in text)
