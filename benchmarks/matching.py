"""How well columns are matched, on public data that nobody here wrote.

``VERNCTL_DATA=FOLDER python benchmarks/matching.py`` prints one table. The folder holds the sets
``schema_valentine``, ``schema_crm_maps``, ``schema_saas_fivetran`` and ``bank_exports``, each with
its truth; beside them stand the invented exports of ``exports.py``, of which those that are only
scored are left out without ``--kept``. Precision and recall are over target columns. "Asked"
counts proposals that would be put to a person.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from exports import TEMPLATES, Export, cells, exports

from vernctl.engine.inspect import match_files
from vernctl.engine.model import Column, Template

#: What the sets' own READMEs report as the best peer, measured on these files.
_PEERS = {
    "valentine": "Coma with instances: hit@1 .952, F1* .945",
    "crm": "MiniLM: hit@1 .907",
    "fivetran": "difflib: hit@1 .927; Coma: F1* .972",
    "fivetran, renamed": "Coma: hit@1 .834",
    "bank roles": "none",
}
_BANK_TARGETS = {
    "Date": "The day of the transaction",
    "Payee": "Who was paid, or who paid",
    "Memo": "What it was for",
    "Inflow": "Money in",
    "Outflow": "Money out",
}


@dataclass
class Score:
    """Counts of one set."""

    right: int = 0
    wrong: int = 0
    invented: int = 0
    missed: int = 0
    asked_right: int = 0
    asked_wrong: int = 0
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """One line of the report."""
        proposed = self.right + self.wrong + self.invented
        expected = self.right + self.wrong + self.missed
        precision = self.right / proposed if proposed else 0.0
        recall = self.right / expected if expected else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        silent = self.wrong + self.invented - self.asked_wrong
        return (
            f"{name:<18} {expected:>5} {precision:>9.3f} {recall:>6.3f} {f1:>6.3f} "
            f"{self.invented:>8} {silent:>12} {self.asked_right:>11} {self.seconds:>6.1f}   "
            f"{_PEERS.get(name, '')}"
        )

    def add(self, case: str, column: str, got: str | None, want: str | None, asked: bool) -> None:
        """Judge one target column."""
        if got is None and want is None:
            return
        if got == want:
            self.right += 1
            self.asked_right += asked
            return
        self.errors.append(f"{case}: {column} wants {want}, got {got}{' (asked)' if asked else ''}")
        if got is None:
            self.missed += 1
        else:
            self.wrong += want is not None
            self.invented += want is None
            self.asked_wrong += asked


def main() -> int:
    """Print the report; ``-v`` lists what went wrong."""
    root = os.environ.get("VERNCTL_DATA")
    if not root:
        print("Set VERNCTL_DATA to the folder of the data sets.", file=sys.stderr)
        return 64
    scores: dict[str, Score] = {}
    for name, case, path, template, truth in _cases(Path(root)):
        started = time.perf_counter()
        sheet = match_files([path], [template]).result.sheets[0]
        score = scores.setdefault(name, Score())
        score.seconds += time.perf_counter() - started
        for column in sheet.columns:
            got = "+".join(column.chosen.sources) if column.chosen else None
            want = truth.get(column.column)
            score.add(case, column.column, got, want, column.close)
            if name == "fivetran" and want is not None and want.lower() != column.column.lower():
                renamed = scores.setdefault("fivetran, renamed", Score())
                renamed.add(case, column.column, got, want, column.close)
    print(
        f"{'set':<18} {'pairs':>5} {'precision':>9} {'recall':>6} {'F1':>6} {'invented':>8} "
        f"{'wrong unasked':>12} {'asked right':>11} {'sec':>6}   best peer"
    )
    for name, score in scores.items():
        print(score.line(name))
    if "-v" in sys.argv[1:]:
        for name, score in scores.items():
            for error in score.errors:
                print(f"  {name}: {error}")
    return 0


_Case = tuple[str, str, Path, Template, Mapping[str, str]]


def _cases(root: Path) -> Iterator[_Case]:
    for folder in sorted((root / "schema_valentine").glob("*/")):
        header = _rows(folder / "target.csv")[0]
        yield (
            "valentine",
            folder.name,
            folder / "source.csv",
            _template("target", header),
            _truth(folder / "ground_truth.csv"),
        )
    contacts = root / "schema_crm_maps" / "esp_contacts"
    wanted = [row[0] for row in _rows(contacts / "target_contact.csv")[1:]]
    for path in sorted(contacts.glob("*__ground_truth.csv")):
        source = contacts / f"{path.name.removesuffix('__ground_truth.csv')}.csv"
        truth = {target: name for target, name in _truth(path).items() if target != "ignore"}
        yield "crm", source.name, source, _template("contact", wanted), truth
    for folder in sorted((root / "schema_saas_fivetran").glob("*/")):
        wanted = [row[0] for row in _rows(folder / "target_columns.csv")[1:]]
        template = _template(folder.name.split("__")[1], wanted)
        yield (
            "fivetran",
            folder.name,
            folder / "source.csv",
            template,
            _truth(folder / "ground_truth.csv"),
        )
    yield from _banks(root / "bank_exports")
    yield from _own("own, seen", exports("seen"))
    if "--kept" in sys.argv[1:]:
        yield from _own("own, kept", exports("kept"))
        yield from _own("own, late", exports("late"))


def _own(name: str, made: Sequence[Export]) -> Iterator[_Case]:
    with tempfile.TemporaryDirectory() as folder:
        for number, export in enumerate(made):
            path = Path(folder) / f"export{number}.csv"
            columns = [
                cells(kind, 40, export.system + header) for header, kind, _ in export.columns
            ]
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow([header for header, _, _ in export.columns])
                writer.writerows(zip(*columns, strict=True))
            truth = {target: header for header, _, target in export.columns if target}
            template = _template(export.template, TEMPLATES[export.template].split(", "))
            yield name, export.system, path, template, truth


def _banks(folder: Path) -> Iterator[_Case]:
    described = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    columns = tuple(Column(name=name, description=text) for name, text in _BANK_TARGETS.items())
    template = Template(slug="transactions", name="Transactions", columns=columns)
    for entry in described:
        if entry["header_row"] is None:
            continue
        truth = {pair["target"]: " ".join(pair["header"].split()) for pair in entry["mapping"]}
        path = folder / "files" / entry["file"]
        yield "bank roles", entry["config_section"], path, template, truth


def _template(slug: str, columns: Sequence[str]) -> Template:
    return Template(slug=slug, name=slug, columns=tuple(Column(name=name) for name in columns))


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _truth(path: Path) -> dict[str, str]:
    return {row[1]: " ".join(row[0].split()) for row in _rows(path)[1:]}


if __name__ == "__main__":
    raise SystemExit(main())
