"""From a plan to an import over the real command line and vernctl's own server."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LINES = {
    "too early": "apply",
    "read only": "plan --read-only --format json",
    "plan": "plan",
    "plan as json": "plan --format json",
    "show": "show",
    "wrong digest": "approve specs/acme.yaml --digest 0000000",
    "approve": "approve specs/acme.yaml",
    "approved": "plan --format json",
    "apply": "apply",
    "again": "apply --format json",
    "status": "status",
    "export": "export specs/acme.yaml",
    "questions": "questions specs/acme.yaml",
    "cancel": "cancel specs/acme.yaml",
    "log": "log specs/acme.yaml",
    "log to a file": "log specs/acme.yaml -o log.md",
    "status as markdown": "status --format markdown",
    "render": "render specs/acme.yaml",
}
CODES = {"too early": 4, "read only": 2, "plan": 2, "plan as json": 2, "show": 2}
CODES |= {"wrong digest": 4}


@pytest.fixture(scope="module")
def lived(
    tmp_path_factory: pytest.TempPathFactory, new_project: Any, vernctl: Any
) -> Iterator[dict[str, Any]]:
    """A project in which everything was done once, in order, and what each command printed."""
    root = new_project(tmp_path_factory.mktemp("lived") / "project")
    before = Path.cwd()
    os.chdir(root)
    for name in ("CI", "VERNCTL_ENDPOINT", "VERN_API_KEY"):
        os.environ.pop(name, None)
    try:
        yield {name: vernctl(*line.split()) for name, line in LINES.items()}
    finally:
        os.chdir(before)


@pytest.fixture
def root(lived: dict[str, Any]) -> Path:
    """The folder of that project, which is the working folder."""
    return Path.cwd()


@pytest.mark.parametrize("name", LINES)
def test_each_command_has_its_documented_exit_code(name: str, lived: dict[str, Any]) -> None:
    ran = lived[name]
    assert (ran.code, ran.err[-500:] if ran.code == 1 else "") == (CODES.get(name, 0), "")


@pytest.mark.parametrize("name", LINES)
def test_off_a_terminal_there_is_no_escape_code(name: str, lived: dict[str, Any]) -> None:
    assert "\x1b" not in lived[name].out + lived[name].err


def test_the_cost_is_told_on_stderr_before_anything_is_sent(lived: dict[str, Any]) -> None:
    told = lived["plan"].err.splitlines()[0]
    expected = "acme: create, upload, generate, update · create 1, generate 1, 2 agent calls"
    assert told.startswith(expected)
    assert lived["plan as json"].err == ""


def test_a_plan_that_only_reads_lists_the_steps_it_did_not_make(lived: dict[str, Any]) -> None:
    outcome = lived["read only"].specs[0]
    assert outcome["performed"] is False
    assert [step["kind"] for step in outcome["steps"]][:3] == ["create", "upload", "generate"]


def test_the_first_plan_says_where_everything_came_from(lived: dict[str, Any]) -> None:
    out = lived["plan"].out
    assert out.startswith("acme   Acme Corp · Salesforce · 1 file")
    assert "FIRST IMPORT" in out
    assert re.search(r'contacts +3 rows · contacts\.csv.*\n    Email +"Email"', out)
    assert out.endswith("  approve       vernctl approve specs/acme.yaml\n")


def test_the_same_plan_again_makes_no_agent_call(lived: dict[str, Any]) -> None:
    assert lived["plan as json"].specs[0]["cost"]["agent"] == 0


def test_approval_writes_what_a_reviewer_reads(lived: dict[str, Any], root: Path) -> None:
    review = (root / "specs/acme.snapshot/REVIEW.md").read_text()
    assert "what merging this would approve" in review
    assert len(review.encode()) <= 20_000


def test_the_import_is_verified_and_delivered(lived: dict[str, Any], root: Path) -> None:
    assert "3 rows imported" in lived["apply"].out
    assert "verified: all 3 approved rows are there" in lived["apply"].out
    assert (root / "out/acme/contacts.csv").read_text().splitlines()[1] == "a@x.test,Ann,Open"


def test_applying_again_changes_nothing(lived: dict[str, Any]) -> None:
    outcome = lived["again"].specs[0]
    assert (outcome["status"], outcome["cost"]["agent"]) == ("unchanged", 0)


def test_a_log_goes_to_a_file_whole(lived: dict[str, Any], root: Path) -> None:
    assert lived["log to a file"].out == ""
    assert (root / "log.md").read_text() == lived["log"].out
    assert list(root.glob(".log.md*")) == []


def test_status_is_there_for_a_pull_request_too(lived: dict[str, Any]) -> None:
    assert lived["status as markdown"].out.startswith("### acme: ")


def test_a_rendered_spec_names_the_origin_of_its_lines(lived: dict[str, Any]) -> None:
    assert "specs/acme.yaml:" in lived["render"].out


def test_ctrl_c_while_waiting_for_another_vernctl_ends_with_130(
    lived: dict[str, Any], root: Path, start_vernctl: Any
) -> None:
    import fcntl
    import signal

    with (root / ".vernctl/locks/acme.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = start_vernctl("plan", cwd=root)
        assert "waiting" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "goes on remotely" in err
    assert "Traceback" not in err


def test_another_endpoint_by_url_gives_the_same_digest(
    lived: dict[str, Any], root: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vernctl.testing import vern_server

    with vern_server(catalog=root / "catalog.yaml") as server:
        monkeypatch.setenv("VERNCTL_ENDPOINT", server.url)
        monkeypatch.setenv("VERN_API_KEY", server.api_key)
        there = vernctl("plan", "--format", "json").specs[0]
    here = json.loads(lived["plan as json"].out)["specs"][0]
    assert there["digest"] == here["digest"]
