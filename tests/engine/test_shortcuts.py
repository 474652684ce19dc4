"""Operations have a short way for the commonest cells: it gives what the long way gives."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from vernctl.engine.compile.tables import sql
from vernctl.engine.recipe.base import name
from vernctl.engine.recipe.dates import DateOp
from vernctl.engine.recipe.numbers import Number

_DIGITS = st.text("0123456789", min_size=1, max_size=4)
_DATES = st.builds(
    lambda a, sep, b, again, c, after: f"{a}{sep}{b}{again or sep}{c}{after}",
    _DIGITS,
    st.sampled_from("/-. "),
    _DIGITS,
    st.sampled_from(["", "", "", "/", "-"]),
    _DIGITS,
    st.sampled_from(["", "", "", " ", " 10:30", "T00:00:00Z", "x"]),
)
_NUMBERS = st.text("0123456789.,-+ €%k", min_size=1, max_size=12)


def _written(query: str, cells: Sequence[str]) -> list[str]:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT unnest(?::VARCHAR[]) AS c", [list(cells)])
        return [str(cell) for (cell,) in con.execute(query).fetchall()]


def _both_ways(cells: Sequence[str], short: exp.Expr, long: exp.Expr) -> tuple[object, object]:
    ways = (_written(f"SELECT {sql(each)} FROM t", cells) for each in (short, long))
    return tuple(zip(cells, next(ways), strict=True)), tuple(zip(cells, next(ways), strict=True))


@settings(max_examples=15, deadline=None)
@given(st.lists(_DATES, min_size=50, max_size=200), st.sampled_from(["dmy", "mdy"]), st.booleans())
def test_a_common_date_is_read_as_any_date_is(cells: list[str], order: str, time: bool) -> None:
    operation = DateOp(order=order, time=time)  # type: ignore[arg-type]
    short, long = _both_ways(cells, operation.build(name("c")), operation.build_long(name("c")))
    assert short == long


@pytest.mark.parametrize("decimal", [".", ",", "any"])
@settings(max_examples=8, deadline=None)
@given(
    cells=st.lists(_NUMBERS, min_size=50, max_size=200),
    places=st.sampled_from([None, 0, 2, 8]),
    beside=st.sampled_from([(), ("k", "€"), ("0",), (".",)]),
    percent=st.booleans(),
    short=st.booleans(),
)
def test_a_common_number_is_read_as_any_number_is(
    decimal: str, cells: list[str], places: int, beside: tuple[str, ...], percent: bool, short: bool
) -> None:
    operation = Number(
        decimal=decimal,  # type: ignore[arg-type]
        places=places,
        beside=beside,
        percent=percent,
        short=short,
    )
    quick, long = _both_ways(cells, operation.build(name("c")), operation.build_long(name("c")))
    assert quick == long
