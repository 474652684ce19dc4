"""Rows of the files that are in no sheet: listed with why, as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

DOUBLES = """\
Email,Name,Status
a@x.test,Ann,Open
b@x.test,Bob,Closed
a@x.test,Ann,Open
c@x.test,"Cy, \x1b[31mred",Open
d@x.test,Di,Closed
e@x.test,Ed,Open
"""
DROP = '  - "Drop rows where Email is c@x.test."\n'


@pytest.fixture
def planned(project: Path, vernctl: Any) -> Path:
    (project / "data" / "contacts.csv").write_text(DOUBLES)
    spec = project / "specs" / "acme.yaml"
    spec.write_text(spec.read_text().replace("refine:\n", f"refine:\n{DROP}"))
    assert vernctl("plan").code == 2
    return project


def test_lost_rows_are_listed_with_their_number_and_why(
    planned: Path, vernctl: Any, snapshot: object
) -> None:
    listed = vernctl("rows", "specs/acme.yaml", "--lost")
    assert (listed.code, listed.err) == (0, "")
    assert listed.out == snapshot


def test_csv_and_json_have_every_cell_exactly(planned: Path, vernctl: Any) -> None:
    text = vernctl("rows", "specs/acme.yaml", "--lost", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["row"], row["why"], row["Name"]) for row in rows] == [
        ("3", "double", "Ann"),
        ("4", "unexplained", "Cy, \x1b[31mred"),
    ]
    told = json.loads(vernctl("rows", "specs/acme.yaml", "--lost", "--format", "json").out)
    assert [row["sheets"] for row in told["rows"]] == [["contacts"], ["contacts"]]
    assert told["rows"][1]["cells"]["Name"] == "Cy, \x1b[31mred"


def test_rows_of_a_file_that_feeds_no_sheet_are_lost_too(planned: Path, vernctl: Any) -> None:
    (planned / "data" / "parts.csv").write_text("Torque,Bore\n17,8.25\n19,9.5\n")
    spec = planned / "specs" / "acme.yaml"
    spec.write_text(spec.read_text().replace("contacts.csv]", "contacts.csv, ../data/parts.csv]"))
    assert vernctl("plan").code == 2
    told = json.loads(vernctl("rows", "specs/acme.yaml", "--lost", "--format", "json").out)
    parts = [row for row in told["rows"] if row["file"] == "parts.csv"]
    assert [(row["row"], row["sheets"], row["why"]) for row in parts] == [
        (1, [], "its table feeds no sheet"),
        (2, [], "its table feeds no sheet"),
    ]
    assert [row["row"] for row in told["rows"] if row["file"] == "contacts.csv"] == [3, 4]


def test_without_a_snapshot_nothing_can_be_told(project: Path, vernctl: Any) -> None:
    told = vernctl("rows", "specs/acme.yaml", "--lost")
    assert told.code == 4 and "vernctl plan specs/acme.yaml" in told.err


def test_rows_kept_as_tokens_are_not_laid_beside_files(planned: Path, vernctl: Any) -> None:
    spec = planned / "specs" / "acme.yaml"
    spec.write_text(f"{spec.read_text()}review: {{cells: tokens}}\n")
    config = planned / "vernctl.yaml"
    config.write_text(f"{config.read_text()}review: {{token_key: {{env: TOKEN_KEY}}}}\n")
    told = vernctl("rows", "specs/acme.yaml", "--lost")
    assert told.code == 1 and "kept as tokens" in told.err
