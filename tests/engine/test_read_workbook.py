"""Workbooks: every sheet is a table, values are written as a person reads them."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from reader_fuzz import sound_files, zipped

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers import SourceTable, iter_rows, read_file
from vernctl.engine.readers.compound import check_chains


def read(folder: Path, path: Path) -> tuple[SourceTable, ...]:
    return read_file(InputFile(name=path.name, path=path), folder)


def book(folder: Path, *rows: list[object], merge: tuple[str, ...] = ()) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    path = folder / "book.xlsx"
    made.save(path)
    return path


def test_values_are_written_as_text_that_a_person_would_type(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        ["id", "price", "day", "at", "clock", "on", "gap"],
        [
            7,
            274.65000000000003,
            date(2024, 1, 2),
            datetime(2024, 1, 2, 3, 4),
            time(9, 30),
            True,
            None,
        ],
        [1e15, 0.1 + 0.2, date(1999, 12, 31), datetime(2024, 1, 2), time(0, 0), False, "x"],
    )
    (table,) = read(tmp_path, path)
    assert list(iter_rows(table)) == [
        ("7", "274.65", "2024-01-02", "2024-01-02 03:04:00", "09:30:00", "TRUE", ""),
        ("1000000000000000", "0.3", "1999-12-31", "2024-01-02", "00:00:00", "FALSE", "x"),
    ]


def test_every_sheet_with_cells_is_a_table(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    first, second = made.active, made.create_sheet("Deals 2024")
    assert first is not None
    made.create_sheet("Empty")
    first.title = "People"
    first.append(["Name", "Age"])
    first.append(["Ann", 5])
    second.append(["Deal", "Sum"])
    second.append(["A", 1.5])
    second.sheet_state = "hidden"
    path = tmp_path / "two.xlsx"
    made.save(path)
    people, deals = read(tmp_path, path)
    assert (people.name, people.sheet, people.file) == ("two.xlsx: People", "People", "two.xlsx")
    assert deals.sheet == "Deals 2024"
    assert deals.notes == ("the sheet is hidden",)
    assert list(iter_rows(deals)) == [("A", "1.5")]


def test_a_title_above_the_header_and_its_row_number_are_noted(tmp_path: Path) -> None:
    path = book(
        tmp_path, ["Customers of 2024"], [], ["Name", "City", "Since"], ["Ann", "Rome", 2020]
    )
    (table,) = read(tmp_path, path)
    assert table.columns == ("Name", "City", "Since")
    assert table.header_line == 3
    assert "before the header: Customers of 2024" in table.notes


def test_a_header_over_two_rows_becomes_one(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        ["Name", "Address", None, "Since"],
        [None, "Street", "City", None],
        ["Ann", "Via Po 1", "Rome", 2020],
        merge=("A1:A2", "B1:C1", "D1:D2"),
    )
    (table,) = read(tmp_path, path)
    assert table.columns == ("Name", "Address Street", "Address City", "Since")
    assert list(iter_rows(table)) == [("Ann", "Via Po 1", "Rome", "2020")]
    assert "rows 1 to 2 are one header" in table.notes


def test_values_merged_below_a_header_of_merged_cells_are_rows(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        ["Region", None, "Sales", None],
        [None, None, "Q1", "Q2"],
        ["EU", "DE", 1, 2],
        [None, "FR", 3, 4],
        merge=("A1:B2", "C1:D1", "A3:A4"),
    )
    (table,) = read(tmp_path, path)
    assert table.columns == ("Region", "Region (2)", "Sales Q1", "Sales Q2")
    assert list(iter_rows(table)) == [("EU", "DE", "1", "2"), ("EU", "FR", "3", "4")]


def test_headings_of_headings_of_merged_cells_are_one_header(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        ["Sales", None, "Costs", None],
        [None, None, None, None],
        ["Q1", "Q2", "Q1", "Q2"],
        [1, 2, 3, 4],
        merge=("A1:B2", "C1:D2"),
    )
    (table,) = read(tmp_path, path)
    assert table.columns == ("Sales Q1", "Sales Q2", "Costs Q1", "Costs Q2")


def test_a_value_merged_downwards_stands_in_each_row(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        ["Region", "City"],
        ["North", "Oslo"],
        [None, "Bergen"],
        ["South", "Rome"],
        merge=("A2:A3",),
    )
    (table,) = read(tmp_path, path)
    assert list(iter_rows(table)) == [("North", "Oslo"), ("North", "Bergen"), ("South", "Rome")]


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"book\.xlsx is empty"):
        read(tmp_path, book(tmp_path))


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path, ["a", "b"], [1, 2])
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(EngineError, match="damaged"):
        read(tmp_path, path)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_what_only_begins_like_an_old_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(content)
    with pytest.raises(EngineError, match="damaged, or not a workbook"):
        read(tmp_path, path)


def test_a_workbook_that_is_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (80 << 20))
    with pytest.raises(EngineError, match="too large: unpacked it has 80 MB"):
        read(tmp_path, path)


def test_gzip_and_zip_are_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(b"id,name\n1,Ann\n"))
    (table,) = read(tmp_path, packed)
    assert (table.name, table.columns) == ("a.csv.gz", ("id", "name"))
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("__MACOSX/._b.csv", "x")
        out.writestr("data/b.csv", "id,city\n1,Rome\n")
        out.writestr("a.csv", "id,name\n1,Ann\n")
    first, second = read(tmp_path, archive)
    assert [first.name, second.name] == ["all.zip: a.csv", "all.zip: data/b.csv"]
    assert {first.file, second.file} == {"all.zip"}
    assert list(iter_rows(second)) == [("1", "Rome")]


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "bomb.csv.gz"
    packed.write_bytes(gzip.compress(b"a" * (70 << 20)))
    with pytest.raises(EngineError, match="unpacks to more than can be read"):
        read(tmp_path, packed)
    assert [path.name for path in tmp_path.iterdir()] == ["bomb.csv.gz"]


def test_a_torn_archive_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "torn.csv.gz"
    packed.write_bytes(gzip.compress(b"id,name\n" * 100)[:-9])
    with pytest.raises(EngineError, match=r"torn\.csv\.gz is damaged"):
        read(tmp_path, packed)


def test_json_keeps_numbers_as_written_and_flattens_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '[{"id": 12345678901234567890, "at": {"city": "Rome", "geo": {"lat": 1.10}}, "ok": true},'
        ' {"id": 2, "tags": ["a", "b"], "none": null}]'
    )
    (table,) = read(tmp_path, path)
    assert table.columns == ("id", "at.city", "at.geo.lat", "ok", "tags", "none")
    assert list(iter_rows(table)) == [
        ("12345678901234567890", "Rome", "1.10", "true", "", ""),
        ("2", "", "", "", '["a", "b"]', ""),
    ]


def test_each_list_of_a_json_object_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"people": [{"n": "Ann"}], "deals": [{"d": 1}, {"d": 2}], "total": 3}')
    assert [(table.sheet, table.row_count) for table in read(tmp_path, path)] == [
        ("people", 1),
        ("deals", 2),
    ]


def test_json_lines_reject_what_is_no_object_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": 2, "b": "x"}\nnonsense\n\n{"b": "y"}\n')
    (table,) = read(tmp_path, path)
    assert list(iter_rows(table)) == [("1", ""), ("2", "x"), ("", "y")]
    assert [(line.line, line.text) for line in table.rejected] == [(3, "nonsense")]


def test_json_that_is_not_valid_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": 1},\n {"a": }]')
    with pytest.raises(EngineError, match="not valid JSON: line 2, column 8"):
        read(tmp_path, path)


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "a.parquet"
    with duckdb.connect() as con:
        con.execute(
            "COPY (SELECT 1 AS id, DATE '2024-01-02' AS day, NULL::VARCHAR AS gap, [1, 2] AS list) "
            f"TO '{path}' (FORMAT parquet)"
        )
    (table,) = read(tmp_path, path)
    assert table.columns == ("id", "day", "gap", "list")
    assert list(iter_rows(table)) == [("1", "2024-01-02", "", "[1,2]")]


@pytest.mark.parametrize("corner", ["XFD1048576", "XFD9999", "ZZ1048576"])
def test_two_cells_in_far_corners_are_refused_before_room_is_made_for_all_between(
    tmp_path: Path, corner: str
) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet["A1"], sheet[corner] = "id", 1
    made.save(tmp_path / "far.xlsx")
    with pytest.raises(EngineError, match=r"far\.xlsx has a sheet whose cells reach over"):
        read(tmp_path, tmp_path / "far.xlsx")


def test_an_opendocument_cell_repeated_without_end_is_refused(tmp_path: Path) -> None:
    files = _parts(sound_files()["j.ods"])
    repeated = b'<table:table-cell table:number-columns-repeated="9999999" office:value-type='
    files["content.xml"] = files["content.xml"].replace(
        b"<table:table-cell office:value-type=", repeated, 1
    )
    files["content.xml"] = files["content.xml"].replace(
        b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">', 1
    )
    (tmp_path / "far.ods").write_bytes(zipped(files))
    with pytest.raises(EngineError, match=r"far\.ods has a sheet whose cells reach over"):
        read(tmp_path, tmp_path / "far.ods")


def _parts(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_old_workbook_whose_chain_leads_into_itself_is_damaged(tmp_path: Path) -> None:
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = struct.pack(
        "<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 62, 3, 0xFFFE, 9, 6
    )
    # One table of next sectors, in sector 0; the directory, in sector 1, is followed by itself.
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 1, *[free] * 126)
    (tmp_path / "old.xls").write_bytes(header + table + bytes(512))
    with pytest.raises(EngineError, match=r"old\.xls is damaged"):
        read(tmp_path, tmp_path / "old.xls")


@pytest.mark.parametrize("file", ["i.xlsx", "j.ods"])
def test_a_workbook_whose_xml_breaks_off_is_damaged_and_nobody_waits_for_its_end(
    tmp_path: Path, file: str
) -> None:
    files = _parts(sound_files()[file])
    part = "content.xml" if "content.xml" in files else "xl/worksheets/sheet1.xml"
    files[part] = files[part][: len(files[part]) // 2]
    (tmp_path / file).write_bytes(zipped(files))
    with pytest.raises(EngineError, match="is damaged: a part of it breaks off"):
        read(tmp_path, tmp_path / file)


@pytest.mark.parametrize("reference", ["C33333333336", "AAAAA1", "A99999999"])
def test_a_reference_to_no_cell_is_refused_and_not_followed(tmp_path: Path, reference: str) -> None:
    files = _parts(sound_files()["i.xlsx"])
    sheet = files["xl/worksheets/sheet1.xml"]
    files["xl/worksheets/sheet1.xml"] = sheet.replace(b'r="C3"', f'r="{reference}"'.encode())
    (tmp_path / "far.xlsx").write_bytes(zipped(files))
    with pytest.raises(EngineError, match="has a sheet whose cells reach over"):
        read(tmp_path, tmp_path / "far.xlsx")


@pytest.mark.timeout(20)
def test_chains_that_share_all_their_sectors_are_walked_once(tmp_path: Path) -> None:
    end, sectors = 0xFFFFFFFE, 20_000
    tables = -(-sectors // 128)
    header = struct.pack(
        "<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 62, 3, 0xFFFE, 9, 6
    )
    header += struct.pack("<IIIIIIIII", 0, tables, 200, 0, 0, end, 0, 157, 1)
    header += struct.pack("<109I", *range(109))
    # Sectors 200 to the last are one chain: a directory whose every entry begins with its first.
    numbers = [end] * 200 + [*range(201, sectors), end]
    table = struct.pack(f"<{tables * 128}I", *numbers, *[0xFFFFFFFF] * (tables * 128 - sectors))
    more = struct.pack("<128I", *range(109, tables), *[0xFFFFFFFF] * (128 - (tables - 109)))
    entry = bytes(66) + b"\x02" + bytes(49) + struct.pack("<II", 200, 9) + bytes(4)
    body = table + more + bytes(512 * (199 - tables)) + entry * 4 * (sectors - 200)
    (tmp_path / "old.xls").write_bytes(header + body)
    check_chains(tmp_path / "old.xls", "old.xls")


def test_a_small_stream_whose_chain_leads_into_itself_is_damaged_too(tmp_path: Path) -> None:
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = struct.pack(
        "<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 62, 3, 0xFFFE, 9, 6
    )
    # Next sectors in sector 0, the directory in 1, next small sectors in 2: the first names itself.
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 2, 1, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, end, end, *[free] * 125)
    entry = bytes(66) + b"\x02" + bytes(49) + struct.pack("<II", 0, 100) + bytes(4)
    small = struct.pack("<128I", 0, *[free] * 127)
    (tmp_path / "old.xls").write_bytes(header + table + entry + bytes(384) + small)
    with pytest.raises(EngineError, match=r"old\.xls is damaged"):
        check_chains(tmp_path / "old.xls", "old.xls")
