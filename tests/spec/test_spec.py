"""A spec is read whole, or refused with every problem and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vernctl.spec.load import load_spec

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop

AT = "specs/acme.yaml"

EVERYTHING = """\
version: 1
state: held
why: waiting for the customer
endpoint: embedded
migration:
  name: Acme Corp
  external_id: acme-001
  source: Salesforce
  templates: [companies, contacts]
  epoch: 2
files: [data/*.csv, data/extra.tsv]
knowledge: |
  Amounts are always USD.
refine:
  - Trim whitespace from every phone number.
  - {id: missing-email, message: Use the company domain for any missing Email.}
answers:
  "* values aren't one of the allowed options": Map them all to 'Open'
  "/date order .* contacts/": DD/MM/YYYY
  "Two columns could be Email*":
    choose: Work Email
    options: [Work Email, Personal Email]
    context: "*contacts*"
    sheet: contacts
    column: Email
    during: plan
    times: 1
  "How should we name the owner*":
    - {say: Use the account manager, during: plan}
    - {say: Leave it, during: apply}
review:
  cells: plain
  key: {contacts: [Email]}
  ignore: {contacts: [Imported At]}
checks:
  removed_rows: 5%
  invalid_rows: {count: 12}
  rows: {min: 1000}
  filled: {Email: 99%}
  sheets: {contacts: {removed_rows: 2%}}
  overrides:
    - {check: removed_rows, sheet: contacts, digest: 3f9c21a, reason: agreed, expires: 2026-12-31}
export: {to: out/acme}
"""


def test_every_key_of_the_format_that_is_built_is_read(workshop: Workshop) -> None:
    workshop.write("specs/data/b.csv", "x")
    workshop.write("specs/data/a.csv", "x")
    spec = workshop.load(head=EVERYTHING)
    assert (spec.name, spec.shown_path, spec.state) == ("acme", AT, "held")
    assert spec.migration.templates == ("companies", "contacts")
    assert spec.migration.epoch == 2
    assert [path.name for path in spec.files] == ["a.csv", "b.csv", "extra.tsv"]
    assert spec.file_patterns == ("data/*.csv", "data/extra.tsv")
    assert spec.knowledge == "Amounts are always USD.\n"
    assert spec.messages[1] == "Use the company domain for any missing Email."
    assert [rule.text for rule in spec.answers] == [
        "Map them all to 'Open'",
        "DD/MM/YYYY",
        "Work Email",
        "Use the account manager",
        "Leave it",
    ]
    assert spec.review.key == {"contacts": ("Email",)}
    assert spec.export is not None and spec.export.to == "out/acme"
    assert str(spec.answers_place) == f"{AT}:17:1"
    assert str(spec.answers[0].place) == f"{AT}:18:3"
    assert str(spec.answers[4].place) == f"{AT}:30:7"


def test_all_problems_of_a_file_are_told_at_once_in_their_order(workshop: Workshop) -> None:
    assert workshop.problems(
        """\
        awnsers: {}
        epoch: 2
        answers:
          "Is it so": yes
          "/date (format/": DMY
        """
    ) == [
        f'{AT}:3:1   unknown key "awnsers" (did you mean "answers"?)',
        f'{AT}:4:1   unknown key "epoch" (it belongs under `migration`)',
        f'{AT}:6:15   answer is the YAML boolean true; quote it: "yes"',
        f'{AT}:7:3   "/date (format/" is not a regular expression: missing )',
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("yes", 'the YAML boolean true; quote it: "yes"'),
        ("off", 'the YAML boolean false; quote it: "off"'),
        ("0042", 'the YAML number 34; quote it: "0042"'),
        ("1.10", 'the YAML number 1.1; quote it: "1.10"'),
        ("12:30", 'the YAML number 750; quote it: "12:30"'),
        ("2024-01-02", 'the YAML date 2024-01-02; quote it: "2024-01-02"'),
        ("2024-99-99", 'the YAML date 2024-99-99; quote it: "2024-99-99"'),
        ("null", 'empty; quote it: "null"'),
        ("~", 'empty; quote it: "~"'),
        ("", "empty"),
        ("!!binary aGk=", 'tagged "tag:yaml.org,2002:binary", which is not part of the format'),
        ("[a]", "text, not a list"),
    ],
)
def test_unquoted_yaml_that_is_not_text_asks_for_quotes(
    workshop: Workshop, written: str, said: str
) -> None:
    (problem,) = workshop.problems(f"state: held\nwhy: {written}\n")
    assert problem.startswith(f"{AT}:4:")
    assert problem.endswith(said)


def test_text_in_quotes_is_text_whatever_it_looks_like(workshop: Workshop) -> None:
    assert workshop.load('state: held\nwhy: "0042"\n').why == "0042"
    assert workshop.load("state: held\nwhy: !!str 0042\n").why == "0042"


def test_a_key_that_stands_twice_is_a_problem(workshop: Workshop) -> None:
    assert workshop.problems("state: active\nstate: held\n") == [
        f'{AT}:4:1   "state" stands twice (first on line 3)'
    ]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("files: ['s3://bucket/a.csv']", "files: s3://bucket/a.csv"),
    ],
)
def test_a_part_of_the_format_that_is_not_built_is_refused_by_name(
    workshop: Workshop, body: str, name: str
) -> None:
    (problem,) = workshop.problems(f"{body}\n")
    assert f"`{name}` is part of the format but not built into this version" in problem


def test_what_is_missing_is_named_with_what_it_means(workshop: Workshop) -> None:
    assert workshop.problems(head="migration: {name: A}\n") == [
        f"{AT}:1:1   `version` is missing: the version of this format",
        f"{AT}:1:12   `migration.external_id` is missing: what this migration is known by; "
        "unique over all specs",
    ]


def test_a_newer_version_is_refused_and_nothing_else_is_said(workshop: Workshop) -> None:
    assert workshop.problems(head="version: 2\nwhatever: 1\n") == [
        f"{AT}:1:10   version 2 is newer than this vernctl reads; upgrade vernctl"
    ]


@pytest.mark.parametrize("written", ['"1"', "one", "0", "1.0", "[1]"])
def test_a_version_that_is_no_version_is_refused(workshop: Workshop, written: str) -> None:
    head = f"version: {written}\nmigration: {{name: A, external_id: a}}\n"
    assert workshop.problems(head=head) == [f"{AT}:1:10   write version: 1"]


@pytest.mark.parametrize("written", ["a b", "ä", "a" * 241, "a.b"])
def test_an_external_id_has_only_letters_digits_and_dashes(
    workshop: Workshop, written: str
) -> None:
    head = f'version: 1\nmigration: {{name: A, external_id: "{written}"}}\n'
    (problem,) = workshop.problems(head=head)
    assert "external_id takes 1 to 240 letters" in problem


def test_a_held_spec_says_why(workshop: Workshop) -> None:
    (problem,) = workshop.problems("state: closed\n")
    assert problem.endswith("a closed spec says why (why: …)")


def test_an_endpoint_is_one_of_the_project(workshop: Workshop) -> None:
    (problem,) = workshop.problems("endpoint: embeded\n")
    assert problem.endswith('unknown endpoint "embeded" (did you mean "embedded"?)')


def test_cells_must_be_chosen_where_a_real_service_is_meant(workshop: Workshop) -> None:
    (problem,) = workshop.problems("endpoint: us\n")
    assert "review.cells must be chosen for endpoint us" in problem
    assert workshop.load("endpoint: us\nreview: {cells: plain}\n").review.cells == "plain"


def test_the_same_message_twice_is_a_problem_that_names_both(workshop: Workshop) -> None:
    (problem,) = workshop.problems("refine:\n  - Trim it.\n  - {message: 'Trim  it.'}\n")
    assert problem.startswith(f"{AT}:5:5   the same message as the one at {AT}:4:5")


def test_an_id_of_a_message_is_its_own(workshop: Workshop) -> None:
    (problem,) = workshop.problems(
        "refine: [{id: a, message: One.}, {id: a, message: Two.}, {id: b}]\n"
    )[:1]
    assert 'the id "a" is also that of' in problem


def test_lists_and_maps_may_be_left_empty(workshop: Workshop) -> None:
    spec = workshop.load("refine:\nanswers:\nfiles:\nreview:\nchecks:\n")
    assert (spec.refine, spec.answers, spec.files) == ((), (), ())


def test_a_spec_that_is_not_there_is_a_problem(workshop: Workshop) -> None:
    missing = workshop.root / "specs" / "none.yaml"
    (problem,) = workshop.refused(lambda: load_spec(missing, workshop.project))
    assert problem == "specs/none.yaml   cannot be read: there is no such file"


def test_a_spec_outside_the_project_is_refused(workshop: Workshop) -> None:
    (problem,) = workshop.refused(
        lambda: load_spec(workshop.root.parent / "else.yaml", workshop.project)
    )
    assert "lies outside the project" in problem


def test_templates_are_named_or_left_out(workshop: Workshop) -> None:
    head = "version: 1\nmigration: {name: A, external_id: a, templates: []}\n"
    (problem,) = workshop.problems(head=head)
    assert problem.endswith("templates is empty; leave it out for every active one")


def test_templates_that_are_no_list_are_one_problem(workshop: Workshop) -> None:
    head = "version: 1\nmigration: {name: A, external_id: a, templates: contacts}\n"
    (problem,) = workshop.problems(head=head)
    assert problem.endswith('a template must be a list ([…] or lines with -), not "contacts"')


def test_cells_that_are_wrongly_chosen_are_one_problem(workshop: Workshop) -> None:
    assert workshop.problems("endpoint: us\nreview: []\n") == [
        f"{AT}:4:9   review must be a map (key: value), not a list"
    ]
