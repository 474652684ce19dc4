"""Files read in pieces: the same answer wherever a piece happens to end."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from vernctl.diff import records, tables
from vernctl.diff.compare import diff_sheets
from vernctl.diff.records import RecordReader, UncertainError


def _table(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([["id", "a", "b"], *rows])
    return path


@pytest.mark.parametrize("piece", [1, 7, 64, 1 << 20])
def test_pieces_of_any_size_give_the_diff_of_whole_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(records, "PIECE", piece)
    rng = random.Random(piece)
    cells = ["", "x", "ä, ö", 'say "x"', "two\nlines", "a\n2,b"]
    old = [[str(n), rng.choice(cells), rng.choice(cells)] for n in range(60)]
    new = [[*row[:2], rng.choice(cells)] if rng.random() < 0.2 else row for row in old[3:]]
    rng.shuffle(new)
    new += [["new", "x", "y\nz"]]
    one, two = _table(tmp_path / "old.csv", old), _table(tmp_path / "new.csv", new)
    fast = tables._by_record(one, two, ["id"], ())
    before, after = map(tables.read_csv_sheet, (one, two))
    slow = diff_sheets(before, after, ["id"], "spec", stats=False)
    assert fast == slow


@pytest.mark.parametrize(
    "text", ['id,v\n1,x"y,"a\nb"\n', "id,v\n1,a\n\n2,b\n", "id,v\n1,a\rb\n", 'id,v\n1,"a\n', "\n"]
)
def test_text_that_may_be_cut_elsewhere_is_not_cut(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    with pytest.raises(UncertainError):
        for _ in RecordReader(path).pieces():
            pass
