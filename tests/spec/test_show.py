"""A merged spec is shown with the file that each line came from, and loads as the same spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from vernctl.spec.load import load_spec
from vernctl.spec.reader import quoted
from vernctl.spec.show import render_spec

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop

BASE = """\
version: 1
migration: {source: Salesforce}
files: [shared/*.csv]
knowledge: |
  Amounts are USD.

  Dates: "German".
refine:
  - Trim every phone number.
answers:
  "date order*": DD/MM/YYYY
checks: {removed_rows: 5%, overrides: []}
"""
CHILD = """\
extends: ../_base/crm.yaml
migration: {name: "0042", external_id: "acme-${env:REGION}"}
files: [own.csv]
knowledge: Phones are ours.
refine:
  - {id: lower, message: "Lower case: every Email. #1"}
answers:
  "which \\u202e owner*":
    choose: Nobody
    options: [Nobody, "yes"]
review: {key: {contacts: [Email]}}
"""


def test_a_merged_spec_names_the_origin_of_every_line(
    workshop: Workshop, snapshot: SnapshotAssertion
) -> None:
    workshop.write("_base/crm.yaml", BASE)
    workshop.write("_base/shared/x.csv", "x")
    path = workshop.write("specs/acme.yaml", CHILD.replace("${env:REGION}", "eu"))
    assert render_spec(path, workshop.project) == snapshot


def test_what_is_shown_loads_as_the_same_spec(workshop: Workshop) -> None:
    workshop.write("_base/crm.yaml", BASE)
    workshop.write("_base/shared/x.csv", "x")
    path = workshop.write("specs/acme.yaml", CHILD.replace("${env:REGION}", "eu"))
    loaded = load_spec(path, workshop.project)
    shown = render_spec(path, workshop.project)
    again = load_spec(workshop.write("specs/acme.yaml", shown), workshop.project)
    # Where a value stands, and how its file is written in a pattern, is all that may differ.
    apart = {"bases", "file_patterns"}
    assert again.model_dump(exclude=apart) == loaded.model_dump(exclude=apart)


def test_text_that_a_block_cannot_hold_is_shown_in_quotes(workshop: Workshop) -> None:
    base = 'version: 1\nknowledge: "  indented\\u202e"\nfiles:\n'
    workshop.write("_base/crm.yaml", base)
    text = "extends: ../_base/crm.yaml\nmigration: {name: A, external_id: a}\nknowledge: more\n"
    path = workshop.write("specs/acme.yaml", text)
    loaded = load_spec(path, workshop.project)
    shown = render_spec(path, workshop.project)
    assert 'knowledge: "  indented\\u202e\\x0a\\x0amore\\x0a"' in shown
    again = load_spec(workshop.write("specs/acme.yaml", shown), workshop.project)
    assert again.knowledge == loaded.knowledge


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab \n#:-'\"\t\u202e\x85|", min_size=1, max_size=20))
@example("a\n\nb\n\n")
@example("a\n b \n")
@example("# a\n- b")
def test_any_text_is_shown_as_it_is_meant(shared_workshop: Workshop, text: str) -> None:
    if not text.strip():
        return
    base = f"version: 1\nmigration: {{name: A, external_id: a}}\nknowledge: {quoted(text)}\n"
    path = shared_workshop.write("specs/acme.yaml", base.encode())
    shown = render_spec(path, shared_workshop.project)
    again = shared_workshop.write("specs/acme.yaml", shown.encode())
    assert load_spec(again, shared_workshop.project).knowledge == text


def test_the_environment_is_shown_as_it_was_written(workshop: Workshop) -> None:
    text = "version: 1\nmigration: {name: A, external_id: 'a-${env:USER_X}'}\n"
    path = workshop.write("specs/acme.yaml", text)
    (problem,) = workshop.refused(lambda: render_spec(path, workshop.project))
    assert problem.endswith("the environment variable USER_X is not set")
