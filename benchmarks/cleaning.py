"""What becomes of wrong cells: repaired right, repaired wrong, flagged, or missed; none harmed.

``VERNCTL_DATA=FOLDER python benchmarks/cleaning.py`` imports ``dirty_raha/*/dirty.csv`` under
templates as a careful customer would write them (types, patterns, allowed values; nothing about
single errors) and compares cell by cell with ``clean.csv``. No question is answered with a repair:
where an answer may leave cells as they are, it does. ``-v`` prints the commonest of each outcome.
Cells are compared in any case, without HTML entities, white space collapsed, as in the sets' paper.
"""

from __future__ import annotations

import csv
import html
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from vernctl.engine.author import Authored, author
from vernctl.engine.execute import execute
from vernctl.engine.export import stream_csv
from vernctl.engine.model import Column, EngineQuestion, InputFile, Template

#: No zeros that say nothing: 12, 8.4.
_SHORT = r"^\d+(\.\d*[1-9])?$"
_WHOLE = r"^\d+$"
_STATES = [
    "AL",
    "AK",
    "AZ",
    "AR",
    "CA",
    "CO",
    "CT",
    "DE",
    "FL",
    "GA",
    "HI",
    "ID",
    "IL",
    "IN",
    "IA",
    "KS",
    "KY",
    "LA",
    "ME",
    "MD",
    "MA",
    "MI",
    "MN",
    "MS",
    "MO",
    "MT",
    "NE",
    "NV",
    "NH",
    "NJ",
    "NM",
    "NY",
    "NC",
    "ND",
    "OH",
    "OK",
    "OR",
    "PA",
    "RI",
    "SC",
    "SD",
    "TN",
    "TX",
    "UT",
    "VT",
    "VA",
    "WA",
    "WV",
    "WI",
    "WY",
    "DC",
]
_OWNERS = (
    "proprietary", "voluntary non-profit - private", "voluntary non-profit - church",
    "voluntary non-profit - other", "government - federal", "government - state",
    "government - local", "government - hospital district or authority",
)  # fmt: skip
_CONDITIONS = (
    "surgical infection prevention", "heart attack", "pneumonia", "heart failure",
    "children s asthma care",
)  # fmt: skip

#: The rules of each set's columns by position; a column that is not named has none.
RULES: Mapping[str, Mapping[int, Column]] = {
    "beers": {
        0: Column(name="", required=True, unique=True, strict=_WHOLE),
        1: Column(name="", required=True, strict=_WHOLE),
        4: Column(name="", strict=_SHORT),
        5: Column(name="", strict=r"^0?\.\d+$"),
        6: Column(name="", strict=_WHOLE),
        7: Column(name="", strict=_WHOLE),
        10: Column(name="", required=True, one_of=tuple(_STATES)),
    },
    "hospital": {
        0: Column(name="", required=True, unique=True, strict=_WHOLE),
        1: Column(name="", required=True, strict=r"^\d{5}$"),
        7: Column(name="", required=True, one_of=tuple(map(str.lower, _STATES))),
        8: Column(name="", strict=r"^\d{5}$"),
        10: Column(name="", strict=r"^\d{10}$"),
        11: Column(name="", one_of=("acute care hospitals", "critical access hospitals")),
        12: Column(name="", one_of=_OWNERS),
        13: Column(name="", one_of=("yes", "no")),
        14: Column(name="", one_of=_CONDITIONS),
        15: Column(name="", strict=r"^(ami|hf|pn|cac|scip-card|scip-inf|scip-vte)-\d[a-c]?$"),
        17: Column(name="", strict=r"^(\d{1,3}%|empty)$"),
        18: Column(name="", strict=r"^(\d+ patients|empty)$"),
    },
}


def rows_of(path: Path) -> list[list[str]]:
    """All rows of a CSV file, header first."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def same(one: str, other: str) -> bool:
    """Whether two cells are equal as the sets' papers compare them."""
    return _folded(one) == _folded(other)


def _folded(cell: str) -> str:
    return " ".join(html.unescape(cell).casefold().split())


def _left(question: EngineQuestion) -> str:
    kept = [option for option in question.options if option.startswith(("Leave", "Keep all"))]
    return (kept or list(question.options))[0]


def imported(
    rows: Sequence[Sequence[str]], rules: Mapping[int, Column], folder: Path
) -> tuple[list[list[str]], set[tuple[int, int]], int]:
    """(rows, flagged (row, column), questions) of an import that repairs only what is certain."""
    source = folder / "dirty.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    columns = tuple(
        rules.get(i, Column(name="")).model_copy(update={"name": name})
        for i, name in enumerate(rows[0])
    )
    template = Template(slug="rows", name="Rows", columns=columns)
    files = [InputFile(name="dirty.csv", path=source)]
    answers: dict[str, str] = {}
    asked = 0
    authored: Authored = author(files, [template], workdir=folder)
    while authored.questions:
        asked += len(authored.questions)
        answers |= {question.key: _left(question) for question in authored.questions}
        authored = author(files, [template], answers=answers, workdir=folder)
    database = folder / "out.duckdb"
    execute(authored.recipe, files, [template], database=database, workdir=folder)
    text = b"".join(stream_csv(database, "rows", filter="all")).decode()
    with duckdb.connect(str(database), read_only=True) as con:
        found = con.execute("SELECT DISTINCT _row, col FROM invalid_0").fetchall()
    flagged = {(int(row), int(column)) for row, column in found}
    return list(csv.reader(text.splitlines(keepends=True)))[1:], flagged, asked


def judge(name: str, folder: Path, verbose: bool) -> Counter[str]:
    """Count the outcomes of one set and print them."""
    clean, dirty = rows_of(folder / "clean.csv"), rows_of(folder / "dirty.csv")
    with tempfile.TemporaryDirectory() as work:
        made, flagged, asked = imported([clean[0], *dirty[1:]], RULES.get(name, {}), Path(work))
    counts: Counter[str] = Counter()
    examples: Counter[tuple[str, str, str, str]] = Counter()
    for i, (truth, was, now) in enumerate(zip(clean[1:], dirty[1:], made, strict=True)):
        for j, (right, before, after) in enumerate(zip(truth, was, now, strict=True)):
            outcome = outcome_of(right, before, after, (i, j) in flagged)
            counts[outcome] += 1
            if outcome != "right":
                examples[(outcome, before, after, right)] += 1
    wrong = sum(counts[key] for key in ("repaired", "repaired wrong", "flagged", "missed"))
    changed = counts["repaired"] + counts["repaired wrong"] + counts["harmed"]
    precision = counts["repaired"] / changed if changed else 1.0
    recall = counts["repaired"] / wrong if wrong else 1.0
    print(
        f"{name:10} wrong cells {wrong:5}: repaired {counts['repaired']}, wrongly "
        f"{counts['repaired wrong']}, flagged {counts['flagged']}, missed {counts['missed']}; "
        f"right cells harmed {counts['harmed']}, flagged {counts['flagged right']}; "
        f"questions {asked}; P {precision:.3f} R {recall:.3f} "
        f"F1 {2 * precision * recall / (precision + recall or 1):.3f}"
    )
    for (outcome, before, after, right), times in examples.most_common(60 if verbose else 0):
        print(f"  {outcome:14} {times:5}  {before!r} → {after!r} (true: {right!r})")
    return counts


def outcome_of(right: str, before: str, after: str, flagged: bool) -> str:
    """What became of one cell."""
    if same(before, right):
        if not same(after, right):
            return "harmed"
        return "flagged right" if flagged else "right"
    if same(after, right):
        return "repaired"
    if flagged:
        return "flagged"
    return "missed" if same(after, before) else "repaired wrong"


def main() -> int:
    """Run every set; exit 1 where a right cell was harmed or silent repairs are not sure enough."""
    where = os.environ.get("VERNCTL_DATA")
    if not where:
        print("VERNCTL_DATA names the folder of the public sets; see the head of this file.")
        return 64
    total: Counter[str] = Counter()
    for folder in sorted((Path(where) / "dirty_raha").iterdir()):
        if (folder / "dirty.csv").is_file():
            total += judge(folder.name, folder, "-v" in sys.argv)
    changed = total["repaired"] + total["repaired wrong"] + total["harmed"]
    precision = total["repaired"] / changed if changed else 1.0
    good = precision >= 0.98 and not total["harmed"]
    print(f"silent repairs: precision {precision:.4f} of {changed}, harmed {total['harmed']}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
