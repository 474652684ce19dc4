"""A snapshot whose spec is gone is spoken of: a rename must take both."""

from pathlib import Path

import pytest

from vernctl.cli import run
from vernctl.spec.find import orphaned_snapshots
from vernctl.spec.project import load_project

SPEC = "version: 1\nmigration: {name: Acme, external_id: acme-1}\nfiles: [data.csv]\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "vernctl.yaml").write_text("endpoint: embedded\nspecs: specs\n")
    for name in ("acme.snapshot", "acme.snapshot.pending", "gone.snapshot"):
        (tmp_path / "specs" / name).mkdir(parents=True)
    (tmp_path / "specs" / "acme.yaml").write_text(SPEC)
    (tmp_path / "specs" / "data.csv").write_text("Email\na@x.test\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_snapshot_without_its_spec_is_found(project: Path) -> None:
    assert [path.name for path in orphaned_snapshots(load_project(project))] == ["gone.snapshot"]


def test_validate_says_so_and_goes_on(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate"]) == 0
    assert "specs/gone.snapshot/ has no spec beside it" in capsys.readouterr().err


def test_a_command_for_one_spec_is_silent_about_others(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", "specs/acme.yaml"]) == 0
    assert capsys.readouterr().err == ""
