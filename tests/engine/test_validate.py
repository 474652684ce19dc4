"""The rules in SQL, held against the same rules told in plain Python, cell by cell."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from vernctl.engine.compile.tables import Stored
from vernctl.engine.model import Column, Link, Template
from vernctl.engine.validate import PATTERN, REQUIRED, SCHEMA, flag_cells

#: A strict pattern, and the same said without patterns.
PATTERNS: dict[str, Callable[[str], bool]] = {
    r"^\d+$": lambda text: text != "" and set(text) <= set("0123456789"),
    r"a.c": lambda text: any(
        text[i] == "a" and text[i + 1] != "\n" and text[i + 2] == "c" for i in range(len(text) - 2)
    ),
    r"(?i)^ab": lambda text: text[:2].lower() == "ab",
}
COMPANIES = Template(
    slug="companies",
    name="Companies",
    columns=(Column(name="Name"), Column(name="Code")),
)
PEOPLE = Template(slug="people", name="People", columns=(Column(name="Email"),))
OBJECT: JsonValue = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}

_PIECES = ["a", "A", "b", "c", "É", "é", "ß", "1", "23", " ", "\t", "\n", "\u00a0", "\u200b", "-"]
_TEXT = st.lists(st.sampled_from(_PIECES), max_size=4).map("".join)
_JSON = st.sampled_from(["", " ", "{}", '{"a": 1}', '{"a": 1.0}', '{"a": true}', "[1]", "no", "1"])
_ROW = st.tuples(_TEXT, _TEXT, _TEXT, _JSON, st.booleans())
_KEYS = st.lists(st.tuples(_TEXT, _TEXT, st.booleans()), max_size=6)


def _is_blank(text: str) -> bool:
    return _trimmed(text) == ""


def _trimmed(text: str) -> str:
    space = [
        char for char in text
        if char in "\t\n\x0b\x0c\r\x85\u200b\u2060\ufeff" or unicodedata.category(char)[0] == "Z"
    ]  # fmt: skip
    return text.strip("".join(space)) if space else text


def _key(text: str) -> str:
    return _trimmed(text).lower()


def _accepted(text: str) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    if not isinstance(value, dict) or "a" not in value or isinstance(value["a"], bool):
        return False
    return isinstance(value["a"], int) or value["a"] == int(value["a"])


def _expected(
    pattern: str, rows: Sequence[tuple[str, str, str, str]], known: Sequence[str]
) -> Iterator[tuple[int, int, str]]:
    """(row, column, message) of every rule that a cell breaks."""
    times = Counter(_key(row[0]) for row in rows if not _is_blank(row[0]))
    keys = {_key(value) for value in known if not _is_blank(value)}
    for place, (first, second, third, fourth) in enumerate(rows):
        if _is_blank(first):
            yield place, 0, REQUIRED
        elif times[_key(first)] > 1:
            yield place, 0, f'Duplicate value: "{_key(first)}" appears {times[_key(first)]} times'
        if not _is_blank(second) and not PATTERNS[pattern](second):
            yield place, 1, PATTERN
        if not _is_blank(second) and second not in ("abc", "23"):
            yield place, 1, PATTERN
        if not _is_blank(third) and _key(third) not in keys:
            where = "Code column from Companies or Email column from People"
            yield place, 2, f'Value "{third}" not found in {where}'
        if not _is_blank(fourth) and not _accepted(fourth):
            yield place, 3, SCHEMA


def _stored(con: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]) -> Stored:
    """A sheet of these cells; the last of each row says whether the row was dropped."""
    width = len(rows[0]) - 1
    columns = ", ".join(f"c{i} VARCHAR" for i in range(width))
    con.execute(f"CREATE OR REPLACE TABLE {table} (_pos BIGINT, _drop INTEGER, {columns})")
    marks = ", ".join("?" * (width + 2))
    values = [[None if row[-1] else i, 0 if row[-1] else None, *row[:-1]]
              for i, row in enumerate(rows[1:])]  # fmt: skip
    if values:
        con.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
    return Stored(table, tuple(str(name) for name in rows[0][:-1]))


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=12, deadline=None)
@given(rows=st.lists(_ROW, max_size=14), companies=_KEYS, people=_KEYS)
def test_rules_in_sql_flag_what_they_say(
    pattern: str,
    rows: list[tuple[str, str, str, str, bool]],
    companies: list[tuple[str, str, bool]],
    people: list[tuple[str, str, bool]],
) -> None:
    template = Template(
        slug="t",
        name="T",
        columns=(
            Column(name="Key", required=True, unique=True),
            Column(name="Kind", strict=pattern, one_of=("abc", "23")),
            Column(
                name="Owner",
                link=(
                    Link(template="companies", column="Code"),
                    Link(template="people", column="Email"),
                ),
            ),
            Column(name="Data", schema_=OBJECT),
        ),
    )
    with duckdb.connect() as con:
        mails = [(first, gone) for first, _, gone in people]
        sheets = {
            "t": _stored(con, "t", [("Key", "Kind", "Owner", "Data", ""), *rows]),
            "companies": _stored(con, "companies", [("Name", "Code", ""), *companies]),
            "people": _stored(con, "people", [("Email", ""), *mails]),
        }
        flag_cells(con, template, (template, COMPANIES, PEOPLE), sheets, "flags")
        found = con.execute("SELECT _pos, col, message FROM flags").fetchall()
    stay = [i for i, row in enumerate(rows) if not row[4]]
    known = [code for _, code, gone in companies if not gone]
    known += [mail for mail, gone in mails if not gone]
    expected = _expected(pattern, [rows[i][:4] for i in stay], known)
    assert Counter(found) == Counter((stay[place], col, text) for place, col, text in expected)
