"""``approval: commit``: what is merged is approved, in whatever clone; what is not, is not."""

import os
import subprocess
from pathlib import Path

import pytest
from bench import Bench

from vernctl.workflow.receipts import receipts_of

WHO = {
    "GIT_AUTHOR_NAME": "Ann Author",
    "GIT_AUTHOR_EMAIL": "ann@x.test",
    "GIT_COMMITTER_NAME": "Con Committer",
    "GIT_COMMITTER_EMAIL": "con@x.test",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **WHO},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(work_bench: Bench) -> Bench:
    """A project in git that approves by commit: planned, approved, and not committed yet."""
    (work_bench.root / "vernctl.yaml").write_text(
        "endpoint: embedded\nspecs: specs\napproval: commit\n"
    )
    (work_bench.root / ".gitignore").write_text(".vernctl/\nout/\n*.pending/\n")
    (work_bench.root / ".gitattributes").write_text("*.csv -text\n*.snapshot/** -text -merge\n")
    git(work_bench.root, "init", "-q", "-b", "main")
    commit(work_bench.root, "the spec")
    work_bench.approved()
    return work_bench


def cloned(bench: Bench, folder: Path, *options: str) -> Bench:
    git(bench.root, "clone", "-q", *options, f"file://{bench.root}", str(folder))
    return Bench(folder, bench.server, bench.agent)


def approver(bench: Bench) -> dict[str, str]:
    receipt = receipts_of(bench.root / ".vernctl" / "receipts", "acme")[-1][0]
    return dict(receipt.approved_by or {})


def test_what_is_not_committed_is_not_approved(repository: Bench) -> None:
    repository.sent()
    outcome = repository.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "is not in HEAD" in outcome.error.message
    assert repository.sent() == []


def test_the_receipt_names_who_committed_the_approval_and_where(repository: Bench) -> None:
    approving = commit(repository.root, "approve acme")
    commit(repository.root, "something else")
    assert repository.apply().status == "applied"
    assert approver(repository) | {"at": ""} == {
        "commit": approving,
        "author": "Ann Author",
        "at": "",
    }


def test_an_edit_that_git_was_told_to_overlook_is_not_approved(repository: Bench) -> None:
    commit(repository.root, "approve acme")
    repository.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    repository.approved()
    paths = [str(path) for path in repository.snapshot.iterdir()]
    git(repository.root, "update-index", "--assume-unchanged", *paths)
    outcome = repository.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "differs from the committed one" in outcome.error.message


def test_a_squash_merge_approves(repository: Bench) -> None:
    git(repository.root, "checkout", "-q", "-b", "change")
    commit(repository.root, "approve acme")
    git(repository.root, "checkout", "-q", "main")
    git(repository.root, "merge", "-q", "--squash", "change")
    merged = commit(repository.root, "squashed")
    assert repository.apply().status == "applied"
    assert approver(repository)["commit"] == merged


def test_a_shallow_clone_approves_and_names_nobody_whom_it_cannot_know(
    repository: Bench, tmp_path: Path
) -> None:
    commit(repository.root, "approve acme")
    commit(repository.root, "something else")
    shallow = cloned(repository, tmp_path / "shallow", "--depth", "1")
    assert shallow.apply().status == "applied"
    assert approver(shallow)["author"] == "unknown (shallow clone)"


def test_a_reverted_approval_of_an_import_is_a_change_to_plan(repository: Bench) -> None:
    commit(repository.root, "approve acme")
    assert repository.apply().status == "applied"
    repository.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    repository.approved()
    commit(repository.root, "approve a change")
    assert repository.apply().status == "applied"
    git(repository.root, "revert", "--no-edit", "HEAD")
    outcome = repository.apply()
    assert outcome.status in ("applied", "refused")
    rows = (repository.root / "out" / "acme" / "contacts.csv").read_text()
    assert ("ANN,one" in rows) == (outcome.status == "applied")


def test_a_checkout_with_other_line_ends_is_the_same_approval(repository: Bench) -> None:
    commit(repository.root, "approve acme")
    for path in repository.snapshot.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert repository.apply().status == "applied"


def test_other_line_ends_in_a_customers_file_are_named_as_what_moved(repository: Bench) -> None:
    commit(repository.root, "approve acme")
    file = repository.root / "data" / "contacts.csv"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    outcome = repository.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert outcome.error.reasons[0].startswith("contacts.csv changed in its line ends alone")


def test_a_snapshot_copied_from_another_customer_is_refused(repository: Bench) -> None:
    repository.spec_text(("external_id: acme-001", "external_id: acme-002"))
    commit(repository.root, "a copied spec with its snapshot")
    repository.sent()
    outcome = repository.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "belongs to acme-001" in outcome.error.message
    assert repository.sent() == []
