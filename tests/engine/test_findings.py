"""What was found out about files is kept by content: never stale, and nothing hangs on it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from vernctl.engine.author import Authored, author
from vernctl.engine.execute import execute
from vernctl.engine.findings import Findings
from vernctl.engine.model import InputFile, Template


@pytest.fixture
def copies(files: Sequence[InputFile], tmp_path: Path) -> list[InputFile]:
    """The small customer's files, to be changed."""
    return [
        InputFile(name=file.name, path=Path(shutil.copy(file.path, tmp_path / file.name)))
        for file in files
    ]


def keys(folder: Path) -> dict[str, int]:
    return {each.name: (each / "value.json").stat().st_mtime_ns for each in folder.iterdir()}


def test_a_second_step_finds_nothing_out_again_and_says_the_same(
    copies: list[InputFile], templates: Sequence[Template], asked: Authored, tmp_path: Path
) -> None:
    folder = tmp_path / "findings"
    for _ in range(2):
        again = author(copies, templates, workdir=tmp_path, findings=Findings(folder))
        assert again == asked
        found = keys(folder)
        assert len(found) == 5  # two files read, two tables profiled, one match
    execute(
        again.recipe, copies, templates, database=tmp_path / "x.duckdb", workdir=tmp_path,
        findings=Findings(folder),
    )  # fmt: skip
    assert keys(folder) == found


def test_another_content_under_the_same_name_is_read_anew(
    copies: list[InputFile], templates: Sequence[Template], tmp_path: Path
) -> None:
    folder = tmp_path / "findings"
    before = author(copies, templates, workdir=tmp_path, findings=Findings(folder))
    with copies[0].path.open("a", encoding="utf-8") as file:
        file.write("Umbrella,umbrella.test,FR\n")
    after = author(copies, templates, workdir=tmp_path, findings=Findings(folder))
    fresh = author(copies, templates, workdir=tmp_path)
    assert after == fresh
    assert after != before


def test_a_torn_or_removed_finding_is_found_out_again(
    copies: list[InputFile], templates: Sequence[Template], asked: Authored, tmp_path: Path
) -> None:
    folder = tmp_path / "findings"
    author(copies, templates, workdir=tmp_path, findings=Findings(folder))
    first, second, *_ = sorted(folder.iterdir())
    (first / "value.json").write_bytes(b'[{"name"')
    shutil.rmtree(second)
    assert author(copies, templates, workdir=tmp_path, findings=Findings(folder)) == asked
    assert len(keys(folder)) == 5
    assert (first / "value.json").read_bytes() != b'[{"name"'
