"""The example pipelines work: their vernctl and git lines are run, in the order of a change's life,
each job in a clone of its own, against a real server. What only a code host can do is left out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from vernctl.testing import VernServer, vern_server
from vernctl.workflow.receipts import receipts_of

ROOT = Path(__file__).parents[2]
GITHUB, GITLAB = ROOT / "examples/github", ROOT / "examples/gitlab/.gitlab-ci.yml"
SPEC = """\
version: 1
migration: {name: Acme, external_id: acme-001, templates: [contacts]}
files: [../data/contacts.csv]
review: {cells: plain}
export: {to: out/acme}
"""
CATALOG = """\
templates:
  - slug: contacts
    name: Contacts
    columns: [{name: Email, required: true, unique: true}, {name: Name}]
"""
#: Lines of these programs are run; the rest (pip, gh, curl, pushes) belongs to the code host.
RUN = (
    *("vernctl", "code=", "test ", "cat ", "echo ", "git add", "git diff", "git commit"),
    *("git ls-remote", "git -C .vernctl/receipts"),
)


def _lines(host: str, job: str) -> list[str]:
    """The lines of a job's scripts that can be run here."""
    if host == "gitlab":
        script = yaml.safe_load(GITLAB.read_text("utf-8"))[job]["script"]
    else:
        name = {"plan": "plan", "apply": "apply"}.get(job, "review")
        steps = yaml.safe_load((GITHUB / f"{name}.yml").read_text("utf-8"))["jobs"][job]["steps"]
        script = [line for step in steps for line in str(step.get("run", "")).splitlines()]
    return [line for line in script if line.startswith(RUN) and "$CODE" not in line]


class Host:
    """A bare repository with clones, as a code host's jobs have them."""

    def __init__(self, root: Path, server: VernServer, name: str) -> None:
        self.root, self.server, self.name = root, server, name
        self.shared = root / "shared.git"
        self.git(root, "init", "-q", "--bare", "-b", "main", str(self.shared))

    def git(self, folder: Path, *arguments: str) -> str:
        identity = ("-c", "user.name=Ann", "-c", "user.email=ann@x.test")
        command = ["git", "-C", str(folder), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def clone(self, name: str, branch: str) -> Path:
        folder = self.root / name
        self.git(self.root, "clone", "-q", str(self.shared), str(folder))
        self.git(folder, "switch", "-q", branch)
        return folder

    def job(self, folder: Path, job: str, spec: str = "specs/acme.yaml") -> None:
        """Run a job's lines as one script in ``folder``; it must succeed."""
        ran = self.run(folder, job, spec)
        assert ran.returncode == 0, f"{ran.args}\n{ran.stdout}\n{ran.stderr}"

    def run(self, folder: Path, job: str, spec: str) -> subprocess.CompletedProcess[str]:
        script = "\n".join(["set -e", *_lines(self.name, job)])
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.root),
            "CI": "true",
            "VERN_API_KEY": self.server.api_key,
            "BASE": "origin/main",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main",
            "SPEC": spec,
            "REPOSITORY": str(self.shared),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_OUTPUT": str(folder / "output.txt"),
            **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "vernctl"),
            **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "v@x.test"),
        }
        return subprocess.run(
            ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True
        )


@pytest.fixture(params=["github", "gitlab"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """A code host whose project has one spec on a branch, never planned."""
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    with vern_server(catalog=catalog) as server:
        made = Host(tmp_path, server, request.param)
        author = made.root / "author"
        made.git(made.root, "clone", "-q", str(made.shared), str(author))
        made.git(author, "switch", "-q", "-c", "main")
        (author / "vernctl.yaml").write_text(f"endpoint: {server.url}\napproval: commit\n")
        (author / ".gitignore").write_text("/out\n/.vernctl\n*.pending/\n*.md\n!REVIEW.md\n")
        (author / "data").mkdir()
        rows = "Email,Name\n" + "".join(f"p{n}@x.test,Ann {n}\n" for n in range(30))
        (author / "data" / "contacts.csv").write_text(rows)
        made.git(author, "add", ".")
        made.git(author, "commit", "-qm", "project")
        made.git(author, "push", "-q", "origin", "main")
        made.git(author, "switch", "-q", "-c", "acme")
        (author / "specs").mkdir()
        (author / "specs" / "acme.yaml").write_text(SPEC)
        made.git(author, "add", ".")
        made.git(author, "commit", "-qm", "acme")
        made.git(author, "push", "-q", "origin", "acme")
        yield made


def test_a_change_goes_from_a_button_over_its_review_to_the_import(host: Host) -> None:
    planned = host.clone("planned", "acme")
    host.job(planned, "plan")
    assert host.git(planned, "log", "-1", "--format=%s") == "Plan specs/acme.yaml"
    host.git(planned, "push", "-q", "origin", "acme")

    again = host.clone("again", "acme")
    host.job(again, "plan")
    assert host.git(again, "rev-parse", "HEAD") == host.git(planned, "rev-parse", "HEAD")

    offline = host.clone("offline", "acme")
    host.job(offline, "offline")
    assert "what merging this would approve" in (offline / "review.md").read_text("utf-8")

    reviewed = host.clone("reviewed", "acme")
    host.job(reviewed, "server")
    comment = (reviewed / "review.md").read_text("utf-8")
    assert "the one that this pull request asks to approve" in comment
    assert host.name == "gitlab" or (reviewed / "output.txt").read_text() == "code=0\n"

    merged = host.clone("merged", "main")
    host.git(merged, "merge", "-q", "--no-ff", "-m", "merge", "origin/acme")
    host.job(merged, "apply")
    assert (merged / "out" / "acme" / "contacts.csv").read_text("utf-8").count("\n") == 31
    host.git(merged, "push", "-q", "origin", "main")


def test_receipts_are_one_chain_over_all_runs(host: Host) -> None:
    author = host.root / "author"
    for number, epoch in enumerate((1, 2), start=1):
        spec = SPEC.replace("acme-001", f"acme-001, epoch: {epoch}")
        (author / "specs" / "acme.yaml").write_text(spec)
        host.job(author, "plan")
        host.git(author, "commit", "-qam", f"epoch {epoch}")
        host.git(author, "push", "-q", "origin", "acme:main")
        for again in ("first", "second"):
            job = host.clone(f"{again}-{epoch}", "main")
            host.job(job, "apply")
            chain = receipts_of(job / ".vernctl" / "receipts", "acme")
            assert [receipt.number for receipt, _ in chain] == list(range(1, number + 1))
            assert "begins a new chain" not in (job / "applied.md").read_text("utf-8")
    assert host.git(host.shared, "rev-list", "--count", "vernctl-receipts") == "2"


def test_every_line_that_names_vernctl_is_run_above() -> None:
    for host, jobs in (("github", 4), ("gitlab", 4)):
        run = [line for job in ("plan", "offline", "server", "apply") for line in _lines(host, job)]
        files = [*GITHUB.glob("*.yml")] if host == "github" else [GITLAB]
        text = "\n".join(file.read_text("utf-8") for file in files)
        named = [line for line in run if line.startswith("vernctl ")]
        assert len(named) >= jobs
        assert sum(
            line.lstrip(" -").removeprefix("run: ").startswith("vernctl ")
            for line in text.splitlines()
            if "install" not in line
        ) == len(named)


def test_nothing_but_offline_commands_is_run_for_a_fork() -> None:
    offline = [*_lines("github", "offline"), *_lines("gitlab", "offline")]
    verbs = {line.split()[1] for line in offline if line.startswith("vernctl")}
    assert verbs == {"validate", "diff"}
    review = yaml.safe_load((GITHUB / "review.yml").read_text("utf-8"))["jobs"]
    assert "secrets." not in str(review["offline"])
    assert "head.repo.full_name == github.repository" in review["server"]["if"]


@pytest.mark.parametrize("spec", ["$(touch pwned).yaml", "--replace", "x.yaml; touch pwned"])
def test_a_spec_name_is_neither_run_nor_an_option(host: Host, spec: str) -> None:
    folder = host.clone("planned", "acme")
    ran = host.run(folder, "plan", spec)
    assert ran.returncode != 0
    assert not (folder / "pwned").exists()
    assert "there is no such spec" in ran.stderr


def test_what_others_name_reaches_a_script_by_its_environment_alone() -> None:
    for path in GITHUB.glob("*.yml"):
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            assert not [step for step in job["steps"] if "${{" in str(step.get("run", ""))]


def test_a_job_may_do_no_more_than_it_needs() -> None:
    may: dict[str, dict[str, str]] = {}
    for path in GITHUB.glob("*.yml"):
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {}
        may |= {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert may == {
        # for the branch of receipts
        "apply": {"contents": "write"},
        "offline": {"contents": "read"},
        "server": {"contents": "read", "pull-requests": "write"},
        "plan": {"contents": "write"},
    }


def test_a_merge_request_from_a_fork_meets_no_key_wherever_its_pipeline_runs() -> None:
    jobs = yaml.safe_load(GITLAB.read_text("utf-8"))
    [rule] = jobs["server"]["rules"]
    # In a fork's own pipeline CI_PROJECT_ID is the fork's: only the target's id tells them apart.
    assert "SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    assert jobs["offline"]["variables"] == {"VERN_API_KEY": "", "GITLAB_NOTES_TOKEN": ""}


def test_no_token_stands_among_the_arguments_of_a_program() -> None:
    lines = [
        line
        for job in ("server", "plan", "apply")
        for line in yaml.safe_load(GITLAB.read_text())[job]["script"]
    ]
    for line in lines:
        if "_TOKEN" in line:
            # printf is part of the shell, and the helper's text names the variable, not its value.
            assert "printf " in line or "'!f() {" in line
