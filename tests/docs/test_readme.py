"""The README tells the truth: what it shows is what the commands print."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

#: Some twenty commands, one after the other: patience for a machine that is busy otherwise.
pytestmark = pytest.mark.timeout(400)
ROOT = Path(__file__).parents[2]


def test_every_shown_output_is_what_the_command_prints(readme: str, performed: str) -> None:
    shown = (ROOT / "README.md").read_text(encoding="utf-8")  # as updated, where that was asked
    assert performed.splitlines() == shown.splitlines()


def test_the_two_commands_are_each_one_line(readme: str) -> None:
    assert "\npip install . && vernctl apply specs\n" in readme
    assert "\npip install -e '.[dev]' && pytest -n 2\n" in readme


def test_ci_runs_exactly_the_test_command_of_the_readme(readme: str) -> None:
    lines = [line.strip() for line in (ROOT / ".ci/run").read_text("utf-8").splitlines()]
    [command] = re.findall(r"^pip install -e .*$", readme, re.MULTILINE)
    assert command in lines


def test_the_list_of_commands_is_the_one_that_help_prints(readme: str) -> None:
    assert "\n$ vernctl --help\n" in readme.partition("## Commands")[2]


def test_every_exit_code_is_explained(readme: str) -> None:
    table = readme.partition("## Exit codes")[2].partition("\n## ")[0]
    explained = set(re.findall(r"^\| (\d+) \|", table, re.MULTILINE))
    assert explained == {"0", "1", "2", "3", "4", "5", "6", "64"}


def test_the_spec_by_example_obeys_the_schema(readme: str) -> None:
    example = readme.partition("## The spec by example")[2]
    [block] = re.findall(r"^```yaml\n(.*?)^```$", example.partition("\n## ")[0], re.M | re.S)
    schema = json.loads((ROOT / "specs/schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(block))


def test_every_file_that_the_documents_link_to_exists() -> None:
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text)
        assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_heading_that_the_readme_links_to_exists(readme: str) -> None:
    titles = re.findall(r"^#+ (.+)$", readme, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert [link for link in re.findall(r"\]\(#([^)]+)\)", readme) if link not in anchors] == []


def test_the_readme_reads_well_in_a_terminal_of_eighty_columns(performed: str) -> None:
    blocks = re.findall(r"^```console\n(.*?)^```$", performed, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    to_be_pasted = re.compile(r' {4}".*": ')
    assert [line for line in lines if len(line) > 80 and not to_be_pasted.match(line)] == []
