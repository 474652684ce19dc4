"""Provenance: right, or "unknown"; never wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from vernctl.diff.model import ColumnOrigin, Provenance
from vernctl.diff.provenance import SourceData, lost_rows, read_off
from vernctl.render.words import origin_words
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.sheet import Row, Sheet

MakeSheet = Callable[..., Sheet]
MakeSnapshot = Callable[..., Snapshot]

FIRST = ["Ann", "Bob", "Cid", "Dora", "Eve", "Fritz", "Gina", "Hugo", "Ida", "Jan", "Kim", "Lea"]
LAST = ["Abel", "Berg", "Cohn", "Dorn", "Ebel", "Falk", "Graf", "Hahn", "Iser", "Jahn", "Koch"]
STATES = ["lead", "MQL", "SQL", "customer"]
STATUS = {"lead": "Open", "MQL": "Open", "SQL": "Open", "customer": "Closed"}
CONTACTS = ("ID", "Work E-mail", "Full name", "Lifecycle", "Phone", "Since", "Fax", "Salary")


def people(count: int, seed: int = 7) -> list[Row]:
    """Source rows of a small CRM, with blanks and repeated names as real ones have."""
    dice = random.Random(seed)
    rows: list[Row] = []
    for i in range(count):
        first, last = dice.choice(FIRST), dice.choice(LAST)
        mail = f"{first}.{last}{i}@Example.test" if dice.random() > 0.05 else ""
        rows.append(
            (
                str(i + 1),
                mail,
                f"{first} {last}",
                dice.choice(STATES),
                f" 030 {dice.randrange(10**6, 10**7)} ",
                f"{dice.randrange(1, 29):02}.{dice.randrange(1, 13):02}.20{dice.randrange(10, 26)}",
                f"040 {i:07}" if dice.random() < 0.1 else "",
                f"{dice.randrange(20, 90)},000",
            )
        )
    return rows


def table(rows: Sequence[Row], columns: Row = CONTACTS, file: str = "contacts.csv") -> SourceData:
    return SourceData(file=file, table=file, columns=columns, rows=rows)


@pytest.fixture
def origins(
    make_sheet: MakeSheet, snapshot_of: MakeSnapshot
) -> Callable[..., dict[str, ColumnOrigin]]:
    def read(
        columns: str, rows: Sequence[Row], tables: Sequence[SourceData]
    ) -> dict[str, ColumnOrigin]:
        snapshot = snapshot_of(make_sheet(columns, rows, sample_of=len(rows)))
        return {origin.column: origin for origin in read_off(tables, snapshot).sheets[0].columns}

    return read


Origins = Callable[..., dict[str, ColumnOrigin]]


def date_of(text: str) -> str:
    day, month, year = text.split(".")
    return f"{year}-{month}-{day}"


def reshaped(rows: Sequence[Row]) -> list[Row]:
    """What a careful import would make of :func:`people`."""
    return [
        (
            mail.lower(),
            name.split()[0],
            name.split()[1].upper(),
            STATUS[state],
            phone.strip(),
            date_of(since),
            "",
            "EUR",
            salary.replace(",", ""),
        )
        for _, mail, name, state, phone, since, _, salary in rows
    ]


TARGET = "Email First LAST Status Phone Joined Owner Currency Pay"


def test_a_column_is_read_off_with_its_source_and_how_it_was_changed(origins: Origins) -> None:
    rows = people(200)
    found = origins(TARGET, reshaped(rows), [table(rows)])
    assert {name: (origin.sources, origin.how) for name, origin in found.items()} == {
        "Email": (("Work E-mail",), "lower case"),
        "First": (("Full name",), "a part of it"),
        "LAST": (("Full name",), "a part of it"),
        "Status": (("Lifecycle",), "recoded"),
        "Phone": (("Phone",), "white space trimmed"),
        "Joined": (("Since",), "reformatted"),
        "Owner": ((), "from no column"),
        "Currency": ((), "constant"),
        "Pay": (("Salary",), "reformatted"),
    }
    assert found["Email"].file == "contacts.csv"
    assert found["Owner"].filled == 0


def test_a_unit_that_was_cut_off_leaves_a_part(origins: Origins) -> None:
    dice = random.Random(2)
    rows: list[Row] = [
        (f"ART-{i:05}", f"{(n := dice.randrange(1, 9))}{' pcs' if n % 2 else ''}")
        for i in range(120)
    ]
    target = [(article, text.removesuffix(" pcs")) for article, text in rows]
    found = origins("SKU Quantity", target, [table(rows, ("Article", "Qty"))])
    assert (found["Quantity"].sources, found["Quantity"].how) == (("Qty",), "a part of it")


def test_a_constant_that_a_column_of_its_name_holds_comes_from_there(origins: Origins) -> None:
    rows: list[Row] = [(f"k{i:05}", "EUR") for i in range(30)]
    found = origins("Key Currency", rows, [table(rows, ("Key", "Currency Code"))])
    assert found["Currency"].sources == ("Currency Code",)
    found = origins("Key Currency", rows, [table(rows, ("Key", "X"))])
    assert found["Currency"].how == "constant"


def test_a_column_that_may_have_become_an_unexplained_one_is_not_called_unused(
    make_sheet: MakeSheet, snapshot_of: MakeSnapshot
) -> None:
    dice = random.Random(4)
    rows: list[Row] = [
        (f"user{i}@x.test", str(dice.randrange(10**6)), dice.choice("ab"), "EUR") for i in range(60)
    ]
    target = [(mail, f"G{int(code) % 7}", "€") for mail, code, *_ in rows]
    source = table(rows, ("Mail", "Code", "Flag", "Curr"))
    found = read_off([source], snapshot_of(make_sheet("Email Group Money", target)))
    assert [origin.how for origin in found.sheets[0].columns] == [
        "unchanged",
        "unknown",
        "constant",
    ]
    assert found.unused == ()


def test_recodings_are_counted(origins: Origins) -> None:
    rows = people(200)
    status = origins(TARGET, reshaped(rows), [table(rows)])["Status"]
    assert {r.new: set(r.old) for r in status.recodings} == {
        "Open": {"lead", "MQL", "SQL"},
        "Closed": {"customer"},
    }
    assert sum(recoding.count for recoding in status.recodings) == 200


def test_source_columns_that_went_nowhere_are_listed_with_their_fill(
    make_sheet: MakeSheet, snapshot_of: MakeSnapshot
) -> None:
    rows = people(200)
    found = read_off([table(rows)], snapshot_of(make_sheet(TARGET, reshaped(rows))))
    assert {column.column for column in found.unused} == {"ID", "Fax"}
    fax = next(column for column in found.unused if column.column == "Fax")
    assert 0 < fax.filled < 0.3


def test_two_columns_joined_are_both_named_in_order(origins: Origins) -> None:
    dice = random.Random(1)
    rows: list[Row] = [
        (str(i), dice.choice(FIRST), dice.choice(LAST), f"m{i}@x.test") for i in range(80)
    ]
    target = [(f"{last}, {first}", mail) for _, first, last, mail in rows]
    found = origins("Name Email", target, [table(rows, ("ID", "Vorname", "Nachname", "Mail"))])
    assert (found["Name"].sources, found["Name"].how) == (("Nachname", "Vorname"), "joined")


def test_a_column_that_stands_in_for_blanks_is_named_second(origins: Origins) -> None:
    rows: list[Row] = [
        (f"n{i}", f"work{i}@x.test" if i % 4 else "", f"home{i}@y.test") for i in range(60)
    ]
    target = [(name, work or home) for name, work, home in rows]
    found = origins("Name Email", target, [table(rows, ("Name", "Work", "Private"))])
    assert found["Email"].sources == ("Work", "Private")
    assert found["Email"].share == 1


def test_two_files_that_were_put_together_are_both_named(origins: Origins) -> None:
    rows = people(120)
    one, two = table(rows[:80], file="a.csv"), table(rows[80:], file="b.csv")
    found = origins(TARGET, reshaped(rows), [one, two])
    assert found["Email"].file == "a.csv, b.csv"
    assert found["Email"].sources == ("Work E-mail",)


def test_what_two_columns_would_explain_alike_is_unknown_unless_a_name_tells(
    origins: Origins,
) -> None:
    rows: list[Row] = [(f"user{i}@x.test", f"user{i}@x.test", f"k{i:05}") for i in range(50)]
    target = [(row[0], row[2]) for row in rows]
    found = origins("Contact Key", target, [table(rows, ("Alpha", "Beta", "Key"))])
    assert found["Contact"].how == "unknown"
    found = origins("Login Key", target, [table(rows, ("Alpha", "Login", "Key"))])
    assert found["Login"].sources == ("Login",)


def test_values_that_no_file_has_are_unknown(origins: Origins) -> None:
    rows = people(100)
    dice = random.Random(3)
    target = [(row[1].lower(), str(dice.randrange(5)), dice.choice("xyz")) for row in rows]
    found = origins("Email Score Class", target, [table(rows)])
    assert (found["Score"].how, found["Class"].how) == ("unknown", "unknown")


def test_a_table_that_only_shares_running_numbers_feeds_nothing(origins: Origins) -> None:
    rows = people(100)
    other = table([(str(i + 1), f"Firm {i}") for i in range(60)], ("ID", "Firm"), "firms.csv")
    target = [(row[0], row[1].lower(), row[2]) for row in rows]
    found = origins("ID Email Name", target, [other, table(rows)])
    assert {origin.file for origin in found.values()} == {"contacts.csv"}


def test_rows_read_are_rows_out_doubles_and_unexplained(
    make_sheet: MakeSheet, snapshot_of: MakeSnapshot
) -> None:
    rows = people(100)
    doubles = [(f"9{row[0]}", row[1].upper(), *row[2:]) for row in rows[:5] if row[1]]
    dropped = people(103, seed=9)[100:]
    source = table([*rows, *doubles, *dropped, ("",) * 8])
    snapshot = snapshot_of(make_sheet(TARGET, reshaped(rows), sample_of=100))
    sheet = read_off([source], snapshot).sheets[0]
    assert sheet.rows_read == 100 + len(doubles) + 3
    assert (sheet.doubles, sheet.unexplained) == (len(doubles), 3)
    lost = lost_rows([source], snapshot)
    assert {row.why for row in lost} == {'double "Work E-mail"', "unexplained"}
    assert all(source.rows[row.row] == row.cells for row in lost)


def test_of_a_sample_no_row_is_called_lost(
    make_sheet: MakeSheet, snapshot_of: MakeSnapshot
) -> None:
    rows = people(100)
    snapshot = snapshot_of(make_sheet(TARGET, reshaped(rows[:40]), sample_of=100))
    sheet = read_off([table(rows)], snapshot).sheets[0]
    assert (sheet.doubles, sheet.unexplained) == (0, 0)
    assert lost_rows([table(rows)], snapshot) == ()
    email = next(origin for origin in sheet.columns if origin.column == "Email")
    assert email.sources == ("Work E-mail",)


def test_nothing_to_compare_with_explains_nothing(
    make_sheet: MakeSheet, snapshot_of: MakeSnapshot
) -> None:
    snapshot = snapshot_of(make_sheet("Email", [("a@x.test",), ("b@x.test",)]))
    assert read_off([], snapshot).sheets[0].columns[0].how == "unknown"
    assert read_off([table([])], snapshot).sheets[0].files == ()
    assert read_off([], snapshot_of(make_sheet("Email", []))) == Provenance(
        sheets=read_off([], snapshot_of(make_sheet("Email", []))).sheets
    )


def test_of_several_constants_the_column_of_the_name_is_the_source(origins: Origins) -> None:
    dice = random.Random(8)
    rows: list[Row] = [
        (f"k{i:05}", "0.0", "0.0", "2020-03-05 05:03:34", str(dice.randrange(9))) for i in range(30)
    ]
    source = table(rows, ("Key", "dstoff", "gmtoff", "synced", "x"))
    target = [(key, one, two, "2020-03-05T05:03:34") for key, one, two, *_ in rows]
    found = origins("Key gmtoff dstoff Synced", target, [source])
    assert {name: origin.sources for name, origin in found.items()} == {
        "Key": ("Key",),
        "gmtoff": ("gmtoff",),
        "dstoff": ("dstoff",),
        "Synced": ("synced",),
    }
    assert found["gmtoff"].how == "unchanged"


def test_a_column_with_one_edited_cell_is_not_called_unchanged(origins: Origins) -> None:
    source = [(f"key-{row[0]:>05}", *row[1:]) for row in people(200)]
    made = [(row[0], "Someone Else" if row[0] == "key-00007" else row[2]) for row in source]
    found = origins("ID Name", made, [table(source)])["Name"]
    assert (found.how, found.edited, found.blanked) == ("unchanged in part", 1, 0)
    assert origin_words(found) == "unchanged but for 1 cell"


def test_of_doubles_the_row_that_was_kept_is_the_source(origins: Origins) -> None:
    source = [(row[0], row[1], row[3]) for row in people(200)]
    changed = [(key, mail, "customer") for key, mail, state in source[:20] if state != "customer"]
    later = {row[0]: row for row in changed}
    made = [later.get(row[0], row) for row in source]
    files = [table([*source, *changed], ("ID", "Mail", "State"))]
    assert origin_words(origins("ID Mail State", made, files)["State"]) == "unchanged"


def test_what_was_only_blanked_is_no_part_of_its_source(origins: Origins) -> None:
    source = [(f"key-{i:05}", "WA" if i % 3 else "NULL", str(i % 7)) for i in range(60)]
    made = [(key, "" if region == "NULL" else region, digit) for key, region, digit in source]
    files = [table(source, ("Key", "Region", "Digit"))]
    found = origins("Key Region Digit", made, files)
    assert (found["Region"].sources, found["Region"].blanked) == (("Region",), 20)
    assert origin_words(found["Region"]) == "unchanged but for 20 blanked"
    assert origin_words(found["Digit"]) == "unchanged"


def test_rows_that_a_reading_does_not_account_for_are_counted(origins: Origins) -> None:
    source = [(f"key-{row[0]:>05}", *row[1:]) for row in people(120)]
    made = [
        (row[0], row[1].lower() if row[0] != "key-00009" else "x@y.test", STATUS[row[3]])
        for row in source
    ]
    made[10] = (made[10][0], "", "Closed" if made[10][2] == "Open" else "Open")
    found = origins("ID Email Status", made, [table(source)])
    assert origin_words(found["Email"]) == "lower case, 1 cell edited, 1 blanked"
    assert (found["Status"].how, found["Status"].edited) == ("recoded", 1)


@pytest.mark.parametrize("blanks", [0, 9])
def test_a_second_source_accounts_for_what_it_fills(origins: Origins, blanks: int) -> None:
    source = [
        (f"key-{i:05}", "" if i % 4 == 0 else f"a{i}@x.test", f"b{i}@y.test") for i in range(80)
    ]
    made = [
        (key, first or (second if int(key[4:]) > blanks else "")) for key, first, second in source
    ]
    found = origins("Key Mail", made, [table(source, ("Key", "Mail", "Other"))])["Mail"]
    assert found.sources == ("Mail", "Other")
    assert (found.edited, found.blanked, found.filled_in) == (0, 0, 0)


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_with_no_row_in_any_sheet_is_told_unless_a_sample_may_hide_it(
    make_sheet: MakeSheet, snapshot_of: MakeSnapshot, whole: bool
) -> None:
    old = people(30)
    snapshot = snapshot_of(make_sheet(TARGET, reshaped(old), sample_of=30 if whole else 50))
    leads = table([("Cy Fox",), ("",), ("Di Roe",)], ("Who",), "leads.csv")
    found = read_off([table(old), leads], snapshot).unfed
    assert [(each.file, each.rows) for each in found] == ([("leads.csv", 2)] if whole else [])
