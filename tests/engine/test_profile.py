"""A profile tells what a table holds, exactly where it decides and the same every time."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from vernctl.engine.kinds import dates_of, kinds_of
from vernctl.engine.model import InputFile
from vernctl.engine.overlap import containment
from vernctl.engine.profile import ColumnProfile, TableProfile, profile_table
from vernctl.engine.readers import load_table, read_file


def profile(folder: Path, text: str, threads: int = 2) -> TableProfile:
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    (table,) = read_file(InputFile(name="a.csv", path=path), folder)
    with duckdb.connect(config={"threads": threads}) as con:
        load_table(con, table, 'odd "name"')
        return profile_table(con, 'odd "name"', table)


def column(folder: Path, *values: str) -> ColumnProfile:
    body = "".join(f'"{value}",x\n' for value in values)
    return profile(folder, f"value,other\n{body}").columns[0]


def test_filled_distinct_and_lengths_are_exact_and_trimmed(tmp_path: Path) -> None:
    found = column(tmp_path, " a", "a ", "", "  ", "bcd", "b")
    assert (found.filled, found.distinct, found.shortest, found.longest) == (4, 3, 1, 3)
    assert not found.unique


def test_the_commonest_values_come_first_and_ties_by_value(tmp_path: Path) -> None:
    found = column(tmp_path, "b", "a", "c", "c", "B")
    assert found.top == (("c", 2), ("B", 1), ("a", 1), ("b", 1))


def test_a_column_without_doubles_is_unique(tmp_path: Path) -> None:
    assert column(tmp_path, "1", "2", "").unique
    assert not column(tmp_path, "", "").unique


def test_kinds_are_counted_over_filled_cells(tmp_path: Path) -> None:
    found = column(tmp_path, "a@b.co", "c@d.co", "none", "")
    assert found.checked == 3
    assert found.kinds["email"] == 2
    assert found.share("email") == pytest.approx(2 / 3)


def test_large_tables_are_sampled_evenly_and_counted_whole(tmp_path: Path) -> None:
    body = "".join(f"{n},{n % 7}\n" for n in range(12_000))
    first, second = profile(tmp_path, f"id,group\n{body}").columns
    assert (first.filled, first.distinct, second.distinct) == (12_000, 12_000, 7)
    assert first.checked == 4_000
    assert first.sample[:3] == ("0", "3", "6")


def test_a_profile_does_not_depend_on_threads(tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{n % 97},{n % 13}\n" for n in range(5_000))
    assert profile(tmp_path, text, threads=1) == profile(tmp_path, text, threads=4)


def test_what_columns_share_is_estimated_from_their_sketches(tmp_path: Path) -> None:
    small = column(tmp_path, "A-1", "a-2", "A-9")
    keys = column(tmp_path, *(f"a-{n}" for n in range(1, 6)))
    assert containment(small, keys) == pytest.approx(2 / 3)
    many = column(tmp_path, *(f"k{n}" for n in range(3_000)))
    half = column(tmp_path, *(f"k{n}" for n in range(0, 6_000, 2)))
    assert containment(half, many) == pytest.approx(0.5, abs=0.12)
    assert containment(small, many) == 0.0


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ann@x.test", ("email",)),
        ("https://x.test/a", ("url",)),
        ("x.test", ("domain",)),
        ("42", ("integer",)),
        ("1", ("integer", "boolean")),
        ("1,234.50", ("decimal",)),
        ("1.234,50", ("decimal_comma",)),
        ("-17,22", ("decimal_comma",)),
        ("€ 12.50", ("money",)),
        ("12,50 EUR", ("money",)),
        ("12 %", ("percent",)),
        ("yes", ("boolean",)),
        ("2024-01-31", ("date_iso",)),
        ("2024-01-31T10:00:00Z", ("date_iso", "datetime")),
        ("31.01.2024", ("date_dmy",)),
        ("01/31/2024", ("date_mdy",)),
        ("03/04/2024", ("date_dmy", "date_mdy")),
        ("27 Feb 2018", ("date_text",)),
        ("März 3, 2018", ("date_text",)),
        ("+49 30 1234567", ("phone",)),
        ("1-712-522-6088", ("phone",)),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", ("uuid",)),
        ("10.0.0.1", ("ip",)),
        ("NL26 BUNQ 2025 1264 09", ("iban",)),
        ("09:30", ("time",)),
        ("DE", ("country_code", "name")),
        ("Zoé Müller", ("name",)),
        ("A-17/b", ("code",)),
    ],
)
def test_a_value_is_of_the_kind_that_a_person_sees(text: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(text) == kinds


@pytest.mark.parametrize("text", ["32.01.2024", "2024-13-01", "00/00/2024", "1.2.3", "2024"])
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert dates_of(text) == ()


def test_many_columns_that_share_a_query_are_profiled_as_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f" a{n % 3},{n},,x\u00a0{n % 2},{'NULL' if n % 2 else ''}\n" for n in range(90))
    (tmp_path / "t.csv").write_text(f"one,two,three,four,five\n{rows}")
    (table,) = read_file(InputFile(name="t.csv", path=tmp_path / "t.csv"), tmp_path)

    def profiled() -> TableProfile:
        with duckdb.connect() as con:
            load_table(con, table, "t")
            return profile_table(con, "t", table)

    together = profiled()
    monkeypatch.setattr("vernctl.engine.profile._AT_ONCE", 1)
    assert profiled() == together
    assert [column.distinct for column in together.columns] == [3, 90, 0, 2, 1]
