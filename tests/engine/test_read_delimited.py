"""Text files of every dialect become tables, and every line is accounted for."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers import SourceTable, iter_rows, load_table, read_file
from vernctl.engine.readers.encoding import detect_encoding


def read(folder: Path, content: str | bytes, name: str = "a.csv") -> SourceTable:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (table,) = read_file(InputFile(name=name, path=path), folder)
    return table


def rows(table: SourceTable) -> list[tuple[str, ...]]:
    return list(iter_rows(table))


def test_a_plain_file_keeps_header_and_cells_exactly(tmp_path: Path) -> None:
    table = read(tmp_path, 'id,note\n007,"  a ""b"" \nc"\n8,\n')
    assert table.columns == ("id", "note")
    assert rows(table) == [("007", '  a "b" \nc'), ("8", "")]
    assert (table.encoding, table.header_line, table.row_count) == ("utf-8", 1, 2)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = [["name", "amount", "day"], ["Ann", "1.50", "2024-01-02"], ["Bob", "2", "2024-03-04"]]
    table = read(tmp_path, end.join(delimiter.join(line) for line in lines) + end)
    assert table.dialect is not None
    assert table.dialect.delimiter == delimiter
    assert [list(table.columns), *map(list, rows(table))] == lines


def test_decimal_commas_do_not_win_over_semicolons(tmp_path: Path) -> None:
    table = read(tmp_path, "Datum;Betrag\n01.02.2024;-17,22\n02.02.2024;1.204,50\n")
    assert table.columns == ("Datum", "Betrag")
    assert rows(table) == [("01.02.2024", "-17,22"), ("02.02.2024", "1.204,50")]


def test_backslash_escapes_are_understood(tmp_path: Path) -> None:
    table = read(tmp_path, "id,title,year\n1,Lock\\, Stock,1998\n2,Up,2009\n3,M,1931\n")
    assert rows(table)[0] == ("1", "Lock, Stock", "1998")


def test_quotes_after_a_blank_are_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, 'a, b, c\n1, "x, y", 2\n3, "z", 4\n')
    assert rows(table) == [("1", "x, y", "2"), ("3", "z", "4")]


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("utf-8", "Prénom;Ville\nZoé;Besançon\n"),
        ("utf-8-sig", "Prénom;Ville\nZoé;Besançon\n"),
        ("utf-16", "Prénom;Ville\nZoé;Besançon\n"),
        ("utf-16-le", "Prénom;Ville\nZoé;Besançon\n"),
        ("cp1252", "Prénom;Ville\nZoé;Besançon\n"),
        ("cp1252", "Straße;Größe €\nMüllerweg;5\n"),
        ("cp1250", "Příjmení;Město\nDvořák;Ústí nad Labem\nNěmcová;Český Krumlov\n"),
        ("cp1250", "Imię;Miasto\nMałgorzata;Łódź\nŚwiętosław;Gdańsk\n"),
        ("cp1251", "Имя;Город\nАлексей;Екатеринбург\n"),
        ("koi8_r", "Имя;Город\nАлексей;Екатеринбург\n"),
        ("cp1251", "город;имя\nмосква;иван\nказань;пётр\n"),
        ("cp1255", "שם;עיר\nדוד כהן;ירושלים\nשרה לוי;תל אביב\n"),
        ("cp1253", "Όνομα;Πόλη\nΓιώργος;Θεσσαλονίκη\n"),
        ("cp850", "Straße;Größe\nMüllerweg;schön\n"),
        ("shift_jis", "名前;都市\n山田太郎さん;東京都千代田区\n鈴木花子さん;大阪市北区です\n"),
    ],
)
def test_encodings_are_told_apart_by_what_they_spell(tmp_path: Path, codec: str, text: str) -> None:
    table = read(tmp_path, text.encode(codec))
    expected = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [list(table.columns), *map(list, rows(table))] == expected


def test_a_damaged_character_is_counted_and_said(tmp_path: Path) -> None:
    body = b"\xef\xbb\xbfname,city\nAnn,\xff\xfeParis\nBob,Rome\n"
    table = read(tmp_path, body)
    assert rows(table)[0][1].endswith("Paris")
    assert any("2 characters are not valid utf-8" in note for note in table.notes)


def test_lines_before_the_header_are_kept_as_a_note(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "Account report\nPrinted,2024-01-01\n\nDate,Payee,Amount,Memo\n"
        "2024-01-02,Shop,5.00,food\n2024-01-03,Rail,9.00,trip\n",
    )
    assert table.columns == ("Date", "Payee", "Amount", "Memo")
    assert table.header_line == 4
    assert "before the header: Account report / Printed 2024-01-01" in table.notes
    assert table.row_count == 2


def test_a_file_without_a_header_gets_numbered_columns(tmp_path: Path) -> None:
    table = read(tmp_path, "1,ann@x.test,2024-01-01\n2,bob@x.test,2024-01-02\n")
    assert table.columns == ("Column 1", "Column 2", "Column 3")
    assert table.row_count == 2
    assert table.header_line is None


def test_nameless_and_double_columns_get_names_of_their_own(tmp_path: Path) -> None:
    table = read(tmp_path, "Email,,Email,EMAIL,Email (2)\na@b.co,1,2,3,4\nc@d.co,5,6,7,8\n")
    assert table.columns == ("Email", "Column 2", "Email (3)", "EMAIL", "Email (2)")


def test_a_repeated_header_is_no_row(tmp_path: Path) -> None:
    table = read(tmp_path, "id,name\n1,Ann\nid,name\n2,Bob\nid,name\n3,Cid\n")
    assert [row[1] for row in rows(table)] == ["Ann", "Bob", "Cid"]
    assert table.skipped["repeated header"] == 2


def test_short_rows_are_filled_up_and_long_ones_rejected_with_their_line(tmp_path: Path) -> None:
    lines = ["id,name,city", *(f"{n},N{n},C{n}" for n in range(30)), "30,N30", "31,N,C,extra"]
    table = read(tmp_path, "\n".join(lines) + "\n")
    assert rows(table)[-1] == ("30", "N30", "")
    assert [(r.line, r.text) for r in table.rejected] == [(33, "31,N,C,extra")]
    assert table.rejected[0].why == "4 cells where the table has 3"


def test_empty_cells_beyond_the_header_are_no_reason_to_reject(tmp_path: Path) -> None:
    table = read(tmp_path, "id,name\n1,Ann,,\n2,Bob\n3,Cid,\n4,Dan\n5,Eve\n")
    assert table.row_count == 5
    assert not table.rejected


def test_a_header_that_is_too_short_gets_numbered_columns(tmp_path: Path) -> None:
    body = "".join(f"{n},N{n},{n}.5,x\n" for n in range(20))
    table = read(tmp_path, f"id,name,price\n{body}")
    assert table.columns == ("id", "name", "price", "Column 4")
    assert table.row_count == 20


def test_a_quote_that_is_never_closed_costs_one_line(tmp_path: Path) -> None:
    lines = ["id,name", *(f"{n},N{n}" for n in range(50))]
    lines[10], lines[20] = '9,"N9', '19,"N, 19"'
    table = read(tmp_path, "\n".join(lines) + "\n")
    assert table.row_count == 49
    assert [(r.line, r.text) for r in table.rejected] == [(11, '9,"N9')]
    assert "never closed" in table.rejected[0].why


def test_a_stray_quote_does_not_glue_rows_together(tmp_path: Path) -> None:
    lines = ["id,name", *(f"{n},N{n}" for n in range(50))]
    lines[10], lines[40] = '9,"N9', '"39",N39'
    table = read(tmp_path, "\n".join(lines) + "\n")
    assert table.row_count == 49
    assert [r.line for r in table.rejected] == [11]


def test_a_total_at_the_end_stays_a_row_and_is_said(tmp_path: Path) -> None:
    table = read(tmp_path, "item,amount\nA,1\nB,2\nTotal,3\n")
    assert table.row_count == 3
    assert "line 4 looks like a total; it is kept as a row" in table.notes


@pytest.mark.parametrize("content", ["", " \n\n", "\ufeff", ",,,\n,,\n"])
def test_a_file_with_nothing_in_it_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(EngineError, match=r"^a\.csv is empty\.$"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n%x", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"<!DOCTYPE html><table><tr><td>1", "a web page or XML"),
        (b"SQLite format 3\0", "a SQLite database"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(EngineError, match=re.escape(what)):
        read(tmp_path, content)


def test_a_missing_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"^b\.csv cannot be read: No such file or directory\.$"):
        read_file(InputFile(name="b.csv", path=tmp_path / "b.csv"), tmp_path)


def test_nul_bytes_large_cells_and_quotes_alone_survive(tmp_path: Path) -> None:
    large = "x" * 1_200_000
    table = read(tmp_path, f'id,note\n1,a\0b\n2,{large}\n3,""""""\n')
    assert [row[1] for row in rows(table)] == ["a\0b", large, '""']
    with duckdb.connect() as con:
        load_table(con, table, "t")
        assert con.execute("SELECT c1 FROM t ORDER BY _row").fetchall() == [
            ("a\0b",),
            (large,),
            ('""',),
        ]


def test_thousands_of_columns_are_read_and_too_many_refused(tmp_path: Path) -> None:
    width = 4_000
    header = ",".join(f"c{n}" for n in range(width))
    table = read(tmp_path, f"{header}\n{','.join(map(str, range(width)))}\n")
    assert (len(table.columns), table.row_count) == (width, 1)
    with duckdb.connect() as con:
        load_table(con, table, "t")
        assert con.execute("SELECT c3999 FROM t").fetchone() == ("3999",)
    wide = ",".join(f"c{n}" for n in range(20_000))
    with pytest.raises(EngineError, match="20,000 columns; a table may have 16,384"):
        read(tmp_path, f"{wide}\n{wide}\n")


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"Line 2 of a\.csv is longer than"):
        read(tmp_path, "a,b\n" + "x" * 16_000_001)


#: One connection for all examples: opening one takes longer than all the rest.
SHARED = duckdb.connect()
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=6)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_what_csv_writes_is_read_back_and_loaded_cell_by_cell(
    tmp_path: Path, body: list[tuple[str, ...]]
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    header = ("first column", "second column", "third column")
    writer.writerows([header, *body])
    table = read(tmp_path, out.getvalue())
    kept = [row for row in body if any(cell.strip() for cell in row) and row != header]
    assert table.columns == header
    assert rows(table) == kept
    load_table(SHARED, table, "t")
    loaded = SHARED.execute("SELECT * FROM t ORDER BY _row").fetchall()
    assert loaded == [(number, *row) for number, row in enumerate(kept)]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.sampled_from("ab1,;\t|\"'\\ \n\r#"), max_size=80))
def test_every_line_of_any_text_is_a_row_or_accounted_for(tmp_path: Path, text: str) -> None:
    try:
        table = read(tmp_path, text)
    except EngineError as error:
        assert str(error) == "a.csv is empty."
        return
    stored = rows(table)
    assert len(stored) == table.row_count
    assert all(len(row) == len(table.columns) for row in stored)
    assert len(set(table.columns)) == len(table.columns)
    assert all(table.columns)
    # Records: a record of several lines is one, so they are at most as many as the lines.
    records = table.row_count + table.rejected_count + sum(table.skipped.values())
    assert records <= len(io.StringIO(text, newline="").readlines())
    # No letter or digit is lost: each is in a row, the header, a rejected line or before it.
    found = "".join("".join(row) for row in stored) + "".join(r.text for r in table.rejected)
    found += "".join(table.columns) * (1 + table.skipped.get("repeated header", 0))
    found += " ".join(table.notes)
    assert all(text.count(char) <= found.count(char) for char in "ab")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("München\nKøbenhavn\nMalmö\nGenève\nSão Paulo", "cp1252"),
        ("Dvořák\nŁódź\nGyőr\nMüller\nPlzeň", "cp1250"),
        ("Москва\nПётр\nзаказ", "cp1251"),
    ],
)
def test_a_list_from_all_over_a_region_is_read_in_the_code_page_of_the_region(
    tmp_path: Path, text: str, encoding: str
) -> None:
    path = tmp_path / "cities.csv"
    path.write_bytes(f"City\n{text}\n".encode(encoding))
    assert detect_encoding(path).codec == encoding
