"""CSV files as tables: exact, strict, and the fast way says what the slow way says."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernctl.diff.compare import diff_sheets
from vernctl.diff.tables import diff_files, read_csv_sheet
from vernctl.errors import InputError, UsageError
from vernctl.snapshot.keys import find_column
from vernctl.snapshot.rows import KeySource


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "old.csv", tmp_path / "new.csv"


def test_cells_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbfa,b,a\r\n" x ","1\n2",\0\r\n\r\n"""q""",,z')
    sheet = read_csv_sheet(path)
    assert sheet.columns == ("a", "b", "a (2)")
    assert sheet.rows == ((" x ", "1\n2", "\0"), ('"q"', "", "z"))


def test_a_blank_line_is_an_empty_cell_where_there_is_one_column(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n\n2\n")
    assert read_csv_sheet(path).rows == (("1",), ("",), ("2",))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"a,b\n1\n", "row 1 has 1 cells under a header of 2"),
        (b'a,b\n"1,2\n', "is not CSV"),
        (b'a,b\n"1"x,2\n', ":2 is not CSV"),
        (b"a\nM\xfcller\n", "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=said):
        read_csv_sheet(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_csv_sheet(tmp_path / "none.csv")


def test_a_cell_of_a_megabyte_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "x" * 1_000_000 + ",1\n")
    assert len(read_csv_sheet(path).rows[0][0]) == 1_000_000


def test_a_line_break_inside_a_cell_is_no_row(files: tuple[Path, Path]) -> None:
    old, new = files
    old.write_text('id,a\n1,"x\ny"\n2,z\n')
    new.write_text('id,a\n1,"x\nY!"\n2,z\n')
    diff = diff_files(old, new, key=["id"])
    assert (len(diff.changed), len(diff.added), len(diff.removed)) == (1, 0, 0)


def test_ignored_columns_are_left_out(files: tuple[Path, Path]) -> None:
    old, new = files
    old.write_text("id,a,t\n1,x,9:00\n")
    new.write_text("id,a,t\n1,x,9:01\n")
    assert diff_files(old, new, key=["id"], ignore=["t"]).is_empty
    assert not diff_files(old, new, key=["id"]).is_empty


def test_line_ends_and_bom_are_no_difference(files: tuple[Path, Path]) -> None:
    old, new = files
    old.write_bytes(b"id,a\n1,x\n2,y\n")
    new.write_bytes(b'\xef\xbb\xbfid,a\r\n1,"x"\r\n2,y')
    diff = diff_files(old, new, key=["id"])
    assert diff.is_empty
    assert (diff.rows, diff.rows_before) == (2, 2)


@pytest.mark.parametrize(
    ("key", "ignore", "said"),
    [
        (["ID"], [], "the old and the new file has no such column"),
        (["a"], [], "the new file has no such column"),
        (["id"], ["id"], "both name"),
    ],
)
def test_a_key_that_is_not_there_is_a_usage_error(
    files: tuple[Path, Path], key: list[str], ignore: list[str], said: str
) -> None:
    old, new = files
    old.write_text("id,a\n1,2\n")
    new.write_text("id,b\n1,2\n")
    with pytest.raises(UsageError, match=said):
        diff_files(old, new, key=key, ignore=ignore)


CELLS = st.sampled_from(["", "1", "2", "3", "x", "X", " x", 'q"q', "a\nb", "c,d"])


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_comparing_by_line_says_what_comparing_by_cell_says(data: st.DataObject) -> None:
    plain = data.draw(st.booleans())
    cells = st.sampled_from(["", "1", "2", "3", "x", "X"]) if plain else CELLS
    ids = st.one_of(st.integers(1, 9).map(str), st.just(" "))
    row = st.tuples(ids, cells, cells)
    one = data.draw(st.lists(row, max_size=8))
    two = data.draw(st.permutations(one))[: data.draw(st.integers(0, 8))]
    two += data.draw(st.lists(row, max_size=4))
    key = data.draw(st.sampled_from([[], ["id"], ["id", "a"], ["b"], ["a", "b"]]))
    quote_all = data.draw(st.booleans())
    with tempfile.TemporaryDirectory() as root:
        paths = Path(root, "old.csv"), Path(root, "new.csv")
        for path, rows in zip(paths, (one, two), strict=True):
            with path.open("w", newline="") as file:
                writer = csv.writer(
                    file,
                    lineterminator="\n",
                    quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
                )
                writer.writerows([("id", "a", "b"), *rows])
        fast = diff_files(*paths, key=key)
        old, new = map(read_csv_sheet, paths)
    found = key or find_column([old, new])
    source: KeySource = "spec" if key else "found" if found else "none"
    slow = diff_sheets(old, new, found, source, stats=False)
    assert fast.model_copy(update={"slug": slow.slug, "name": slow.name}) == slow


def test_without_a_key_one_that_tells_the_rows_of_both_apart_is_found(
    files: tuple[Path, Path],
) -> None:
    old, new = files
    old.write_text("n,id,a,b\n1,x,p,q\n1,y,r,s\n")
    new.write_text("n,id,a,b\n2,y,t,u\n1,x,p,q\n")
    diff = diff_files(old, new)
    assert (diff.key, diff.key_source) == (("id",), "found")
    assert [(row.key, len(row.cells)) for row in diff.changed] == [(("y",), 3)]
    assert diff_files(old, new, ignore=["id", "a", "b"]).key_source == "none"
