"""Dates: which cells are read, in which order, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from vernctl.engine.compile.tables import sql
from vernctl.engine.heal.cells import order_of
from vernctl.engine.heal.facts import DateFacts
from vernctl.engine.recipe.base import name
from vernctl.engine.recipe.dates import DateOp


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    yield connection
    connection.close()


def read(con: duckdb.DuckDBPyConnection, operation: DateOp, cells: list[str]) -> list[str]:
    con.execute("CREATE OR REPLACE TABLE cells AS SELECT unnest(?::VARCHAR[]) AS x", [cells])
    query = exp.select(operation.build(name("x"))).from_("cells")
    return [row[0] for row in con.execute(sql(query)).fetchall()]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("2024-1-5", "2024-01-05"),
        ("2024/01/05", "2024-01-05"),
        ("20240105", "2024-01-05"),
        ("5.1.2024", "2024-01-05"),
        ("05.01.24", "2024-01-05"),
        ("5 January 2024", "2024-01-05"),
        ("5th jan. 2024", "2024-01-05"),
        ("05-Jan-24", "2024-01-05"),
        ("January 5, 2024", "2024-01-05"),
        ("Sept 3rd 2024", "2024-09-03"),
        (" 5/1/2024 ", "2024-01-05"),
        ("5/1/69", "1969-01-05"),
        ("5/1/68", "2068-01-05"),
        ("1/13/2024", "2024-01-13"),
        ("5/1/2024 13:45", "2024-01-05"),
    ],
)
def test_a_date_is_written_as_iso(con: duckdb.DuckDBPyConnection, cell: str, wanted: str) -> None:
    assert read(con, DateOp(order="dmy"), [cell]) == [wanted]


@pytest.mark.parametrize(
    "cell",
    ["", "soon", "31/2/2024", "2024-13-01", "5/1", "5/1/2024 and more", "1.2.3.4", "13/13/24"],
)
def test_what_is_no_date_stays_as_it_is(con: duckdb.DuckDBPyConnection, cell: str) -> None:
    assert read(con, DateOp(), [cell]) == [cell]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("5/1/2024 1:45 pm", "2024-01-05T13:45:00"),
        ("2024-01-05T13:45:10.250Z", "2024-01-05T13:45:10Z"),
        ("2024-01-05 13:45:10+02:00", "2024-01-05T13:45:10+02:00"),
        ("2024-01-05", "2024-01-05"),
    ],
)
def test_a_time_is_kept_where_it_is_wanted(
    con: duckdb.DuckDBPyConnection, cell: str, wanted: str
) -> None:
    assert read(con, DateOp(time=True), [cell]) == [wanted]


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(days=st.lists(st.dates(date(1970, 1, 1), date(2068, 12, 31)), min_size=10, max_size=40))
def test_every_day_is_read_back_in_every_form(
    con: duckdb.DuckDBPyConnection, days: list[date]
) -> None:
    iso = [day.isoformat() for day in days]
    for form in ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%d/%m/%y", "%d-%m-%Y"):
        assert read(con, DateOp(order="dmy"), [day.strftime(form) for day in days]) == iso
    for form in ("%m/%d/%Y", "%m-%d-%y"):
        assert read(con, DateOp(order="mdy"), [day.strftime(form) for day in days]) == iso


@pytest.mark.parametrize(
    ("day_first", "month_first", "either", "order"),
    [(3, 0, 9, "dmy"), (0, 3, 9, "mdy"), (0, 0, 9, None), (2, 3, 9, None), (2, 3, 0, "dmy")],
)
def test_the_order_is_told_by_all_values_or_asked(
    day_first: int, month_first: int, either: int, order: str | None
) -> None:
    facts = DateFacts(
        read=20,
        four_digits=20,
        iso=0,
        day_first=day_first,
        month_first=month_first,
        either=either,
        timed=0,
    )
    assert order_of(facts) == order


def test_where_times_are_kept_a_cell_that_is_no_date_stays_as_it_is(
    con: duckdb.DuckDBPyConnection,
) -> None:
    cells = ["soon", "31/31/2024", "2024-01-05 10:30"]
    assert read(con, DateOp(time=True), cells) == ["soon", "31/31/2024", "2024-01-05T10:30:00"]
