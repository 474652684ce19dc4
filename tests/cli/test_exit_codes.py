"""Exit codes, and where things are written: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from vernctl.cli import apply as apply_module


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["plan", "--nonsense"],
        ["plan", "--format", "xml"],
        ["approve"],
        ["diff"],
        ["diff", "one.csv"],
        ["diff", "--base", "HEAD", "--key", "A"],
        ["serve", "--tls-cert", "c.pem"],
        ["init", "--target", "nonsense"],
        ["init", "--target", "a=there-is-none.csv"],
        ["inspect"],
        ["match", "x.csv"],
        ["questions", "specs", "specs"],
    ],
)
def test_a_wrong_command_line_is_64(arguments: list[str], project: Path, vernctl: Any) -> None:
    ran = vernctl(*arguments)
    assert ran.code == 64
    assert ran.out == ""
    assert ran.err != ""
    assert "Traceback" not in ran.err


def test_a_wrong_spec_is_1_with_every_problem_on_stderr(project: Path, vernctl: Any) -> None:
    path = project / "specs/acme.yaml"
    path.write_text(path.read_text() + "awnsers: {x: yes}\nepoch: 1\n")
    ran = vernctl("validate")
    assert (ran.code, ran.out) == (1, "")
    assert "specs/acme.yaml:10:1" in ran.err
    assert "specs/acme.yaml:11:1" in ran.err
    assert ran.err.splitlines()[-1] == "2 problems. Nothing was sent."


def test_an_error_of_the_whole_command_is_a_document_too(project: Path, vernctl: Any) -> None:
    (project / "specs/acme.yaml").write_text("version: 2\n")
    ran = vernctl("plan", "--format", "json")
    document = json.loads(ran.out)
    assert ran.code == 1
    assert document["specs"] == []
    assert document["error"]["kind"] == "spec"


def test_a_spec_that_is_not_there_is_an_error_that_names_it(project: Path, vernctl: Any) -> None:
    ran = vernctl("plan", "specs/globex.yaml")
    assert ran.code == 1
    assert "specs/globex.yaml" in ran.err


def test_valid_specs_are_0(project: Path, vernctl: Any) -> None:
    ran = vernctl("validate", "specs")
    assert (ran.code, ran.out) == (0, "1 spec checked, no problems. Nothing was sent.\n")


def test_without_vernctl_yaml_it_says_what_it_uses(project: Path, vernctl: Any) -> None:
    (project / "vernctl.yaml").unlink()
    ran = vernctl("validate", "specs/acme.yaml")
    assert "endpoint: embedded" in ran.err


def test_nothing_to_show_is_refused_with_4(project: Path, vernctl: Any) -> None:
    ran = vernctl("show")
    assert ran.code == 4
    assert ran.out.splitlines()[-1] == "  next   vernctl plan specs/acme.yaml"


def test_a_git_ref_that_is_none_is_a_usage_error(project: Path, vernctl: Any) -> None:
    ran = vernctl("diff", "--base", "nonsense", "--format", "json")
    assert ran.code in (1, 64)
    assert "nonsense" in ran.out


def test_an_endpoint_that_cannot_be_opened_fails_its_specs_and_no_others(
    project: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (project / "specs/acme.yaml").read_text()
    held = (
        text.replace("acme-001", "held-001")
        .replace("out/acme", "out/held")
        .replace("version: 1\n", _HELD)
    )
    (project / "specs/held.yaml").write_text(held)
    monkeypatch.setenv("VERNCTL_ENDPOINT", "http://127.0.0.1:9/api/v1")
    ran = vernctl("plan", "--format", "json")
    assert ran.code == 1
    assert [spec["status"] for spec in ran.specs] == ["failed", "held"]
    assert "VERN_API_KEY" in json.dumps(ran.specs[0]["error"])


_HELD = "version: 1\nstate: held\nwhy: waits for the contract\n"


def test_ctrl_c_is_130_with_a_sentence(
    project: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(apply_module.command, "callback", interrupted)
    ran = vernctl("apply")
    assert ran.code == 130
    assert "goes on remotely" in ran.err


def test_a_reader_who_leaves_early_hears_nothing(
    project: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(**_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("vernctl.cli._quietly", lambda: 141)
    monkeypatch.setattr(apply_module.command, "callback", left)
    ran = vernctl("apply")
    assert (ran.code, ran.err) == (141, "")


def test_a_mistake_of_ours_is_not_taken_for_the_users(
    project: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(apply_module.command, "callback", broken)
    with pytest.raises(ZeroDivisionError):
        vernctl("apply")


def test_an_aborted_prompt_is_130(
    project: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def aborted(**_: object) -> None:
        raise click.Abort

    monkeypatch.setattr(apply_module.command, "callback", aborted)
    assert vernctl("apply").code == 130
