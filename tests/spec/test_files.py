"""Files: paths and globs inside the project, the environment where it is allowed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop


def names(workshop: Workshop, files: str) -> list[str]:
    return [path.name for path in workshop.load(f"files: {files}\n").files]


def test_globs_are_expanded_sorted_and_each_file_counts_once(workshop: Workshop) -> None:
    for name in ("data/b.csv", "data/a.csv", "data/deep/c.csv", "data/.hidden.csv"):
        workshop.write(f"specs/{name}", "x")
    assert names(workshop, "[data/*.csv, data/a.csv]") == ["a.csv", "b.csv"]
    assert names(workshop, "['data/**/*.csv']") == ["a.csv", "b.csv", "c.csv"]


def test_a_path_that_is_not_there_is_kept_and_a_glob_without_a_match_is_none(
    workshop: Workshop,
) -> None:
    assert names(workshop, "[elsewhere.csv, 'none/*.csv']") == ["elsewhere.csv"]


def test_a_file_whose_name_has_a_bracket_is_that_file(workshop: Workshop) -> None:
    workshop.write("specs/x [1].csv", "x")
    assert names(workshop, "['x [1].csv']") == ["x [1].csv"]


def test_a_folder_is_not_a_file(workshop: Workshop) -> None:
    workshop.write("specs/data/a.csv", "x")
    (problem,) = workshop.problems("files: [data]\n")
    assert problem.endswith('"data" is a folder (write data/* for its files)')


def test_two_files_with_the_same_name_are_refused(workshop: Workshop) -> None:
    workshop.write("specs/a/x.csv", "x")
    workshop.write("specs/b/x.csv", "x")
    (problem,) = workshop.problems("files: ['*/x.csv']\n")
    assert problem.endswith("two files would have the same name: specs/a/x.csv and specs/b/x.csv")


@pytest.mark.parametrize(
    "pattern", ["../../x.csv", "/etc/passwd", "/etc/*", "../../*.csv", "link.csv", "linked/*.csv"]
)
def test_nothing_outside_the_project_can_be_named(workshop: Workshop, pattern: str) -> None:
    outside = workshop.root.parent / f"{workshop.root.name}-outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("x")
    (workshop.root / "specs" / "link.csv").symlink_to(outside / "secret.csv")
    (workshop.root / "specs" / "linked").symlink_to(outside)
    (problem,) = workshop.problems(f"files: ['{pattern}']\n")
    assert "lies outside the project" in problem


def test_allow_paths_widens_what_can_be_named(workshop: Workshop) -> None:
    outside = workshop.root.parent / f"{workshop.root.name}-outside"
    outside.mkdir()
    (outside / "a.csv").write_text("x")
    workshop.write("vernctl.yaml", f"allow_paths: ['../{outside.name}']\n")
    assert names(workshop, f"['../../{outside.name}/*.csv']") == ["a.csv"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("*/../../x", '".." may not stand behind a "*"'),
        ("**/a/**/b", '"**" may stand once'),
        ("a\\0b", "a file holds a character that no path should have"),
        ("", "a file is empty"),
    ],
)
def test_a_pattern_that_could_surprise_is_refused(
    workshop: Workshop, pattern: str, said: str
) -> None:
    (problem,) = workshop.problems(f'files: ["{pattern}"]\n')
    assert problem.endswith(said)


def test_a_link_that_leads_to_itself_is_no_file_of_the_project(workshop: Workshop) -> None:
    loop = workshop.root / "specs" / "loop.csv"
    loop.symlink_to(loop)
    (problem,) = workshop.problems("files: [loop.csv]\n")
    assert "lies outside the project" in problem


def test_a_run_takes_no_more_files_than_the_api_does(workshop: Workshop) -> None:
    for n in range(401):
        workshop.write(f"specs/data/{n}.csv", "")
    (problem,) = workshop.problems("files: ['data/*']\n")
    assert problem.endswith("names 401 files; at most 400 go")


def test_the_environment_is_read_where_it_is_allowed(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTOMER", "globex")
    head = (
        "version: 1\nmigration: {name: '${env:CUSTOMER} Inc', external_id: 'x-${env:CUSTOMER}'}\n"
    )
    body = "files: ['${env:CUSTOMER}.csv']\nexport: {to: 'out/${env:CUSTOMER}'}\n"
    spec = workshop.load(body, head=head)
    assert (spec.migration.name, spec.migration.external_id) == ("globex Inc", "x-globex")
    assert spec.files[0].name == "globex.csv"
    assert spec.export is not None and spec.export.to == "out/globex"


@pytest.mark.parametrize(
    "body",
    [
        "knowledge: '${env:HOME}'",
        "refine: ['${env:HOME}']",
        "answers: {'${env:HOME}': a}",
        "answers: {a question: '${env:HOME}'}",
        "state: held\nwhy: '${env:HOME}'",
    ],
)
def test_the_environment_is_refused_elsewhere(workshop: Workshop, body: str) -> None:
    (problem,) = workshop.problems(f"{body}\n")
    assert "cannot take ${env:…}" in problem
    assert os.environ["HOME"] not in problem


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("${env:NOT_SET_ANYWHERE}", "the environment variable NOT_SET_ANYWHERE is not set"),
        ("${env:NOT A NAME}", '"NOT A NAME" is not the name of an environment variable'),
        ("${env:OPEN", "a file has a ${env: without its closing brace"),
        ("${env:VERN_API_KEY}", "VERN_API_KEY holds a secret, which no spec may spell out"),
    ],
)
def test_a_variable_that_cannot_be_read_is_a_problem(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, written: str, said: str
) -> None:
    monkeypatch.setenv("VERN_API_KEY", "vk-very-private")
    (problem,) = workshop.problems(f"files: ['{written}']\n")
    assert problem.endswith(said)
    assert "very-private" not in problem


def test_results_stay_in_the_project(workshop: Workshop) -> None:
    (problem,) = workshop.problems("export: {to: ../out}\n")
    assert "lies outside the project" in problem
    (problem,) = workshop.problems("export: {}\n")
    assert "`export.to` is missing" in problem
