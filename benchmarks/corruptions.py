"""Clean tables with seeded slips: typed wrong, mangled, in other formats; and what became of them.

``python benchmarks/corruptions.py [FIRST_SEED LAST_SEED]`` makes a table of order lines per seed,
in which customers decide names and towns, with honest exceptions near to slips (customers who
moved to a town of nearly that name, siblings, versions), spoils some cells, and imports it under
rules that say nothing about single errors. A wrong repair, or a right cell harmed, is an exit 1.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cleaning import imported, outcome_of

from vernctl.engine.model import Column

_HEAD = ("Line", "Customer No", "Customer Name", "Town", "Zip", "Product", "Unit Price", "Status",
         "Ordered On", "Email")  # fmt: skip
_RULES: Mapping[int, Column] = {
    0: Column(name="", required=True, unique=True),
    6: Column(name="", strict=r"^\d+(\.\d+)?$"),
    7: Column(name="", one_of=("Open", "Shipped", "Cancelled")),
    8: Column(name="", strict=r"^\d{4}-\d{2}-\d{2}$"),
    9: Column(name="", strict=r"^[^@\s]+@[^@\s]+\.[a-z]+$"),
}
_TOWNS = (
    ("Bergen", "5003"), ("Bergem", "2860"), ("Hamburg", "20095"), ("Homburg", "66424"),
    ("Rostock", "18055"), ("Marburg", "35037"), ("Malmo", "21119"), ("Linz", "4020"),
)  # fmt: skip
_NAMES = (
    "Anna Lind", "Anne Lind", "Jan Berger", "Jan Bergen", "Ottilie Krause", "Mia Novakova",
    "Mia Novak", "Luis Ferreira", "Luise Ferreira", "Hans Petersen", "Jens Petersen",
)  # fmt: skip
_PRODUCTS = (
    ("USB cable 1 m", "4.90"), ("USB cable 2 m", "5.90"), ("Desk lamp", "39.00"),
    ("Desk lamps set", "99.00"), ("Office chair", "149.50"),
)  # fmt: skip


def clean_table(rng: random.Random, rows: int) -> list[list[str]]:
    """Order lines of some forty customers; some have moved, and some share all but a letter."""
    people = []
    for number in range(40):
        name, (town, code) = rng.choice(_NAMES), rng.choice(_TOWNS)
        people.append((str(1000 + number), name, town, code))
    table = []
    for line in range(rows):
        number, name, town, code = rng.choice(people)
        if number in ("1003", "1007") and line > rows * 0.8:  # moved to the town of nearly its name
            town, code = "Homburg", "66424"
        if number == "1011" and line > rows * 0.9:  # married
            name = "Anna Linden"
        product, price = rng.choice(_PRODUCTS)
        day = f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        status = rng.choice(("Open", "Shipped", "Cancelled"))
        email = f"{name.split()[0].lower()}{number}@x.test"
        table.append([f"L{line}", number, name, town, code, product, price, status, day, email])
    return table


def _typed(rng: random.Random, cell: str) -> str:
    """One letter left out, doubled, swapped with the next, or another."""
    at = rng.randrange(len(cell) - 1)
    return rng.choice(
        (
            cell[:at] + cell[at + 1 :],
            cell[:at] + cell[at] + cell[at:],
            cell[:at] + cell[at + 1] + cell[at] + cell[at + 2 :],
            cell[:at] + rng.choice("qxzw") + cell[at + 1 :],
        )
    )


def _padded(rng: random.Random, cell: str) -> str:
    return rng.choice((f" {cell}", f"{cell} ", f"{cell}\u00a0"))


def _german_date(rng: random.Random, cell: str) -> str:
    year, month, day = cell.split("-")
    return f"{day}.{month}.{year}"


_SLIPS: Mapping[int, Sequence[Callable[[random.Random, str], str]]] = {
    2: (_typed, _padded),
    3: (_typed,),
    5: (_typed,),
    6: (lambda _, cell: cell.replace(".", ","), lambda _, cell: f"EUR {cell}"),
    7: (_typed, lambda _, cell: cell.upper(), _padded),
    8: (_german_date,),
    9: (lambda _, cell: cell.upper(), _padded),
}


def main() -> int:
    """Judge every seed, print the sum, and say whether anything was repaired wrong."""
    first, last = (int(text) for text in (sys.argv[1:3] or ("0", "4")))
    total: Counter[str] = Counter()
    wrong: Counter[tuple[str, str, str, str]] = Counter()
    for seed in range(first, last + 1):
        rng = random.Random(seed)
        clean = clean_table(rng, 600)
        dirty = [list(row) for row in clean]
        for row in dirty:
            for column, slips in _SLIPS.items():
                if rng.random() < 0.02:
                    row[column] = rng.choice(slips)(rng, row[column])
        with tempfile.TemporaryDirectory() as folder:
            made, flagged, _ = imported([list(_HEAD), *dirty], _RULES, Path(folder))
        for i, rows in enumerate(zip(clean, dirty, made, strict=True)):
            for j, (right, before, after) in enumerate(zip(*rows, strict=True)):
                outcome = outcome_of(right, before, after, (i, j) in flagged)
                total[outcome] += 1
                if outcome in ("harmed", "repaired wrong") or (
                    outcome == "missed" and "-v" in sys.argv
                ):
                    wrong[outcome, before, after, right] += 1
    print(", ".join(f"{outcome} {times}" for outcome, times in sorted(total.items())))
    for (outcome, before, after, right), times in wrong.most_common(40):
        print(f"  {outcome:14} {times:3}  {before!r} → {after!r} (true: {right!r})")
    return 1 if total["harmed"] or total["repaired wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
