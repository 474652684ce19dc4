"""`vernctl diff` beside its peers: wall time and peak memory of whole processes.

    python benchmarks/diff.py                       # every size, medians of five
    python benchmarks/diff.py --sizes 10k --rounds 3
    python benchmarks/diff.py --kinds keyless

Each peer gets a virtual environment of its own under a temporary folder (``--environments DIR``
keeps it for the next time). Tables have 11 columns; 1 % of the cells are changed, 0.5 % of the rows
added and 0.5 % removed, from a fixed seed. Contenders run in turn, round after round, so that a
busy machine slows all of them. What was changed is known, and vernctl's answer is checked.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
PEERS = {
    "csv-diff": ["csv-diff"],
    "daff": ["daff"],
    "deepdiff": ["deepdiff"],
    "polars": ["polars"],
    "duckdb": ["duckdb"],
    "vernctl": [str(Path(__file__).resolve().parent.parent)],
}
POLARS = """
import sys, polars as pl
old, new = (pl.read_csv(p, infer_schema=False) for p in sys.argv[1:3])
both = old.join(new, on="id", suffix="_new")
names = [n for n in old.columns if n != "id"]
changed = sum(int((both[n] != both[n + "_new"]).sum()) for n in names)
print(len(new.join(old, on="id", how="anti")), len(old.join(new, on="id", how="anti")), changed)
"""
DUCKDB = """
import sys, duckdb
for name, path in zip(("o", "n"), sys.argv[1:3]):
    duckdb.sql(f"CREATE TABLE {name} AS FROM read_csv('{path}', all_varchar=true, header=true)")
names = [r[0] for r in duckdb.sql("DESCRIBE o").fetchall() if r[0] != "id"]
total = " + ".join(f'sum((o."{c}" IS DISTINCT FROM n."{c}")::INT)' for c in names)
print(duckdb.sql("SELECT count(*) FROM n ANTI JOIN o USING (id)").fetchall(),
      duckdb.sql("SELECT count(*) FROM o ANTI JOIN n USING (id)").fetchall(),
      duckdb.sql(f"SELECT {total} FROM o JOIN n USING (id)").fetchall())
"""
DEEPDIFF = """
import csv, sys
from deepdiff import DeepDiff
def read(path):
    with open(path, newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {r.pop("id"): r for r in rows} if "id" in rows[0] else rows
old, new = map(read, sys.argv[1:3])
print(len(DeepDiff(old, new, ignore_order=isinstance(old, list))))
"""
DIFFLIB = """
import difflib, sys
old, new = (open(p, newline="").read().split("\\n") for p in sys.argv[1:3])
print(sum(1 for line in difflib.unified_diff(old, new, n=0)))
"""


class Contender(NamedTuple):
    """``peer`` names its environment; ``most`` is the largest table that it is given."""

    name: str
    peer: str
    arguments: Callable[[Path, Path], list[str]]
    most: int = 1_000_000


class Sample(NamedTuple):
    """One process: seconds on the wall, seconds of CPU, peak resident MiB."""

    wall: float
    cpu: float
    peak: float


class Goal(NamedTuple):
    """vernctl is to take at most ``wall`` times what ``than`` takes, and ``peak`` of memory."""

    than: str
    wall: float
    peak: float | None = None


def script(code: str) -> Callable[[Path, Path], list[str]]:
    return lambda old, new: ["python", "-c", code, str(old), str(new)]


def vernctl(*key: str) -> Callable[[Path, Path], list[str]]:
    return lambda old, new: ["vernctl", "diff", str(old), str(new), *key, "--format", "json"]


KEYED = [
    Contender("vernctl", "vernctl", vernctl("--key", "id")),
    Contender(
        "csv-diff",
        "csv-diff",
        lambda old, new: ["csv-diff", str(old), str(new), "--key", "id", "--json"],
    ),
    Contender("polars", "polars", script(POLARS)),
    Contender("duckdb", "duckdb", script(DUCKDB)),
    Contender(
        "daff",
        "daff",
        lambda old, new: ["daff", "--id", "id", "--output", os.devnull, str(old), str(new)],
        10_000,
    ),
    Contender("deepdiff", "deepdiff", script(DEEPDIFF), 10_000),
]
KEYLESS = [
    Contender("vernctl", "vernctl", vernctl()),
    Contender(
        "daff",
        "daff",
        lambda old, new: ["daff", "--unordered", "--output", os.devnull, str(old), str(new)],
    ),
    Contender("difflib", "vernctl", script(DIFFLIB)),
    Contender("deepdiff", "deepdiff", script(DEEPDIFF), 1_000),
]
GOALS = {
    ("keyed", "10k"): [Goal("csv-diff", 0.4)],
    ("keyed", "100k"): [Goal("csv-diff", 0.2, 0.3), Goal("polars", 1.1)],
    ("keyed", "1m"): [Goal("csv-diff", 0.15, 0.2), Goal("duckdb", 1.2), Goal("polars", 1.2)],
    ("any-csv", "10k"): [Goal("csv-diff", 0.5)],
    ("any-csv", "100k"): [Goal("csv-diff", 0.5)],
    ("any-csv", "1m"): [Goal("csv-diff", 0.5)],
    ("keyless", "1k"): [Goal("daff", 0.35), Goal("deepdiff", 0.05)],
    ("keyless", "10k"): [Goal("daff", 0.06)],
}


class Truth(NamedTuple):
    """What was done to the old table to make the new one."""

    added: int
    removed: int
    changed: int
    cells: int


def make_pair(folder: Path, rows: int, kind: str) -> tuple[Path, Path, Truth]:
    """Two CSV files and what differs. ``any-csv``: some cells have line ends and quotes;
    ``keyless``: no id, and rows moved by up to twenty places."""
    rng = random.Random(f"{kind}-{rows}")
    old = [[f"{n:08d}", *_cells(rng, kind)] for n in range(rows)]
    edited: dict[int, set[int]] = {}
    for _ in range(rows // 10):
        edited.setdefault(rng.randrange(rows), set()).add(rng.randint(1, 10))
    gone = set(rng.sample(range(rows), rows // 200))
    new: list[list[str]] = []
    cells = changed = 0
    for n, row in enumerate(old):
        if n in gone:
            continue
        if n in edited:
            changed, cells = changed + 1, cells + len(edited[n])
            row = [
                f"{cell}~{rng.randrange(10**6)}" if i in edited[n] else cell
                for i, cell in enumerate(row)
            ]
        new.append(row)
    added = rows // 200
    for extra in range(added):
        new.insert(rng.randrange(len(new) + 1), [f"{rows + extra:08d}", *_cells(rng, kind)])
    if kind == "keyless":
        old = [row[1:] for row in old]
        order = sorted(range(len(new)), key=lambda n: n + rng.uniform(0, 20))
        new = [new[n][1:] for n in order]
    header = ["id", *(f"column {n}" for n in range(1, 11))]
    header = header[1:] if kind == "keyless" else header
    paths = (folder / f"{kind}-{rows}-old.csv", folder / f"{kind}-{rows}-new.csv")
    for path, table in zip(paths, (old, new), strict=True):
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(table)
    return *paths, Truth(added, len(gone), changed, cells)


def _cells(rng: random.Random, kind: str) -> list[str]:
    word = "".join(rng.choices("abcdefghijklmnop", k=8))
    number = rng.randrange(10**9)
    note = f"{word}, {number}\nsecond line" if kind == "any-csv" else f"note {number:x}"
    return [
        f"{word}.{number:x}@example.test",
        word.title(),
        f"{word[::-1].title()} {word[:3]}",
        f"+49 30 {number:09d}",
        f"20{number % 25:02d}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        ("open", "closed", "waiting", "cancelled")[number % 4],
        f"{number % 100000 / 100:.2f}",
        ("Berlin", "Paris", "Wien", "Porto", "Roma")[number % 5],
        note,
        f"{number % 99999:05d}",
    ]


def environment(folder: Path, peer: str) -> Path:
    """The virtual environment of one peer, made where it is not there yet."""
    place = folder / peer
    if not (place / "ready").exists():
        print(f"making an environment for {peer}", file=sys.stderr)
        venv.create(place, with_pip=True)
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "-q", *PEERS[peer]]
        subprocess.run(pip, check=True)
        (place / "ready").touch()
    return place / "bin"


def measure(command: Sequence[str], path: Path) -> Sample:
    """Run a process to its end; what it uses is its own and no child's."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(path / command[0]), *command[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "PYTHONPATH": ""},
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 2):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def is_right(path: Path, old: Path, new: Path, truth: Truth, kind: str) -> bool:
    """Whether vernctl finds exactly what was done."""
    key = () if kind == "keyless" else ("--key", "id")
    command = [str(path / "vernctl"), *vernctl(*key)(old, new)[1:]]
    said = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": ""}
    )
    (sheet,) = json.loads(said.stdout)["sheets"].values()
    return Truth(sheet["added"], sheet["removed"], sheet["changed"], sheet["cells"]) == truth


def race(
    contenders: Sequence[Contender], old: Path, new: Path, rounds: int, places: dict[str, Path]
) -> dict[str, Sample]:
    """Medians of each contender, run in turn."""
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            command = contender.arguments(old, new)
            samples[contender.name].append(measure(command, places[contender.peer]))
    return {
        name: Sample(*(statistics.median(values) for values in zip(*found, strict=True)))
        for name, found in samples.items()
    }


def report(kind: str, size: str, medians: dict[str, Sample], right: bool) -> None:
    """A table of medians, then each goal and whether it is met."""
    load = os.getloadavg()[0]
    print(
        f"\n{kind} {size}   vernctl's answer is {'right' if right else 'WRONG'}   load {load:.1f}"
    )
    print(
        f"  {'':10}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'wall x':>9}{'CPU x':>9}{'peak x':>9}"
    )
    mine = medians["vernctl"]
    for name, s in medians.items():
        ratios = (mine.wall / s.wall, mine.cpu / s.cpu, mine.peak / s.peak)
        print(
            f"  {name:10}{s.wall:9.3f}{s.cpu:9.3f}{s.peak:10.0f}"
            + "".join(f"{ratio:9.2f}" for ratio in ratios)
        )
    for goal in GOALS.get((kind, size), ()):
        if goal.than not in medians:
            continue
        than = medians[goal.than]
        for what, limit, ratio in (
            ("wall", goal.wall, mine.wall / than.wall),
            ("peak", goal.peak, mine.peak / than.peak),
        ):
            if limit is not None:
                verdict = "met" if ratio <= limit else "MISSED"
                print(f"  goal: {what} <= {limit} x {goal.than}: {ratio:.2f} {verdict}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["1k", "10k", "100k", "1m"])
    parser.add_argument("--kinds", nargs="+", default=["keyed", "any-csv", "keyless"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--environments", type=Path, help="keep the peers' environments here")
    parser.add_argument("--only", nargs="+", help="these contenders only")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vernctl-bench-") as scratch:
        environments = chosen.environments or Path(scratch) / "environments"
        for kind in chosen.kinds:
            field = KEYLESS if kind == "keyless" else KEYED
            for size in chosen.sizes:
                rows = SIZES[size]
                if (kind == "keyless") != (size == "1k") and not (
                    kind == "keyless" and size == "10k"
                ):
                    continue
                entered = [
                    c for c in field if rows <= c.most and c.name in (chosen.only or [c.name])
                ]
                places = {c.peer: environment(environments, c.peer) for c in entered}
                pair = Path(scratch) / "pair"
                pair.mkdir(exist_ok=True)
                old, new, truth = in_child(pair, rows, kind)
                right = is_right(places["vernctl"], old, new, truth, kind)
                report(kind, size, race(entered, old, new, chosen.rounds, places), right)
                old.unlink()
                new.unlink()
    return 0


def in_child(folder: Path, rows: int, kind: str) -> tuple[Path, Path, Truth]:
    """Make the pair in a process of its own: a child's peak never reads below its parent's."""
    done = subprocess.run(
        [sys.executable, __file__, "--make", str(folder), str(rows), kind],
        check=True,
        capture_output=True,
    )
    old, new, *truth = json.loads(done.stdout)
    return Path(old), Path(new), Truth(*truth)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        first, second, told = make_pair(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
        print(json.dumps([str(first), str(second), *told]))
        sys.exit(0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
