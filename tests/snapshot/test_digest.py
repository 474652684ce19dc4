"""The digest: everything that is approved is in it, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from vernctl.api.models import LinkTarget, Template, TemplateColumn
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.digest import digest_of, normal_definition, short
from vernctl.snapshot.model import InputFile, Inputs, Snapshot
from vernctl.snapshot.sheet import InvalidCell, Sheet
from vernctl.spec.model import Review

FILE = InputFile(name="other.csv", size=1, sha256="cd" * 32)


def test_the_digest_of_known_content_never_changes(inputs: Inputs, contacts: Sheet) -> None:
    """A one-way door: whoever makes this fail makes every approval of every project stale."""
    assert digest_of(inputs, [contacts]) == (
        "065f9927462c558739fb80e03df49e5adca8f6493560358bb02d218204061902"
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "us"},
        {"external_id": "acme-002"},
        {"epoch": 2},
        {"source": None},
        {"templates": ("contacts", "deals")},
        {"files": (FILE,)},
        {"connection": {"source_key": "hubspot"}},
        {"knowledge": "Amounts are EUR."},
        {"refinements": ()},
        {"definitions": ()},
    ],
)
def test_every_input_is_part_of_it(
    inputs: Inputs, contacts: Sheet, changed: dict[str, object]
) -> None:
    other = inputs.model_copy(update=changed)
    assert digest_of(other, [contacts]) != digest_of(inputs, [contacts])


def test_the_order_of_messages_counts_and_that_of_files_and_templates_does_not(
    inputs: Inputs, contacts: Sheet
) -> None:
    def digest(**changed: object) -> str:
        return digest_of(inputs.model_copy(update=changed), [contacts])

    assert digest(refinements=("a", "b")) != digest(refinements=("b", "a"))
    assert digest(files=(FILE, *inputs.files)) == digest(files=(*inputs.files, FILE))
    assert digest(templates=("a", "b")) == digest(templates=("b", "a"))


@pytest.mark.parametrize(
    "changed",
    [
        {"columns": ("Status", "Mail")},
        {"rows": (("Open", "cy@acme.test"), ("Closed", "al@acme.test"), ("Open", "bo@acme.test"))},
        {"invalid": (InvalidCell(-1, "", '{"odd": true}'), InvalidCell(0, "Status", "x"))},
        {"invalid": (InvalidCell(1, "Status", "x"),)},
        {"slug": "people"},
    ],
)
def test_columns_cells_and_invalid_cells_are_part_of_it(
    inputs: Inputs, contacts: Sheet, changed: dict[str, object]
) -> None:
    other = contacts.model_copy(update=changed)
    assert digest_of(inputs, [other]) != digest_of(inputs, [contacts])


def test_wording_names_samples_ids_and_answers_are_not_part_of_it(
    inputs: Inputs, contacts: Sheet, made: Snapshot
) -> None:
    other = contacts.model_copy(
        update={
            "name": "People",
            "sample_of": 99,
            "invalid": (contacts.invalid[0], contacts.invalid[1]._replace(message="another rule")),
        }
    )
    assert digest_of(inputs, [other]) == digest_of(inputs, [contacts])
    assert make_snapshot(inputs, [contacts], Review()).digest == made.digest


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_row_order_is_not_part_of_it(
    data: st.DataObject, any_sheet: st.SearchStrategy[Sheet]
) -> None:
    sheet = data.draw(any_sheet)
    order = data.draw(st.permutations(range(len(sheet.rows))))
    shuffled = sheet.model_copy(
        update={
            "rows": tuple(sheet.rows[i] for i in order),
            "invalid": tuple(
                cell._replace(row=order.index(cell.row)) if cell.row >= 0 else cell
                for cell in reversed(sheet.invalid)
            ),
        }
    )
    inputs = Inputs(endpoint="us", external_id="x")
    assert digest_of(inputs, [shuffled]) == digest_of(inputs, [sheet])
    one, two = (make_snapshot(inputs, [table], Review()) for table in (sheet, shuffled))
    assert one == two


def test_a_definition_holds_what_decides_cells_and_nothing_incidental() -> None:
    template = Template(
        slug="contacts",
        name="Contacts",
        columns=(
            TemplateColumn(name="Email", required=True, unique=True),
            TemplateColumn(
                name="Status", desiredRule="strict", strictRule="^(?:A|B)$", description=""
            ),
            TemplateColumn(
                name="Firm", linkRule=(LinkTarget(templateId="companies", columnName="ID"),)
            ),
        ),
    )
    expected: dict[str, JsonValue] = {
        "slug": "contacts",
        "name": "Contacts",
        "columns": [
            {"name": "Email", "required": True, "unique": True},
            {"name": "Status", "desiredRule": "strict", "strictRule": "^(?:A|B)$"},
            {"name": "Firm", "linkRule": [{"template": "companies", "column": "ID"}]},
        ],
    }
    assert normal_definition(template) == expected


def test_people_are_shown_seven_characters() -> None:
    assert short("3f9c21a" + "0" * 57) == "3f9c21a"
