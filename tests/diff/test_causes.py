"""Every difference has a cause, or is said to have none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vernctl.diff.causes import causes_between, unexplained_sheets, with_causes
from vernctl.diff.compare import diff_snapshots
from vernctl.diff.model import Cause
from vernctl.snapshot.model import InputFile, Inputs, RecordedQuestion, Snapshot
from vernctl.snapshot.sheet import Sheet

MakeSheet = Callable[..., Sheet]
MakeSnapshot = Callable[..., Snapshot]

FILE = InputFile(name="a.csv", size=1, sha256="aa")
PHONE = {"name": "Phone"}


@pytest.fixture
def pair(make_sheet: MakeSheet, snapshot_of: MakeSnapshot) -> tuple[Snapshot, Snapshot]:
    """Two snapshots of the same inputs whose contacts differ and whose deals do not."""
    deals = make_sheet("id", [("1",)], slug="deals")
    one, two = (snapshot_of(make_sheet("id s", [("1", s)]), deals) for s in "xy")
    return one, two


@pytest.mark.parametrize(
    ("before", "after", "causes"),
    [
        ({}, {}, []),
        ({}, {"files": (FILE,)}, [("file", "a.csv is new")]),
        ({"files": (FILE,)}, {}, [("file", "a.csv is gone")]),
        (
            {"files": (FILE,)},
            {"files": (FILE.model_copy(update={"sha256": "bb"}),)},
            [("file", "a.csv changed")],
        ),
        (
            {"refinements": ("a",)},
            {"refinements": ("b", "a", "c")},
            [("message", "message 1 is new"), ("message", "message 3 is new")],
        ),
        ({"refinements": ("a",)}, {}, [("message", "1 message was removed or edited")]),
        ({"refinements": ("a", "b")}, {}, [("message", "2 messages were removed or edited")]),
        (
            {"refinements": ("a", "b")},
            {"refinements": ("b", "a")},
            [("message", "the messages were applied in another order")],
        ),
        ({}, {"knowledge": "k"}, [("knowledge", "the spec's knowledge")]),
        ({}, {"connection": {"source_key": "x"}}, [("connection", "the live source is new")]),
        ({"connection": {"source_key": "x"}}, {}, [("connection", "the live source is gone")]),
        (
            {"connection": {"source_key": "x", "config": {"a": 1}, "streams": None}},
            {"connection": {"source_key": "x", "config": {"a": 2}, "streams": ["b"]}},
            [("connection", "the live source changed: config, streams")],
        ),
    ],
)
def test_an_input_that_changed_is_a_cause(
    pair: tuple[Snapshot, Snapshot],
    before: dict[str, object],
    after: dict[str, object],
    causes: list[tuple[str, str]],
) -> None:
    old, new = (
        snapshot.model_copy(update={"inputs": snapshot.inputs.model_copy(update=changed)})
        for snapshot, changed in zip(pair, (before, after), strict=True)
    )
    assert [(cause.kind, cause.ref) for cause in causes_between(old, new)] == causes


def test_another_answer_and_another_engine_are_causes(pair: tuple[Snapshot, Snapshot]) -> None:
    def asked(answer: str) -> tuple[RecordedQuestion, ...]:
        return (RecordedQuestion(question="Which?", answer=answer, rule="which"),)

    old = pair[0].model_copy(update={"questions": asked("A")})
    new = pair[1].model_copy(update={"questions": asked("B"), "engine": 2})
    assert [(cause.kind, cause.ref) for cause in causes_between(old, new)] == [
        ("answer", "Which? → B"),
        ("engine", "engine ? → 2"),
    ]


def test_a_template_is_the_cause_of_its_own_sheet_alone(pair: tuple[Snapshot, Snapshot]) -> None:
    def defined(columns: list[dict[str, str]]) -> Inputs:
        definition = {"slug": "deals", "name": "Deals", "columns": columns}
        return pair[0].inputs.model_copy(update={"definitions": (definition,)})

    old = pair[0].model_copy(update={"inputs": defined([PHONE])})
    new = pair[1].model_copy(update={"inputs": defined([{**PHONE, "required": "yes"}])})
    assert causes_between(old, new) == (Cause(kind="template", ref="Deals.Phone", sheet="deals"),)
    diff = with_causes(diff_snapshots(old, new), causes_between(old, new))
    assert unexplained_sheets(diff) == {"contacts"}


def test_a_template_that_came_or_was_renamed_is_named(pair: tuple[Snapshot, Snapshot]) -> None:
    def defined(**definition: object) -> Snapshot:
        definitions = ({"slug": "deals", **definition},) if definition else ()
        inputs = pair[0].inputs.model_copy(update={"definitions": definitions})
        return pair[0].model_copy(update={"inputs": inputs})

    assert causes_between(defined(), defined(name="Deals"))[0].ref == "deals"
    assert causes_between(defined(name="Deals"), defined(name="Sales"))[0].ref == "Sales"


def test_only_sheets_that_changed_have_causes(pair: tuple[Snapshot, Snapshot]) -> None:
    diff = with_causes(diff_snapshots(*pair), [Cause(kind="file", ref="a.csv changed")])
    assert {sheet.slug: [cause.ref for cause in sheet.causes] for sheet in diff.sheets} == {
        "contacts": ["a.csv changed"],
        "deals": [],
    }
    assert unexplained_sheets(diff) == frozenset()


def test_a_change_without_any_cause_is_unexplained(pair: tuple[Snapshot, Snapshot]) -> None:
    diff = with_causes(diff_snapshots(*pair), [])
    assert unexplained_sheets(diff) == {"contacts"}
