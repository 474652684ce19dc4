"""A question that the spec does not answer stops the run, and says what to paste where."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Clone, Prepare, Prepared, Project, Ran

_RULE = """\
  "Status values aren't one of the allowed options":
    say: Map Void to Cancelled, Refund to Returned
"""


@pytest.fixture(scope="session")
def asked(prepare: Prepare, clone: Clone) -> Prepared:
    """A customer who was never planned before and whose spec has lost an answer rule: planned."""

    def make(home: Path) -> Ran:
        project = clone(home)
        shutil.rmtree(project.root / "specs/globex.snapshot")
        project.edit("specs/globex.yaml", _RULE, "")
        return project.run("plan", "specs/globex.yaml")

    return prepare("asked", make)


def test_the_printed_line_pasted_where_it_says_makes_the_next_plan_pass(
    asked: Prepared, tmp_path: Path
) -> None:
    assert asked.ran.code == 3, asked.ran
    project = asked.copy(tmp_path / "project")
    _paste(project, asked.ran)
    again = project.json("plan", "specs/globex.yaml")
    assert again.code == 2, again
    assert {question["status"] for question in again.specs["globex"]["questions"]} == {"answered"}


def test_nothing_is_imported_and_nothing_pending_while_a_question_waits(asked: Prepared) -> None:
    assert not (asked.root / "out").exists()
    assert not (asked.root / "specs/globex.snapshot.pending").exists()


def _paste(project: Project, ran: Ran) -> None:
    """Do what the screen says: its indented lines go below the line that it names."""
    place = re.search(r"under `answers:` \(specs/globex\.yaml:(\d+)", ran.out)
    stanza = re.findall(r'^ +(".+": .+)$', ran.out, re.MULTILINE)
    assert place and len(stanza) == 1, ran.out
    lines = project.text("specs/globex.yaml").splitlines(keepends=True)
    assert lines[int(place[1]) - 1] == "answers:\n"
    lines.insert(int(place[1]), f"  {stanza[0]}\n")
    (project.root / "specs/globex.yaml").write_text("".join(lines), encoding="utf-8")
