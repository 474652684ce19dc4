"""``--changed REF``: the specs that are not what they were at a git ref."""

from __future__ import annotations

import subprocess

import pytest
from bench import CONTACTS, Bench

from vernctl.errors import UsageError
from vernctl.spec.project import load_project
from vernctl.workflow.changed import changed_since


@pytest.fixture
def committed(work_bench: Bench) -> Bench:
    """An approved spec, all of it committed but the customer's files."""
    work_bench.approved()
    (work_bench.root / ".gitignore").write_text("data/\n.vernctl/\n")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@x.test", "commit", "-qm", "all"],
    ):
        subprocess.run(["git", "-C", str(work_bench.root), *command], check=True)
    return work_bench


def _changed(bench: Bench) -> list[str]:
    project = load_project(bench.root)
    return [spec.name for spec in changed_since(project, bench.specs(), "HEAD")]


def test_nothing_has_changed_right_after_a_commit(committed: Bench) -> None:
    assert _changed(committed) == []


def test_an_edited_spec_has_changed(committed: Bench) -> None:
    committed.spec_text(("upper Name", "upper Note"))
    assert _changed(committed) == ["acme"]


def test_a_base_counts_for_every_spec_that_extends_it(committed: Bench) -> None:
    base = committed.root / "bases" / "base.yaml"
    base.parent.mkdir()
    base.write_text("knowledge: All in USD.\n")
    committed.spec_text(("version: 1\n", "version: 1\nextends: ../bases/base.yaml\n"))
    subprocess.run(["git", "-C", str(committed.root), "add", "."], check=True)
    identity = ["-c", "user.name=A", "-c", "user.email=a@x.test"]
    command = ["git", "-C", str(committed.root), *identity, "commit", "-qm", "base"]
    subprocess.run(command, check=True)
    assert _changed(committed) == []
    base.write_text("knowledge: All in EUR.\n")
    assert _changed(committed) == ["acme"]


def test_a_customers_file_that_git_does_not_hold_is_told_by_the_snapshot(committed: Bench) -> None:
    committed.data(CONTACTS + "d@x.test,Dan,four\n")
    assert _changed(committed) == ["acme"]


def test_an_approval_is_a_change(committed: Bench) -> None:
    added = "- upper Name\n  - upper Note"
    committed.spec_text(("- upper Name", added))
    assert committed.approved().status == "approved"
    committed.spec_text((added, "- upper Name"))
    assert _changed(committed) == ["acme"]


def test_a_new_spec_has_changed(committed: Bench) -> None:
    text = committed.spec_path.read_text().replace("acme-001", "new").replace("out/acme", "out/new")
    (committed.root / "specs" / "new.yaml").write_text(text)
    assert _changed(committed) == ["new"]


def test_the_projects_own_file_concerns_every_spec(committed: Bench) -> None:
    path = committed.root / "vernctl.yaml"
    path.write_text(path.read_text() + "approval: file\n")
    assert _changed(committed) == ["acme"]


def test_a_ref_that_git_does_not_know_is_a_usage_error(committed: Bench) -> None:
    with pytest.raises(UsageError):
        changed_since(load_project(committed.root), committed.specs(), "nowhere")
