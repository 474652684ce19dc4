"""vernctl.yaml: endpoints, folders, choices; and where specs are found."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vernctl.spec.endpoints import is_loopback
from vernctl.spec.load import find_specs, load_specs
from vernctl.spec.model import SecretRef
from vernctl.spec.project import load_project

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop

KEY = SecretRef(env="VERN_API_KEY")


def problems(workshop: Workshop, text: str) -> list[str]:
    workshop.write("vernctl.yaml", text)
    return workshop.refused(lambda: workshop.project)


def test_without_a_file_the_embedded_defaults_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VERNCTL_ENDPOINT", raising=False)
    project = load_project(tmp_path)
    assert not project.configured
    assert (project.endpoint.name, project.endpoint.url) == ("embedded", None)
    assert project.root == tmp_path
    assert project.specs == (tmp_path / "specs",)
    assert project.receipts == tmp_path / ".vernctl" / "receipts"
    assert project.embedded.catalog == tmp_path / "catalog.yaml"
    assert project.embedded.data == tmp_path / ".vernctl" / "embedded"
    assert (project.quota, project.approval, project.review_cells) == ("published", None, None)


def test_the_nearest_file_above_is_the_project(workshop: Workshop) -> None:
    inner = workshop.write("specs/deep/er/acme.yaml", "")
    assert load_project(inner).root == workshop.root
    assert load_project(inner.parent).configured


def test_every_key_is_read(workshop: Workshop) -> None:
    workshop.write(
        "vernctl.yaml",
        """\
        endpoint: staging
        endpoints:
          staging: {url: https://vern.example.com/api/v1/, api_key: {file: /run/secrets/vern}}
          us: {api_key: {command: pass show vern}}
        api_key: {env: OTHER_KEY}
        specs: [customers, more]
        approval: commit
        quota: off
        receipts: receipts
        review: {cells: plain}
        allow_hosts: [vern.example.com]
        allow_paths: [/srv/drops]
        embedded: {catalog: c.yaml, data: data, limits: off, reuse: off}
        """,
    )
    project = workshop.project
    assert project.endpoint.url == "https://vern.example.com/api/v1"
    assert project.endpoint.api_key == SecretRef(file="/run/secrets/vern")
    assert project.endpoints["us"].url == "https://app.vern.so/api/v1"
    assert project.endpoints["us"].api_key == SecretRef(command="pass show vern")
    assert project.endpoints["au"].api_key == SecretRef(env="OTHER_KEY")
    assert project.endpoints["embedded"].api_key == SecretRef(env="OTHER_KEY")
    assert project.specs == (workshop.root / "customers", workshop.root / "more")
    assert (project.approval, project.quota, project.review_cells) == ("commit", "off", "plain")
    assert project.allow_paths == (Path("/srv/drops"),)
    assert (project.embedded.limits, project.embedded.reuse) == ("off", "off")


def test_the_built_in_endpoints_take_the_usual_key(workshop: Workshop) -> None:
    workshop.write("vernctl.yaml", "endpoint: au\nspecs: customers\n")
    project = workshop.project
    assert project.endpoint.url == "https://au.app.vern.so/api/v1"
    assert project.endpoint.api_key == KEY
    assert project.endpoints["embedded"].api_key is None
    assert project.specs == (workshop.root / "customers",)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://app.vern.so/api/v1/", "us"),
        ("http://127.0.0.1:8123/api/v1", "127.0.0.1-8123"),
        ("http://localhost/api/v1", "localhost"),
        ("http://[::1]:80/api/v1", "--1-80"),
    ],
)
def test_an_endpoint_may_be_a_url(workshop: Workshop, url: str, name: str) -> None:
    workshop.write("vernctl.yaml", f"endpoint: '{url}'\n")
    project = workshop.project
    assert (project.endpoint.name, project.endpoint.api_key) == (name, KEY)
    assert project.endpoint.url == url.rstrip("/")
    assert project.endpoints[project.own_endpoint] == project.endpoint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("endpont: us", 'unknown key "endpont" (did you mean "endpoint"?)'),
        ("endpoint: uss", 'unknown endpoint "uss" (did you mean "us"?)'),
        ("endpoint: yes", 'endpoint is the YAML boolean true; quote it: "yes"'),
        ("endpoint: http://app.vern.so/api/v1", "must be https"),
        ("endpoint: https://evil.example/api/v1", "evil.example is not Vern's host"),
        ("endpoint: ftp://app.vern.so", "must be a URL such as"),
        ("endpoint: https://u:p@app.vern.so", "must be a bare URL"),
        ("endpoint: https://app.vern.so/?k=1", "must be a bare URL"),
        ("endpoint: 'https://[::1/'", "must be a URL such as"),
        ("endpoint: 'https://a:b/'", "must be a URL such as"),
        ("endpoints: {mine: {}}", "endpoint mine needs a url"),
        ("endpoints: {embedded: {}}", '"embedded" cannot be the name of an endpoint'),
        ("endpoints: {a/b: {}}", '"a/b" cannot be the name of an endpoint'),
        ("endpoints: {x: {url: 1}}", 'url is the YAML number 1; quote it: "1"'),
        ("api_key: {}", "api_key takes exactly one of env, file, command"),
        ("api_key: {env: A, file: b}", "api_key takes exactly one of env, file, command"),
        ("api_key: {var: A}", 'unknown key "var"'),
        ("approval: yes", 'approval must be file or commit, not "yes"'),
        ("quota: no", 'quota must be published or off, not "no"'),
        ("receipts: ../x", "receipts lies outside the project"),
        ("embedded: {data: /tmp}", "embedded.data lies outside the project"),
        ("review: {token_key: abc}", "review.token_key must be a reference"),
        ("- a", "vernctl.yaml must be a map (key: value), not a list"),
        ("", "the file is empty"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(
    workshop: Workshop, text: str, said: str
) -> None:
    found = problems(workshop, f"{text}\n")
    assert any(said in problem for problem in found)
    assert all(problem.startswith("vernctl.yaml") for problem in found)


def test_a_literal_key_is_refused_and_never_repeated(workshop: Workshop) -> None:
    text = "api_key: vk-very-private\nendpoints: {us: {api_key: vk-very-private}}\n"
    found = problems(workshop, text)
    assert len(found) == 2
    assert not any("private" in problem for problem in found)
    assert "must be a reference such as {env: NAME}" in found[0]


@pytest.mark.parametrize(
    ("value", "name", "url"),
    [
        ("us", "us", "https://app.vern.so/api/v1"),
        ("http://127.0.0.1:9/api/v1", "127.0.0.1-9", "http://127.0.0.1:9/api/v1"),
        ("embedded", "embedded", None),
    ],
)
def test_the_variable_chooses_another_endpoint_and_it_shows(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, value: str, name: str, url: str | None
) -> None:
    workshop.write("vernctl.yaml", "endpoint: au\n")
    monkeypatch.setenv("VERNCTL_ENDPOINT", value)
    project = workshop.project
    assert (project.endpoint.name, project.endpoint.url) == (name, url)
    assert (project.own_endpoint, project.overridden) == ("au", True)


def test_a_variable_that_names_nothing_is_a_problem(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERNCTL_ENDPOINT", "auu")
    (problem,) = workshop.refused(lambda: workshop.project)
    assert problem.startswith('VERNCTL_ENDPOINT   unknown endpoint "auu" (did you mean "au"?)')


def test_specs_are_found_but_not_bases_snapshots_or_hidden_files(workshop: Workshop) -> None:
    for name in (
        "specs/b.yaml",
        "specs/a.yml",
        "specs/eu/c.yaml",
        "specs/_base/x.yaml",
        "specs/_x.yaml",
        "specs/.y.yaml",
        "specs/b.snapshot/snapshot.yaml",
        "specs/b.snapshot.pending/snapshot.yaml",
        "specs/notes.md",
    ):
        workshop.write(name, "")
    project = workshop.project
    found = [path.relative_to(workshop.root).as_posix() for path in find_specs(project)]
    assert found == ["specs/a.yml", "specs/b.yaml", "specs/eu/c.yaml"]
    assert find_specs(project, [workshop.root / "specs"]) == find_specs(project)


def test_files_of_the_project_itself_are_no_specs(workshop: Workshop) -> None:
    workshop.write("vernctl.yaml", "specs: .\n")
    workshop.write("catalog.yaml", "")
    path = workshop.write("acme.yaml", "")
    assert find_specs(workshop.project) == [path]


def test_a_spec_that_is_named_is_taken_whatever_its_name(workshop: Workshop) -> None:
    path = workshop.write("specs/_x.yaml", "")
    assert find_specs(workshop.project, [path, path]) == [path]


def test_an_argument_that_is_not_there_is_a_problem(workshop: Workshop) -> None:
    missing = workshop.root / "specs" / "no.yaml"
    (problem,) = workshop.refused(lambda: find_specs(workshop.project, [missing]))
    assert problem == "specs/no.yaml   there is no such spec or folder"


def test_a_project_without_specs_has_none(workshop: Workshop) -> None:
    workshop.spec_path.parent.rmdir()
    assert find_specs(workshop.project) == []


def spec(identity: str) -> str:
    return f"version: 1\nmigration: {{name: A, external_id: {identity}}}\n"


def test_several_specs_are_loaded_in_the_order_given(workshop: Workshop) -> None:
    paths = [workshop.write(f"specs/{name}.yaml", spec(name)) for name in ("b", "a")]
    assert [loaded.name for loaded in load_specs(paths, workshop.project)] == ["b", "a"]


def test_problems_of_all_specs_are_told_at_once_and_a_bases_once(workshop: Workshop) -> None:
    workshop.write("specs/_base.yaml", "whatever: 1\n")
    paths = [
        workshop.write(f"specs/{name}.yaml", f"{spec(name)}extends: _base.yaml\nwhy: no\n")
        for name in ("a", "b")
    ]
    found = workshop.refused(lambda: load_specs(paths, workshop.project))
    assert [problem.partition("   ")[0] for problem in found] == [
        "specs/_base.yaml:1:1",
        "specs/a.yaml:4:6",
        "specs/b.yaml:4:6",
    ]


def test_an_external_id_is_unique_over_the_whole_project(workshop: Workshop) -> None:
    workshop.write("specs/other.yaml", f"{spec('same')}unknown: key\n")
    workshop.write("specs/broken.yaml", "a: [")
    path = workshop.write("specs/acme.yaml", spec("same"))
    (problem,) = workshop.refused(lambda: load_specs([path], workshop.project))
    assert problem == (
        'specs/acme.yaml:2:35   external_id "same" is also that of specs/other.yaml:2:35; '
        "it must be unique"
    )


def test_an_external_id_may_come_from_a_base_but_only_for_one_spec(workshop: Workshop) -> None:
    workshop.write("specs/_base.yaml", spec("same"))
    paths = [workshop.write(f"specs/{name}.yaml", "extends: _base.yaml\n") for name in ("a", "b")]
    for asked in (paths, paths[1:]):
        (problem,) = workshop.refused(partial(load_specs, asked, workshop.project))
        assert problem.startswith('specs/b.yaml   external_id "same" is also that of specs/a.yaml')
    paths[1].unlink()
    assert len(load_specs(paths[:1], workshop.project)) == 1


def test_two_specs_never_share_a_snapshot(workshop: Workshop) -> None:
    paths = [workshop.write(f"specs/acme.{e}", spec(e)) for e in ("yaml", "yml")]
    (problem,) = workshop.refused(lambda: load_specs(paths, workshop.project))
    assert problem == "specs/acme.yml   would share its snapshot with specs/acme.yaml; rename one"


def test_a_folder_that_cannot_be_read_is_a_problem(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("os.scandir", refuse)
    (problem,) = workshop.refused(lambda: find_specs(workshop.project))
    assert problem == "specs   cannot be read: Permission denied"


def test_a_path_that_leads_to_itself_is_outside(workshop: Workshop) -> None:
    loop = workshop.root / "loop"
    loop.symlink_to(loop)
    (problem,) = problems(workshop, "receipts: loop/x\n")
    assert problem.startswith("vernctl.yaml:1:11   receipts lies outside the project")


def test_what_is_no_url_is_not_on_this_machine() -> None:
    assert not is_loopback("http://[")
    assert not is_loopback("https://app.vern.so")
    assert is_loopback("http://127.9.9.9:1/x")


def test_two_customers_never_share_a_folder_of_results(workshop: Workshop) -> None:
    paths = [
        workshop.write(f"specs/{name}.yaml", f"{spec(name)}export: {{to: {to}}}\n")
        for name, to in (("a", "out/same"), ("b", "out/./same"))
    ]
    (problem,) = workshop.refused(lambda: load_specs(paths, workshop.project))
    assert (
        problem
        == 'specs/b.yaml   export.to "out/./same" is also that of specs/a.yaml; choose another'
    )
