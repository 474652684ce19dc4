"""Screens of text: whole, 80 columns wide, and each says what to do next."""

from __future__ import annotations

from decimal import Decimal

import pytest
from syrupy.assertion import SnapshotAssertion

from vernctl.diff.model import ChangeGroup, Provenance, SheetDiff, SheetOrigin, UnusedColumn
from vernctl.render.escape import cell_width
from vernctl.render.text import render_error, render_outcomes, render_sheet_diff
from vernctl.workflow.outcome import ErrorOutcome, SpecOutcome

NAMES = [
    "first_import",
    "needs_approval",
    "blocked",
    "applied",
    "refused",
    "check_failed",
    "waiting",
    "failed",
    "not_as_approved",
    "partial",
    "unchanged",
    "approved",
    "held",
    "closed",
]


@pytest.mark.parametrize("name", NAMES)
def test_each_status_has_its_screen(
    name: str, outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    assert render_outcomes([outcomes[name]]) == snapshot


def test_several_specs_are_rolled_up_with_failures_first(
    outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    chosen = [outcomes[name] for name in ("unchanged", "needs_approval", "blocked", "failed")]
    assert render_outcomes(chosen) == snapshot


def test_a_fleet_is_counted_and_names_only_those_that_need_somebody(
    outcomes: dict[str, SpecOutcome],
) -> None:
    fleet = [outcomes["unchanged"]] * 480 + [outcomes["failed"]]
    output = render_outcomes(fleet)
    assert "481 specs   1 failed   480 unchanged" in output
    assert output.count("initech") == 0


def test_the_diff_with_a_git_ref_says_what_merging_would_approve(
    outcomes: dict[str, SpecOutcome],
) -> None:
    outcome = outcomes["needs_approval"].model_copy(
        update={"command": "diff", "base_ref": "main", "steps": ()}
    )
    first, *_ = render_outcomes([outcome]).splitlines()
    assert first.startswith("acme   what merging this would approve")
    assert first.endswith("main 3f9c21a → here 88e0d15")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [40, 80, 132])
def test_no_line_but_one_to_copy_is_wider_than_the_page(
    name: str, width: int, outcomes: dict[str, SpecOutcome]
) -> None:
    lines = render_outcomes([outcomes[name]], width=width).splitlines()
    copied = ("vernctl", "  next", '    "Which')
    wide = [line for line in lines if cell_width(line) > width]
    assert [line for line in wide if not any(mark in line for mark in copied)] == []


@pytest.mark.parametrize("name", NAMES)
def test_colour_only_repeats_what_the_words_say(
    name: str, outcomes: dict[str, SpecOutcome]
) -> None:
    plain = render_outcomes([outcomes[name]])
    coloured = render_outcomes([outcomes[name]], colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert _without_colour(coloured) == plain


@pytest.mark.parametrize("name", NAMES)
def test_every_screen_ends_with_what_to_do_next(
    name: str, outcomes: dict[str, SpecOutcome]
) -> None:
    last = render_outcomes([outcomes[name]]).splitlines()[-1]
    assert last.startswith(("  next   ", "  approve   ", "  Nothing to do."))


def test_counts_that_stand_for_a_sample_say_so(outcomes: dict[str, SpecOutcome]) -> None:
    output = render_outcomes([outcomes["needs_approval"]])
    assert "1,450 rows in the sample" in output
    assert "A preview is a sample: unseen rows can differ." in output


def test_wide_characters_keep_the_columns_aligned() -> None:
    groups = (
        ChangeGroup(column="名前", kind="mapped", count=1, old="旧", new="新"),
        ChangeGroup(column="Name", kind="mapped", count=22, old="old", new="new"),
    )
    sheet = SheetDiff(
        slug="s", name="S", columns=("a",), columns_before=("b",), rows=1, groups=groups
    )
    lines = [line for line in render_sheet_diff(sheet).splitlines() if "→" in line]
    starts = {cell_width(line[: line.index("旧" if "旧" in line else "old")]) for line in lines}
    assert len(lines) == 2
    assert len(starts) == 1


def test_every_problem_of_a_spec_is_listed_before_their_number(
    snapshot: SnapshotAssertion,
) -> None:
    error = ErrorOutcome(
        kind="spec",
        message="3 problems. Nothing was sent.",
        place="specs/acme.yaml:14:3",
        reasons=(
            'specs/acme.yaml:14:3   unknown key "awnsers" (did you mean "answers"?)',
            'specs/acme.yaml:22:31   answer is the YAML boolean true; quote it: "yes"',
            'specs/acme.yaml:25:5   "/date (format/" is not a regular expression: missing )',
        ),
    )
    assert render_error(error) == snapshot


def test_without_a_spec_the_screen_says_how_to_begin() -> None:
    assert "vernctl init" in render_outcomes([])


def _without_colour(text: str) -> str:
    import re

    return re.sub(r"\x1b\[\d*m", "", text)


def test_of_many_unused_columns_the_fullest_are_named_and_the_rest_counted(
    outcomes: dict[str, SpecOutcome],
) -> None:
    columns = [UnusedColumn(file="c.csv", column=f"E{i}", filled=Decimal(0)) for i in range(400)]
    columns += [UnusedColumn(file="c.csv", column=f"F{i}", filled=Decimal("0.5")) for i in range(9)]
    outcome = outcomes["first_import"]
    provenance = Provenance(unused=tuple(columns))
    output = render_outcomes([outcome.model_copy(update={"provenance": provenance})])
    assert 'c.csv "F0" (50 % filled)' in output
    assert "and 401 more, of which 400 are empty" in " ".join(output.split())


def test_a_sample_is_not_told_as_rows_that_were_lost(outcomes: dict[str, SpecOutcome]) -> None:
    sheet = SheetOrigin(slug="s", name="S", rows=2000, sample_of=2155, rows_read=2155)
    outcome = outcomes["first_import"].model_copy(
        update={"provenance": Provenance(sheets=(sheet,))}
    )
    output = render_outcomes([outcome])
    assert "2,000 of 2,155 rows in the sample" in output
    assert "rows       2,155 read\n" in output
