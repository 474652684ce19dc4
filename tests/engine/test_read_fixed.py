"""Text in columns of fixed width: read by position where that is certain, and said where not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernctl.engine.model import InputFile
from vernctl.engine.readers import SourceTable, iter_rows, read_file

PEOPLE = [
    ["ID", "NAME", "CITY", "AMOUNT"],
    ["1", "Smith, John", "New York", "12.50"],
    ["22", "Lee", "Bonn", "1,234.00"],
    ["333", "van der Berg, A", "", "7.00"],
]


def read(folder: Path, text: str) -> SourceTable:
    path = folder / "list.txt"
    path.write_text(text, encoding="utf-8")
    (table,) = read_file(InputFile(name="list.txt", path=path), folder)
    return table


def shape(table: SourceTable) -> list[list[str]]:
    return [list(table.columns), *map(list, iter_rows(table))]


def columns(rows: list[list[str]], gap: str = "   ") -> list[str]:
    """Rows as an old system prints them: texts to the left, the last column to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        gap.join(
            cell.rjust(width) if at == len(widths) - 1 else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def test_padded_columns_are_read_by_position(tmp_path: Path) -> None:
    assert shape(read(tmp_path, "\n".join(columns(PEOPLE)))) == PEOPLE


def test_a_ruled_line_tells_the_columns_as_sql_clients_print_them(tmp_path: Path) -> None:
    text = """\
name    age city
------- --- --------
Ann Lee  31 New York
Bob       4 Bonn
Cy      102 Rome

(3 rows affected)
"""
    table = read(tmp_path, text)
    assert shape(table) == [
        ["name", "age", "city"],
        ["Ann Lee", "31", "New York"],
        ["Bob", "4", "Bonn"],
        ["Cy", "102", "Rome"],
    ]
    assert table.skipped == {"blank": 1, "header": 1, "ruled line": 1}
    assert [(line.line, line.why) for line in table.rejected] == [
        (7, "a client's count of rows, and no row")
    ]


def test_lines_above_the_columns_are_kept_apart(tmp_path: Path) -> None:
    lines = ["CUSTOMERS AS OF 2024-01-31 (ALL BRANCHES)", "", *columns(PEOPLE)]
    table = read(tmp_path, "\n".join(lines))
    assert shape(table) == PEOPLE
    assert table.skipped["before the header"] == 1 and table.header_line == 3


def test_a_number_that_outgrows_its_column_stays_whole(tmp_path: Path) -> None:
    lines = columns([*PEOPLE, *[["4", "Roe", "Ulm", "9.00"]] * 500])
    last = f"{lines[-1][:33]}1234569.00"
    table = read(tmp_path, "\n".join([*lines, last]))
    assert list(iter_rows(table))[-1] == ("4", "Roe", "Ulm", "1234569.00")


def test_text_across_two_columns_is_rejected_with_its_line(tmp_path: Path) -> None:
    lines = [*columns([PEOPLE[0], *PEOPLE[1:] * 150]), "22    Lee of the long name and Bonn 1.00"]
    table = read(tmp_path, "\n".join(lines))
    assert [(each.line, each.text) for each in table.rejected] == [(452, lines[451])]
    assert table.row_count + table.rejected_count + sum(table.skipped.values()) == 452


@pytest.mark.parametrize(
    "text",
    [
        "Mr Smith\nMs Jones\nMr Brown\nMs White\n",
        "One line of prose that says something.\nAnother line  of it.\nA third.\n",
        "code\nA x  1\nB  2 y\nC  3\n",
    ],
)
def test_blanks_that_prove_nothing_part_nothing(tmp_path: Path, text: str) -> None:
    assert len(read(tmp_path, text).columns) == 1


def test_one_column_that_may_be_several_is_spoken_of(tmp_path: Path) -> None:
    table = read(tmp_path, "item\nAx of  1 piece\nBy      2\nCz te  3 or 4\n")
    assert any("fixed width" in note for note in table.notes)
    assert not read(tmp_path, "name\nAnn Lee\nBo Ray\nCy Fox\n").notes


def test_a_delimiter_that_parts_every_line_alike_is_believed_first(tmp_path: Path) -> None:
    table = read(tmp_path, "id  ;name   ;city\n1   ;Ann    ;Bonn\n2   ;Bob    ;Rome\n")
    assert [name.strip() for name in table.columns] == ["id", "name", "city"]


cells = st.text(alphabet="abcxyz", min_size=1, max_size=9)


@given(
    rows=st.lists(st.tuples(cells, cells, cells), min_size=3, max_size=12), gap=st.integers(2, 5)
)
def test_what_is_printed_in_columns_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], gap: int
) -> None:
    printed = [["One", "Two", "Three"], *map(list, rows)]
    text = "\n".join(columns(printed, " " * gap))
    assert shape(read(tmp_path_factory.mktemp("fixed"), text)) == printed
