"""Where a first import's columns came from: read off right, read off wrong, or "don't know".

    VERNCTL_DATA=FOLDER python benchmarks/provenance.py [-v]

Both customers under specs/, the sets ``dirty_raha`` and ``saas_exports`` under VERNCTL_DATA, and
five reshapings written here. What is true for an import of the engine is its recipe: the columns
that a column starts from, those that fill it, and those by which another table was joined. Right is
a reading that names these and no other; one that names another column, or says "from no column", is
wrong, and exit 1 if there is one. "Constant" claims no source: where there is one, nobody was told.
``-v`` prints every reading that is not right.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from vernctl.diff.model import ColumnOrigin
from vernctl.diff.provenance import SourceData, read_off
from vernctl.engine.author import Authored, author
from vernctl.engine.model import Column, EngineQuestion, InputFile, Template
from vernctl.engine.readers import iter_rows, read_file
from vernctl.engine.recipe.model import SheetRecipe
from vernctl.engine.recipe.steps import FillStep
from vernctl.engine.recipe.values import source_columns
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.files import read_snapshot
from vernctl.snapshot.model import Inputs
from vernctl.snapshot.rows import Row, Sheet
from vernctl.spec.model import Review

ROOT = Path(__file__).resolve().parent.parent
#: Source columns of the specs' customers by sheet and column, read by a person off the files.
SPECS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "acme": {
        "companies": {
            "Company ID": "Account ID",
            "Name": "Account Name",
            "Industry": "Sector",
            "City": "Billing City",
            "Country": "Billing Country",
            "Annual Revenue": "Annual Revenue (EUR)",
            "Customer Since": "Customer since",
            "Website": "Website",
        },
        "contacts": {
            "Email": "E-mail (work) | E-mail (private)",
            "First Name": "Given name",
            "Last Name": "Surname",
            "Phone": "Tel.",
            "Job Title": "Position",
            "Company ID": "Account ID",
            "Status": "Lifecycle",
            "Created On": "Created",
            "Last Contacted": "Last contacted",
            "Newsletter": "Newsletter",
            "Notes": "Remarks",
        },
    },
    "globex": {
        "products": {
            "SKU": "Article no.",
            "Name": "Title",
            "Category": "Group",
            "Price": "Retail price",
            "Currency": "Curr.",
            "Active": "On sale",
            "Launched On": "Launched",
        },
        "orders": {
            "Order Number": "Order no",
            "Ordered On": "Order date",
            "SKU": "Article no.",
            "Quantity": "Qty",
            "Total": "Amount",
            "Status": "State",
            "Customer Email": "Buyer e-mail",
        },
    },
}


class Case(NamedTuple):
    """Tables, what was made of them, and per sheet and column the source columns that are true."""

    name: str
    tables: Sequence[SourceData]
    sheets: Sequence[Sheet]
    truth: Mapping[str, Mapping[str, frozenset[str]]]


def judge(case: Case, *, verbose: bool) -> Counter[str]:
    """Count the readings of one case and print them."""
    snapshot = make_snapshot(Inputs(endpoint="embedded", external_id="x"), case.sheets, Review())
    counts: Counter[str] = Counter()
    for sheet in read_off(case.tables, snapshot).sheets:
        for origin in sheet.columns:
            true = case.truth[sheet.slug].get(origin.column)
            if true is None or (true and not origin.filled):
                continue  # a column that came out blank shows nothing of its source
            verdict = verdict_of(origin, true)
            counts[verdict] += 1
            if verbose and verdict != "right":
                said = f"{', '.join(origin.sources) or 'no source'} ({origin.how})"
                print(f"  {verdict:10} {sheet.slug}.{origin.column}: {said}; true: {sorted(true)}")
    told = ", ".join(f"{verdict} {counts[verdict]}" for verdict in ("right", "wrong", "don't know"))
    print(f"{case.name:34} {told}")
    return counts


def verdict_of(origin: ColumnOrigin, true: frozenset[str]) -> str:
    """What one reading is worth."""
    if origin.how == "unknown":
        return "don't know"
    if origin.sources:
        return "right" if true.issuperset(origin.sources) else "wrong"
    if not true:
        return "right"
    return "don't know" if origin.how == "constant" else "wrong"


def engine_case(name: str, paths: Sequence[Path], work: Path) -> Case:
    """An import of files under templates with their own columns, every question left alone."""
    files = [InputFile(name=path.name, path=path) for path in paths]
    tables = [table for file in files for table in read_file(file, work)]
    templates = [
        Template(
            slug=f"t{n}", name=table.name, columns=tuple(Column(name=c) for c in table.columns)
        )
        for n, table in enumerate(tables)
    ]
    answers: dict[str, str] = {}
    authored: Authored = author(files, templates, workdir=work)
    while authored.questions:
        answers |= {question.key: _left(question) for question in authored.questions}
        authored = author(files, templates, answers=answers, workdir=work)
    sheets = [
        Sheet(slug=s.slug, name=s.name, columns=s.columns, rows=s.rows, sample_of=s.of or None)
        for s in authored.sheets
    ]
    truth = {recipe.template: _sources(recipe) for recipe in authored.recipe.sheets}
    return Case(name, tables_of(paths, work), sheets, truth)


def _left(question: EngineQuestion) -> str:
    kept = [option for option in question.options if option.startswith(("Leave", "Keep all"))]
    return (kept or [*question.options, ""])[0]


def _sources(recipe: SheetRecipe) -> dict[str, frozenset[str]]:
    """Column → the source columns that it starts from, or that fill it."""
    found = {name: {s.column for _, s in recipe.sources_of(name)} for name in recipe.columns}
    for item in recipe.inputs:
        joins = {join.called: join for join in item.joins}
        for name, value in item.values.items():
            for source in source_columns(value):
                if source.table in joins and name in found:
                    found[name] |= {left for left, _ in joins[source.table].on}
    for step in recipe.steps:
        if isinstance(step, FillStep) and step.fill in found:
            found[step.fill] |= {source.column for source in source_columns(step.value)}
    return {name: frozenset(columns) for name, columns in found.items()}


def spec_cases(work: Path) -> Iterator[Case]:
    """The committed snapshots of the specs' customers beside their files."""
    for name, truth in SPECS.items():
        snapshot = read_snapshot(ROOT / "specs" / f"{name}.snapshot")
        assert snapshot is not None
        paths = [ROOT / "examples" / "data" / name / file.name for file in snapshot.inputs.files]
        named = {
            slug: {column: frozenset(source.split(" | ")) for column, source in columns.items()}
            for slug, columns in truth.items()
        }
        yield Case(f"specs/{name}", tables_of(paths, work), snapshot.sheets, named)


def tables_of(paths: Sequence[Path], work: Path) -> list[SourceData]:
    """Every table of these files."""
    return [
        SourceData(file=t.file, table=t.name, columns=t.columns, rows=tuple(iter_rows(t)))
        for path in paths
        for t in read_file(InputFile(name=path.name, path=path), work)
    ]


def people(count: int, seed: int) -> list[dict[str, str]]:
    """Rows of a small CRM with blanks, repeated names, and columns that look alike."""
    dice = random.Random(seed)
    first = [
        "Ann",
        "Bob",
        "Cid",
        "Dora",
        "Eve",
        "Fritz",
        "Gina",
        "Hugo",
        "Ida",
        "Jan",
        "Kim",
        "Lea",
    ]
    last = ["Abel", "Berg", "Cohn", "Dorn", "Ebel", "Falk", "Graf", "Hahn", "Iser", "Jahn", "Koch"]
    rows = []
    for i in range(count):
        given, family = dice.choice(first), dice.choice(last)
        day = f"{dice.randrange(1, 29):02}.{dice.randrange(1, 13):02}.20{dice.randrange(10, 26)}"
        mail = f"{given}.{family}{i}@Example.test"
        rows.append(
            {
                "ID": str(i + 1),
                "Work E-mail": mail if dice.random() > 0.1 else "",
                "Private E-mail": f"{family}{i}@mail.test".lower() if dice.random() > 0.5 else "",
                "Given": given,
                "Family": family,
                "Full name": f"{given} {family}",
                "Lifecycle": dice.choice(["lead", "MQL", "SQL", "customer"]),
                "Phone": f" 030 {dice.randrange(10**6, 10**7)} ",
                "Mobile": f"0171 {dice.randrange(10**6, 10**7)}" if dice.random() > 0.6 else "",
                "Created": day,
                "Changed": day if dice.random() > 0.1 else day.replace(".20", ".19"),
                "Salary": f"{dice.randrange(20, 90)},{dice.randrange(1000):03}.50",
                "Score": str(dice.randrange(5)),
                "Rank": str(dice.randrange(5)),
            }
        )
    return rows


def _date(text: str) -> str:
    day, month, year = text.split(".")
    return f"{year}-{month}-{day}"


def _table(file: str, rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> SourceData:
    cells = tuple(tuple(row[name] for name in names) for row in rows)
    return SourceData(file=file, table=Path(file).stem, columns=tuple(names), rows=cells)


def _case(
    name: str, tables: Sequence[SourceData], rows: Sequence[Row], truth: Mapping[str, Sequence[str]]
) -> Case:
    sheet = Sheet(
        slug="people", name="People", columns=tuple(truth), rows=tuple(rows), sample_of=len(rows)
    )
    return Case(name, tables, [sheet], {"people": {k: frozenset(v) for k, v in truth.items()}})


def reshapings() -> Iterator[Case]:
    """Five ways in which an agent may turn tables into a sheet."""
    rows = people(400, 1)
    everything = _table("crm.csv", rows, list(rows[0]))
    status = {"lead": "Open", "MQL": "Open", "SQL": "Open", "customer": "Closed"}
    yield _case(
        "split, recoded, reformatted",
        [everything],
        [
            (r["Work E-mail"].lower(), *r["Full name"].split(), status[r["Lifecycle"]],
             _date(r["Created"]), r["Phone"].strip(), r["Salary"].replace(",", ""), "EUR", "")
            for r in rows
        ],
        {
            "Mail": ["Work E-mail"],
            "First": ["Full name", "Given"], "Last": ["Full name", "Family"],
            "State": ["Lifecycle"], "Since": ["Created"], "Tel": ["Phone"], "Pay": ["Salary"],
            "Currency": [], "Owner": [],
        },
    )  # fmt: skip
    yield _case(
        "joined, filled from another, prefixed",
        [everything],
        [
            (f"P-{int(r['ID']):05}", f"{r['Family']}, {r['Given']}",
             (r["Work E-mail"] or r["Private E-mail"]).lower(), r["Mobile"] or r["Phone"].strip())
            for r in rows
        ],
        {
            "Number": ["ID"], "Name": ["Given", "Family", "Full name"],
            "Mail": ["Work E-mail", "Private E-mail"], "Tel": ["Mobile", "Phone"],
        },
    )  # fmt: skip
    yield _case(
        "columns that look alike",
        [everything],
        [(r["Work E-mail"], _date(r["Changed"]), r["Rank"], r["Score"]) for r in rows],
        {"Mail": ["Work E-mail"], "On": ["Changed"], "A": ["Rank"], "B": ["Score"]},
    )
    halves = (
        rows[:200],
        [
            {"Address": r["Work E-mail"], "Who": r["Full name"], "Line": r["Phone"]}
            for r in rows[200:]
        ],
    )
    yield _case(
        "two files, one sheet",
        [
            _table("old.csv", halves[0], ["Work E-mail", "Full name", "Phone", "Score"]),
            _table("new.csv", halves[1], ["Address", "Who", "Line"]),
        ],
        [(r["Work E-mail"].lower(), r["Full name"].upper(), r["Phone"].strip()) for r in rows],
        {
            "Mail": ["Work E-mail", "Address"], "Name": ["Full name", "Who"],
            "Tel": ["Phone", "Line"],
        },
    )  # fmt: skip
    kept = [r for r in rows if r["Work E-mail"] and r["Lifecycle"] != "customer"]
    random.Random(5).shuffle(kept)
    yield _case(
        "rows dropped, shuffled, codes made up",
        [everything],
        [
            (r["Work E-mail"], f"G{int(r['Score']) // 2}", f"+49{r['Phone'].strip()[1:]}",
             r["Salary"].split(",")[0] + "000")
            for r in kept
        ],
        {
            "Mail": ["Work E-mail"], "Group": ["Score"], "Tel": ["Phone"], "Band": ["Salary"],
        },
    )  # fmt: skip


def data_cases(root: Path, work: Path) -> Iterator[Case]:
    """Imports of the public sets by the engine."""
    for folder in ("beers", "hospital"):
        yield engine_case(f"raha/{folder}", [root / "dirty_raha" / folder / "dirty.csv"], work)
    exports = sorted((root / "saas_exports").glob("*.csv"))
    for path in exports:
        if not path.name.startswith("northwind"):
            yield engine_case(path.stem, [path], work)
    yield engine_case("northwind", [p for p in exports if p.name.startswith("northwind")], work)


def main() -> int:
    """Judge every case; exit 1 where any reading is wrong."""
    verbose = "-v" in sys.argv
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="vernctl-bench-") as scratch:
        for case in (*spec_cases(Path(scratch)), *reshapings()):
            total += judge(case, verbose=verbose)
    root = os.environ.get("VERNCTL_DATA")
    if root:
        with tempfile.TemporaryDirectory(prefix="vernctl-bench-") as scratch:
            for case in data_cases(Path(root), Path(scratch)):
                total += judge(case, verbose=verbose)
    else:
        print("Set VERNCTL_DATA to the folder of the data sets for the rest.", file=sys.stderr)
    told = ", ".join(f"{verdict} {total[verdict]}" for verdict in ("right", "wrong", "don't know"))
    print(f"{'in all':34} {told}")
    return 1 if total["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
