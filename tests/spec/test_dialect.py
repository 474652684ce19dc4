"""What of a spec belongs to which dialect of the API; the rest is refused with what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop

SOURCE = "1F4EFD72-6FF5-5F18-B119-6F0AC1A72E86"
TEMPLATE = "d0518c69-1592-5b82-bc05-12c67be1a5a7"
HEAD = f"""\
version: 1
migration:
  name: Acme Corp
  external_id: acme-001
  api: companies
  companies: {{source: {SOURCE}, templates: {{contacts: {TEMPLATE}}}}}
"""
WHOLE = "files: [a.csv]\nreview: {unseen: true}\n"


@pytest.fixture
def company(workshop: Workshop) -> Workshop:
    workshop.write("specs/a.csv", "Email\na@x.test\n")
    return workshop


def test_a_spec_of_the_companies_dialect_is_read_whole(company: Workshop) -> None:
    spec = company.load(f"{WHOLE}correct: [Trim every phone.]\n", head=HEAD)
    assert spec.migration.companies is not None
    assert spec.migration.companies.source == SOURCE.lower()
    assert spec.migration.slugs == ("contacts",)
    assert spec.migration.opened_with == (SOURCE.lower(), (TEMPLATE,))
    assert spec.messages == ("Trim every phone.",)
    assert spec.review.unseen


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        (HEAD, "files: [a.csv]\n", "specs/acme.yaml:5:8   api: companies has no preview"),
        (
            HEAD,
            "files: [a.csv]\nreview: {unseen: false}\n",
            "specs/acme.yaml:8:18   api: companies has no preview",
        ),
        (HEAD, "review: {unseen: true}\n", "name them under `files`"),
        (
            HEAD,
            f"{WHOLE}refine: [Trim.]\n",
            "specs/acme.yaml:9:9   `refine` has no meaning with api: companies: a refinement "
            "changes a preview; messages to the running import go under `correct`",
        ),
        (HEAD, f"{WHOLE}clarify: [Why?]\n", "`clarify` has no meaning with api: companies"),
        (HEAD, f"{WHOLE}knowledge: Read this.\n", "`knowledge` has no meaning with api: companies"),
        (
            HEAD,
            f"{WHOLE}answers: {{x: {{say: y, during: plan}}}}\n",
            "api: companies asks while applying only",
        ),
        (HEAD.replace(SOURCE, "Salesforce"), WHOLE, 'source is "Salesforce", not a UUID'),
        (
            HEAD.replace("contacts:", "../contacts:"),
            WHOLE,
            '"../contacts" is no slug: letters, digits, . - and _ only',
        ),
        (
            HEAD.replace(f"source: {SOURCE}, ", ""),
            WHOLE,
            "`migration.companies.source` is missing",
        ),
        (
            HEAD.replace("  companies:", "  companees:"),
            WHOLE,
            'unknown key "companees" (did you mean "companies"?)',
        ),
        (
            HEAD.replace(HEAD.splitlines()[5], "  source: Salesforce"),
            WHOLE,
            "api: companies needs companies: {source: UUID, templates: {slug: UUID}}",
        ),
        (
            HEAD.replace(f"{TEMPLATE}}}", f"{TEMPLATE}, deals: {TEMPLATE}}}"),
            WHOLE,
            "is named twice; each template has one slug",
        ),
        (
            HEAD.replace("  api: companies\n", "  api: companies\n  templates: [deals]\n"),
            WHOLE,
            "templates differs from companies.templates",
        ),
        (HEAD.replace("api: companies", "api: company"), WHOLE, "api must be migrations or"),
    ],
)
def test_what_the_dialect_lacks_or_cannot_mean_is_said_with_its_place(
    company: Workshop, head: str, body: str, said: str
) -> None:
    problems = company.problems(body, head=head)
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("specs/acme.yaml:") for problem in problems)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("correct: [Trim.]", "`correct` is for api: companies; messages about a preview go under"),
        ("review: {unseen: true}", "review.unseen is for api: companies"),
    ],
)
def test_what_only_the_companies_dialect_has_is_refused_elsewhere(
    workshop: Workshop, body: str, said: str
) -> None:
    (problem,) = workshop.problems(f"{body}\n")
    assert said in problem


def test_ids_of_companies_without_the_dialect_are_refused(workshop: Workshop) -> None:
    head = HEAD.replace("  api: companies\n", "")
    (problem,) = workshop.problems("", head=head)
    assert problem.startswith("specs/acme.yaml:5:14   `companies` is for api: companies")


def test_an_empty_list_of_corrections_says_nothing(workshop: Workshop) -> None:
    assert workshop.load("correct: []\nreview: {unseen: false}\n").correct == ()
