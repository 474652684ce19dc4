"""The examples are what their script makes, and the shipped specs are what the tool accepts."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
DATA = ROOT / "examples/data"
SPECS = sorted((ROOT / "specs").glob("*.yaml"))


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    runpy.run_path(str(ROOT / "examples/make_data.py"))["write_all"](folder)
    return folder


@pytest.mark.parametrize("name", ["acme/companies.csv", "acme/contacts.csv"])
def test_the_script_makes_the_committed_csv_files(remade: Path, name: str) -> None:
    assert (remade / name).read_bytes() == (DATA / name).read_bytes()


def test_the_script_makes_the_committed_workbook(remade: Path) -> None:
    # Entry by entry, not byte by byte: zlib builds pack the same content differently.
    assert _entries(remade / "globex/shop.xlsx") == _entries(DATA / "globex/shop.xlsx")


def test_the_script_makes_nothing_but_the_committed_files(remade: Path) -> None:
    assert _names(remade) == _names(DATA)


def test_the_examples_stay_small_enough_to_clone_without_a_thought() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*.*")) < 300_000


def test_the_schema_beside_the_specs_is_the_one_that_the_tool_prints() -> None:
    printed = _vernctl("schema").stdout
    path = ROOT / "specs/schema.json"
    if os.environ.get("VERNCTL_UPDATE_DOCS") == "1":
        path.write_text(printed, encoding="utf-8")
    assert path.read_text("utf-8") == printed


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_shipped_spec_names_its_schema_and_obeys_it(path: Path) -> None:
    first, text = path.read_text("utf-8").split("\n", 1)
    assert first == "# yaml-language-server: $schema=schema.json"
    schema = json.loads((ROOT / "specs/schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))


def test_the_shipped_specs_are_valid() -> None:
    assert _vernctl("validate").returncode == 0


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_shipped_spec_is_approved_by_a_committed_snapshot(path: Path) -> None:
    folder = path.with_name(f"{path.stem}.snapshot")
    assert {"snapshot.yaml", "REVIEW.md"} <= {file.name for file in folder.iterdir()}


def _vernctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vernctl", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def _entries(path: Path) -> list[tuple[str, tuple[int, ...], bytes]]:
    with zipfile.ZipFile(path) as archive:
        return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
