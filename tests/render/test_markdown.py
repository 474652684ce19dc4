"""Markdown for code hosts: whole where it fits, bounded whatever it is about, deterministic."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from vernctl.diff.model import ChangeGroup, CheckResult, Diff, SheetDiff
from vernctl.render.markdown import (
    REVIEW_LIMIT,
    render_outcomes,
    render_sheet_diff,
    review_markdown,
)
from vernctl.snapshot.model import InputFile, Inputs, RecordedQuestion, Snapshot
from vernctl.workflow.outcome import SpecOutcome

NAMES = ["first_import", "needs_approval", "blocked", "applied", "refused", "check_failed"]
NAMES += ["waiting", "failed", "not_as_approved", "partial", "unchanged", "held"]


@pytest.mark.parametrize("name", NAMES)
def test_each_status_has_its_comment(
    name: str, outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    assert render_outcomes([outcomes[name]]) == snapshot


def test_several_specs_begin_with_a_table_failures_first(
    outcomes: dict[str, SpecOutcome],
) -> None:
    output = render_outcomes([outcomes["unchanged"], outcomes["failed"]])
    assert output.startswith("### 2 specs\n")
    assert output.index("globex") < output.index("initech")


def test_the_diff_with_a_git_ref_names_both_sides(outcomes: dict[str, SpecOutcome]) -> None:
    outcome = outcomes["needs_approval"].model_copy(update={"command": "diff", "base_ref": "main"})
    heading = render_outcomes([outcome]).splitlines()[0]
    expected = "### acme: what merging this would approve (main `3f9c21a` → here `88e0d15`)"
    assert heading == expected


def test_a_review_says_what_merging_would_approve(
    outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    outcome = outcomes["needs_approval"]
    assert outcome.diff is not None
    assert review_markdown(_snapshot(), outcome.diff, None, outcome.checks) == snapshot


def test_a_first_review_says_where_everything_came_from(
    outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    outcome = outcomes["first_import"]
    assert outcome.diff is not None
    assert review_markdown(_snapshot(), outcome.diff, outcome.provenance) == snapshot


@pytest.mark.parametrize("text", ["plain", "@" * 500, "`" * 500, "語" * 500, "e" + "\u0301" * 90])
@pytest.mark.parametrize("many", [30, 400])
def test_a_review_is_bounded_and_keeps_its_summary_whatever_the_input(many: int, text: str) -> None:
    output = review_markdown(_snapshot(text, many), _huge(text, many), None, _checks(text, many))
    assert len(output.encode()) <= REVIEW_LIMIT
    assert "| sheet | rows |" in output
    assert "A preview is a sample" in output or many == 400
    assert output.count("<details>") == output.count("</details>")


def test_a_review_of_many_changes_drops_examples_and_keeps_every_count() -> None:
    output = review_markdown(_snapshot(), _huge("plain", 30), None, ())
    assert output.count("| plain") >= 30
    assert "further kinds of change" in output


def test_the_same_review_is_the_same_text(outcomes: dict[str, SpecOutcome]) -> None:
    diff = outcomes["needs_approval"].diff
    assert diff is not None
    assert review_markdown(_snapshot(), diff) == review_markdown(_snapshot(), diff)


def test_a_failing_check_stays_when_everything_else_has_to_go() -> None:
    failing = CheckResult(name="rows", sheet="s", limit="9", actual="1", ok=False)
    output = review_markdown(_snapshot("@" * 90, 90), _huge("@" * 90, 30), None, [failing])
    assert "✗ **refused** s: rows 1 of 9" in output


@pytest.mark.parametrize("text", ["plain", "`@|" * 300])
def test_a_comment_on_a_fleet_stays_below_what_a_code_host_takes(
    text: str, outcomes: dict[str, SpecOutcome]
) -> None:
    outcome = outcomes["needs_approval"].model_copy(update={"name": text, "facts": (text,) * 9})
    output = render_outcomes([outcome] * 500)
    assert len(output.encode()) <= 60_000
    assert output.startswith("### 500 specs\n")


def test_two_files_are_compared_without_talk_of_samples() -> None:
    sheet = SheetDiff(slug="new.csv", name="new", columns=("a",), columns_before=("b",), rows=2)
    output = render_sheet_diff(sheet)
    assert "sample" not in output
    assert "column `a` added" in output


def _snapshot(text: str = "2 rows", many: int = 2) -> Snapshot:
    inputs = Inputs(
        endpoint="embedded",
        external_id="acme-001",
        files=tuple(
            InputFile(name=f"{text}{i}", size=1_400_000, sha256="a" * 64) for i in range(many)
        ),
        refinements=(text,) * many,
    )
    asked = RecordedQuestion(question=text, answer=text, rule=text)
    return Snapshot(
        inputs=inputs, sheets=(), review={}, questions=(asked,) * many, digest="88e0d15" + "0" * 57
    )


def _huge(text: str, many: int) -> Diff:
    groups = tuple(
        ChangeGroup(column=f"{text}{i}", kind="edited", count=9, examples=((text, text + "!"),))
        for i in range(min(many, 25))
    )
    sheets = tuple(
        SheetDiff(
            slug=f"{text}{i}",
            name=text,
            columns=(text,),
            columns_before=("x",),
            rows=9,
            groups=groups,
        )
        for i in range(many)
    )
    return Diff(base_digest="3f9c21a" + "0" * 57, digest="88e0d15" + "0" * 57, sheets=sheets)


def _checks(text: str, many: int) -> list[CheckResult]:
    return [
        CheckResult(name="removed_rows", sheet=text, limit="5 %", actual="1 %", ok=i % 2 == 0)
        for i in range(many)
    ]
