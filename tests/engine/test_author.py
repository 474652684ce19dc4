"""Authoring from end to end: what is healed, what is asked, what is previewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from vernctl.engine.author import Authored, author
from vernctl.engine.model import Column, InputFile, Link, Template
from vernctl.engine.recipe.model import recipe_from_yaml, recipe_to_yaml

Work = Callable[..., Authored]


def sheet(authored: Authored, slug: str) -> list[dict[str, str]]:
    preview = next(each for each in authored.sheets if each.slug == slug)
    return [dict(zip(preview.columns, row, strict=True)) for row in preview.rows]


def column(authored: Authored, slug: str, name: str) -> list[str]:
    return [row[name] for row in sheet(authored, slug)]


def flags(authored: Authored, slug: str) -> list[tuple[int, str, str]]:
    preview = next(each for each in authored.sheets if each.slug == slug)
    return [(cell.row, cell.column, cell.message) for cell in preview.invalid]


def write(folder: Path, name: str, text: str) -> InputFile:
    (folder / name).write_text(text, encoding="utf-8")
    return InputFile(name=name, path=folder / name)


def test_what_is_certain_is_healed(settled: Authored) -> None:
    assert column(settled, "contacts", "Email")[0] == "a@acme.test"
    assert column(settled, "companies", "Name") == ["Acme", "Globex", "Initech"]
    assert column(settled, "contacts", "Status") == ["Open", "Closed", "Open"]
    assert column(settled, "contacts", "Company") == ["Acme", "globex", "Initech"]
    assert column(settled, "contacts", "Signed Up")[0] == "2024-02-01"
    assert column(settled, "contacts", "First Name")[:2] == ["ann", "bob"]


def test_every_heal_is_a_named_step(settled: Authored) -> None:
    contacts = settled.recipe.sheet("contacts")
    assert contacts is not None
    because = {step.because for step in contacts.steps}
    assert because == {"healed", "answered"}
    assert recipe_from_yaml(recipe_to_yaml(settled.recipe)) == settled.recipe


def test_equal_rows_are_dropped_and_counted(settled: Authored) -> None:
    counts = {count.slug: count for count in settled.counts}
    assert counts["contacts"].dropped == {"exact duplicate row": 1, "double Email": 1}
    for count in settled.counts:
        assert count.rows + sum(count.dropped.values()) == count.rows_read


def test_broken_rules_are_flagged_and_block_nothing(settled: Authored) -> None:
    assert flags(settled, "contacts") == [(1, "Email", "Required field is empty")]


def test_questions_that_do_not_depend_on_one_another_come_together(asked: Authored) -> None:
    assert [question.question for question in asked.questions] == [
        "Owner is required in Contacts, and no column of the files is it. What should it hold?",
        "Which date order does Signed Up in Contacts have?",
        "1 Status value isn't one of the allowed options. What should it become?",
        "2 rows of Contacts share a value of Email, which must be unique. Which should be kept?",
    ]
    assert asked.sheets == ()


def test_a_question_says_sheet_column_file_and_examples(asked: Authored) -> None:
    status = asked.questions[2]
    assert status.context == (
        'Sheet Contacts, column Status, from contacts.csv "Lifecycle": Lead (1). '
        "Allowed: Open, Closed."
    )
    assert status.options == (
        "Map it to 'Open'",
        "Map it to 'Closed'",
        "Leave it as it is",
        "Drop those rows",
    )


@pytest.mark.parametrize("choice", range(4))
def test_every_option_about_values_outside_does_what_it_says(
    work: Work, asked: Authored, answers: Mapping[str, str], choice: int
) -> None:
    question = asked.questions[2]
    doubles = asked.questions[3]
    chosen = {question.key: question.options[choice], doubles.key: doubles.options[2]}
    authored = work((), {**answers, **chosen})
    last = ("Open", "Closed", "Lead", None)[choice]
    statuses = ["Open", "Closed", "Open", *([last] if last else [])]
    assert column(authored, "contacts", "Status") == statuses
    wrong = (3, "Status", "Value does not match required pattern")
    assert (wrong in flags(authored, "contacts")) is (last == "Lead")


def test_a_label_is_remembered_though_its_count_has_changed(
    work: Work, asked: Authored, answers: Mapping[str, str]
) -> None:
    key = asked.questions[2].key
    authored = work((), {**answers, key: "leave it as it is (12,000 invalid cells)"})
    assert not authored.questions


@pytest.mark.parametrize(
    ("answer", "wanted"), [("closed", "Closed"), ("Map Lead to Closed", "Closed"), ("->", None)]
)
def test_free_text_is_understood_or_asked_again(
    work: Work, asked: Authored, answers: Mapping[str, str], answer: str, wanted: str | None
) -> None:
    question = asked.questions[2]
    keep = {asked.questions[3].key: asked.questions[3].options[2]}
    authored = work((), {**answers, **keep, question.key: answer})
    if wanted is None:
        (again,) = authored.questions
        assert again.key == question.key
        assert again.context.startswith('The answer "->" was not understood. ')
    else:
        assert column(authored, "contacts", "Status")[-1] == wanted


def test_the_date_order_is_the_one_that_was_answered(
    work: Work, asked: Authored, answers: Mapping[str, str]
) -> None:
    authored = work((), {**answers, asked.questions[1].key: "MM/DD/YYYY"})
    assert column(authored, "contacts", "Signed Up") == ["2024-01-02", "2024-03-04", "2024-05-06"]


def test_a_message_that_settles_a_doubt_takes_its_question_away(work: Work) -> None:
    authored = work(
        [
            "Dates are in US format",
            "Map Lead to Closed in Status",
            "Set Owner to Jo",
            "dedupe by Email",
        ],
    )
    assert [question.question for question in authored.questions] == []
    assert column(authored, "contacts", "Owner") == ["Jo"] * 3
    assert column(authored, "contacts", "Signed Up")[0] == "2024-01-02"


def test_a_missing_email_is_made_of_the_company_domain(
    work: Work, answers: Mapping[str, str]
) -> None:
    message = "Use the company domain for any missing Email, don't drop the row."
    authored = work([message], answers)
    assert column(authored, "contacts", "Email")[1] == "info@globex.test"
    assert len(sheet(authored, "contacts")) == 3


def test_what_is_not_understood_is_asked_and_says_what_was(
    work: Work, answers: Mapping[str, str]
) -> None:
    message = "Trim every phone number. Paint it blue."
    (question,) = work([message], answers).questions
    assert question.question == f'What does the message "{message}" mean?'
    assert question.context.startswith(
        'Understood: Phone: white space trimmed. Not understood: "Paint it blue".'
    )
    assert question.options == ("Do only what was understood", "Ignore this message")
    rephrased = work([message], {**answers, question.key: "Remove all spaces from Phone"})
    assert column(rephrased, "contacts", "Phone")[0] == "0301"


def test_two_plausible_columns_are_asked_about(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "people.csv",
        "Work Email,Private Email,Name\na@x.test,b@y.test,Ann\nc@x.test,d@y.test,Bob\n",
    )
    template = Template(
        slug="people", name="People", columns=(Column(name="Email"), Column(name="Name"))
    )
    (question,) = author([file], [template], workdir=tmp_path).questions
    assert question.question == "Which of two columns is Email?"
    assert set(question.options) == {"Work Email", "Private Email"}
    assert '"Private Email" (100 % filled)' in question.context
    for answer, wanted in (("private email", "b@y.test"), ("Name", "Ann"), ("neither", "")):
        done = author([file], [template], answers={question.key: answer}, workdir=tmp_path)
        assert column(done, "people", "Email")[0] == wanted


def test_all_rules_are_checked_over_all_rows(tmp_path: Path) -> None:
    vendors = write(tmp_path, "vendors.csv", "Code,Title\nACME-1,Acme\nBETA-2,Beta\n")
    parts = write(
        tmp_path,
        "parts.csv",
        "SKU,Vendor Code,Kind\n a1 ,acme-1,Raw\nA1,ACME-9,Raw\n,BETA-2,Raw\nzz,,Raw\n",
    )
    templates = (
        Template(slug="vendors", name="Vendors", columns=(Column(name="Code", unique=True),)),
        Template(
            slug="parts",
            name="Parts",
            columns=(
                Column(name="SKU", required=True, unique=True, strict=r"\d"),
                Column(
                    name="Vendor Code",
                    link=(
                        Link(template="vendors", column="Code"),
                        Link(template="elsewhere", column="Code"),
                    ),
                ),
                Column(name="Kind"),
            ),
        ),
    )
    first = author([vendors, parts], templates, workdir=tmp_path)
    keep_all = {question.key: question.options[-1] for question in first.questions}
    done = author([vendors, parts], templates, answers=keep_all, workdir=tmp_path)
    assert flags(done, "parts") == [
        (0, "SKU", 'Duplicate value: "a1" appears 2 times'),
        (1, "SKU", 'Duplicate value: "a1" appears 2 times'),
        (1, "Vendor Code", 'Value "ACME-9" not found in Code column from Vendors'),
        (2, "SKU", "Required field is empty"),
        (3, "SKU", "Value does not match required pattern"),
    ]
    assert {count.slug: count.invalid_rows for count in done.counts} == {"vendors": 0, "parts": 4}


def test_a_template_without_a_table_is_an_empty_sheet(
    files: Sequence[InputFile], tmp_path: Path
) -> None:
    odd = Template(slug="ships", name="Ships", columns=(Column(name="Draught", required=True),))
    authored = author(files, [odd], workdir=tmp_path)
    assert not authored.questions
    assert authored.sheets[0].columns == ("Draught",)
    assert authored.sheets[0].rows == ()


def test_a_large_sheet_is_sampled_by_its_input_rows(tmp_path: Path) -> None:
    lines = [f"{i},name {i},{'x' * (i % 7)}" for i in range(2_500)]
    file = write(tmp_path, "big.csv", "\n".join(["Code,Name,Note", *lines, ""]))
    columns = (Column(name="Code", unique=True), Column(name="Name"), Column(name="Note"))
    template = Template(slug="big", name="Big", columns=columns)
    plain = author([file], [template], workdir=tmp_path).sheets[0]
    shouted = author([file], [template], messages=["upper-case Name"], workdir=tmp_path).sheets[0]
    assert (len(plain.rows), plain.of) == (2_000, 2_500)
    codes = [int(row[0]) for row in plain.rows]
    assert codes == sorted(codes) == [int(row[0]) for row in shouted.rows]
    assert shouted.rows[0][1] == plain.rows[0][1].upper()


LEDGER = Template(
    slug="ledger",
    name="Ledger",
    columns=(
        Column(name="Date", required=True, strict=r"^\d{4}-"),
        Column(name="Amount", required=True, strict=r"^-?[\d.]+$"),
    ),
)


def test_a_file_without_names_is_asked_about_and_not_passed_over(tmp_path: Path) -> None:
    file = write(
        tmp_path, "bank.csv", "27 Feb 2018,UMC-, 7.80,KIOSK\n28 Feb 2018,UMC-, 9.10,SHOP\n"
    )
    asked = author([file], [LEDGER], workdir=tmp_path).questions
    assert [question.options[0] for question in asked] == [
        'Use column "Column 1"',
        'Use column "Column 3"',
    ]
    given = dict(
        zip((question.key for question in asked), ("Column 1", "use Column 3"), strict=True)
    )
    made = author([file], [LEDGER], answers=given, workdir=tmp_path)
    assert made.sheets[0].rows == (("2018-02-27", "7.80"), ("2018-02-28", "9.10"))
