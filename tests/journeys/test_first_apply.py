"""A fresh clone: one command imports both customers; their committed snapshots approve it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

if TYPE_CHECKING:
    from tests.journeys.conftest import Document, Prepared

DATA = Path(__file__).parents[2] / "examples/data"
SHEETS = [("acme", "companies"), ("acme", "contacts"), ("globex", "products"), ("globex", "orders")]


def test_both_customers_are_applied(first_apply: Prepared) -> None:
    ran = first_apply.ran
    assert ran.code == 0, ran.err
    assert {name: spec["status"] for name, spec in ran.specs.items()} == {
        "acme": "applied",
        "globex": "applied",
    }


@pytest.mark.parametrize(("spec", "slug"), SHEETS)
def test_the_results_lie_where_the_spec_says(first_apply: Prepared, spec: str, slug: str) -> None:
    folder = first_apply.root / "out" / spec
    names = {path.name for path in folder.iterdir()}
    assert {f"{slug}.csv", f"{slug}.invalid.csv", "report.json", "log.json"} <= names


@pytest.mark.parametrize(("spec", "slug"), SHEETS)
def test_every_row_that_was_read_is_written_or_accounted_for(
    first_apply: Prepared, spec: str, slug: str
) -> None:
    written = len(_table(first_apply.root, spec, slug)) + len(
        _table(first_apply.root, spec, f"{slug}.invalid")
    )
    sheet = _reported(first_apply.root, spec, slug)
    assert sheet["rowCount"] == written
    assert sheet["rowsRead"] == _rows_of_the_export(slug)
    assert sheet["rowsRead"] == written + sum(sheet["dropped"].values())


@pytest.mark.parametrize(("spec", "slug"), SHEETS)
def test_the_results_are_the_rows_of_the_committed_snapshot(
    first_apply: Prepared, spec: str, slug: str
) -> None:
    imported = _table(first_apply.root, spec, slug) + _table(
        first_apply.root, spec, f"{slug}.invalid"
    )
    snapshot = _csv(first_apply.root / f"specs/{spec}.snapshot/{slug}.csv")
    assert sorted(imported) == sorted([[_unescaped(cell) for cell in row] for row in snapshot[1:]])


def test_at_least_three_questions_arose_and_the_specs_answered_them(
    first_apply: Prepared,
) -> None:
    asked = [question for spec in first_apply.ran.specs.values() for question in spec["questions"]]
    assert len({question["question"] for question in asked}) >= 3
    assert {question["status"] for question in asked} == {"answered"}


def test_what_was_verified_is_on_record(first_apply: Prepared) -> None:
    root, ran = first_apply.root, first_apply.ran
    for spec in ran.specs.values():
        assert spec["receipt"]
        assert all(check["ok"] for check in spec["checks"])
    assert list((root / ".vernctl/receipts").rglob("*.*"))


def _rows_of_the_export(slug: str) -> int:
    if slug in ("companies", "contacts"):
        encoding, delimiter = ("latin-1", ";") if slug == "companies" else ("utf-8-sig", ",")
        text = (DATA / f"acme/{slug}.csv").read_bytes().decode(encoding)
        return len(list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))) - 1
    return len(_sheet_rows(slug.title())) - 1


def _sheet_rows(name: str) -> list[tuple[object, ...]]:
    """The sheet's rows with more than one filled cell: a title above the table is no row of it."""
    book = load_workbook(DATA / "globex/shop.xlsx")
    rows = book[name].iter_rows(values_only=True)
    return [row for row in rows if sum(cell is not None for cell in row) > 1]


def _reported(root: Path, spec: str, slug: str) -> Document:
    report = json.loads((root / f"out/{spec}/report.json").read_text(encoding="utf-8"))
    [sheet] = [sheet for sheet in report["perSheet"] if sheet["templateName"].lower() == slug]
    found: Document = sheet
    return found


def _table(root: Path, spec: str, name: str) -> list[list[str]]:
    return _csv(root / f"out/{spec}/{name}.csv")[1:]


def _csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _unescaped(cell: str) -> str:
    out, at = "", 0
    while at < len(cell):
        pair = cell[at : at + 2]
        out += {"\\n": "\n", "\\r": "\r", "\\\\": "\\"}.get(pair, cell[at])
        at += 2 if pair in ("\\n", "\\r", "\\\\") else 1
    return out
