"""Columns that live in another file: found by the key that leads there, never adding a row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vernctl.engine.author import Authored, author
from vernctl.engine.model import Column, InputFile, Link, Template
from vernctl.engine.recipe.model import recipe_from_yaml, recipe_to_yaml

CONTACTS = """id,first_name,last_name,email,company_id,owner_id
c1,Ann,Lee,ann@x.test,101,7
c2,Bob,Ray,bob@x.test,102,8
c3,Cid,Fox,cid@x.test,101,7
c4,Dee,Orr,dee@x.test,,8
c5,Eve,Poe,eve@x.test,103,9
c6,Flo,Rue,flo@x.test,104,9
c7,Gus,Sol,gus@x.test,105,9
"""
COMPANIES = """id,name,industry,parent_id
101,Acme,Steel,
102,Bolt,Food,101
104,Cog,Tech,101
105,Dot,Tech,102
"""
USERS = """id,first_name,last_name,email
7,Uma,Vance,uma@us.test
8,Val,Wong,val@us.test
9,Wes,Xu,wes@us.test
"""
FILES = {"contacts.csv": CONTACTS, "companies.csv": COMPANIES, "users.csv": USERS}


def template(slug: str, *columns: str | Column) -> Template:
    made = tuple(Column(name=each) if isinstance(each, str) else each for each in columns)
    return Template(slug=slug, name=slug.title(), columns=made)


COMPANY = template("companies", Column(name="Name", unique=True), "Industry")


def work(
    folder: Path,
    files: Mapping[str, str],
    *templates: Template,
    answers: Mapping[str, str] | None = None,
) -> Authored:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    inputs = [InputFile(name=name, path=folder / name) for name in files]
    return author(inputs, templates, answers=answers, workdir=folder)


def cells(authored: Authored, slug: str, column: str) -> list[str]:
    sheet = next(each for each in authored.sheets if each.slug == slug)
    return [row[sheet.columns.index(column)] for row in sheet.rows]


def test_a_column_of_another_file_is_brought_by_the_key_that_names_its_row(tmp_path: Path) -> None:
    contacts = template("contacts", "Email", "Company Name", "Company Industry")
    made = work(tmp_path, FILES, COMPANY, contacts)
    assert cells(made, "contacts", "Company Name") == ["Acme", "Bolt", "Acme", "", "", "Cog", "Dot"]
    assert cells(made, "contacts", "Company Industry")[0] == "Steel"
    assert recipe_from_yaml(recipe_to_yaml(made.recipe)) == made.recipe


def test_a_row_without_a_partner_stays_and_is_counted(tmp_path: Path) -> None:
    made = work(tmp_path, FILES, COMPANY, template("contacts", "Email", "Company Name"))
    counts = {count.slug: count for count in made.counts}
    assert (counts["contacts"].rows, counts["contacts"].rows_read) == (7, 7)
    assert [note for note in made.notes if note.startswith("contacts: 1 row of contacts.csv")]


def test_a_link_gets_the_linked_value_and_not_the_key(tmp_path: Path) -> None:
    linked = Column(name="Company", link=(Link(template="companies", column="Name"),))
    made = work(tmp_path, FILES, COMPANY, template("contacts", "Email", linked))
    assert cells(made, "contacts", "Company")[:3] == ["Acme", "Bolt", "Acme"]


def test_the_role_of_a_key_tells_which_of_two_tables_is_meant(tmp_path: Path) -> None:
    contacts = template("contacts", "Email", "Owner", "Owner Email")
    made = work(tmp_path, FILES, COMPANY, contacts)
    assert cells(made, "contacts", "Owner")[:2] == ["Uma Vance", "Val Wong"]
    assert cells(made, "contacts", "Owner Email")[:2] == ["uma@us.test", "val@us.test"]


def test_a_table_is_joined_to_itself(tmp_path: Path) -> None:
    companies = template("companies", Column(name="Name", unique=True), "Parent Company")
    made = work(tmp_path, {"companies.csv": COMPANIES}, companies)
    assert cells(made, "companies", "Parent Company") == ["", "Acme", "Acme", "Bolt"]


def test_one_table_is_joined_by_two_keys(tmp_path: Path) -> None:
    files = {
        "deals.csv": "name,buyer_id,seller_id\nBig,101,102\nSmall,102,104\nOdd,105,101\n",
        "companies.csv": COMPANIES,
    }
    deals = template("deals", "Name", "Buyer", "Seller")
    made = work(tmp_path, files, COMPANY, deals)
    if made.questions:
        first = {question.key: question.options[0] for question in made.questions}
        made = work(tmp_path, files, COMPANY, deals, answers=first)
    assert cells(made, "deals", "Buyer") == ["Acme", "Bolt", "Dot"]
    assert cells(made, "deals", "Seller") == ["Bolt", "Cog", "Acme"]


def test_a_key_that_stands_twice_on_the_other_side_joins_nothing(tmp_path: Path) -> None:
    double = COMPANIES + "101,Acme again,Steel,\n"
    files = {"contacts.csv": CONTACTS, "companies.csv": double}
    made = work(tmp_path, files, template("contacts", "Email", "Company Industry"))
    sheet = made.recipe.sheet("contacts")
    assert sheet is not None
    assert all(not item.joins for item in sheet.inputs)


def test_small_numbers_that_happen_to_be_ids_join_nothing(tmp_path: Path) -> None:
    orders = "sku,quantity,total\n" + "".join(f"S{i},{1 + i % 4},{i}.5\n" for i in range(12))
    shops = "id,name,city\n1,North,Oslo\n2,South,Rome\n3,East,Bern\n4,West,Cork\n"
    files = {"orders.csv": orders, "shops.csv": shops}
    made = work(tmp_path, files, template("orders", "SKU", "Quantity", "Total", "City"))
    sheet = made.recipe.sheet("orders")
    assert sheet is not None
    assert all(not item.joins for item in sheet.inputs)


def test_a_column_whose_name_does_not_say_whose_it_is_is_asked_about(tmp_path: Path) -> None:
    files = {"contacts.csv": CONTACTS, "companies.csv": COMPANIES}
    contacts = template("contacts", "Email", "Industry")
    made = work(tmp_path, files, contacts)
    (question,) = made.questions
    assert question.question == 'Is "industry of companies.csv" the column Industry?'
    made = work(tmp_path, files, contacts, answers={question.key: question.options[0]})
    assert cells(made, "contacts", "Industry")[:2] == ["Steel", "Food"]


def test_a_column_of_the_targets_own_name_stays_whatever_else_its_values_lead_to(
    tmp_path: Path,
) -> None:
    customers = "id,contact_name,address\n" + "".join(
        f"c{n},Person {n},{n} Main Street\n" for n in range(9)
    )
    orders = "order_id,customer_id,ship_address\n" + "".join(
        f"o{n},c{n % 9},{n % 9} Main Street\n" for n in range(30)
    )
    files = {"customers.csv": customers, "orders.csv": orders}
    made = work(tmp_path, files, template("orders", "Order Id", "Ship Address"))
    assert cells(made, "orders", "Ship Address")[:2] == ["0 Main Street", "1 Main Street"]


def test_an_id_column_that_is_asked_for_by_its_name_is_not_replaced_by_what_it_stands_for(
    tmp_path: Path,
) -> None:
    users = template("users", Column(name="id", unique=True), "last_name")
    owner = Column(name="owner_id", link=(Link(template="users", column="id"),))
    made = work(tmp_path, FILES, users, template("contacts", "email", owner))
    assert cells(made, "contacts", "owner_id")[:3] == ["7", "8", "7"]
