"""Whether odd files are read as their authors meant them, on public files nobody here wrote.

``VERNCTL_DATA=FOLDER python benchmarks/reading.py`` checks ``readers_messy`` against what those
projects' own tests assert, and ``bank_exports`` against its truth (encoding, delimiter, header).
``-v`` prints one line for every table.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers import SourceTable, read_file


class Shape(NamedTuple):
    """Rows without the header, columns, and what a header cell at a position begins with."""

    rows: int
    columns: int
    at: int = 0
    starts: str = ""


#: From the sets' README; rows there count the header, and here do not.
_SHAPES = {
    "messytables/utf8bom.csv": Shape(0, 2, 0, "kitten"),
    "messytables/simple.csv": Shape(6, 3, 0, "date"),
    "messytables/simple.ssv": Shape(6, 3, 1, "temperature"),
    "messytables/simple.zip": Shape(6, 3, 0, "date"),
    "messytables/simple.xls": Shape(6, 3, 0, "date"),
    "messytables/simple.xlsx": Shape(6, 3, 0, "date"),
    "messytables/simple.psv": Shape(28, 6, 1, "New dwellings"),
    "messytables/complex.csv": Shape(3, 4),
    "messytables/long.csv": Shape(4000, 1),
    "messytables/utf-16le_encoded.csv": Shape(327, 19, 1, "Organisation_name"),
    "messytables/weird_head_padding.csv": Shape(76, 11, 1, "1985"),
    "messytables/example.tsv": Shape(140, 17, 1, "expr1_0_imp"),
    "messytables/small.csv": Shape(0, 1),
    "messytables/loffice-4.4.1.2.ods": Shape(3, 3, 0, "Name"),
    "messytables/blank_line.ods": Shape(3, 3, 0, "Name"),
    "csvkit/mac_newlines.csv": Shape(2, 3, 0, "a"),
    "csvkit/sheets.xlsx": Shape(5, 8, 0, "text"),
    "csvkit/ne_1033_data.xlsx": Shape(1036, 14, 0, "state"),
    "csvkit/FY09_EDU_Recipients_by_State.csv": Shape(52, 10, 0, "State Name"),
    "csvkit/Datagov_FY10_EDU_recp_by_State.csv": Shape(55, 9, 0, "State Name"),
    "csvkit/bad.csv": Shape(2, 3, 0, "column_a"),
    "CleverCSV/imdb.csv": Shape(100, 44, 0, "fn"),
    "CleverCSV/airedale.csv": Shape(54, 8, 0, "Department Family"),
    "CleverCSV/milk.csv": Shape(379, 23),
    "tabulator-py/multiline-headers.xlsx": Shape(1, 4, 0, "Region"),
}
_REFUSED = {"encrypted_no_password.xls", "libreoffice.xlsx", "html.html", "rowcolspan.html"}
_NO_DATA = ("LICENSE", "LICENSE.md", "COPYING", "README.md")


def main() -> int:
    """Print what was read right, and all that was not."""
    root = os.environ.get("VERNCTL_DATA")
    if not root:
        print("Set VERNCTL_DATA to the folder of the data sets.", file=sys.stderr)
        return 64
    verbose = "-v" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        problems = _messy(Path(root) / "readers_messy", Path(folder), verbose)
        problems += _banks(Path(root) / "bank_exports", Path(folder))
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


def _messy(root: Path, folder: Path, verbose: bool) -> list[str]:
    problems: list[str] = []
    read = refused = shaped = 0
    for path in sorted(root.glob("*/*")):
        if path.name in _NO_DATA:
            continue
        try:
            tables = read_file(InputFile(name=path.name, path=path), folder)
        except EngineError as error:
            refused += 1
            if path.name not in _REFUSED:
                problems.append(f"refused: {error}")
            continue
        read += 1
        for table in tables:
            if verbose:
                print(f"{table.name}: {table.row_count} x {len(table.columns)} {table.notes}")
        shape = _SHAPES.get(f"{path.parent.name}/{path.name}")
        if shape is not None and not (right := _has_shape(tables[0], shape)):
            found = f"{tables[0].row_count} x {len(tables[0].columns)}"
            problems.append(f"{path.name}: {found} {tables[0].columns[:3]}, not {shape}")
        shaped += bool(shape is not None and right)
    print(
        f"readers_messy: {read} files read, {refused} refused, {shaped}/{len(_SHAPES)} as asserted"
    )
    return problems


def _has_shape(table: SourceTable, shape: Shape) -> bool:
    header = table.columns[shape.at] if shape.at < len(table.columns) else ""
    counts = (table.row_count, len(table.columns)) == (shape.rows, shape.columns)
    return counts and header.startswith(shape.starts)


def _banks(root: Path, folder: Path) -> list[str]:
    described = json.loads((root / "ground_truth.json").read_text(encoding="utf-8"))
    problems: list[str] = []
    for entry in described:
        path = root / "files" / entry["file"]
        (table,) = read_file(InputFile(name=path.name, path=path), folder)
        found = (table.encoding, table.dialect and table.dialect.delimiter, table.header_line)
        codec = entry["encoding"].removesuffix("-sig")
        if found != (codec, entry["delimiter"], entry["header_row"]):
            problems.append(f"{entry['file']}: {found}")
    print(f"bank_exports: {len(described) - len(problems)}/{len(described)} dialects right")
    return problems


if __name__ == "__main__":
    raise SystemExit(main())
