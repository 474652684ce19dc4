"""What happens when something changes: refused, explained, planned, approved, executed, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import CountingProxy, Document, Prepare, Prepared, Project, Ran

MESSAGE = "Make every Name upper case."


@pytest.fixture(scope="session")
def refined(prepare: Prepare, first_apply: Prepared) -> Prepared:
    """globex was imported, its spec got one more refinement, and was planned."""

    def make(home: Path) -> Ran:
        project = first_apply.copy(home)
        _refine(project)
        return project.json("plan", "specs/globex.yaml")

    return prepare("refined", make)


def test_a_changed_cell_is_refused_by_name_and_nothing_is_sent(
    applied: Project, serve: Callable[[Project], CountingProxy]
) -> None:
    _change_a_cell(applied)
    proxy = serve(applied)
    ran = applied.json("apply", "specs", VERNCTL_ENDPOINT=proxy.url)
    assert ran.code == 4, ran
    acme = ran.specs["acme"]
    assert acme["status"] == "refused"
    assert "companies.csv" in " ".join(_words(acme["error"]))
    assert proxy.requests and proxy.changing == []


def test_a_changed_cell_is_refused_by_the_plain_command_too(applied: Project) -> None:
    _change_a_cell(applied)
    ran = applied.run("apply", "specs")
    assert ran.code == 4
    assert "companies.csv" in ran.out


def test_plan_shows_the_difference_that_a_changed_cell_makes(applied: Project) -> None:
    _change_a_cell(applied)
    ran = applied.json("plan", "specs/acme.yaml")
    assert ran.code == 2, ran
    acme = ran.specs["acme"]
    sheet = acme["sheets"]["companies"]
    assert (sheet["changed"], sheet["cells"], sheet["added"], sheet["removed"]) == (1, 1, 0, 0)
    assert {cause["kind"] for cause in acme["causes"]} == {"file"}
    assert all("companies.csv" in cause["ref"] for cause in acme["causes"])
    assert "Bremen" in applied.text("specs/acme.snapshot.pending/companies.csv")


def test_the_same_command_again_changes_nothing_and_asks_nobody(applied: Project) -> None:
    for command in ("apply", "plan"):
        ran = applied.json(command, "specs")
        assert ran.code == 0, ran
        assert {spec["status"] for spec in ran.specs.values()} == {"unchanged"}
        assert {spec["cost"]["agent"] for spec in ran.specs.values()} == {0}


def test_a_refinement_before_any_apply_costs_one_update_and_nothing_dearer(
    planned: Project,
) -> None:
    _refine(planned)
    ran = planned.json("plan", "specs/globex.yaml")
    assert ran.code == 2, ran
    globex = ran.specs["globex"]
    assert _agent_steps(globex) == ["update"]
    assert globex["cost"]["create"] == globex["cost"]["generate"] == 0
    assert {cause["kind"] for cause in globex["causes"]} == {"message"}


def test_a_refinement_after_an_apply_generates_anew_and_says_why(refined: Prepared) -> None:
    assert refined.ran.code == 2, refined.ran
    globex = refined.ran.specs["globex"]
    assert _agent_steps(globex) == ["generate", "update"]
    [generate] = [step for step in globex["steps"] if step["kind"] == "generate"]
    assert "message 6 is new" in generate["reason"]


def test_nothing_is_executed_before_its_approval_and_all_of_it_after(
    refined: Prepared, tmp_path: Path
) -> None:
    project = refined.copy(tmp_path / "project")
    before = project.text("out/globex/products.csv")
    assert project.run("apply", "specs/globex.yaml").code == 4
    assert project.text("out/globex/products.csv") == before
    assert project.run("approve", "specs/globex.yaml").code == 0
    ran = project.json("apply", "specs/globex.yaml")
    assert (ran.code, ran.specs["globex"]["status"]) == (0, "applied")
    assert "LAMP" in project.text("out/globex/products.csv")


def test_an_approval_can_be_read_in_the_pull_request(refined: Prepared, tmp_path: Path) -> None:
    project = refined.copy(tmp_path / "project")
    assert project.run("approve", "specs/globex.yaml").code == 0
    review = project.text("specs/globex.snapshot/REVIEW.md")
    assert "products" in review and "160" in review
    assert MESSAGE in project.text("specs/globex.snapshot/snapshot.yaml")
    assert not (project.root / "specs/globex.snapshot.pending").exists()


def _agent_steps(spec: Document) -> list[str]:
    kinds = [step["kind"] for step in spec["steps"] if step["agent_calls"]]
    return [kind for kind in kinds if kind != "answer"]


def _words(value: object) -> list[str]:
    if isinstance(value, dict):
        return [word for each in value.values() for word in _words(each)]
    if isinstance(value, list):
        return [word for each in value for word in _words(each)]
    return [str(value)]


def _change_a_cell(project: Project) -> None:
    name = "examples/data/acme/companies.csv"
    project.edit(
        name, ";ACC-01007;Banking;Hamburg;", ";ACC-01007;Banking;Bremen;", encoding="latin-1"
    )


def _refine(project: Project) -> None:
    last = "    message: Drop orders without an Order Number.\n"
    project.edit("specs/globex.yaml", last, f"{last}  - {MESSAGE}\n")
