"""Bases: maps merge, lists append, knowledge appends; every value keeps its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.spec.load import load_spec

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop

BASE = """\
version: 1
migration: {source: Salesforce, templates: [companies]}
files: [shared/*.csv]
knowledge: |
  Amounts are USD.
refine:
  - Trim every phone number.
answers:
  "date order*": DD/MM/YYYY
  "which owner*": Nobody
  "/kept/": Kept
review: {key: {contacts: [Email]}}
checks: {removed_rows: {share: 5%}, rows: {min: 10}}
"""
CHILD = """\
extends: ../_base/crm.yaml
migration: {name: Acme, external_id: acme, templates: [contacts, companies]}
files: [own.csv]
knowledge: Dates are German.
refine: [Lower case every Email.]
answers:
  "Date  order*": MM/DD/YYYY
  "which owner*": null
review: {key: {deals: [Id]}}
checks: {removed_rows: {count: 3}}
"""


def test_maps_merge_lists_append_and_knowledge_appends(workshop: Workshop) -> None:
    workshop.write("_base/crm.yaml", BASE)
    workshop.write("_base/shared/x.csv", "x")
    spec = workshop.load(head=CHILD)
    assert spec.migration.source == "Salesforce"
    assert spec.migration.templates == ("companies", "contacts")
    assert spec.knowledge == "Amounts are USD.\n\nDates are German.\n"
    assert spec.messages == ("Trim every phone number.", "Lower case every Email.")
    assert spec.review.key == {"contacts": ("Email",), "deals": ("Id",)}
    assert spec.checks.removed_rows is not None and spec.checks.rows is not None
    assert (spec.checks.removed_rows.count, str(spec.checks.removed_rows.share)) == (3, "0.05")
    assert spec.bases == (workshop.root / "_base" / "crm.yaml",)


def test_a_path_is_relative_to_the_file_that_wrote_it(workshop: Workshop) -> None:
    workshop.write("_base/crm.yaml", BASE)
    shared = workshop.write("_base/shared/x.csv", "x")
    assert workshop.load(head=CHILD).files == (shared, workshop.root / "specs" / "own.csv")


def test_the_childs_rule_wins_and_null_drops_an_inherited_one(workshop: Workshop) -> None:
    workshop.write("_base/crm.yaml", BASE)
    spec = workshop.load(head=CHILD)
    assert [(rule.pattern, rule.text, str(rule.place)) for rule in spec.answers] == [
        ("/kept/", "Kept", "_base/crm.yaml:11:3"),
        ("Date  order*", "MM/DD/YYYY", "specs/acme.yaml:7:3"),
    ]
    assert str(spec.answers_place) == "specs/acme.yaml:6:1"


def test_dropping_a_rule_that_nothing_inherits_is_a_problem(workshop: Workshop) -> None:
    (problem,) = workshop.problems('answers: {"date": null}\n')
    assert problem.startswith("specs/acme.yaml:3:19   there is no inherited rule to drop")


def test_the_place_for_new_rules_is_the_specs_own_file(workshop: Workshop) -> None:
    workshop.write("_base/crm.yaml", BASE)
    head = "extends: ../_base/crm.yaml\nmigration: {name: A, external_id: a}\n"
    assert str(workshop.load(head=head).answers_place) == "specs/acme.yaml"


def test_a_problem_of_a_base_is_told_where_it_stands(workshop: Workshop) -> None:
    workshop.write("_base/crm.yaml", "refine:\n  - yes\nknowlege: x\n")
    problems = workshop.problems("extends: ../_base/crm.yaml\nrefine: [no]\n")
    assert [problem.partition("   ")[0] for problem in problems] == [
        "_base/crm.yaml:2:5",
        "_base/crm.yaml:3:1",
        "specs/acme.yaml:4:10",
    ]


def test_bases_have_bases(workshop: Workshop) -> None:
    workshop.write("_base/all.yaml", "refine: [one]\nknowledge: A\n")
    workshop.write("_base/crm.yaml", "extends: all.yaml\nrefine: [two]\nknowledge: B\n")
    spec = workshop.load("extends: ../_base/crm.yaml\nrefine: [three]\nknowledge: C\n")
    assert spec.messages == ("one", "two", "three")
    assert spec.knowledge == "A\n\nB\n\nC\n"
    assert [base.name for base in spec.bases] == ["crm.yaml", "all.yaml"]


def test_a_circle_of_bases_is_refused(workshop: Workshop) -> None:
    workshop.write("_base/a.yaml", "extends: b.yaml\n")
    workshop.write("_base/b.yaml", "extends: a.yaml\n")
    (problem,) = workshop.problems("extends: ../_base/a.yaml\n")
    assert problem == (
        "_base/b.yaml:1:10   extends itself: "
        "specs/acme.yaml → _base/a.yaml → _base/b.yaml → _base/a.yaml"
    )


def test_a_chain_of_bases_has_an_end(workshop: Workshop) -> None:
    for n in range(12):
        workshop.write(f"_base/{n}.yaml", f"extends: {n + 1}.yaml\n")
    (problem,) = workshop.problems("extends: ../_base/0.yaml\n")
    assert problem.endswith("more than 10 bases")


def test_a_base_that_is_not_there_or_outside_is_refused(workshop: Workshop) -> None:
    (problem,) = workshop.problems("extends: ../_base/no.yaml\n")
    assert problem == "specs/acme.yaml:3:10   there is no file _base/no.yaml"
    (problem,) = workshop.problems("extends: ../../x.yaml\n")
    assert "lies outside the project" in problem


def test_a_base_of_a_newer_format_is_refused(workshop: Workshop) -> None:
    workshop.write("_base/a.yaml", "version: 3\n")
    (problem,) = workshop.problems("extends: ../_base/a.yaml\n")
    assert problem.startswith("_base/a.yaml:1:10   version 3 is newer")


def test_an_empty_map_or_list_leaves_the_bases_alone(workshop: Workshop) -> None:
    workshop.write("_base/a.yaml", "refine: [one]\nanswers: {a question: b}\n")
    spec = workshop.load("extends: ../_base/a.yaml\nrefine:\nanswers:\n")
    assert (spec.messages, len(spec.answers)) == (("one",), 1)


def test_loading_does_not_change_the_bases(workshop: Workshop) -> None:
    workshop.write("_base/crm.yaml", BASE)
    first = workshop.load(head=CHILD)
    again = load_spec(Path(first.path), workshop.project)
    assert again == first
