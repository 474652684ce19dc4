"""Instructions: what each kind of wording means, and that nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernctl.engine.author.mapping import draft_sheet
from vernctl.engine.database import open_database
from vernctl.engine.findings import Findings
from vernctl.engine.instruct import read_messages, split_messages
from vernctl.engine.instruct.edits import Edit
from vernctl.engine.instruct.reading import describe_edit
from vernctl.engine.instruct.vocabulary import Vocabulary
from vernctl.engine.model import Column, InputFile, Link, Template, quiet
from vernctl.engine.recipe.model import Recipe
from vernctl.engine.workspace import open_workspace

FIRMS = "Company,Web Site,Country,Amount\nAcme,https://acme.test,DE,1\nGlobex,globex.test,US,2\n"
PEOPLE = (
    "Work E-mail,E-mail 2,Full name,Lifecycle,Firm,Phone No,Cell,Signed up,Street,City,Zip\n"
    "a@acme.test,z@x.test,ann smith,CANCELLED,Acme,030 1,3,1/2/2024,s,c,1\n"
    "b@x.test,,bob jones,CLOSED,globex,040-2,4,3/4/2024,s,c,2\n"
)
TEMPLATES = (
    Template(
        slug="companies",
        name="Companies",
        columns=(
            Column(name="Name", unique=True),
            Column(name="Domain"),
            Column(name="Country"),
            Column(name="Amount"),
        ),
    ),
    Template(
        slug="contacts",
        name="Contacts",
        columns=(
            Column(name="Email", unique=True),
            Column(name="First Name"),
            Column(name="Last Name"),
            Column(name="Status", one_of=("Open", "Closed")),
            Column(name="Company", link=(Link(template="companies", column="Name"),)),
            Column(name="Phone"),
            Column(name="Mobile Phone"),
            Column(name="Signed Up"),
            Column(name="Address"),
            Column(name="Country"),
            Column(name="Owner"),
        ),
    ),
)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vocabulary]:
    folder = tmp_path_factory.mktemp("words")
    files = []
    for name, text in (("companies.csv", FIRMS), ("contacts.csv", PEOPLE)):
        (folder / name).write_text(text, encoding="utf-8")
        files.append(InputFile(name=name, path=Path(folder / name)))
    with open_database(folder) as con:
        work = open_workspace(con, files, TEMPLATES, "", Findings(folder / "findings"), quiet)
        recipe = Recipe(sheets=tuple(draft_sheet(work, template).sheet for template in TEMPLATES))
        yield Vocabulary(work, recipe)


def said(edits: tuple[Edit, ...]) -> list[str]:
    return [f"{edit.sheet}: {describe_edit(edit)}" for edit in edits]


TRIMMED = "contacts: Phone, Mobile Phone: white space trimmed"
CLOSED = "contacts: Status: recoded: CANCELLED → Closed"
NO_EMAIL = "contacts: rows dropped where Email is blank"
UNDERSTOOD = {
    "Trim whitespace from every phone number.": [TRIMMED],
    "Strip leading and trailing spaces from Email and Company": [
        "contacts: Email, Company: white space trimmed"
    ],
    "Please trim Phone.": ["contacts: Phone: white space trimmed"],
    "Collapse white space in Address": ["contacts: Address: white space collapsed"],
    "Remove extra spaces from First Name": ["contacts: First Name: white space collapsed"],
    "Remove all spaces from Phone": ["contacts: Phone: removed: space"],
    "Upper-case every Country": [
        "companies: Country: upper case",
        "contacts: Country: upper case",
    ],
    "Uppercase the country column in Companies.": ["companies: Country: upper case"],
    "Make all emails lower case": ["contacts: Email: lower case"],
    "Email should be lowercase": ["contacts: Email: lower case"],
    "Convert Last Name to title case": ["contacts: Last Name: title case"],
    "Capitalize First Name and Last Name": ["contacts: First Name, Last Name: title case"],
    "Put the last names in capital letters": ["contacts: Last Name: upper case"],
    "map CANCELLED, Lost to Closed in Status": [
        "contacts: Status: recoded: CANCELLED, Lost → Closed"
    ],
    "Treat CANCELLED as Closed": [CLOSED],
    "Map \"CANCELLED\" and 'on hold' to “Closed” in the Status column": [
        "contacts: Status: recoded: CANCELLED, on hold → Closed"
    ],
    "Map lead to Open and churned to Closed in Status": [
        "contacts: Status: recoded: lead → Open; churned → Closed"
    ],
    "Map lead in Status to Open and churned to Closed": [
        "contacts: Status: recoded: lead → Open; churned → Closed"
    ],
    "In Status, lead means Open and churned means Closed": [
        "contacts: Status: recoded: lead → Open; churned → Closed"
    ],
    "Replace 'GmbH' in Company with 'Ltd'": ["contacts: Company: 'GmbH' replaced by 'Ltd'"],
    "everything else -> Open in Status": ["contacts: Status: recoded: any other value → Open"],
    "Rename Germany to DE in Country of contacts": ["contacts: Country: recoded: Germany → DE"],
    "Replace 'GmbH' with 'Ltd' in Company": ["contacts: Company: 'GmbH' replaced by 'Ltd'"],
    "Remove dashes from Phone": ["contacts: Phone: removed: - ‐ ‑ – —"],
    'Remove "-" and "/" from Phone': ["contacts: Phone: removed: - /"],
    "Strip non-digits from Phone": ["contacts: Phone: removed: non-digits"],
    "Use the company domain for any missing Email, don't drop the row.": [
        "contacts: Email: blanks filled with Domain of the row in companies that Company names "
        "(the domain of it, 'info@' put in front)"
    ],
    "If Phone is blank, use Mobile Phone": ["contacts: Phone: blanks filled with Mobile Phone"],
    "Use E-mail 2 for missing Email": [
        "contacts: source: E-mail 2 read",
        "contacts: Email: blanks filled with source: E-mail 2",
    ],
    "Fill blank Owner with 'Unknown'": [
        "contacts: Owner: blanks filled with the constant 'Unknown'"
    ],
    "Set status to open if it is blank": [
        "contacts: Status: blanks filled with the constant 'Open'"
    ],
    "Set Status to closed where Email is blank": [
        "contacts: Status: set to the constant 'Closed' where Email is blank"
    ],
    "Set Owner to Jane Doe": ["contacts: Owner: set to the constant 'Jane Doe'"],
    "Change all statuses to Open": ["contacts: Status: set to the constant 'Open'"],
    "Drop rows where Email is blank": [NO_EMAIL],
    "Remove contacts without an Email": [NO_EMAIL],
    "Keep only rows where Email is not blank": [NO_EMAIL],
    "Delete all contacts where Status is Closed or Lost": [
        "contacts: rows dropped where Status is 'Closed', 'Lost'"
    ],
    "drop rows where Status is CANCELLED and Email is blank": [
        "contacts: rows dropped where Status is 'CANCELLED' and Email is blank"
    ],
    "Skip rows whose Email contains @test": ["contacts: rows dropped where Email contains '@test'"],
    "Only import contacts where Status is Open": [
        "contacts: rows dropped where Status is not 'Open'"
    ],
    "Remove duplicate contacts by Email and keep the last": [
        "contacts: of rows with the same Email the last kept"
    ],
    "Keep the most complete of duplicates by Email": [
        "contacts: of rows with the same Email the most complete kept"
    ],
    "Use the E-mail 2 column for Email": ["contacts: another source for Email"],
    "Combine Street, City and Zip into Address separated by commas": [
        "contacts: another source for Address"
    ],
    "Combine First Name and Last Name into Owner": ["contacts: another source for Owner"],
    "Split Full name into First Name and Last Name": [
        "contacts: another source for First Name",
        "contacts: another source for Last Name",
    ],
    "All dates are in US format": [
        "companies: date order mdy for every date",
        "contacts: date order mdy for every date",
    ],
    "Signed Up is DD/MM/YYYY": ["contacts: date order dmy for Signed Up"],
    "Round Amount to 2 decimals": ["companies: Amount: number with decimal '.' read, 2 decimals"],
    "Amount uses a decimal comma": ["companies: Amount: number with decimal ',' read"],
    "Add the country code +49 to Phone": [
        "contacts: Phone: phone number in digits",
        "contacts: Phone: '+49' put in front",
    ],
    'Append " (old)" to Owner': ["contacts: Owner: ' (old)' put at the end"],
    "Leave Owner empty": ["contacts: Owner left empty"],
    "Trim Phone and upper-case Last Name": [
        "contacts: Phone: white space trimmed",
        "contacts: Last Name: upper case",
    ],
    "Trim Phone. Then lower case Email. Thanks!": [
        "contacts: Phone: white space trimmed",
        "contacts: Email: lower case",
    ],
}


@pytest.mark.parametrize("message", UNDERSTOOD)
def test_a_wording_means_what_it_says(vocabulary: Vocabulary, message: str) -> None:
    read = read_messages(vocabulary, [message], {})
    assert not read.questions
    assert said(read.edits) == UNDERSTOOD[message]


def test_all_columns_are_every_column_of_every_sheet(vocabulary: Vocabulary) -> None:
    edits = read_messages(vocabulary, ["Trim all columns"], {}).edits
    assert [edit.sheet for edit in edits] == ["companies", "contacts"]
    for edit, template in zip(edits, TEMPLATES, strict=True):
        for column in template.columns:
            assert column.name in describe_edit(edit)


@pytest.mark.parametrize(
    "message",
    [
        "Make it nice",
        "Trim the Foo column",
        "Trim Phone where Country is DE",
        "Translate the descriptions into French",
        "Use today's date for missing Signed Up",
        "Set Owner to the account manager",
        "Drop rows where Amount is greater than 5",
        "Remove test contacts",
        "Use DE for missing Country",
        "Leave Country empty",
        "Map CANCELLED to Closed in Colour",
        "x" * 5_000,
        "",
        "'",
        "\x00\ue000\uffff",
    ],
)
def test_what_is_not_understood_becomes_a_question_and_no_edit(
    vocabulary: Vocabulary, message: str
) -> None:
    read = read_messages(vocabulary, [message], {})
    assert read.edits == ()
    (question,) = read.questions
    assert question.options[-1] == "Ignore this message"
    assert question.allow_custom
    assert len(question.question) + len(question.context) < 1_500


def test_a_column_of_two_sheets_has_to_be_said_with_its_sheet(vocabulary: Vocabulary) -> None:
    (question,) = read_messages(vocabulary, ["Leave Country empty"], {}).questions
    assert "Country is in companies and in contacts: say in which" in question.context


def test_what_was_understood_of_a_message_can_be_done_alone(vocabulary: Vocabulary) -> None:
    message = "Trim Phone. Sing a song."
    (question,) = read_messages(vocabulary, [message], {}).questions
    answered = read_messages(vocabulary, [message], {question.key: question.options[0]})
    assert said(answered.edits) == ["contacts: Phone: white space trimmed"]
    assert not answered.questions


def test_a_message_about_no_cell_is_done_all_the_same(vocabulary: Vocabulary) -> None:
    assert read_messages(vocabulary, ["Map Nobody to Open in Status"], {}).edits


def test_a_heading_is_no_instruction(vocabulary: Vocabulary) -> None:
    read = read_messages(vocabulary, split_messages("Do this:\n1. Trim Phone"), {})
    assert said(read.edits) == ["contacts: Phone: white space trimmed"]
    assert not read.questions


@settings(max_examples=60, deadline=None)
@given(message=st.text(max_size=80))
def test_any_text_is_either_edits_or_a_question(vocabulary: Vocabulary, message: str) -> None:
    read = read_messages(vocabulary, [message], {})
    assert bool(read.edits) != bool(read.questions)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Trim Phone", ("Trim Phone",)),
        ("1. Trim Phone\n2. Lower case Email", ("Trim Phone", "Lower case Email")),
        (
            "Do this:\n 1) Trim Phone,\n    all of it\n- - and more",
            ("Do this:", "Trim Phone,\n    all of it", "and more"),
        ),
        ("Round Amount to 2. decimals", ("Round Amount to 2. decimals",)),
        ("  \n ", ()),
    ],
)
def test_a_list_is_its_items(text: str, items: tuple[str, ...]) -> None:
    assert split_messages(text) == items


LINES = st.text(st.sampled_from("ab1. )-*\n:"), max_size=12)


@given(messages=st.lists(LINES, max_size=4))
def test_one_update_with_a_list_is_its_messages_one_after_another(messages: list[str]) -> None:
    apart = [item for message in messages for item in split_messages(message)]
    listed = "\n".join(f"{i}. {message}" for i, message in enumerate(messages, 1))
    assert list(split_messages(listed)) == apart


def test_an_ignored_message_leaves_a_note(vocabulary: Vocabulary) -> None:
    message = "Trim every phone number. Paint it blue."
    (question,) = read_messages(vocabulary, [message], {}).questions
    ignored = read_messages(vocabulary, [message], {question.key: "ignore this message"})
    assert (ignored.edits, ignored.questions) == ((), ())
    assert ignored.notes == (f'Ignored as answered: "{message}".',)
