"""Matching: the column a person would pick, a question where two would do, nothing where none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from vernctl.engine.inspect import match_files
from vernctl.engine.match import ColumnMatch, MatchResult
from vernctl.engine.model import Column, EngineError, Link, Template

PEOPLE = """Legacy ID,Given name,Surname,Work E-mail,E-mail 2,Tel.,Town,Fax
17,Ann,Lee,ann@x.test,a@home.test,+49 30 1234567,Rome,
18,Bob,Ray,bob@x.test,,+49 30 7654321,Oslo,
19,Cid,Fox,cid@x.test,c@home.test,+49 30 5554443,Bern,
"""


def template(slug: str, *columns: str | Column) -> Template:
    made = tuple(Column(name=each) if isinstance(each, str) else each for each in columns)
    return Template(slug=slug, name=slug.title(), columns=made)


def run(
    folder: Path, files: Mapping[str, str], *templates: Template, knowledge: str = ""
) -> MatchResult:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return match_files([folder / name for name in files], templates, knowledge=knowledge).result


def only(folder: Path, text: str, *columns: str | Column) -> dict[str, ColumnMatch]:
    result = run(folder, {"data.csv": text}, template("rows", *columns))
    return {each.column: each for each in result.sheets[0].columns}


def chosen(matches: Mapping[str, ColumnMatch]) -> dict[str, str | None]:
    return {
        name: " + ".join(each.chosen.sources) if each.chosen else None
        for name, each in matches.items()
    }


def test_columns_are_found_under_other_names(tmp_path: Path) -> None:
    found = only(tmp_path, PEOPLE, "First Name", "Last Name", "Phone", "City", "Company")
    assert chosen(found) == {
        "First Name": "Given name",
        "Last Name": "Surname",
        "Phone": "Tel.",
        "City": "Town",
        "Company": None,
    }


@pytest.mark.parametrize(
    "header",
    [
        "Vorname;Nachname;E-Mail-Adresse;PLZ;Geburtsdatum",
        "Prénom;Nom;Courriel;Code postal;Date de naissance",
        "Nombre;Apellidos;Correo electrónico;Código postal;Fecha de nacimiento",
        "Voornaam;Achternaam;E-mail;Postcode;Geboortedatum",
        "first_name;last_name;email;zip_code;birth_date",
        "contactFirstName;contactLastName;contactEmail;contactZip;contactDob",
        "FIRSTNAME;LASTNAME;EMAIL;ZIP;BIRTHDATE",
    ],
)
def test_headers_of_several_languages_and_habits_mean_the_same(tmp_path: Path, header: str) -> None:
    text = f"{header}\nAnn;Lee;ann@x.test;10115;1990-01-31\nBob;Ray;bob@x.test;20095;1985-12-01\n"
    found = only(tmp_path, text, "First Name", "Last Name", "Email", "Zip", "Date of Birth")
    assert list(chosen(found).values()) == header.split(";")
    assert not any(each.close for each in found.values())


def test_names_without_vowels_are_read(tmp_path: Path) -> None:
    text = "FirstName,Country,NumberCars\nAnn,Italy,2\nBob,Spain,1\n"
    found = only(tmp_path, text, "prsn_frstnm", "prsn_cntr", "prsn_nmbrcrs", "prsn_crdtrtng")
    assert list(chosen(found).values()) == ["FirstName", "Country", "NumberCars", None]


def test_two_plausible_columns_are_a_question(tmp_path: Path) -> None:
    email = only(tmp_path, PEOPLE, "Email", "Phone")["Email"]
    assert email.close
    assert [each.sources for each in email.candidates[:2]] == [("Work E-mail",), ("E-mail 2",)]
    assert not only(tmp_path, PEOPLE, "Email", "Phone")["Phone"].close


HASHED = "id,email\n1,\n2,\n3,\n4,\n5,ce7566d1d08cc094b74cf283cf9c56a5\n"


def test_a_column_of_the_same_name_in_a_file_of_the_sheets_name_is_not_asked_about(
    tmp_path: Path,
) -> None:
    found = run(tmp_path, {"crm_customer.csv": HASHED}, template("customer", "id", "email"))
    email = found.sheets[0].columns[1]
    assert email.chosen is not None
    assert email.chosen.sources == ("email",)
    assert not email.close


def test_a_doubtful_column_of_the_same_name_is_asked_about_in_a_file_of_another_name(
    tmp_path: Path,
) -> None:
    assert only(tmp_path, HASHED, "id", "email")["email"].close


def test_first_beside_last_is_a_name(tmp_path: Path) -> None:
    text = "First,Last,Phone\nAnn,Lee,1\nBob,Ray,2\n"
    parts = chosen(only(tmp_path, text, "First Name", "Surname"))
    assert parts == {"First Name": "First", "Surname": "Last"}
    assert only(tmp_path, text, "Full Name")["Full Name"].chosen is not None
    assert only(tmp_path, "First,Seen\n1,2\n", "First Name")["First Name"].chosen is None


def test_a_rival_that_another_target_needs_is_no_rival(tmp_path: Path) -> None:
    found = only(tmp_path, PEOPLE, "Work Email", "Email 2")
    assert chosen(found) == {"Work Email": "Work E-mail", "Email 2": "E-mail 2"}
    assert not any(each.close for each in found.values())


def test_nothing_is_invented_for_a_column_that_is_not_there(tmp_path: Path) -> None:
    text = "id,vin,odometer,paint\n1,WVW1,120000,red\n2,WVW2,90000,blue\n"
    found = only(tmp_path, text, "Email", "Company", "Invoice Date", "Salary")
    assert set(chosen(found).values()) == {None}


def test_every_candidate_says_why(tmp_path: Path) -> None:
    found = only(tmp_path, PEOPLE, "Fax", "First Name", "Email")
    assert found["Fax"].candidates[0].why.startswith("the names are the same")
    assert found["First Name"].candidates[0].why == '"Given name" means "First Name"'
    assert "the values look like e-mail addresses" in found["Email"].candidates[0].why


def test_values_in_the_allowed_set_decide_between_alike_names(tmp_path: Path) -> None:
    text = "Stage A,Stage B\n" + "".join(f"x{n},{'open' if n % 2 else 'won'}\n" for n in range(60))
    status = Column(name="Stage", one_of=("Open", "Won", "Lost"))
    found = only(tmp_path, text, status)
    assert chosen(found) == {"Stage": "Stage B"}
    assert "of its values are allowed" in found["Stage"].candidates[0].why


def test_a_pattern_that_the_values_match_speaks_for_a_column(tmp_path: Path) -> None:
    text = "Ref X,Ref Y\n" + "".join(f"{n},AC-{n:04}\n" for n in range(40))
    found = only(tmp_path, text, Column(name="Ref", strict="^AC-[0-9]{4}$"))
    assert chosen(found) == {"Ref": "Ref Y"}


def test_a_link_is_found_by_the_values_it_shares(tmp_path: Path) -> None:
    companies = template("companies", Column(name="Code", unique=True), "Name")
    contacts = template(
        "contacts",
        "Email",
        Column(name="Company", link=(Link(template="companies", column="Code"),)),
    )
    result = run(
        tmp_path,
        {
            "companies.csv": "Code,Name\nA1,Acme\nB2,Bolt\nC3,Cog\n",
            "contacts.csv": "Email,Company note,Company ref\na@x.test,old,A1\nb@x.test,new,C3\n",
        },
        companies,
        contacts,
    )
    company = result.sheets[1].columns[1]
    assert company.chosen is not None
    assert company.chosen.sources == ("Company ref",)
    assert 'of its values are in "Code"' in company.chosen.why


def test_tables_go_to_the_templates_they_are_about(tmp_path: Path) -> None:
    files = {
        "export_orders.csv": "id,customer_id,name,total\n1,7,first,9.5\n2,8,second,1.0\n",
        "export_customers.csv": "id,name,email\n7,Ann,a@x.test\n8,Bob,b@x.test\n",
    }
    customers = template("customers", "Customer ID", "Name", "Email")
    orders = template("orders", "Order Number", "Customer ID", "Total")
    result = run(tmp_path, files, customers, orders)
    assert [sheet.tables for sheet in result.sheets] == [
        ("export_customers.csv",),
        ("export_orders.csv",),
    ]
    picked = [each.chosen.sources[0] if each.chosen else None for each in result.sheets[0].columns]
    assert picked == ["id", "name", "email"]
    assert [(each.table, each.column) for each in result.unused] == [("export_orders.csv", "name")]


def test_files_of_one_shape_are_put_together(tmp_path: Path) -> None:
    files = {
        "contacts_2023.csv": "Name,Email\nAnn,a@x.test\n",
        "contacts_2024.csv": "Name,Email\nBob,b@x.test\n",
    }
    sheet = run(tmp_path, files, template("contacts", "Name", "Email")).sheets[0]
    assert sheet.tables == ("contacts_2023.csv", "contacts_2024.csv")
    assert [each.also[0].table for each in sheet.columns] == ["contacts_2024.csv"] * 2


def test_a_template_that_no_file_is_about_stays_empty(tmp_path: Path) -> None:
    files = {"contacts.csv": "Name,Email\nAnn,a@x.test\n"}
    result = run(
        tmp_path,
        files,
        template("contacts", "Name", "Email"),
        template("shipments", "Carrier", "Tracking Code", "Shipped On", "Weight"),
    )
    assert result.sheets[1].tables == ()
    assert all(each.chosen is None for each in result.sheets[1].columns)


def test_a_whole_name_gives_first_and_last_name(tmp_path: Path) -> None:
    text = "Full Name,Email\nAnn Lee,a@x.test\nBob Ray,b@x.test\n"
    found = only(tmp_path, text, "First Name", "Last Name", "Email")
    first, last = found["First Name"].chosen, found["Last Name"].chosen
    assert first is not None
    assert last is not None
    assert (first.sources, first.part) == (("Full Name",), "first name")
    assert (last.sources, last.part) == (("Full Name",), "last name")


def test_first_and_last_name_give_a_whole_name(tmp_path: Path) -> None:
    found = only(tmp_path, PEOPLE, "Full Name", "Phone")
    assert chosen(found)["Full Name"] == "Given name + Surname"


def test_the_parts_of_an_address_give_the_address(tmp_path: Path) -> None:
    text = "Street,Zip,City\nVia Po 1,00198,Rome\nKarl 2,0180,Oslo\n"
    assert chosen(only(tmp_path, text, "Address"))["Address"] == "Street + Zip + City"
    assert chosen(only(tmp_path, text, "Address", "City")) == {
        "Address": "Street + Zip",
        "City": "City",
    }


@pytest.mark.parametrize(
    "header",
    [
        "Bokföringsdag,Mottagare,Belopp,Saldo",
        "Bogføringsdato,Modtager,Beløb,Saldo",
        "Data księgowania,Nadawca / Odbiorca,Kwota operacji,Saldo po operacji",
        "Fecha contable,Ordenante/Beneficiario,Importe,Saldo disponible",
        "Datum zaúčtování,Název protiúčtu,Částka,Zůstatek",
        "Buchungstag,Beguenstigter/Zahlungspflichtiger,Betrag,Kontostand",
        "Date de comptabilisation,Bénéficiaire,Montant,Solde",
    ],
)
def test_bank_statements_of_many_languages_have_their_roles(tmp_path: Path, header: str) -> None:
    text = f"{header}\n2024-05-01,Ann Lee,-12.50,100.00\n2024-05-02,Bob Ray,3.00,103.00\n"
    found = only(tmp_path, text, "Balance", "Payee", "Booking Date", "Amount")
    wanted = dict(
        zip(("Booking Date", "Payee", "Amount", "Balance"), header.split(","), strict=True)
    )
    assert chosen(found) == wanted
    assert not any(each.close for each in found.values())


def test_a_column_that_only_its_values_tell_is_proposed_and_asked_about(tmp_path: Path) -> None:
    text = "Nr,Whrg,Xq\n1,EUR,Offen\n2,USD,Closed\n3,EUR,Open\n4,SEK,Lost\n5,EUR,Open\n"
    states = Column(name="Status", one_of=("Open", "Closed", "Lost", "Offen"))
    found = only(tmp_path, text, "Currency", states)
    assert chosen(found) == {"Currency": "Whrg", "Status": "Xq"}
    assert all(each.close for each in found.values())


def test_beside_a_first_or_last_name_a_name_is_the_other_half(tmp_path: Path) -> None:
    italian = only(tmp_path, "Nome,Cognome\nAda,Rossi\nUgo,Verdi\n", "First Name", "Last Name")
    german = only(tmp_path, "Vorname,Name\nAda,Roth\nUwe,Voss\n", "First Name", "Last Name")
    assert chosen(italian) == {"First Name": "Nome", "Last Name": "Cognome"}
    assert chosen(german) == {"First Name": "Vorname", "Last Name": "Name"}


def test_knowledge_outweighs_names(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        {"data.csv": PEOPLE},
        template("contacts", "Email", "External ID"),
        knowledge="Use E-mail 2 for Email. Ignore the column Legacy ID.",
    )
    email, external = result.sheets[0].columns
    assert email.chosen is not None
    assert (email.chosen.sources, email.chosen.why) == (("E-mail 2",), "the knowledge says so")
    assert not email.close
    assert external.chosen is None


def test_the_order_of_files_changes_nothing_but_the_order_of_what_is_left(tmp_path: Path) -> None:
    files = {"contacts.csv": "Name,Email\nAnn,a@x.test\n", "b.csv": "Name,Email\nBob,b@x.test\n"}
    contacts = template("contacts", "Name", "Email")
    one = run(tmp_path, files, contacts)
    two = run(tmp_path, dict(reversed(files.items())), contacts)
    assert one.sheets == two.sheets


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for folder in (tmp_path, tmp_path / "b"):
        (folder / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(EngineError, match=r"Two files are named a\.csv"):
        match_files([tmp_path / "a.csv", tmp_path / "b" / "a.csv"], [template("t", "x")])


def test_a_column_is_found_among_hundreds(tmp_path: Path) -> None:
    header = ",".join(f"custom field {n}" for n in range(300))
    values = ",".join("x" for _ in range(300))
    found = only(tmp_path, f"{header},Surname\n{values},Lee\n{values},Ray\n", "Last Name", "Email")
    assert chosen(found) == {"Last Name": "Surname", "Email": None}
