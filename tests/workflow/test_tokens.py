"""Cells as tokens, through a whole import: no cell of the customer in git, outputs or requests."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench, bench

from vernctl.errors import SpecError
from vernctl.render import csv as changes
from vernctl.render import html, json, markdown, text
from vernctl.render.text import review
from vernctl.snapshot.files import read_snapshot
from vernctl.workflow.outcome import SpecOutcome

KEY = "0123456789abcdef" * 4
CONTACTS = (
    "Email,Name,Note\n"
    "zuse@rechner.test,Konrad Zuse,+49 30 1234567\n"
    "ada@engine.test,Ada Lovelace,1843-07-10\n"
    ",Grace Hopper,relay moth\n"
    'mary@sea.test,Mary Somerville,"two\nstanzas, quoted"\n'
)
PROJECT = "endpoint: embedded\nspecs: specs\nreview: {token_key: {env: TOKEN_KEY}}\n"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("TOKEN_KEY", KEY)
    monkeypatch.delenv("CI", raising=False)
    with bench(tmp_path) as opened:
        (tmp_path / "vernctl.yaml").write_text(PROJECT)
        opened.data(CONTACTS)
        opened.spec_text(("refine:\n", "review: {cells: tokens}\nrefine:\n"))
        yield opened


def shown(outcome: SpecOutcome) -> str:
    """The outcome through every renderer that a person or a pull request reads."""
    return "\n".join(
        (
            text.render_outcomes([outcome]),
            markdown.render_outcomes([outcome]),
            json.render_outcomes([outcome]),
            html.render_outcomes([outcome]),
            changes.render_outcomes([outcome]),
            review.overview(outcome),
            *(piece() for piece in review.pieces(outcome)),
        )
    )


def cells() -> set[str]:
    """Every cell of the customer, whole and in its words."""
    rows = list(csv.reader(CONTACTS.splitlines(keepends=True)))[1:]
    whole = {cell for row in rows for cell in row if cell}
    return whole | {word for cell in whole for word in re.split(r"[\s,]+", cell) if len(word) > 3}


def leaks(said: str) -> list[str]:
    return sorted(
        cell
        for cell in cells()
        if re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", said, re.IGNORECASE)
    )


def written(root: Path) -> str:
    """Everything in the project but the customer's files, local state and results."""
    aside = {"data", ".vernctl", "out"}
    found = [
        path
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] not in aside
    ]
    assert any(path.name == "REVIEW.md" for path in found)
    return "\n".join(f"{path}\n{path.read_text()}" for path in found)


def test_no_cell_is_written_printed_or_posted_by_a_whole_run(work: Bench) -> None:
    planned = work.plan()
    pending = written(work.root)
    assert planned.provenance is not None
    outcomes = [planned, work.approve(), work.apply(), work.status(), work.apply()]
    assert outcomes[2].status == "applied"
    work.data(CONTACTS.replace("moth", "bug"))
    outcomes.append(work.plan())
    assert outcomes[-1].status == "changed"
    said = "\n".join(map(shown, outcomes))
    assert leaks(said) == leaks(pending) == leaks(written(work.root)) == []
    local = "\n".join(
        path.read_text() for path in (work.root / ".vernctl").rglob("*") if path.is_file()
    )
    assert "receipt" in local
    assert leaks(local) == []
    assert KEY not in said + written(work.root) + local


def test_the_import_is_verified_against_tokens(work: Bench) -> None:
    applied = work.imported()
    assert applied.status == "applied"
    assert applied.verification is not None
    assert applied.verification.present == applied.verification.sample_rows == 4
    assert work.apply().status == "unchanged"


def test_a_change_of_writing_still_shows_as_one(work: Bench) -> None:
    work.approved()
    edits = {
        "Konrad Zuse": "KONRAD ZUSE",
        "1843-07-10": "10 July 1843",
        "relay moth": "relay  moth ",
    }
    changed = CONTACTS
    for old, new in edits.items():
        changed = changed.replace(old, new)
    work.spec_text(("  - upper Name\n", "  - upper Company\n"))
    work.approved()
    work.data(changed)
    diff = work.plan().diff
    assert diff is not None
    kinds = {(cell.column, cell.kind) for row in diff.sheets[0].changed for cell in row.cells}
    assert kinds == {("Name", "case"), ("Note", "format"), ("Note", "white_space")}


def test_plain_columns_stay_readable(work: Bench) -> None:
    work.spec_text(("{cells: tokens}", "{cells: tokens, plain: {contacts: [Note]}}"))
    work.approved()
    sheet = read_snapshot(work.snapshot)
    assert sheet is not None
    rows = sheet.sheets[0].rows
    assert {row[2] for row in rows} >= {"1843-07-10", "relay moth"}
    assert all(row[1].startswith("~1~") for row in rows)


def test_redacted_columns_alone_are_tokens(work: Bench) -> None:
    work.spec_text(("{cells: tokens}", "{cells: plain, redact: {contacts: [Note]}}"))
    work.approved()
    sheet = read_snapshot(work.snapshot)
    assert sheet is not None
    assert all(row[2].startswith("~1~") and "~" not in row[1] for row in sheet.sheets[0].rows)


def test_another_key_is_a_change_to_approve(work: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    work.approved()
    monkeypatch.setenv("TOKEN_KEY", KEY[::-1])
    planned = work.plan()
    assert planned.status == "changed"
    assert [(cause.kind, cause.ref) for cause in planned.causes] == [
        ("tokens", "the token key changed")
    ]
    assert planned.diff is not None
    assert (len(planned.diff.sheets[0].added), len(planned.diff.sheets[0].removed)) == (0, 0)
    assert work.approve().status == "approved"
    assert work.apply().status == "applied"


def test_hiding_another_column_is_a_change_with_its_cause(work: Bench) -> None:
    work.approved()
    work.spec_text(("{cells: tokens}", "{cells: tokens, plain: {contacts: [Note]}}"))
    planned = work.plan()
    assert [cause.ref for cause in planned.causes] == ["Note is readable now"]
    assert planned.diff is not None
    assert not planned.diff.sheets[0].removed


@pytest.mark.parametrize("written", ["cells", "tokens"])
def test_a_row_under_another_key_is_confirmed_by_its_cells_or_its_tokens(
    work: Bench, written: str
) -> None:
    work.spec_text(("{cells: tokens}", "{cells: tokens, key: {contacts: [Email]}}"))
    work.approved()
    work.data(CONTACTS.replace("ada@engine.test", "ada@looms.test"))
    planned = work.plan().diff
    assert planned is not None
    (proposed,) = planned.sheets[0].proposed_keys
    assert proposed.old.startswith("~1~")
    assert proposed.new.startswith("~1~")
    old, new = ("ada@engine.test", "ada@looms.test") if written == "cells" else proposed[:2]
    moved = f"moved: {{contacts: {{keys: {{'{old}': '{new}'}}}}}}"
    work.spec_text(("key: {contacts: [Email]}", f"key: {{contacts: [Email]}}, {moved}"))
    confirmed = work.plan().diff
    assert confirmed is not None
    (changed,) = confirmed.sheets[0].changed
    assert [cell.column for cell in changed.cells] == ["Email"]
    assert (confirmed.sheets[0].added, confirmed.sheets[0].removed) == ((), ())
    assert work.approve().status == "approved"
    assert "looms" not in written_in(work.snapshot)


def written_in(folder: Path) -> str:
    return "\n".join(path.read_text() for path in folder.iterdir())


@pytest.mark.parametrize("key", ["", "short"])
def test_without_a_key_nothing_is_planned(
    work: Bench, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("TOKEN_KEY", key)
    outcome = work.plan()
    assert outcome.status == "failed"
    assert "TOKEN_KEY" in shown(outcome) or "shorter than" in shown(outcome)
    assert not work.pending.exists()


def test_tokens_without_a_key_in_the_project_are_refused(work: Bench) -> None:
    (work.root / "vernctl.yaml").write_text("endpoint: embedded\nspecs: specs\n")
    with pytest.raises(SpecError, match="1 problem") as caught:
        work.specs()
    assert "tokens need a key" in str(caught.value.reasons)
