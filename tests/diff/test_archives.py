"""Export ZIPs and snapshot folders, compared as they lie there."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vernctl.cli import main
from vernctl.diff.archives import diff_archives
from vernctl.errors import InputError, UsageError
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.files import write_snapshot
from vernctl.snapshot.model import InputFile, Inputs
from vernctl.snapshot.sheet import Sheet
from vernctl.spec.model import Review


def archive(path: Path, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as written:
        for name, content in files.items():
            written.writestr(name, content)
    return path


def vernctl(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, arguments)], standalone_mode=False)


def test_two_archives_are_compared_sheet_by_sheet(tmp_path: Path) -> None:
    old = archive(tmp_path / "old.zip", {"a.csv": "id,v\n1,x\n2,y\n", "b.csv": "id\n1\n"})
    new = archive(
        tmp_path / "new.zip", {"a.csv": "id,v\n1,x\n2,z\n", "c.csv": "id\n1\n", "r.json": ""}
    )
    diff = diff_archives(old, new)
    assert diff.dropped_sheets == ("b",)
    assert [(sheet.slug, sheet.is_new, len(sheet.changed)) for sheet in diff.sheets] == [
        ("a", False, 1),
        ("c", True, 0),
    ]


def test_the_exit_code_says_whether_they_differ(tmp_path: Path) -> None:
    old = archive(tmp_path / "old.zip", {"a.csv": "id,v\n1,x\n"})
    new = archive(tmp_path / "new.zip", {"a.csv": "id,v\n1,y\n"})
    assert vernctl(old, old).return_value == 0
    changed = vernctl(old, new, "--key", "id")
    assert changed.return_value == 2
    assert '"x" → "y"' in changed.output.replace("x → y", '"x" → "y"')


def test_what_is_no_archive_of_tables_is_refused(tmp_path: Path) -> None:
    good = archive(tmp_path / "good.zip", {"a.csv": "id\n1\n"})
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK no")
    empty = archive(tmp_path / "empty.zip", {"readme.txt": ""})
    twice = archive(tmp_path / "twice.zip", {"x/a.csv": "id\n", "y/a.csv": "id\n"})
    for bad, said in (
        (broken, "as a ZIP"),
        (empty, "no CSV"),
        (twice, "two files"),
        (tmp_path / "no.zip", "cannot be read"),
    ):
        with pytest.raises(InputError, match=said):
            diff_archives(good, bad)
    with pytest.raises(UsageError, match="no sheet has"):
        diff_archives(good, good, key=["nope"])


def test_two_snapshots_are_compared_with_their_causes(tmp_path: Path) -> None:
    folders = []
    for name, value in (("old", "x"), ("new", "y")):
        sheet = Sheet(slug="a", name="A", columns=("id", "v"), rows=(("1", value), ("2", "z")))
        files = (InputFile(name="a.csv", size=1, sha256=value * 64),)
        inputs = Inputs(endpoint="embedded", external_id="acme", files=files)
        write_snapshot(tmp_path / name, make_snapshot(inputs, [sheet], Review()), "")
        folders.append(tmp_path / name)
    assert vernctl(folders[0], folders[0]).return_value == 0
    changed = vernctl(*folders)
    assert changed.return_value == 2
    assert "a.csv changed" in changed.output
    with pytest.raises(UsageError):
        raise vernctl(folders[0], archive(tmp_path / "a.zip", {})).exception or AssertionError
