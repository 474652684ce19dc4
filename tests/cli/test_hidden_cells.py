"""With tokens, no cell is printed by any verb, in any format, on either stream, nor written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

CELLS = (
    "zuse@rechner.test", "Konradin", "Zuse", "ada@engine.test", "Lovelace", "grace@navy.test",
    "Murray", "looms@other.test",
)  # fmt: skip
ROWS = "zuse@rechner.test,Konradin Zuse,Open\nada@engine.test,Ada Lovelace,Opened\n"
FORMATS = ("text", "json", "markdown", "html")
#: Each verb of a customer's life that has no cells as its very purpose.
VERBS = (
    *(("plan", "specs", "--format", name) for name in FORMATS),
    ("approve", "specs/acme.yaml"),
    ("apply", "specs"),
    *(("show", "specs/acme.yaml", "--format", name) for name in (*FORMATS, "csv")),
    ("status", "specs"),
    ("history",),
    ("drift", "specs"),
    ("questions", "specs/acme.yaml"),
    ("validate", "specs"),
    ("render", "specs/acme.yaml"),
)


def leaks(said: str) -> list[str]:
    return [cell for cell in CELLS if re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", said, re.I)]


def test_a_whole_run_on_the_command_line_says_no_cell(
    project: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_KEY", "0123456789abcdef" * 4)
    data, spec = project / "data/contacts.csv", project / "specs/acme.yaml"
    (project / "vernctl.yaml").write_text(
        "endpoint: embedded\nreview: {cells: tokens, token_key: {env: TOKEN_KEY}}\n"
    )
    data.write_text(f"Email,Name,Status\n{ROWS}grace@navy.test,Grace Murray,Closed\n")
    spec.write_text(spec.read_text() + 'answers: {"one of the allowed": "Map it to \'Open\'"}\n')
    codes = {}
    for arguments in (*VERBS, "edit", *VERBS):
        if arguments == "edit":
            data.write_text(f"Email,Name,Status\n{ROWS}looms@other.test,Grace Murray,\n")
            continue
        ran = vernctl(*arguments)
        codes[arguments[0]] = ran.code
        assert leaks(ran.out + ran.err) == [], arguments
    assert (codes["approve"], codes["apply"], codes["show"]) == (0, 0, 0)
    kept = [
        path
        for path in project.rglob("*")
        if path.is_file()
        and path.relative_to(project).parts[0] not in ("data", "out")
        and "embedded" not in path.parts
    ]
    assert {"REVIEW.md", "snapshot.yaml"} <= {path.name for path in kept}
    for path in kept:
        assert leaks(path.read_bytes().decode("utf-8", "replace")) == [], path
