"""The formats of a result: one finding as a page and as lines, on standard output or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("old.csv").write_text("Id,Note\n1,a\n2,b\n", encoding="utf-8")
    Path("new.csv").write_text("Id,Note\n1,=A1\n2,b\n", encoding="utf-8")
    return tmp_path


def test_two_files_are_compared_as_lines(two_files: Path, vernctl: Any) -> None:
    ran = vernctl("diff", "old.csv", "new.csv", "--key", "Id", "--format", "csv")
    assert (ran.code, ran.err) == (2, "")
    assert ran.out.splitlines() == ["sheet,key,column,kind,before,after", "new,1,Note,edited,a,=A1"]


def test_two_files_are_compared_on_a_page(two_files: Path, vernctl: Any) -> None:
    ran = vernctl("diff", "old.csv", "new.csv", "--key", "Id", "--format", "html", "-o", "a.html")
    assert (ran.code, ran.out) == (2, "")
    assert (two_files / "a.html").read_text("utf-8").startswith("<!doctype html>")


def test_show_writes_a_page_of_a_spec_that_has_nothing_to_show(project: Path, vernctl: Any) -> None:
    ran = vernctl("show", "--format", "html", "-o", "show.html")
    assert ran.code == 4
    assert "neither an approved nor a pending" in (project / "show.html").read_text("utf-8")


def test_lines_have_no_place_for_an_error_so_it_is_told_beside_them(
    project: Path, vernctl: Any
) -> None:
    ran = vernctl("show", "--format", "csv")
    assert ran.code == 4
    assert ran.out.splitlines() == ["sheet,key,column,kind,before,after"]
    assert "neither an approved nor a pending" in ran.err
