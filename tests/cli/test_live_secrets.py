"""A secret of a live source goes to the source, and nowhere else: not one byte of it is found in
anything that a whole run writes or prints."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rest_source import RestSource, rest_source

RIGHT, WRONG = "tok-right-9f31c2-very-private", "tok-wrong-77aa01-very-private"
SPEC = """\
version: 1
migration: {{name: Acme, external_id: acme-001}}
files: [../data/contacts.csv]
connection:
  source_key: rest
  config: {{base_url: {url}, streams: {{people: {{path: /people}}}}, paging: {{by: page}}}}
  credentials: {{token: {reference}}}
clarify: [Which column did you map Email from?]
answers:
  "* values * allowed*": Open
export: {{to: out/acme}}
"""
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def source() -> Iterator[RestSource]:
    with rest_source(RIGHT) as serving:
        yield serving


def _forms(secret: str) -> list[bytes]:
    return [secret.encode(), base64.b64encode(secret.encode()), secret.encode().hex().encode()]


def _found(project: Path, printed: str, secret: str) -> list[str]:
    """Where the secret is found: in what was printed, in any file but the one that holds it, or on
    the command line of any process."""
    texts = {"printed": printed.encode()}
    for path in project.rglob("*"):
        if path.is_file() and path.name != "crm-token":
            texts[str(path.relative_to(project))] = path.read_bytes()
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            texts[str(line)] = line.read_bytes()
        except OSError:
            continue
    forms = _forms(secret)
    return [name for name, text in texts.items() if any(form in text for form in forms)]


def test_no_secret_is_in_anything_that_a_whole_run_writes_or_prints(
    project: Path, start_vernctl: Start, source: RestSource
) -> None:
    printed: list[str] = []

    def say(*arguments: str, code: int | None = None, **environment: str) -> None:
        process = start_vernctl(*arguments, cwd=project, **environment)
        printed.extend(process.communicate(timeout=60))
        assert code in (None, process.returncode), printed[-2:]

    spec = project / "specs" / "acme.yaml"
    (project / "crm-token").write_text(f"{RIGHT}\n")
    spec.write_text(SPEC.format(url=source.url, reference="{env: CRM_TOKEN}"))
    acme = "specs/acme.yaml"
    say("validate", CRM_TOKEN=WRONG, code=0)
    say("plan", acme, code=1)
    say("plan", acme, CRM_TOKEN=WRONG, code=3)
    say("status", acme, "--format", "json", code=3)
    say("answer", acme, f"1={WRONG}", code=4)
    spec.write_text(SPEC.format(url=source.url, reference='{command: "cat crm-token"}'))
    for arguments in (("validate",), ("render", acme), ("plan", acme, "--read-only")):
        say(*arguments)
    assert source.refused == 1
    say("plan", acme, "--format", "html", "-o", "plan.html", code=2)
    for form in ("json", "markdown", "text"):
        say("plan", acme, "--format", form, "-o", f"plan.{form}", code=2)
    say("approve", acme, code=0)
    say("apply", acme, code=0)
    for arguments in (
        *(("status", acme), ("drift",), ("log", acme), ("history", acme), ("show", acme)),
        *(("questions", acme), ("export", acme), ("quota",), ("doctor",), ("ask", acme, "Why?")),
        *(("answers", "test", acme), ("rows", acme, "--lost"), ("plan", acme, "--refresh")),
        ("rehearse", acme),
    ):
        say(*arguments)
    assert (project / "out" / "acme" / "summary.md").is_file()
    everything = "\n".join(printed)
    assert "rejected the credentials" in everything
    for secret in (RIGHT, WRONG):
        # what a person puts on his own command line is his; this run had it there once
        assert _found(project, everything, secret) == []
