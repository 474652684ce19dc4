"""Whether odd files are read as their authors meant them, beside what others make of them.

    VERNCTL_DATA=FOLDER python benchmarks/reading.py [--venvs FOLDER] [-v]

Every text file of ``readers_messy`` that holds a table is read by vernctl, csv with its Sniffer,
pandas, DuckDB, Polars and CleverCSV, each as its own documentation says for a file nobody knows,
in a process of its own. Right are rows, columns and where the header begins, as
``tests/engine/messy_files.yaml`` has them. ``s`` is the CPU time that reading took, without the
start of the process. ``-v`` prints what each made of each file. The workbooks, the refusals and
``bank_exports`` are checked by ``tests/engine/test_messy_files.py`` alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from engine import environment

EXPECTED = Path(__file__).resolve().parent.parent / "tests" / "engine" / "messy_files.yaml"
_TEXT = (".csv", ".tsv", ".psv", ".ssv")

#: Each defines ``read(path)``: the header (None: no header) and the number of rows and columns.
_VERNCTL = """
import tempfile
from pathlib import Path
from vernctl.engine.model import InputFile
from vernctl.engine.readers import read_file
folder = Path(tempfile.mkdtemp())
def read(path):
    (t,) = read_file(InputFile(name=Path(path).name, path=Path(path)), folder)
    return list(t.columns) if t.header_line else None, t.row_count, len(t.columns)
"""
_ROWS = """
def told(rows, has_header):
    rows = [r for r in rows if any(c.strip() for c in r)]
    header = rows[0] if has_header else None
    return header, len(rows) - has_header, max(map(len, rows))
"""
_SNIFFER = (
    _ROWS
    + """
import csv
def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        sample = file.read(65536)
        sniffer = csv.Sniffer()
        dialect, header = sniffer.sniff(sample), sniffer.has_header(sample)
        file.seek(0)
        return told(list(csv.reader(file, dialect)), header)
"""
)
_PANDAS = """
import pandas
def read(path):
    t = pandas.read_csv(path, sep=None, engine="python", dtype=str)
    return list(map(str, t.columns)), *t.shape
"""
_DUCKDB = """
import duckdb
def read(path):
    t = duckdb.read_csv(path, all_varchar=True)
    header = None if t.columns[0] == "column0" else t.columns
    return header, *t.shape
"""
_POLARS = """
import polars
def read(path):
    t = polars.read_csv(path, infer_schema=False)
    return t.columns, *t.shape
"""
_CLEVERCSV = (
    _ROWS
    + """
import clevercsv
def read(path):
    rows = clevercsv.read_table(path)
    text = open(path, newline="", errors="replace").read(65536)
    return told(rows, clevercsv.Sniffer().has_header(text))
"""
)
_LOOP = """
import json, sys, time
answers = []
for path in json.load(sys.stdin):
    begun = time.process_time()
    try:
        answer = read(path)
    except Exception as error:
        answer = type(error).__name__
    answers.append([answer, time.process_time() - begun])
json.dump(answers, sys.stdout)
"""
#: Contender → (package of its environment, '' for this one; program).
_CONTENDERS = {
    "vernctl": ("", _VERNCTL),
    "CleverCSV": ("clevercsv", _CLEVERCSV),
    "DuckDB": ("duckdb", _DUCKDB),
    "pandas": ("pandas", _PANDAS),
    "csv.Sniffer": ("", _SNIFFER),
    "Polars": ("polars", _POLARS),
}


class Judged(NamedTuple):
    """What one contender made of one file."""

    rows: bool
    columns: bool
    header: bool
    said: str


def main() -> int:
    """Print one line per contender: how many files were right in what, and the time it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--venvs", type=Path, help="keep the peers' environments here")
    parser.add_argument("-v", action="store_true", dest="verbose", help="what each made of each")
    options = parser.parse_args()
    if not (data := os.environ.get("VERNCTL_DATA")):
        print("Set VERNCTL_DATA to the folder of the data sets.", file=sys.stderr)
        return 64
    root = Path(data) / "readers_messy"
    expected = {
        name: tables[0]
        for name, tables in yaml.safe_load(EXPECTED.read_text(encoding="utf-8")).items()
        if isinstance(tables, list) and name.endswith(_TEXT)
    }
    print(f"{'':12}{'right':>8}{'rows':>6}{'columns':>9}{'header':>8}{'errors':>8}{'s':>8}")
    with tempfile.TemporaryDirectory() as kept:
        for name, (package, program) in _CONTENDERS.items():
            python = environment(options.venvs or Path(kept), package)
            answers = _answers(python, program, [str(root / file) for file in expected])
            _tell(name, expected, answers, options.verbose)
    return 0


def _answers(python: str, program: str, paths: list[str]) -> list[list[Any]]:
    done = subprocess.run(
        [python, "-W", "ignore", "-c", program + _LOOP],
        input=json.dumps(paths),
        capture_output=True,
        check=True,
        text=True,
    )
    answers: list[list[Any]] = json.loads(done.stdout)
    return answers


def _tell(
    name: str, expected: dict[str, dict[str, Any]], answers: list[list[Any]], verbose: bool
) -> None:
    judged = [
        _judge(answer, shape) for (answer, _), shape in zip(answers, expected.values(), strict=True)
    ]
    right = sum(all(each[:3]) for each in judged)
    errors = sum(isinstance(answer, str) for answer, _ in answers)
    counts = [sum(each[at] for each in judged) for at in range(3)]
    taken = sum(seconds for _, seconds in answers)
    print(
        f"{name:12}{right:>4}/{len(judged):<3}{counts[0]:>6}{counts[1]:>9}{counts[2]:>8}"
        f"{errors:>8}{taken:>8.2f}"
    )
    if verbose:
        for file, each in zip(expected, judged, strict=True):
            if not all(each[:3]):
                print(f"  {file}: {each.said}, not {expected[file]}")


def _judge(answer: Any, expected: dict[str, Any]) -> Judged:
    if isinstance(answer, str):
        return Judged(False, False, False, answer)
    header, rows, columns = answer
    said = f"{rows} x {columns}, header {header[:3] if header else None}"
    if expected["header"] is None:
        begins = header is None
    else:
        cell = header[expected["at"]] if header and len(header) > expected["at"] else ""
        begins = " ".join(cell.split()).startswith(expected["starts"].strip())
    return Judged(rows == expected["rows"], columns == expected["columns"], begins, said)


if __name__ == "__main__":
    raise SystemExit(main())
