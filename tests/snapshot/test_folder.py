"""Snapshot folders are replaced whole: the old one or the new one, whatever happens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vernctl.errors import SnapshotError
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.files import read_snapshot, remove_snapshot, write_snapshot
from vernctl.snapshot.model import Inputs, Snapshot
from vernctl.spec.model import Review


def test_a_replacement_removes_files_of_sheets_that_are_gone(
    made: Snapshot, inputs: Inputs, tmp_path: Path
) -> None:
    folder = tmp_path / "acme.snapshot"
    write_snapshot(folder, made, "one")
    write_snapshot(folder, make_snapshot(inputs, [], Review()), "two")
    assert sorted(path.name for path in folder.iterdir()) == ["REVIEW.md", "snapshot.yaml"]
    assert [path.name for path in tmp_path.iterdir()] == ["acme.snapshot"]


class Killed(BaseException):
    """The process is gone here: nothing after this runs, no handler either."""


@pytest.mark.parametrize("survived", range(12))
def test_killed_at_any_system_call_the_old_or_the_new_snapshot_is_read(
    made: Snapshot,
    inputs: Inputs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    survived: int,
) -> None:
    folder = tmp_path / "acme.snapshot"
    newer = make_snapshot(inputs.model_copy(update={"epoch": 2}), made.sheets, Review())
    write_snapshot(folder, made, "old")
    calls = 0

    def counted(call: str) -> None:
        original = getattr(os, call)

        def wrapped(*args: object, **kwargs: object) -> object:
            nonlocal calls
            calls += 1
            if calls > survived:
                raise Killed
            return original(*args, **kwargs)

        monkeypatch.setattr(os, call, wrapped)

    with monkeypatch.context() as patched:
        monkeypatch = patched
        for call in ("mkdir", "fsync", "rename", "rmdir"):
            counted(call)
        try:
            write_snapshot(folder, newer, "new")
            finished = True
        except Killed:
            finished = False
    found = read_snapshot(folder)
    assert found == newer if finished else found in (made, newer)
    write_snapshot(folder, newer, "new")
    assert read_snapshot(folder) == newer


def test_a_cut_between_the_renames_is_healed(made: Snapshot, tmp_path: Path) -> None:
    folder = tmp_path / "acme.snapshot"
    write_snapshot(folder, made, "")
    folder.rename(tmp_path / ".acme.snapshot.old")
    assert read_snapshot(folder) == made
    assert [path.name for path in tmp_path.iterdir()] == ["acme.snapshot"]


def test_what_a_dead_process_left_is_cleaned_and_a_living_one_keeps_its_work(
    made: Snapshot, tmp_path: Path
) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [tmp_path / f".acme.snapshot.new-{name}" for name in ("x", str(gone.pid))]
    kept = [tmp_path / f".acme.snapshot.new-{name}" for name in (str(os.getppid()), "9" * 30)]
    for path in (*left, *kept):
        path.mkdir()
    write_snapshot(tmp_path / "acme.snapshot", made, "")
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in kept)


def test_a_folder_that_somebody_keeps_putting_back_is_said(
    made: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme.snapshot"
    write_snapshot(folder, made, "")
    rename = Path.rename

    def contended(self: Path, target: Path) -> Path:
        moved = rename(self, target)
        if Path(target).name.endswith(".old"):
            shutil.copytree(target, folder)
        return moved

    monkeypatch.setattr(Path, "rename", contended)
    with pytest.raises(SnapshotError, match="another process"):
        write_snapshot(folder, made, "")


def test_a_file_in_the_folders_place_is_refused(made: Snapshot, tmp_path: Path) -> None:
    place = tmp_path / "acme.snapshot"
    place.write_text("x")
    with pytest.raises(SnapshotError, match="is a file"):
        write_snapshot(place, made, "")
    with pytest.raises(SnapshotError, match="this is a file"):
        read_snapshot(place)


def test_a_removed_snapshot_is_gone_and_removing_nothing_is_fine(
    made: Snapshot, tmp_path: Path
) -> None:
    folder = tmp_path / "acme.snapshot"
    write_snapshot(folder, made, "")
    remove_snapshot(folder)
    remove_snapshot(folder)
    assert list(tmp_path.iterdir()) == []
    remove_snapshot(tmp_path / "nowhere" / "acme.snapshot")


def test_a_name_with_pattern_characters_is_cleaned_as_itself(
    made: Snapshot, tmp_path: Path
) -> None:
    folder = tmp_path / "a[1]*.snapshot"
    (tmp_path / ".a[1]*.snapshot.new-x").mkdir()
    (tmp_path / ".a1x.snapshot.new-x").mkdir()
    write_snapshot(folder, made, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".a1x.snapshot.new-x",
        "a[1]*.snapshot",
    ]


def test_a_reader_that_heals_while_another_does_finds_the_folder(
    made: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme.snapshot"
    write_snapshot(folder, made, "")
    folder.rename(tmp_path / ".acme.snapshot.old")
    rename = Path.rename

    def beaten(self: Path, target: Path) -> Path:
        rename(self, target)
        raise OSError

    monkeypatch.setattr(Path, "rename", beaten)
    assert read_snapshot(folder) == made


def test_a_folder_that_cannot_be_put_back_is_no_secret(
    made: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "acme.snapshot"
    write_snapshot(folder, made, "")
    folder.rename(tmp_path / ".acme.snapshot.old")

    def forbidden(self: Path, target: Path) -> Path:
        raise PermissionError

    monkeypatch.setattr(Path, "rename", forbidden)
    with pytest.raises(PermissionError):
        read_snapshot(folder)
    with pytest.raises(PermissionError):
        write_snapshot(tmp_path / "new.snapshot", made, "")
