"""The pairs of tests/diff/pairs.yaml through vernctl and its peers: who finds the difference that
was written by hand?

    python benchmarks/corpus.py [--environments DIR]

Judged are the number of rows added and removed, every changed cell with both values, and the names
of columns added and dropped. Each peer runs in an environment of its own, as in diff.py. ``.`` is
right, ``X`` is wrong, ``!`` is an error, ``-`` is a key that the peer cannot have.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from diff import environment

PAIRS = Path(__file__).resolve().parent.parent / "tests" / "diff" / "pairs.yaml"
VERNCTL = """
from pathlib import Path
from vernctl.diff.tables import diff_files
def compare(old, new, key):
    d = diff_files(Path(old), Path(new), key=key)
    cells = [[c.column, c.old, c.new] for row in d.changed for c in row.cells]
    return len(d.added), len(d.removed), cells, list(d.added_columns), list(d.dropped_columns)
"""
CSV_DIFF = """
from csv_diff import compare as run, load_csv
def compare(old, new, key):
    key = key[0] if key else None
    load = lambda path: load_csv(open(path, newline="", encoding="utf-8"), key=key)
    d = run(load(old), load(new))
    cells = [[c, *pair] for row in d["changed"] for c, pair in row["changes"].items()]
    return len(d["added"]), len(d["removed"]), cells, d["columns_added"], d["columns_removed"]
"""
DEEPDIFF = """
import csv
from deepdiff import DeepDiff
def compare(old, new, key):
    tables = [list(csv.DictReader(open(p, newline="", encoding="utf-8-sig"))) for p in (old, new)]
    if key:
        tables = [{tuple(r[k] for k in key): r for r in t} for t in tables]
    d = DeepDiff(*tables, ignore_order=not key, report_repetition=not key, view="tree")
    cells, added, removed, columns = [], 0, 0, [set(), set()]
    for kind, changes in d.items():
        for c in changes:
            path = c.path(output_format="list")
            if kind == "values_changed" and len(path) == 2:
                cells.append([path[1], c.t1, c.t2])
            elif kind == "repetition_change":
                r = c.additional["repetition"]
                added += max(0, r["new_repeat"] - r["old_repeat"])
                removed += max(0, r["old_repeat"] - r["new_repeat"])
            elif len(path) == 2:
                columns[kind.endswith("removed")].add(path[1])
            elif kind == "values_changed":
                added, removed = added + 1, removed + 1
            else:
                added, removed = added + kind.endswith("added"), removed + kind.endswith("removed")
    return added, removed, cells, sorted(columns[0]), sorted(columns[1])
"""
DAFF = """
import csv, daff
def compare(old, new, key):
    tables = [list(csv.reader(open(p, newline="", encoding="utf-8-sig"))) for p in (old, new)]
    flags = daff.CompareFlags()
    flags.unchanged_context = 0
    flags.ordered = False
    for k in key:
        flags.addPrimaryKey(k)
    one, two = map(daff.PythonTableView, tables)
    result = []
    shown = daff.PythonTableView(result)
    daff.TableDiff(daff.compareTables(one, two, flags).align(), flags).hilite(shown)
    width, height = shown.get_width(), shown.get_height()
    rows = [[shown.getCell(x, y) for x in range(width)] for y in range(height)]
    schema = next((r for r in rows if r[0] == "!"), [""] * len(rows[0])) if rows else []
    header = next((r for r in rows if r[0] == "@@"), [])
    names = lambda mark: [n for n, s in zip(header, schema) if s == mark]
    added = sum(r[0] == "+++" for r in rows)
    removed = sum(r[0] == "---" for r in rows)
    cells = []
    for r in rows:
        if r[0] and r[0].endswith("->"):
            for name, cell in list(zip(header, r))[1:]:
                if isinstance(cell, str) and r[0] in cell:
                    cells.append([name, *cell.split(r[0], 1)])
    return added, removed, cells, names("+++"), names("---")
"""
RUN = """
import contextlib, io, json, sys
answers = []
for old, new, key in json.load(sys.stdin):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            answers.append(compare(old, new, key))
    except Exception as error:
        answers.append(repr(error))
print(json.dumps(answers))
"""
PEERS = {"vernctl": VERNCTL, "csv-diff": CSV_DIFF, "daff": DAFF, "deepdiff": DEEPDIFF}


def answers(
    peer: str, code: str, pairs: list[dict[str, Any]], folder: Path, environments: Path
) -> list[Any]:
    """What one peer says of every pair, or how it failed."""
    asked = []
    for number, pair in enumerate(pairs):
        for side in ("old", "new"):
            (folder / f"{number}-{side}.csv").write_bytes(pair[side].encode())
        paths = [str(folder / f"{number}-{side}.csv") for side in ("old", "new")]
        asked.append([*paths, pair.get("key", [])])
    python = environment(environments, peer) / "python"
    done = subprocess.run(
        [str(python), "-c", code + RUN], input=json.dumps(asked), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{peer}: {done.stderr}")
    found: list[Any] = json.loads(done.stdout)
    return found


def verdict(pair: dict[str, Any], answer: Any, peer: str) -> str:
    """How an answer stands to the difference that was written by hand."""
    if peer == "csv-diff" and len(pair.get("key", [])) > 1:
        return "-"
    if isinstance(answer, str):
        return "!"
    added, removed, cells, columns, dropped = answer
    apart = {*pair.get("columns", []), *pair.get("dropped", [])}
    truth = sorted(cell for cell in pair.get("changed", []) if cell[0] not in apart)
    right = (
        added == len(pair.get("added", []))
        and removed == len(pair.get("removed", []))
        and sorted(cell for cell in cells if cell[0] not in apart) == truth
        and sorted(columns) == pair.get("columns", [])
        and sorted(dropped) == pair.get("dropped", [])
    )
    return "." if right else "X"


def main() -> int:
    import yaml

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--environments", type=Path, help="keep the peers' environments here")
    chosen = parser.parse_args()
    pairs = yaml.safe_load(PAIRS.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="vernctl-corpus-") as scratch:
        environments = chosen.environments or Path(scratch) / "environments"
        verdicts = {}
        for peer, code in PEERS.items():
            said = answers(peer, code, pairs, Path(scratch), environments)
            marks = [verdict(pair, one, peer) for pair, one in zip(pairs, said, strict=True)]
            verdicts[peer] = marks
    print(f"{'':44}" + "".join(f"{peer:>10}" for peer in PEERS))
    for number, pair in enumerate(pairs):
        print(f"{pair['name']:44}" + "".join(f"{verdicts[peer][number]:>10}" for peer in PEERS))
    print(f"{'right':44}" + "".join(f"{marks.count('.'):>10}" for marks in verdicts.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
