"""The rules of a template over 100,000 contacts, against pandera on Polars and frictionless.

``python benchmarks/validation.py [--rows 100000] [--rounds 5] [--only NAME,…]`` makes the contacts
of ``engine.py``, checks them as they are in a process per contender, in turns, and prints medians
and ratios. Peers run in environments of their own (``--venvs FOLDER`` keeps them). Rules: a number
that is required and unique, an e-mail's, a date's and an amount's pattern, three allowed statuses,
a company that must exist. Whole processes are measured, reading and imports included,
and then the rules alone. Goals: half of pandera's CPU time, 3 % of frictionless'.

pandera compares cells as they are where the API's rules trim and fold them, and frictionless knows
no missing reference without a data package: the counts differ by those cells, and are printed.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from engine import Run, environment, make_contacts, measure, medians_of

OURS = r"""
import sys, tempfile, time
from pathlib import Path
from vernctl.engine.compile.tables import Stored
from vernctl.engine.database import count_of, open_database
from vernctl.engine.findings import Findings
from vernctl.engine.model import Column, InputFile, Link, Template, quiet
from vernctl.engine.validate import flag_cells
from vernctl.engine.workspace import load_files
folder = Path(sys.argv[1])
files = [InputFile(name=n, path=folder / n) for n in ("companies.csv", "contacts.csv")]
rules = {
    "Contact No": dict(required=True, unique=True),
    "Email": dict(strict=r"^[^@ ]+@[^@ ]+\.[^@ ]+$"),
    "Status": dict(one_of=("Open", "Closed", "Paused")),
    "Company ID": dict(link=(Link(template="companies", column="Company ID"),)),
    "Signed Up": dict(strict=r"^\d{1,2}/\d{1,2}/\d{4}$"),
    "Amount": dict(strict=r"^[\d.]+,\d\d$"),
}
with tempfile.TemporaryDirectory() as kept, open_database(Path(kept)) as con:
    loaded = load_files(con, files, Findings(Path(kept) / "findings"), quiet)
    templates, sheets = [], {}
    for name, stored in loaded.stored.items():
        slug = name.partition(".")[0]
        columns = tuple(
            Column(name=c, **(rules.get(c, {}) if slug == "contacts" else {}))
            for c in stored.columns)
        templates.append(Template(slug=slug, name=slug, columns=columns))
        con.execute(f"CREATE VIEW {slug} AS SELECT NULL::INTEGER AS _drop, _row AS _pos, * "
                    f"FROM {stored.table}")
        sheets[slug] = Stored(slug, stored.columns)
    contacts = next(t for t in templates if t.slug == "contacts")
    started = time.process_time()
    flag_cells(con, contacts, templates, sheets, "flags")
    print(count_of(con, "SELECT count(*) FROM flags"), time.process_time() - started)
"""

PANDERA = r"""
import sys, time
import pandera.polars as pa, polars as pl
folder = sys.argv[1]
known = pl.read_csv(folder + "/companies.csv", infer_schema=False)["Company ID"].to_list()
frame = pl.read_csv(folder + "/contacts.csv", infer_schema=False).fill_null("")
text = lambda *checks, **more: pa.Column(pl.String, list(checks), **more)
schema = pa.DataFrameSchema({
    "Contact No": text(pa.Check.str_length(min_value=1), unique=True),
    "Email": text(pa.Check.str_matches(r"^[^@ ]+@[^@ ]+\.[^@ ]+$")),
    "Status": text(pa.Check.isin(["Open", "Closed", "Paused"])),
    "Company ID": text(pa.Check.isin(known)),
    "Signed Up": text(pa.Check.str_matches(r"^\d{1,2}/\d{1,2}/\d{4}$")),
    "Amount": text(pa.Check.str_matches(r"^[\d.]+,\d\d$")),
})
started = time.process_time()
try:
    schema.validate(frame, lazy=True)
    print(0, time.process_time() - started)
except pa.errors.SchemaErrors as found:
    print(len(found.failure_cases), time.process_time() - started)
"""

FRICTIONLESS = r"""
import sys, time
from frictionless import Checklist, Resource, Schema, fields
folder = sys.argv[1]
rules = {
    "Contact No": {"required": True, "unique": True},
    "Email": {"pattern": r"^[^@ ]+@[^@ ]+\.[^@ ]+$"},
    "Status": {"enum": ["Open", "Closed", "Paused"]},
    "Signed Up": {"pattern": r"^\d{1,2}/\d{1,2}/\d{4}$"},
    "Amount": {"pattern": r"^[\d.]+,\d\d$"},
}
import csv
with open(folder + "/contacts.csv", encoding="utf-8") as file:
    header = next(csv.reader(file))
schema = Schema(fields=[fields.StringField(name=n, constraints=rules.get(n, {})) for n in header])
resource = Resource(path="contacts.csv", basepath=folder, schema=schema)
started = time.process_time()
report = resource.validate(Checklist(), limit_errors=10**9)
print(sum(task.stats["errors"] for task in report.tasks), time.process_time() - started)
"""

#: Contender → (package its environment needs, program).
CONTENDERS = {
    "vernctl": ("", OURS),
    "pandera": ("pandera[polars]", PANDERA),
    "frictionless": ("frictionless", FRICTIONLESS),
}


def main() -> None:
    """Measure every contender and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(CONTENDERS))
    parser.add_argument("--venvs", type=Path)
    options = parser.parse_args()
    chosen = [name for name in CONTENDERS if name in options.only.split(",")]
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        make_contacts(folder, options.rows)
        venvs = options.venvs or folder / "venvs"
        pythons = {name: environment(venvs, CONTENDERS[name][0]) for name in chosen}
        said = {name: _said(pythons[name], CONTENDERS[name][1], folder) for name in chosen}
        runs: dict[str, list[Run]] = {name: [] for name in chosen}
        for _ in range(options.rounds):
            for name in chosen:
                runs[name].append(measure(pythons[name], CONTENDERS[name][1], folder, ""))
    medians = medians_of(runs)
    base = medians[chosen[0]]
    for name, run in medians.items():
        cells, rules = said[name]
        print(
            f"{name:14} wall {run.wall:7.2f} s  CPU {run.cpu:7.2f} s  peak {run.peak:5.0f} MiB  "
            f"{cells:,} cells  {chosen[0]} takes {base.cpu / run.cpu:.2f} of its CPU; "
            f"rules alone {rules:.2f} s, {said[chosen[0]][1] / rules:.2f}"
        )


def _said(python: str, program: str, folder: Path) -> tuple[int, float]:
    """What a contender prints: broken cells, and seconds of CPU time for the rules alone (for
    frictionless with the reading, which it does not part from them)."""
    command = [python, "-c", program, str(folder)]
    words = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(words[-2]), float(words[-1])


if __name__ == "__main__":
    main()
