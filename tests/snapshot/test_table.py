"""The canonical text of a table, and what is not one."""

from __future__ import annotations

import pytest

from vernctl.snapshot.sheet import InvalidCell, Sheet
from vernctl.snapshot.table import read_invalid, read_rows, write_invalid, write_rows

SHEET = Sheet(slug="s", name="S", columns=("id", "n"), rows=(("1", "a"), ("2", "b")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"a,b\n1,2", "no end"),
        (b'a,b\n"1,2\n', "not CSV"),
        (b'a,b\n"1\n2",3\n', "more than one line"),
        (b"a,b\n1\n", "line 2 has 1 cells under a header of 2"),
        (b"a,b\n1,\\x\n", "not an escape"),
        (b"a,b\n1,\\\n", "not an escape"),
        (b"a,b\n1,\xff\n", "utf-8"),
    ],
)
def test_what_vernctl_would_not_write_is_not_read(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_rows(data)


def test_tables_without_columns_or_rows_are_kept(subtests: pytest.Subtests) -> None:
    for header, rows in ((("",), [("",), ("",)]), ((), [(), ()]), (("a", "b"), [])):
        with subtests.test(header=header):
            assert read_rows(write_rows(header, rows)) == (header, rows)


def test_a_cell_of_a_megabyte_is_kept() -> None:
    row = ("x" * 1_000_000, "\\n\n")
    assert read_rows(write_rows(("a", "b"), [row]))[1] == [row]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"key,column\n", "its header is not key,nth,column,message"),
        (b"key,nth,column,message\n3,1,n,bad\n", "row 1 of key '3' is not in the sheet"),
        (b"key,nth,column,message\n1,2,n,bad\n", "row 2 of key '1' is not in the sheet"),
    ],
)
def test_an_invalid_cell_of_no_row_is_an_error(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_invalid(data, SHEET, ("id",))


def test_a_blank_key_is_not_taken_for_an_unplaced_cell() -> None:
    invalid = (InvalidCell(-1, "", "odd"), InvalidCell(0, "n", "bad"))
    sheet = SHEET.model_copy(update={"rows": (("", "a"), ("", "b")), "invalid": invalid})
    assert read_invalid(write_invalid(sheet, ("id",)), sheet, ("id",)) == invalid
