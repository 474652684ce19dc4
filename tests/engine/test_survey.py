"""What is told of files by looking at them alone: kinds, formats, keys, what names what."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernctl.engine.formats import ColumnFormat, format_of
from vernctl.engine.inspect import TableChoiceError
from vernctl.engine.languages import language_of
from vernctl.engine.survey import Survey, SurveyedTable, survey_files


def survey(folder: Path, **files: str) -> Survey:
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text.encode())
    return survey_files([folder / f"{name}.csv" for name in files])


def one(folder: Path, text: str) -> SurveyedTable:
    return survey(folder, t=text).files[0].tables[0]


def formats(table: SurveyedTable) -> dict[str, ColumnFormat]:
    return dict(zip(table.table.columns, table.formats, strict=True))


@pytest.mark.parametrize(
    ("cells", "kind", "pattern"),
    [
        (["31.12.2024", "01.02.2024"], "date", "DD.MM.YYYY"),
        (["12/31/24", "1/2/24"], "date", "MM/DD/YY"),
        (["2024-01-31 08:15", "2024-02-01 23:59"], "datetime", "YYYY-MM-DD hh:mm"),
        (["1.234,50", "7,00"], "number", "9.999,99"),
        (["1,234.5", "0.125"], "number", "9,999.9+"),
        (["€ 3,50", "€ 1.200,00"], "money", "9.999,99"),
        (["01307", "80331"], "code", "99999"),
        (["AB-1201", "XY-0007"], "code", "AA-9999"),
        (["ALFKI", "ANATR", "ANTON"], "code", "AAAAA"),
        (["0", "1", "1"], "boolean", ""),
        (["1", "1", "1"], "integer", ""),
        (["DE", "FR"], "country_code", ""),
        (["WA", "UT", "OH"], "code", "AA"),
        (["Ann Lee", "Bob O'Hara"], "text", ""),
    ],
)
def test_a_column_is_of_the_kind_and_format_of_its_cells(
    cells: list[str], kind: str, pattern: str
) -> None:
    found = format_of(cells)
    assert (found.kind, found.pattern) == (kind, pattern)


def test_words_for_nothing_are_no_values() -> None:
    found = format_of(["31.12.2024", "NULL", "NULL", "n/a"])
    assert (found.kind, found.checked, found.placeholders) == ("date", 1, ("NULL", "n/a"))


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2024", "05/06/2024"], "unclear"),
        (["03/04/2024", "25/06/2024"], "day"),
        (["25/06/2024", "06/25/2024"], "both"),
    ],
)
def test_the_order_of_a_date_is_told_only_where_a_cell_proves_it(
    cells: list[str], order: str
) -> None:
    assert format_of(cells).date_order == order


def test_one_cell_outside_the_sample_settles_order_and_decimal_sign(tmp_path: Path) -> None:
    rows = [f"{n % 12 + 1:02d}/01/2024;1.{n % 900 + 100}" for n in range(11_000)]
    rows[5_001] = "25/01/2024;1.234,56"  # every third row is sampled, from the first
    found = formats(one(tmp_path, "day;amount\n" + "\n".join(rows)))
    assert found["day"].date_order == "day"
    assert found["amount"].decimal == ","


def test_words_for_nothing_are_counted_in_all_rows(tmp_path: Path) -> None:
    table = one(
        tmp_path, "id,x\n" + "".join(f"{n},{'NULL' if n % 2 else n}\n" for n in range(9000))
    )
    assert table.placeholders == ((), (("NULL", 4500),))


def test_shapes_of_cells_are_counted(tmp_path: Path) -> None:
    table = one(tmp_path, "code\nAB-1\nCD-2\nEF3\nGH-4\n")
    assert table.formats[0].patterns == (("AA-9", 3), ("AA9", 1))


@pytest.mark.parametrize(
    ("text", "keys", "doubles"),
    [
        ("name,order id\na,7\nb,8\n", (("order id",), ("name",)), 0),
        ("order,item,n\n1,1,5\n1,2,5\n2,1,5\n2,2,6\n", (("order", "item"),), 0),
        ("a,b,c\n1,1,1\n1,1,2\n1,2,1\n2,1,1\n2,2,2\n", (("a", "b", "c"),), 0),
        ("a,b\n1,2\n1,2\n3,4\n", (), 1),
        ("price\n1.25\n2.50\n", (), 0),
    ],
)
def test_keys_are_single_columns_or_the_fewest_together(
    tmp_path: Path, text: str, keys: tuple[tuple[str, ...], ...], doubles: int
) -> None:
    table = one(tmp_path, text)
    assert (table.keys, table.doubles) == (keys, doubles)


def test_orphans_are_counted_in_all_rows_without_words_for_nothing(tmp_path: Path) -> None:
    orders = "id,customer_id\n" + "".join(f"{n},c{n % 1000}\n" for n in range(5000))
    orders += "5000,NULL\n5001,\n5002, C7 \n"
    customers = "id,name\n" + "".join(f"C{n},x{n}\n" for n in range(990))
    found = survey(tmp_path, orders=orders, customers=customers)
    (inclusion,) = (each for each in found.inclusions if each.column == "customer_id")
    assert (inclusion.table, inclusion.in_table, inclusion.in_column) == (0, 1, "id")
    assert (inclusion.rows, inclusion.values) == (5001, 1000)
    assert (inclusion.orphan_rows, inclusion.orphan_values) == (50, 10)
    assert inclusion.examples == ("c990", "c991", "c992")


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        (["Vorname", "Nachname", "PLZ", "Ort", "E-Mail"], "de"),
        (["first_name", "lastName", "City", "ID"], "en"),
        (["Prénom", "Nom", "Ville", "Téléphone"], "fr"),
        (["Imię", "Nazwisko", "Miasto"], "pl"),
        (["ID", "Name", "E-Mail", "Status"], None),
        (["Vorname", "first name", "Ort", "city"], None),
        (["AMT1", "QX7"], None),
    ],
)
def test_a_language_is_named_only_where_the_headers_leave_no_other(
    headers: list[str], language: str | None
) -> None:
    assert language_of(headers) == language


def test_what_is_no_plain_row_has_its_line_numbers(tmp_path: Path) -> None:
    text = (
        "Report of May\r\n\r\nid;name;n\r\n1;a;2\r\n2;b\r\n\r\nid;name;n\r\n3;c;4\r\nTotal;;6\r\n"
    )
    table = one(tmp_path, text).table
    assert table.line_ends == ("CRLF",)
    assert dict(table.lines) == {
        "before the header": (1,),
        "blank": (2, 6),
        "header": (3,),
        "repeated header": (7,),
        "short": (5,),
        "total": (9,),
    }


def test_a_table_of_thousands_of_columns_is_surveyed(tmp_path: Path) -> None:
    width = 2_200
    lines = [",".join(f"f{n}" for n in range(width)), ",".join("7" for _ in range(width))]
    table = one(tmp_path, "\n".join(lines))
    assert (len(table.formats), table.doubles) == (width, None)


def test_a_table_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(TableChoiceError, match=r"There is no table x; there are t\.csv\."):
        survey_files([tmp_path / "t.csv"], "x")
