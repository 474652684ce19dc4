"""Odd files as customers send them: each is read as its author meant it, or refused in words."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers import SourceTable, iter_rows, read_file

_PEOPLE = [["name", "amount", "day"], ["Ann", "1.50", "2024-01-02"], ["Bob", "2", "2024-03-04"]]


def read(folder: Path, content: str | bytes, name: str = "a.csv") -> SourceTable:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (table,) = read_file(InputFile(name=name, path=path), folder)
    return table


def shape(table: SourceTable) -> list[list[str]]:
    return [list(table.columns), *map(list, iter_rows(table))]


def text(delimiter: str, end: str = "\n") -> str:
    return "".join(delimiter.join(row) + end for row in _PEOPLE)


@pytest.mark.parametrize("delimiter", ["^", "~", "\u00a6", ":", " ", "\x01"])
def test_seldom_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    assert shape(read(tmp_path, text(delimiter))) == _PEOPLE


def test_a_rare_sign_that_parts_all_lines_alike_beats_a_comma_inside_cells(tmp_path: Path) -> None:
    table = read(tmp_path, "id^name^city\n1^Ann Lee^Berlin, DE\n2^Bob Ray^Bonn\n")
    assert shape(table)[1] == ["1", "Ann Lee", "Berlin, DE"]


def test_a_tilde_inside_one_cell_parts_nothing(tmp_path: Path) -> None:
    table = read(tmp_path, "id,note\n1,about ~5\n2,none\n")
    assert shape(table) == [["id", "note"], ["1", "about ~5"], ["2", "none"]]


@pytest.mark.parametrize(
    ("codec", "content"),
    [
        ("utf-16-le", "Имя;Город\nАлексей;Екатеринбург\nИван;Москва\n"),
        ("utf-16-be", "Имя;Город\nАлексей;Екатеринбург\nИван;Москва\n"),
        ("utf-16-le", "名前,都市\n山田太郎,東京都\n鈴木花子,大阪市\n"),
        ("utf-32", "name,city\nAnn,Bonn\n"),
        ("gb18030", "姓名,城市\n王小明,北京\n李华,上海市\n张伟,广州\n"),
        ("euc_kr", "이름,도시\n김철수,서울특별시\n이영희,부산광역시\n"),
    ],
)
def test_wide_encodings_are_found_without_a_mark(tmp_path: Path, codec: str, content: str) -> None:
    lines = [line.replace(";", ",").split(",") for line in content.splitlines()]
    assert shape(read(tmp_path, content.encode(codec))) == lines


def test_a_line_of_another_encoding_spoils_no_other_line(tmp_path: Path) -> None:
    lines = "".join(f"Zoé {number},Besançon\n" for number in range(5))
    table = read(tmp_path, f"name,city\n{lines}".encode() + "Müller,Köln\n".encode("cp1252"))
    assert shape(table)[1] == ["Zoé 0", "Besançon"]
    assert shape(table)[-1] == ["Müller", "Köln"]
    assert table.notes == ("2 characters are not valid utf-8; they were read as Windows-1252",)


def test_a_json_line_of_another_encoding_is_read_in_it_too(tmp_path: Path) -> None:
    lines = '{"name": "Zoé"}\n' * 5
    table = read(tmp_path, lines.encode() + '{"name": "Müller"}\n'.encode("cp1252"), "a.jsonl")
    assert shape(table)[-2:] == [["Zoé"], ["Müller"]]


@pytest.mark.parametrize("size", [300, 3_000, 200_000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, size: int, seed: int) -> None:
    with pytest.raises(EngineError, match="is no text and no format known here"):
        read(tmp_path, random.Random(seed).randbytes(size))


def test_a_stray_control_character_is_kept_in_its_cell(tmp_path: Path) -> None:
    assert shape(read(tmp_path, "name,n\nAn\0n,1\nBob\x07,2\n"))[1:] == [
        ["An\0n", "1"],
        ["Bob\x07", "2"],
    ]


@pytest.mark.parametrize("filler", [b"\x1a", b"\0" * 512, b"\r\n\x1a"])
def test_what_old_systems_end_a_file_with_is_no_row(tmp_path: Path, filler: bytes) -> None:
    assert shape(read(tmp_path, text(",", "\r\n").encode() + filler)) == _PEOPLE


def test_remarks_below_the_header_are_counted_where_the_file_begins_with_one(
    tmp_path: Path,
) -> None:
    head, *rows = text(",").splitlines(keepends=True)
    table = read(tmp_path, f"# export\n{head}{rows[0]}# more\n{rows[1]}")
    assert shape(table) == _PEOPLE
    assert table.skipped == {"before the header": 1, "comment": 1, "header": 1}


def test_a_cell_with_a_hash_is_a_row_where_no_remark_came_before(tmp_path: Path) -> None:
    assert shape(read(tmp_path, "tag,n\na,1\n#b\nc,3\n"))[2] == ["#b", ""]


def test_a_line_that_only_rules_off_the_header_is_no_row(tmp_path: Path) -> None:
    table = read(tmp_path, " id | name\n----+------\n  1 | Ann\n  2 | Bob\n", "a.txt")
    assert [row[0].strip() for row in shape(table)] == ["id", "1", "2"]
    assert table.skipped["ruled line"] == 1


def test_digits_protected_from_a_spreadsheet_are_digits(tmp_path: Path) -> None:
    table = read(tmp_path, 'id,zip\n="001",="01234"\n="002",="04567"\n')
    assert shape(table)[1:] == [["001", "01234"], ["002", "04567"]]


_ORDERS = (
    "id,name,street,city,zip,day\n"
    "1,Ann,Main St 1,Bonn,53111,2024-01-02\n"
    "2,Bob,Elm St 2,Köln,50667,2024-02-03\n"
    "3,Cid,Oak 3,Berlin,10115,2024-03-04\n"
)


def test_a_record_torn_by_an_unquoted_comma_is_put_together_where_one_reading_fits(
    tmp_path: Path,
) -> None:
    table = read(tmp_path, _ORDERS + "4,Dan,Rua do Paço, 67,Rio,20031,2024-04-05\n")
    assert shape(table)[-1] == ["4", "Dan", "Rua do Paço, 67", "Rio", "20031", "2024-04-05"]
    assert table.notes == ("1 line was torn by an unquoted delimiter, and put together again",)


@pytest.mark.parametrize(
    "torn",
    [
        "4,Dan,Rua do Paço,67,Rio,20031,2024-04-05",  # where it was torn cannot be told
        "4, Dan,Rua do Paço, 67,Rio,20031,2024-04-05",  # two places
        "4,Dan,Rua,Rio, 20031,2024-04-05,2024-04-05",  # then a day stands under zip
    ],
)
def test_a_torn_record_with_no_certain_reading_is_rejected_with_its_line(
    tmp_path: Path, torn: str
) -> None:
    table = read(tmp_path, f"{_ORDERS}{torn}\n")
    assert table.row_count == 3
    assert [(line.line, line.text) for line in table.rejected] == [(5, torn)]


def test_a_cell_that_begins_with_a_blank_on_purpose_is_no_tear(tmp_path: Path) -> None:
    torn = '4,Dan,Rua do Paço," 67",Rio,20031,2024-04-05'
    table = read(tmp_path, f"{_ORDERS}{torn}\n")
    assert [(line.line, line.text) for line in table.rejected] == [(5, torn)]


@pytest.mark.parametrize(
    ("line", "kept"),
    [('2,6" pipe,7', '6" pipe'), ('2,"a"b,7', "ab"), ('2,a "b,7', 'a "b')],
)
def test_a_stray_quote_is_kept_and_pointed_out(tmp_path: Path, line: str, kept: str) -> None:
    table = read(tmp_path, f'id,what,n\n1,"x ""y"" z",6\n{line}\n3,"c, d",8\n')
    assert shape(table)[2] == ["2", kept, "7"]
    assert table.notes == ("1 row has a quote that opens or closes no cell",)
    assert table.lines["stray quote"] == (3,)


@pytest.mark.parametrize("line", ['2,5" x 6",7', '2,"he said ""no""",7', '2,"two\nlines",7'])
def test_quotes_that_come_in_pairs_are_text(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, f"id,what,n\n1,a,6\n{line}\n3,b,8\n").notes == ()


def test_what_a_report_says_below_its_table_is_no_row(tmp_path: Path) -> None:
    below = 'Contacts\n"Copyright (c) 2024 example.com, inc."\nConfidential - Do Not Distribute\n'
    table = read(tmp_path, f"id,name,n\n1,a,6\n2,b,8\n\n\n{below}")
    assert (table.row_count, table.skipped["below the table"]) == (2, 3)
    assert table.notes[-1].startswith("below the table: Contacts / Copyright (c) 2024")
    assert table.lines["below the table"] == (6, 7, 8)


@pytest.mark.parametrize(
    ("below", "note"),
    [
        ("Source: the office of all numbers,,\n", "line 5 looks like a remark below the table"),
        ("Ann Lee,,\n", "1 blank line"),
        ("4\n", "1 row is short; filled up"),
        ("Half a row\n3,c,9\n", "1 row is short; filled up"),
    ],
)
def test_what_may_be_a_row_stays_one(tmp_path: Path, below: str, note: str) -> None:
    table = read(tmp_path, f"id,name,n\n1,a,6\n2,b,8\n\n{below}")
    assert table.row_count == 2 + len(below.splitlines())
    assert any(said.startswith(note) for said in table.notes)


def test_many_torn_records_do_not_widen_the_table(tmp_path: Path) -> None:
    torn = "".join(f"{n},Dan,Rua do Paço,{n},Rio,20031,2024-04-05\n" for n in range(4, 6))
    table = read(tmp_path, _ORDERS + torn)
    assert (len(table.columns), table.row_count, table.rejected_count) == (6, 3, 2)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('[{"a": 1.10, "b": [1, 2.50]}]', [["a", "b"], ["1.10", "[1, 2.50]"]]),
        ('{"page": {"items": [{"id": 1}, {"id": 2}]}}', [["id"], ["1"], ["2"]]),
        ('[["id", "day"], [1, "2024-01-02"]]', [["id", "day"], ["1", "2024-01-02"]]),
        ('{"columns": ["id", "n"], "data": [[1, "x"]]}', [["id", "n"], ["1", "x"]]),
        ('{"id": [1, 2], "n": ["x", "y"]}', [["id", "n"], ["1", "x"], ["2", "y"]]),
        (
            '{"u1": {"n": "A"}, "u2": {"n": "B"}, "u3": {"n": "C"}}',
            [["key", "n"], ["u1", "A"], ["u2", "B"], ["u3", "C"]],
        ),
        (
            '{"billing": {"city": "A"}, "shipping": {"city": "B"}}',
            [["billing.city", "shipping.city"], ["A", "B"]],
        ),
    ],
)
def test_a_json_document_is_read_however_its_rows_are_written(
    tmp_path: Path, document: str, expected: list[list[str]]
) -> None:
    assert shape(read(tmp_path, document, "a.json")) == expected


def test_what_stands_beside_is_told_from_a_key_with_a_dot_in_it(tmp_path: Path) -> None:
    table = read(tmp_path, '{"v1.0": {"items": [{"id": 1}]}, "v1": 2}', "a.json")
    assert table.notes == ("not in a list, so not read: v1",)


def test_what_stands_beside_the_rows_of_a_document_is_named(tmp_path: Path) -> None:
    table = read(tmp_path, '{"total": 2, "page": {"next": "x", "items": [{"id": 1}]}}', "a.json")
    assert table.notes == ("not in a list, so not read: total, page.next",)


def test_headings_over_groups_tell_columns_of_one_name_apart(tmp_path: Path) -> None:
    table = read(tmp_path, "Sales,,Costs,\nQ1,Q2,Q1,Q2\n1,2,3,4\n5,6,7,8\n")
    assert table.columns == ("Sales Q1", "Sales Q2", "Costs Q1", "Costs Q2")
