"""Dates: which cells are read, in which order, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from vernctl.engine.author import author
from vernctl.engine.compile.tables import sql
from vernctl.engine.heal.cells import order_of
from vernctl.engine.heal.facts import DateFacts
from vernctl.engine.model import Column, InputFile, Template
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


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["3. März 2024", "14. Dez. 2023"], ["2024-03-03", "2023-12-14"]),
        (["1er mai 2024", "14 août 2023"], ["2024-05-01", "2023-08-14"]),
        (["3 de marzo de 2024", "14 de diciembre de 2023"], ["2024-03-03", "2023-12-14"]),
        (["3 maart 2024", "14 mei 2023"], ["2024-03-03", "2023-05-14"]),
        (["3 października 2024", "14 lis 2023"], ["2024-10-03", "2023-11-14"]),
        (["3. října 2024 13:45", "14. listopadu 2023"], ["2024-10-03", "2023-11-14"]),
        (["3 mars 2024", "14 juni 2023"], ["2024-03-03", "2023-06-14"]),
    ],
)
def test_months_are_read_in_their_language(
    tmp_path: Path, cells: list[str], wanted: list[str]
) -> None:
    rule = r"^\d{4}-\d{2}-\d{2}$"
    assert healed(tmp_path, Column(name="Born On", strict=rule), cells) == wanted


def test_days_as_spreadsheets_count_them_are_dates_in_a_column_of_dates(tmp_path: Path) -> None:
    column = Column(name="Born On", strict=r"^\d{4}-\d{2}-\d{2}$")
    cells = ["45357", "2024-03-07", "20000", "45292.75"]
    assert healed(tmp_path, column, cells) == [
        "2024-03-06",
        "2024-03-07",
        "1954-10-03",
        "2024-01-01",
    ]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        (Column(name="Postal Code"), ["45357", "20095", "20000"]),
        (Column(name="Date Code"), ["45357", "20095", "A-17"]),
        (Column(name="Born On"), ["45357", "20095"]),
    ],
)
def test_other_numbers_are_no_dates(tmp_path: Path, column: Column, cells: list[str]) -> None:
    assert healed(tmp_path, column, cells) == cells


def healed(folder: Path, column: Column, cells: list[str]) -> list[str]:
    lines = [f"{i};{cell}" for i, cell in enumerate(cells)]
    path = folder / "rows.csv"
    path.write_text("\n".join([f"Nr;{column.name}", *lines]), encoding="utf-8")
    template = Template(slug="rows", name="Rows", columns=(Column(name="Nr"), column))
    made = author([InputFile(name="rows.csv", path=path)], [template], workdir=folder)
    return [row[1] for row in made.sheets[0].rows]
