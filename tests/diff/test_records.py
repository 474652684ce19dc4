"""Files read in pieces: the same answer wherever a piece happens to end."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernctl.diff import tables
from vernctl.diff.compare import diff_sheets
from vernctl.diff.records import RecordReader, UncertainError
from vernctl.errors import InputError


def _table(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([["id", "a", "b"], *rows])
    return path


@pytest.mark.parametrize("piece", [1, 7, 64, 1 << 20])
def test_pieces_of_any_size_give_the_diff_of_whole_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(tables, "PIECE", piece)
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


_ENTRY = st.tuples(
    st.sampled_from(["1", "2", "3", '"3"', '"a,b"', '"a\nb"', "", " ", "\u00a0", "\u2028x"]),
    st.sampled_from(["x", "", '"', '""', '"x"', '"x\n1,y"', '"say ""x"""', 'x"y', '"x" ', "\x0b"]),
)
_TEXT = st.lists(_ENTRY, max_size=6).map(lambda rows: "".join(f"{a},{b}\n" for a, b in rows))


@given(old=_TEXT, new=_TEXT, piece=st.sampled_from([1, 5, 1 << 18]))
def test_any_text_is_cut_as_a_parser_does_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, old: str, new: str, piece: int
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    paths = (folder / "old.csv", folder / "new.csv")
    for path, text in zip(paths, (old, new), strict=True):
        path.write_bytes(f"id,v\n{text}".encode())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tables, "PIECE", piece)
        try:
            fast = tables._by_record(*paths, ["id"], ())
            before, after = map(tables.read_csv_sheet, paths)
        except (UncertainError, InputError):
            return
    assert fast == diff_sheets(before, after, ["id"], "spec", stats=False)


def test_a_cell_longer_than_a_parser_s_limit_is_compared(tmp_path: Path) -> None:
    long = "x" * 300_000
    one = _table(tmp_path / "old.csv", [["1", "a", f'"{long}'], [f'2"{long}', "b", ""]])
    two = _table(tmp_path / "new.csv", [["1", "a", f'"{long}y'], [f'2"{long}', "c", ""]])
    for key in (["id"], ["id", "a"]):
        found = tables.diff_files(one, two, key=key)
        assert (len(found.changed), len(found.added)) == ((2, 0) if key == ["id"] else (1, 1))
