"""Whatever becomes of a file on its way, it is read or refused in words; nothing else happens.

The suite spoils a few hundred files; ``python tests/support/reader_fuzz.py --seconds 3600`` spoils
them for an hour, with a bound on time and memory for each.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from reader_fuzz import check, sound_files, spoiled, zipped

from vernctl.engine.model import InputFile
from vernctl.engine.readers import read_file


def test_every_sound_file_is_read(tmp_path: Path) -> None:
    for name, content in sound_files().items():
        (tmp_path / name).write_bytes(content)
        tables = read_file(InputFile(name=name, path=tmp_path / name), tmp_path)
        assert all(table.row_count >= 40 for table in tables), name


def test_every_spoiled_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    became = Counter(check(seed, tmp_path) for seed in range(300))
    assert min(became["read"], became["refused"]) > 20


def test_a_seed_spoils_a_file_alike_each_time() -> None:
    assert all(spoiled(seed) == spoiled(seed) for seed in range(30))


def test_a_file_without_a_name_in_an_archive_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"": b"x,y\n1,2\n", "a.csv": b"id,name\n1,Ann\n"}))
    (table,) = read_file(InputFile(name="a.zip", path=tmp_path / "a.zip"), tmp_path)
    assert table.columns == ("id", "name")
