"""Tables to compare, small and full of trouble."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import strategies as st
from pydantic import JsonValue

from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.model import Inputs, Snapshot
from vernctl.snapshot.sheet import InvalidCell, Sheet
from vernctl.spec.model import Review

MakeSheet = Callable[..., Sheet]
MakeSnapshot = Callable[..., Snapshot]


@pytest.fixture
def make_sheet() -> MakeSheet:
    def make(
        columns: str,
        rows: Sequence[Sequence[str]],
        invalid: Sequence[tuple[int, str, str]] = (),
        *,
        slug: str = "contacts",
        sample_of: int | None = None,
    ) -> Sheet:
        return Sheet(
            slug=slug,
            name=slug.title(),
            columns=tuple(columns.split()),
            rows=tuple(map(tuple, rows)),
            invalid=tuple(InvalidCell(*cell) for cell in invalid),
            sample_of=sample_of,
        )

    return make


@pytest.fixture
def snapshot_of() -> MakeSnapshot:
    def make(*sheets: Sheet, review: Review | None = None, unique: str = "") -> Snapshot:
        columns: JsonValue = [{"name": unique, "unique": True}]
        definitions = tuple({"slug": sheet.slug, "columns": columns} for sheet in sheets)
        inputs = Inputs(
            endpoint="embedded", external_id="x", definitions=definitions if unique else ()
        )
        return make_snapshot(inputs, sheets, review or Review())

    return make


NAMES = ("id", "b", "c", "d")
CELLS = st.sampled_from(["", " ", "a", "A", "a ", "1", "1.0", "x\ny", "z"])


@st.composite
def tables(draw: st.DrawFn) -> Sheet:
    """A table with few values, so that duplicates, blanks and near misses are the rule."""
    columns = tuple(draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True)))
    rows = tuple(draw(st.lists(st.tuples(*[CELLS] * len(columns)), max_size=8)))
    places = st.tuples(st.integers(-1, len(rows) - 1), st.sampled_from(columns or ("",)))
    marked = draw(st.lists(places, max_size=3, unique=True))
    invalid = tuple(sorted(InvalidCell(row, column, "bad") for row, column in marked))
    return Sheet(slug="contacts", name="Contacts", columns=columns, rows=rows, invalid=invalid)


@pytest.fixture(scope="session")
def any_table() -> st.SearchStrategy[Sheet]:
    return tables()
