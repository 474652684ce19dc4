"""Public files that nobody here wrote: each is read to its shape, or refused in words."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers import SourceTable, read_file

NEEDS = "VERNCTL_DATA"
DATA = Path(os.environ.get(NEEDS, ""))
NO_DATA = ("LICENSE", "LICENSE.md", "COPYING", "README.md")
EXPECTED: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("messy_files.yaml").read_text(encoding="utf-8")
)
BANKS = DATA / "bank_exports"


def read(path: Path, folder: Path) -> tuple[SourceTable, ...]:
    return read_file(InputFile(name=path.name, path=path), folder)


def shape(table: SourceTable, expected: dict[str, Any]) -> dict[str, Any]:
    """What is told of the table where ``expected`` tells it."""
    header = table.columns[expected.get("at", 0)]
    found: dict[str, Any] = {
        "rows": table.row_count,
        "columns": len(table.columns),
        "header": table.header_line,
        "at": expected.get("at"),
        "starts": header[: len(expected.get("starts", ""))],
        "sheet": table.sheet,
        "rejected": table.rejected_count,
    }
    return {name: found[name] for name in expected}


def test_every_file_of_the_set_has_an_expected_shape() -> None:
    found = {path.relative_to(DATA / "readers_messy") for path in DATA.glob("readers_messy/*/*")}
    assert {path.as_posix() for path in found if path.name not in NO_DATA} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(n for n, e in EXPECTED.items() if isinstance(e, list)))
def test_a_messy_file_is_read_to_its_shape(name: str, tmp_path: Path) -> None:
    tables = read(DATA / "readers_messy" / name, tmp_path)
    assert len(tables) == len(EXPECTED[name])
    assert [shape(*pair) for pair in zip(tables, EXPECTED[name], strict=True)] == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(n for n, e in EXPECTED.items() if isinstance(e, str)))
def test_a_file_that_holds_no_table_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as refused:
        read(DATA / "readers_messy" / name, tmp_path)
    assert EXPECTED[name] in str(refused.value)


@pytest.mark.parametrize(
    "entry",
    json.loads((BANKS / "ground_truth.json").read_text(encoding="utf-8")),
    ids=lambda entry: entry["file"],
)
def test_a_bank_export_is_read_in_its_encoding_dialect_and_from_its_header(
    entry: dict[str, Any], tmp_path: Path
) -> None:
    (table,) = read(BANKS / "files" / entry["file"], tmp_path)
    assert table.dialect is not None
    found = (table.encoding, table.dialect.delimiter, table.header_line)
    codec = entry["encoding"].removesuffix("-sig")
    assert found == (codec, entry["delimiter"], entry["header_row"])
