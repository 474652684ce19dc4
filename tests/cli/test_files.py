"""Verbs over files alone: inspect, match, and the diff of two CSV files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from syrupy.assertion import SnapshotAssertion

OLD = "ID,Name,Status\n1,Ann,OPEN\n2,Bob,OPEN\n3,Cy,Closed\n"
NEW = "ID,Name,Status\n1,Ann,Open\n2,Bob,Open\n4,Di,Closed\n"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """Two CSV files that differ."""
    for name, text in (("old.csv", OLD), ("new.csv", NEW)):
        (tmp_path / name).write_text(text)
    return str(tmp_path / "old.csv"), str(tmp_path / "new.csv")


def test_two_files_that_differ_are_2(pair: tuple[str, str], vernctl: Any) -> None:
    ran = vernctl("diff", *pair, "--key", "ID")
    assert ran.code == 2
    assert "+1 −1 ~2 rows" in ran.out
    assert "OPEN → Open" in ran.out
    assert "sample" not in ran.out


def test_columns_in_another_order_and_under_another_name_are_said(
    tmp_path: Path, vernctl: Any
) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("ID,Mobile,City\n1,030 11,Bonn\n2,030 22,Köln\n")
    new.write_text("City,ID,Phone\nBonn,1,030 11\nKöln,2,030 22\n")
    ran = vernctl("diff", str(old), str(new), "--key", "ID")
    assert ran.code == 2
    assert "the columns are in another order" in ran.out
    assert "renamed? column Mobile → Phone (100 % of cells equal)" in ran.out
    new.write_text("Mobile,ID,City\n030 11,1,Bonn\n030 22,2,Köln\n")
    for format_ in ("text", "markdown", "html"):
        ran = vernctl("diff", str(old), str(new), "--key", "ID", "--format", format_)
        assert (ran.code, "the columns are in another order" in ran.out) == (2, True)
    ran = vernctl("diff", str(old), str(new), "--key", "ID", "--format", "json")
    assert json.loads(ran.out)["sheets"]["new"]["reordered_columns"] is True


def test_two_files_that_are_equal_are_0(pair: tuple[str, str], vernctl: Any) -> None:
    assert vernctl("diff", pair[0], pair[0], "--key", "ID").code == 0


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(";", "cp1252"), ("\t", "utf-8"), ("|", "utf-8-sig"), (",", "latin-1"), (";", "utf-16")],
)
def test_a_file_of_another_delimiter_and_encoding_is_compared_with_plain_csv(
    tmp_path: Path, vernctl: Any, delimiter: str, encoding: str
) -> None:
    rows = [("ID", "Name", "City"), ("1", "Zoë", "Köln"), ("2", "Jürgen", "Zürich")]
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_bytes("\n".join(map(delimiter.join, rows)).encode(encoding))
    new.write_text("ID,Name,City\n1,Zoë,Bonn\n2,Jürgen,Zürich\n", encoding="utf-8")
    ran = vernctl("diff", str(old), str(new), "--key", "ID")
    assert (ran.code, ran.err.count("is read as")) == (2, 1)
    assert "Köln → Bonn" in ran.out
    assert "+" not in ran.out


def test_bytes_that_are_no_utf8_far_below_the_beginning_are_read_otherwise(
    tmp_path: Path, vernctl: Any
) -> None:
    text = "ID,Name\n" + "".join(f"{n},{'a' * 20}\n" for n in range(5_000)) + "last,Müller\n"
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_bytes(text.encode("cp1252"))
    new.write_bytes(text.encode())
    assert vernctl("diff", str(old), str(new), "--key", "ID").code == 0


def test_a_file_of_several_tables_or_of_lines_that_fit_no_row_is_not_compared(
    tmp_path: Path, vernctl: Any
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["ID", "Name"])
    book.active.append([1, "Ann"])
    book.save(tmp_path / "one.xlsx")
    (tmp_path / "plain.csv").write_text("ID,Name\n1,Ann\n")
    paths = str(tmp_path / "plain.csv"), str(tmp_path / "one.xlsx")
    assert vernctl("diff", *paths, "--key", "ID").code == 0
    book.create_sheet("More").append(["Code", "Text"])
    book["More"].append(["a", "b"])
    book.save(tmp_path / "one.xlsx")
    ran = vernctl("diff", *paths, "--key", "ID")
    assert ran.code == 1
    assert "2 tables" in ran.err
    ragged = "ID;Name\n" + "".join(f"{n};x\n" for n in range(20)) + "20;x;y;z\n21;x\n"
    (tmp_path / "ragged.csv").write_text(ragged)
    ran = vernctl("diff", str(tmp_path / "ragged.csv"), paths[0], "--key", "ID")
    assert ran.code == 1
    assert "1 line of it fit" in " ".join(ran.err.split())


def test_a_column_that_is_ignored_makes_no_difference(
    pair: tuple[str, str], tmp_path: Path, vernctl: Any
) -> None:
    (tmp_path / "other.csv").write_text(OLD.replace("OPEN", "x"))
    arguments = ("diff", pair[0], str(tmp_path / "other.csv"), "--key", "ID")
    assert vernctl(*arguments).code == 2
    assert vernctl(*arguments, "--ignore", "Status").code == 0


def test_two_files_as_json_are_the_sheets_object(pair: tuple[str, str], vernctl: Any) -> None:
    ran = vernctl("diff", *pair, "--key", "ID", "--format", "json")
    (sheet,) = json.loads(ran.out)["sheets"].values()
    counts = {name: sheet[name] for name in ("rows", "added", "removed", "changed", "cells")}
    assert counts == {"rows": 3, "added": 1, "removed": 1, "changed": 2, "cells": 2}
    assert sheet["columns"] == ["ID", "Name", "Status"]


def test_two_files_as_markdown_go_to_a_file(
    pair: tuple[str, str], tmp_path: Path, vernctl: Any
) -> None:
    ran = vernctl("diff", *pair, "--format", "markdown", "-o", str(tmp_path / "d.md"))
    assert (ran.code, ran.out) == (2, "")
    assert (tmp_path / "d.md").read_text().startswith("| sheet | rows |")


def test_a_folder_that_is_not_there_cannot_be_written_to(
    pair: tuple[str, str], tmp_path: Path, vernctl: Any
) -> None:
    ran = vernctl("diff", *pair, "-o", str(tmp_path / "none" / "d.md"))
    assert ran.code == 64
    assert "cannot be written" in " ".join(ran.err.split())


def test_a_file_is_inspected_as_it_is_read(pair: tuple[str, str], vernctl: Any) -> None:
    ran = vernctl("inspect", pair[0])
    assert ran.code == 0
    assert ran.out.startswith("old.csv   3 rows")
    assert "Status" in ran.out


def test_an_inspection_as_json_counts_every_column(pair: tuple[str, str], vernctl: Any) -> None:
    document = json.loads(vernctl("inspect", *pair, "--format", "json").out)
    assert [entry["file"] for entry in document["files"]] == ["old.csv", "new.csv"]
    columns = document["files"][0]["tables"][0]["columns"]
    assert [(c["name"], c["filled"], c["distinct"]) for c in columns] == [
        ("ID", 3, 3),
        ("Name", 3, 3),
        ("Status", 3, 2),
    ]


ORDERS = (
    "Auftragsliste Mai;;;\r\n\r\nAuftragsnummer;Kundennummer;Betrag;Datum\r\n"
    "A-1001;K01;1.234,50;31.05.2024\r\nA-1002;K02;99,00;02.05.2024\r\n"
    "A-1003;K09;5,00;NULL\r\nzu;viel;in;dieser;Zeile\r\nA-1004;K02;7,25\r\n"
)
CUSTOMERS = "Kundennummer\tFirma\tOrt\nK01\tMüller \x1b[31m\tKöln\nK02\tGroß\tUlm\nK03\tAbt\tUlm\n"


def test_an_inspection_tells_how_files_are_read_and_what_ties_them(
    tmp_path: Path, vernctl: Any, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "orders.csv").write_bytes(ORDERS.encode("cp1252"))
    (tmp_path / "customers.tsv").write_bytes(CUSTOMERS.encode())
    ran = vernctl("inspect", str(tmp_path / "orders.csv"), str(tmp_path / "customers.tsv"))
    assert ran.code == 0
    assert ran.out == snapshot


def test_an_inspection_as_json_names_formats_keys_and_orphans(tmp_path: Path, vernctl: Any) -> None:
    paths = [tmp_path / "orders.csv", tmp_path / "customers.tsv"]
    paths[0].write_text(ORDERS, newline="")
    paths[1].write_text(CUSTOMERS)
    document = json.loads(vernctl("inspect", *map(str, paths), "--format", "json").out)
    orders, customers = (file["tables"][0] for file in document["files"])
    assert (orders["line_ends"], orders["lines"]["before the header"]) == (["CRLF"], [1])
    assert [line["line"] for line in orders["rejected_lines"]] == [7]
    assert (customers["keys"][0], customers["header_language"]) == (["Kundennummer"], "de")
    amount = orders["columns"][2]
    assert (amount["kind"], amount["pattern"], amount["decimal"]) == ("number", "9.999,99", ",")
    assert orders["columns"][3]["placeholders"] == {"NULL": 1}
    (tie,) = document["inclusions"]
    assert (tie["column"], tie["in_file"], tie["orphan_rows"]) == (
        "Kundennummer",
        "customers.tsv",
        1,
    )


def test_thousands_of_columns_do_not_flood_the_terminal(tmp_path: Path, vernctl: Any) -> None:
    (tmp_path / "x.csv").write_text(",".join(f"f{n}" for n in range(700)) + "\n" + "7," * 700)
    ran = vernctl("inspect", str(tmp_path / "x.csv"))
    assert "640 further columns; --format json has them all" in ran.out
    assert len(ran.out.splitlines()) < 80


def test_a_workbook_of_many_sheets_names_those_it_does_not_show(
    tmp_path: Path, vernctl: Any
) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, *(book.create_sheet(f"S{n}") for n in range(29))):
        sheet.append(["a", "b"])
        sheet.append([1, 2])
    book.save(tmp_path / "x.xlsx")
    text = vernctl("inspect", str(tmp_path / "x.xlsx")).out
    assert "10 further tables: S19, S20, S21, S22, S23, S24, S25, S26, S27, S28" in text
    assert "vernctl inspect FILE --table NAME" in text


def test_one_sheet_of_a_workbook_becomes_csv(tmp_path: Path, vernctl: Any) -> None:
    book = openpyxl.Workbook()
    book.active.title = "People"
    for sheet in (book.active, book.create_sheet("Old people")):
        sheet.append(["Name", "Age"])
        sheet.append([sheet.title, 7])
    book.save(tmp_path / "x.xlsx")
    arguments = ("inspect", str(tmp_path / "x.xlsx"), "--format", "csv")
    ran = vernctl(*arguments, "--table", "Old people")
    assert ran.out == "Name,Age\r\nOld people,7\r\n"
    several = vernctl(*arguments)
    assert (several.code, several.out) == (1, "")
    assert "x.xlsx holds 2 tables: People, Old people." in " ".join(several.err.split())
    assert "--format csv --table People" in several.err
    assert (
        "no table Young; there are People, Old people"
        in vernctl(*arguments, "--table", "Young").err
    )


def test_a_file_is_converted_to_csv_exactly(tmp_path: Path, vernctl: Any) -> None:
    (tmp_path / "x.csv").write_bytes('a;b\n"ü;1";"two\nlines"\n'.encode("utf-8-sig"))
    ran = vernctl("inspect", str(tmp_path / "x.csv"), "--format", "csv")
    assert ran.code == 0
    assert ran.out == 'a,b\r\nü;1,"two\nlines"\r\n'


def test_one_file_at_a_time_becomes_csv(pair: tuple[str, str], vernctl: Any) -> None:
    assert vernctl("inspect", *pair, "--format", "csv").code == 64


def test_a_file_that_is_none_of_ours_is_an_error(tmp_path: Path, vernctl: Any) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    ran = vernctl("inspect", str(tmp_path / "x.xlsx"))
    assert (ran.code, ran.out) == (1, "")
    assert "x.xlsx" in ran.err


def test_a_match_names_template_column_and_source(project: Path, vernctl: Any) -> None:
    arguments = ("match", "data/contacts.csv", "--catalog", "catalog.yaml")
    document = json.loads(vernctl(*arguments, "--format", "json").out)
    fields = {"template", "column", "file", "source", "confidence", "asked", "why"}
    assert all(set(entry) >= fields for entry in document["matches"])
    found = {entry["column"]: (entry["file"], entry["source"]) for entry in document["matches"]}
    assert found == {name: ("contacts.csv", [name]) for name in ("Email", "Name", "Status")}
    assert document["unmatched"] == []


def test_a_column_that_fits_nothing_is_unmatched(project: Path, vernctl: Any) -> None:
    (project / "data/contacts.csv").write_text("Email,Zqx\na@x.test,17\nb@x.test,18\n")
    arguments = ("match", "data/contacts.csv", "--catalog", "catalog.yaml")
    document = json.loads(vernctl(*arguments, "--format", "json").out)
    assert {"file": "contacts.csv", "source": "Zqx"} in document["unmatched"]
    text = vernctl(*arguments).out
    assert "no column fits" in text
    assert 'not used   contacts.csv "Zqx"' in text


def test_a_template_of_which_nothing_is_found_takes_one_line(project: Path, vernctl: Any) -> None:
    (project / "data/x.csv").write_text("".join(f"q{n}z," for n in range(90)) + "end\n" + "," * 90)
    text = vernctl("match", "data/x.csv", "--catalog", "catalog.yaml").out
    assert "contacts   none of its 3 columns is found" in text
    assert "and 31 more" in text


def test_two_files_of_one_name_cannot_be_told_apart(project: Path, vernctl: Any) -> None:
    (project / "contacts.csv").write_text("Email\na@x.test\n")
    ran = vernctl("match", "contacts.csv", "data/contacts.csv", "--catalog", "catalog.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert "Two files are named contacts.csv" in ran.err


def test_a_wrong_catalog_is_an_error_with_its_place(project: Path, vernctl: Any) -> None:
    (project / "catalog.yaml").write_text("templates: [{slug: x}]\n")
    ran = vernctl("match", "data/contacts.csv", "--catalog", "catalog.yaml")
    assert ran.code == 1
    assert "catalog.yaml:1" in ran.err


def test_the_schema_is_json(vernctl: Any) -> None:
    assert json.loads(vernctl("schema").out)["title"] == "vernctl spec"
