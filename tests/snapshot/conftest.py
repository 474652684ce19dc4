"""Snapshots to play with, small and hostile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.model import InputFile, Inputs, RecordedQuestion, Snapshot
from vernctl.snapshot.sheet import Heal, InvalidCell, Sheet
from vernctl.spec.model import Review

MakeSnapshot = Callable[..., Snapshot]


@pytest.fixture
def inputs() -> Inputs:
    return Inputs(
        endpoint="embedded",
        external_id="acme-001",
        source="Salesforce",
        templates=("contacts",),
        files=(InputFile(name="contacts.csv", size=120, sha256="ab" * 32),),
        knowledge="Amounts are always USD.\nDates are German.\n",
        refinements=("Trim every phone number.",),
        definitions=(
            {
                "slug": "contacts",
                "name": "Contacts",
                "columns": [{"name": "Email", "unique": True}, {"name": "Status"}],
            },
        ),
    )


@pytest.fixture
def contacts() -> Sheet:
    return Sheet(
        slug="contacts",
        name="Contacts",
        columns=("Status", "Email"),
        rows=(("Open", "cy@acme.test"), ("Clsed", "al@acme.test"), ("Open", "bo@acme.test")),
        invalid=(
            InvalidCell(-1, "", '{"odd": true}'),
            InvalidCell(1, "Status", "Value does not match required pattern"),
        ),
        heals=(Heal("Email", "lower case", 2, "AL@acme.test", "al@acme.test"),),
        sample_of=3,
    )


@pytest.fixture
def made(inputs: Inputs, contacts: Sheet) -> Snapshot:
    return make_snapshot(
        inputs,
        [contacts],
        Review(),
        questions=[
            RecordedQuestion(question="Which?", options=("A", "B"), answer="A", rule="which*")
        ],
        engine=1,
        migration_id="m-1",
        run_id="r-1",
    )


#: Any text that a service could send, the nasty characters more often than chance would.
CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "a", "\\", "\\n", "\n", "\r\n", '"', "\0", "\u202e", "\ud800", "=1+1"]
    ),
    st.text(st.characters(exclude_categories=()), max_size=6),
)


@st.composite
def sheets(draw: st.DrawFn, slug: str = "contacts") -> Sheet:
    """A sheet of any cells, columns and invalid cells; duplicate rows are likely."""
    columns = tuple(draw(st.lists(CELLS, max_size=4, unique=True)))
    row = st.tuples(*[CELLS] * len(columns))
    rows = tuple(draw(st.lists(st.one_of(row, st.just(("x",) * len(columns))), max_size=6)))
    cell = st.builds(
        InvalidCell,
        st.integers(-1, len(rows) - 1),
        st.one_of(CELLS, *[st.just(name) for name in columns]),
        CELLS,
    )
    invalid = tuple(sorted(set(draw(st.lists(cell, max_size=4)))))
    return Sheet(
        slug=slug,
        name=draw(CELLS),
        columns=columns,
        rows=rows,
        invalid=invalid,
        sample_of=draw(st.one_of(st.none(), st.integers(0, 9))),
    )


@pytest.fixture(scope="session")
def any_cell() -> st.SearchStrategy[str]:
    return CELLS


@pytest.fixture(scope="session")
def any_sheet() -> st.SearchStrategy[Sheet]:
    return sheets()
