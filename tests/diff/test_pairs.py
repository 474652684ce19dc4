"""Small pairs with the difference written by hand: every one is found as a person would say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from vernctl.diff.tables import diff_files

PAIRS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("pairs.yaml").read_text(encoding="utf-8")
)


def test_the_corpus_has_every_kind_of_trouble() -> None:
    names = [pair["name"] for pair in PAIRS]
    assert len(set(names)) == len(names) >= 40


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["name"] for pair in PAIRS])
def test_the_difference_is_the_one_written_by_hand(pair: dict[str, Any], tmp_path: Path) -> None:
    paths = []
    for side in ("old", "new"):
        path = tmp_path / f"{side}.csv"
        path.write_bytes(pair[side].encode())
        paths.append(path)
    diff = diff_files(*paths, key=pair.get("key", ()))
    assert sorted(list(row.cells) for row in diff.added) == sorted(pair.get("added", []))
    assert sorted(list(row.cells) for row in diff.removed) == sorted(pair.get("removed", []))
    changes = [[cell.column, cell.old, cell.new] for row in diff.changed for cell in row.cells]
    assert sorted(changes) == sorted(pair.get("changed", []))
    assert list(diff.added_columns) == pair.get("columns", [])
    assert list(diff.dropped_columns) == pair.get("dropped", [])
    assert diff.duplicate_keys == pair.get("duplicates", 0)
    same = pair.keys() <= {"name", "key", "old", "new", "duplicates"}
    assert diff.is_empty == same
