"""Every operation on a cell does in DuckDB what its plain Python reference says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from vernctl.engine.compile.tables import sql
from vernctl.engine.recipe.base import blank, folded, name, spelled
from vernctl.engine.recipe.numbers import Number
from vernctl.engine.recipe.ops import (
    CellOp,
    Collapse,
    Domain,
    Lower,
    MapValues,
    Prefix,
    Replace,
    StripCharacters,
    Suffix,
    Title,
    Trim,
    Upper,
)
from vernctl.engine.recipe.phones import Phone

SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2003\u2028\u202f\u3000\u200b\u2060\ufeff"
#: Letters whose case is one character for one, which is what the operations promise.
TEXT = st.text(alphabet=st.sampled_from("aZéÖßñ09-_.,;:/+#@'\"\\%$() " + SPACES), max_size=12)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    yield connection
    connection.close()


def run(con: duckdb.DuckDBPyConnection, build: exp.Expr, cells: list[str]) -> list[object]:
    """The expression (over a column ``x``) for every cell, in order."""
    con.execute("CREATE OR REPLACE TABLE cells AS SELECT unnest(?::VARCHAR[]) AS x", [cells])
    query = exp.select(build).from_("cells")
    return [row[0] for row in con.execute(sql(query)).fetchall()]


def trim(text: str) -> str:
    return text.strip(SPACES)


def lower(text: str) -> str:
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def upper(text: str) -> str:
    return "".join(
        "ẞ" if char == "ß" else char.upper() if len(char.upper()) == 1 else char for char in text
    )


def title(text: str) -> str:
    words = re.split(f"([-{re.escape(SPACES)}]+)", text)
    return "".join(upper(word[:1]) + lower(word[1:]) for word in words)


def recode(text: str) -> str:
    return {"a": "X", "zz": "X", "": "Y"}.get(lower(trim(text)), text)


REFERENCES: list[tuple[CellOp, Callable[[str], str]]] = [
    (Trim(), trim),
    (Collapse(), lambda text: re.sub(f"[{re.escape(SPACES)}]+", " ", trim(text))),
    (Lower(), lower),
    (Upper(), upper),
    (Title(), title),
    (Replace(find="a'", by='"%'), lambda text: text.replace("a'", '"%')),
    (Replace(find="\\", by="\\1"), lambda text: text.replace("\\", "\\1")),
    (
        Replace(find="a.", by=r"\0", any_case=True),
        lambda text: re.sub(r"(?i)a\.", lambda _: r"\0", text),
    ),
    (MapValues(values={"A": "X", " zZ": "X", "": "Y"}), recode),
    (MapValues(values={"a": "b"}, exact=True), lambda text: "b" if text == "a" else text),
    (MapValues(values={"a": "b"}, exact=True, other="blank"), lambda t: "b" if t == "a" else ""),
    (
        MapValues(values={"a": "b"}, exact=True, otherwise="c"),
        lambda text: "b" if text == "a" else "c" if trim(text) else text,
    ),
    (StripCharacters(characters="-]^\\'"), lambda text: re.sub(r"[-\]^\\']", "", text)),
    (StripCharacters(kind="non_digits"), lambda text: re.sub(r"[^0-9]", "", text)),
    (StripCharacters(kind="space"), lambda text: re.sub(f"[{re.escape(SPACES)}]", "", text)),
    (Prefix(add="+4"), lambda t: t if not trim(t) or t.startswith("+4") else "+4" + t),
    (Suffix(add="%"), lambda t: t if not trim(t) or t.endswith("%") else t + "%"),
]


@pytest.mark.parametrize(("operation", "reference"), REFERENCES, ids=lambda x: getattr(x, "op", ""))
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.lists(TEXT, min_size=20, max_size=60))
def test_an_operation_does_what_its_reference_does(
    con: duckdb.DuckDBPyConnection,
    operation: CellOp,
    reference: Callable[[str], str],
    cells: list[str],
) -> None:
    done = run(con, operation.build(name("x")), cells)
    assert done == [reference(cell) for cell in cells]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.lists(TEXT, min_size=20, max_size=60))
def test_folding_and_blankness_are_what_the_rules_say(
    con: duckdb.DuckDBPyConnection, cells: list[str]
) -> None:
    assert run(con, folded(name("x")), cells) == [lower(trim(cell)) for cell in cells]
    assert run(con, blank(name("x")), cells) == [not trim(cell) for cell in cells]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    numbers=st.lists(
        st.decimals(-(10**9), 10**9, places=4, allow_nan=False), min_size=5, max_size=30
    ),
    places=st.integers(0, 4),
)
def test_a_number_is_read_in_both_notations_and_rounded_half_up(
    con: duckdb.DuckDBPyConnection, numbers: list[Decimal], places: int
) -> None:
    english = [f"$ {number:,}" for number in numbers]
    german = [text.translate(str.maketrans(",.", ".,")) for text in english]
    step = Decimal(1).scaleb(-places)
    rounded = [str(number.quantize(step, ROUND_HALF_UP)) for number in numbers]
    wanted = [re.sub(r"^-(0(?:\.0*)?)$", r"\1", text) for text in rounded]
    for decimal, cells in ((".", english), (",", german)):
        plain = Number.model_validate({"decimal": decimal}).build(name("x"))
        exact = Number.model_validate({"decimal": decimal, "places": places}).build(name("x"))
        assert run(con, plain, cells) == [str(number) for number in numbers]
        assert run(con, exact, cells) == wanted


@pytest.mark.parametrize("cell", ["", "n/a", "1.2.3", "12,34,5", "1e5", "--1", "1,2345.6"])
def test_what_is_no_number_stays_as_it_is(con: duckdb.DuckDBPyConnection, cell: str) -> None:
    assert run(con, Number(places=2).build(name("x")), [cell]) == [cell]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("030 12-34/5", "03012345"),
        ("+49 (0) 30 1234", "+49301234"),
        ("0049(0)30/12 34", "+49301234"),
        ("(0)30 123456", "030123456"),
        ("0049 30 1234", "+49301234"),
        ("(555) 010-9999", "5550109999"),
        ("call reception", "call reception"),
        ("030 1234 ext. 5", "030 1234 ext. 5"),
    ],
)
def test_a_phone_number_is_cleaned_and_words_are_left_alone(
    con: duckdb.DuckDBPyConnection, cell: str, wanted: str
) -> None:
    assert run(con, Phone().build(name("x")), [cell]) == [wanted]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("https://www.Acme.test/a?b", "acme.test"),
        ("Jo@Mail.Acme.test", "mail.acme.test"),
        (" acme.test:80", "acme.test"),
    ],
)
def test_a_domain_is_taken_from_web_and_mail_addresses(
    con: duckdb.DuckDBPyConnection, cell: str, wanted: str
) -> None:
    assert run(con, Domain().build(name("x")), [cell]) == [wanted]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Müller-Lüdenscheid", "muller ludenscheid", True),
        ("On hold", "on_hold", True),
        ("ACME-9", "acme 9", True),
        ("1.5", "15", False),
        ("1-2-3", "12-3", False),
        ("C++", "C", False),
        ("C#", "C", False),
    ],
)
def test_spelling_sets_aside_only_what_means_nothing(
    con: duckdb.DuckDBPyConnection, one: str, other: str, same: bool
) -> None:
    left, right = run(con, spelled(name("x")), [one, other])
    assert (left == right) is same
