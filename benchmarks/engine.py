"""The import engine against hand-written DuckDB SQL, Polars and pandas: wall time and peak memory.

``python benchmarks/engine.py [--rows 1000000] [--rounds 5] [--only NAME,…]`` makes messy contacts
(12 columns, seeded) and 20,000 companies, runs every contender as a process of its own, in turns,
and prints medians and ratios. Peers run in environments of their own under a temporary folder
(``--venvs FOLDER`` keeps them). All do the same work: trim, lower e-mails, dates and amounts in one
notation, statuses recoded, six rules checked, every row written with whether it is valid.

vernctl is measured three ways: ``import`` (execute and export of a known recipe, what hand-written
code does), ``author`` (reading, profiling, matching, healing, validating, preview) and ``all``.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HEADER = (
    "Contact No,Email,First Name,Last Name,Status,Company ID,Phone,Signed Up,City,Country,Amount,"
    "Note"
)
_STATUS = ("Open", "Closed", "Paused", "open", "CLOSED", "paused ", "Opne")
_CITIES = ("Berlin", "Lyon", "Porto", "Gent", "Graz", "Turku", "Malmö", "Kraków")
_COUNTRIES = ("DE", "FR", "PT", "BE", "AT", "FI", "SE", "PL")


def make_contacts(folder: Path, rows: int, seed: int = 7) -> None:
    """Write contacts.csv and companies.csv; the same seed gives the same bytes."""
    pick = random.Random(seed)
    companies = max(20, min(20_000, rows // 50))
    with (folder / "companies.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("Company ID,Name\n")
        file.writelines(f"C{i:06},Company {i}\n" for i in range(companies))
    with (folder / "contacts.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\n")
        for i in range(rows):
            file.write(_contact(pick, i, companies))


def _contact(pick: random.Random, i: int, companies: int) -> str:
    chance = pick.random
    number = i if chance() > 0.001 or not i else pick.randrange(i)
    email = f"user{i}@mail{i % 997}.test" if chance() > 0.004 else f"user{i}.mail"
    email = email.upper() if chance() < 0.05 else email
    email = f"  {email} " if chance() < 0.03 else email
    company = f"C{pick.randrange(companies):06}" if chance() > 0.002 else "C-none"
    day, month, year = pick.randrange(1, 29), pick.randrange(1, 13), pick.randrange(2005, 2025)
    date = f"{day}/{month}/{year}" if chance() > 0.002 else "soon"
    status = pick.choice(_STATUS[:6]) if chance() > 0.007 else "Opne"
    place = pick.randrange(8)
    amount = f'"{pick.randrange(1, 9)}.{pick.randrange(1000):03},{pick.randrange(100):02}"'
    return (
        f"N{number:07},{email},First{i % 5003},Last{i % 7001},{status},{company},"
        f"+49 {100 + i % 900} {1000000 + i % 9000000},{date},{_CITIES[place]},{_COUNTRIES[place]},"
        f"{amount},note {i % 10007} of {i % 13}\n"
    )


SQL = r"""
import duckdb, sys
folder, way = sys.argv[1], sys.argv[2]
con = duckdb.connect(":memory:", config={"memory_limit": "2GB"})
read = "read_csv('{}', all_varchar=true, header=true, delim=',', quote='\"', force_not_null=[{}])"
names = ["Contact No","Email","First Name","Last Name","Status","Company ID","Phone","Signed Up",
         "City","Country","Amount","Note"]
def table(name, columns):
    return read.format(folder + "/" + name, ",".join("'" + c + "'" for c in columns))
con.execute("CREATE TABLE companies AS SELECT DISTINCT lower(trim(\"Company ID\")) AS k FROM "
            + table("companies.csv", ["Company ID", "Name"]))
clean = '''
SELECT row_number() OVER () - 1 AS _row, trim("Contact No") AS no, lower(trim("Email")) AS email,
  trim("First Name") AS first, trim("Last Name") AS last,
  CASE lower(trim("Status")) WHEN 'open' THEN 'Open' WHEN 'closed' THEN 'Closed'
    WHEN 'paused' THEN 'Paused' WHEN 'opne' THEN 'Open' ELSE "Status" END AS status,
  trim("Company ID") AS company, trim("Phone") AS phone,
  coalesce(strftime(try_strptime(trim("Signed Up"), '%d/%m/%Y'), '%Y-%m-%d'), "Signed Up") AS day,
  trim("City") AS city, trim("Country") AS country,
  replace(replace("Amount", '.', ''), ',', '.') AS amount, "Note" AS note
FROM ''' + table("contacts.csv", names)
flags = '''
SELECT c.*, NOT (
  no <> '' AND n = 1 AND regexp_matches(email, '^[^@ ]+@[^@ ]+\.[^@ ]+$')
  AND status IN ('Open', 'Closed', 'Paused') AND k IS NOT NULL
  AND regexp_matches(day, '^\d{4}-\d{2}-\d{2}$') AND regexp_matches(amount, '^\d+(\.\d+)?$')
) AS invalid
FROM (SELECT *, count(*) OVER (PARTITION BY lower(no)) AS n FROM %s) c
LEFT JOIN companies ON k = lower(company)'''
if way == "once":
    con.execute("COPY (" + flags % ("(" + clean + ")") + " ORDER BY _row) TO '"
                + folder + "/sql.csv' (HEADER)")
else:
    con.execute("ATTACH '" + folder + "/sql.duckdb' AS target")
    con.execute("CREATE OR REPLACE TABLE target.contacts AS " + flags % ("(" + clean + ")"))
    con.execute("COPY (FROM target.contacts ORDER BY _row) TO '" + folder + "/sql.csv' (HEADER)")
"""

POLARS = r"""
import polars as pl, sys
folder = sys.argv[1]
companies = pl.scan_csv(folder + "/companies.csv", infer_schema=False).select(
    pl.col("Company ID").str.strip_chars().str.to_lowercase().alias("k"),
    pl.lit(True).alias("known"))
c = pl.col
frame = (
    pl.scan_csv(folder + "/contacts.csv", infer_schema=False)
    .with_columns(pl.all().fill_null("").str.strip_chars())
    .with_columns(
        c("Email").str.to_lowercase(),
        c("Status").str.to_lowercase().replace({"open": "Open", "closed": "Closed",
            "paused": "Paused", "opne": "Open"}),
        c("Signed Up").str.to_date("%d/%m/%Y", strict=False).dt.to_string("%Y-%m-%d")
            .fill_null(c("Signed Up")),
        c("Amount").str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True),
        c("Company ID").str.to_lowercase().alias("k"),
    )
    .join(companies, on="k", how="left")
    .with_columns(~(
        (c("Contact No") != "") & ~c("Contact No").str.to_lowercase().is_duplicated()
        & c("Email").str.contains(r"^[^@ ]+@[^@ ]+\.[^@ ]+$")
        & c("Status").is_in(["Open", "Closed", "Paused"]) & c("known").is_not_null()
        & c("Signed Up").str.contains(r"^\d{4}-\d{2}-\d{2}$")
        & c("Amount").str.contains(r"^\d+(\.\d+)?$")).alias("invalid"))
    .drop("k", "known")
)
frame.sink_csv(folder + "/polars.csv")
"""

PANDAS = r"""
import pandas as pd, sys
folder = sys.argv[1]
read = dict(dtype=str, keep_default_na=False)
companies = pd.read_csv(folder + "/companies.csv", **read)["Company ID"]
companies = set(companies.str.strip().str.lower())
f = pd.read_csv(folder + "/contacts.csv", **read)
for column in f.columns:
    f[column] = f[column].str.strip()
f["Email"] = f["Email"].str.lower()
low = f["Status"].str.lower()
f["Status"] = low.map({"open": "Open", "closed": "Closed", "paused": "Paused",
                       "opne": "Open"}).fillna(f["Status"])
day = pd.to_datetime(f["Signed Up"], format="%d/%m/%Y", errors="coerce").dt.strftime("%Y-%m-%d")
f["Signed Up"] = day.fillna(f["Signed Up"])
f["Amount"] = f["Amount"].str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
f["invalid"] = ~(
    (f["Contact No"] != "") & ~f["Contact No"].str.lower().duplicated(keep=False)
    & f["Email"].str.match(r"^[^@ ]+@[^@ ]+\.[^@ ]+$")
    & f["Status"].isin(["Open", "Closed", "Paused"])
    & f["Company ID"].str.lower().isin(companies)
    & f["Signed Up"].str.match(r"^\d{4}-\d{2}-\d{2}$")
    & f["Amount"].str.match(r"^\d+(\.\d+)?$"))
f.to_csv(folder + "/pandas.csv", index=False)
"""

OURS = r"""
import sys
from pathlib import Path
from vernctl.engine.author import author
from vernctl.engine.execute import execute
from vernctl.engine.export import stream_csv
from vernctl.engine.findings import Findings
from vernctl.engine.model import Column, InputFile, Link, Template
from vernctl.engine.recipe.model import recipe_from_yaml, recipe_to_yaml
folder, way = Path(sys.argv[1]), sys.argv[2]
files = [InputFile(name=n, path=folder / n) for n in ("companies.csv", "contacts.csv")]
plain = [Column(name=n) for n in ("First Name", "Last Name", "Phone", "City", "Country", "Note")]
templates = [
    Template(slug="companies", name="Companies", columns=(
        Column(name="Company ID", required=True, unique=True), Column(name="Name"))),
    Template(slug="contacts", name="Contacts", columns=(
        Column(name="Contact No", required=True, unique=True),
        Column(name="Email", strict=r"^[^@ ]+@[^@ ]+\.[^@ ]+$"),
        Column(name="Status", one_of=("Open", "Closed", "Paused")),
        Column(name="Company ID", link=(Link(template="companies", column="Company ID"),)),
        Column(name="Signed Up", strict=r"^\d{4}-\d{2}-\d{2}$"),
        Column(name="Amount", strict=r"^\d+(\.\d+)?$"), *plain)),
]
work = folder / ("work-" + way)
work.mkdir(exist_ok=True)
recipe = folder / "recipe.yaml"
if way in ("author", "all", "again"):
    answers = {}
    findings = Findings(folder / "findings")
    authored = author(files, templates, workdir=work, findings=findings)
    while authored.questions:
        for q in authored.questions:
            keep = [o for o in q.options if o.startswith(("Keep all", "Leave"))]
            answers[q.key] = (keep or list(q.options))[0]
        authored = author(files, templates, answers=answers, workdir=work,
                          findings=findings)
    recipe.write_text(recipe_to_yaml(authored.recipe), encoding="utf-8")
if way in ("import", "all"):
    known = recipe_from_yaml(recipe.read_text(encoding="utf-8"))
    # as in a run: what authoring found out about the files is there
    report = execute(known, files, templates, database=folder / "ours.duckdb", workdir=work,
                     findings=Findings(folder / "findings"))
    with (folder / "ours.csv").open("wb") as out:
        for piece in stream_csv(folder / "ours.duckdb", "contacts", filter="all"):
            out.write(piece)
    print([(s.slug, s.rows, s.invalid_rows) for s in report.sheets])
"""

#: Contender → (package its environment needs; '' for this interpreter, program, further argument).
CONTENDERS = {
    "vernctl author": ("", OURS, "author"),
    "vernctl import": ("", OURS, "import"),
    "vernctl all": ("", OURS, "all"),
    "sql once": ("duckdb", SQL, "once"),
    "sql stored": ("duckdb", SQL, "stored"),
    "polars": ("polars", POLARS, ""),
    "pandas": ("pandas", PANDAS, ""),
}


class Run(NamedTuple):
    """One process: seconds of wall and CPU time, mebibytes at its peak."""

    wall: float
    cpu: float
    peak: float


def measure(python: str, program: str, folder: Path, argument: str) -> Run:
    """Run a program to its end; SystemExit where it fails."""
    started = time.perf_counter()
    child = subprocess.Popen(
        [python, "-c", program, str(folder), argument],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""},  # nobody compiles at every start
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"A contender failed with {child.returncode}.")
    wall = time.perf_counter() - started
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def environment(folder: Path, package: str) -> str:
    """The interpreter of an environment that holds one package; this one for ''."""
    if not package:
        return sys.executable
    python = folder / package / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / package)], check=True)
        install = [str(python), "-m", "pip", "install", "-q", package]
        subprocess.run(install, check=True)
    return str(python)


def main() -> None:
    """Measure every contender and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(CONTENDERS))
    parser.add_argument("--venvs", type=Path)
    parser.add_argument("--data", type=Path, help="keeps the data there")
    options = parser.parse_args()
    chosen = [name for name in CONTENDERS if name in options.only.split(",")]
    with tempfile.TemporaryDirectory() as kept:
        folder = options.data or Path(kept)
        folder.mkdir(exist_ok=True, parents=True)
        if not (folder / "contacts.csv").exists():
            make_contacts(folder, options.rows)
        venvs = options.venvs or Path(kept) / "venvs"
        pythons = {name: environment(venvs, CONTENDERS[name][0]) for name in chosen}
        runs: dict[str, list[Run]] = {name: [] for name in chosen}
        for _ in range(options.rounds):
            for name in chosen:
                _, program, argument = CONTENDERS[name]
                runs[name].append(measure(pythons[name], program, folder, argument))
    report(runs, options.rows)


def medians_of(runs: dict[str, list[Run]]) -> dict[str, Run]:
    """The median of each figure, by contender."""
    return {
        name: Run(*(statistics.median(each) for each in zip(*found, strict=True)))
        for name, found in runs.items()
    }


def report(runs: dict[str, list[Run]], rows: int) -> None:
    """Print medians, and their ratios to the hand-written SQL that stores and exports."""
    load = os.getloadavg()[0]
    print(f"{rows:,} rows, load {load:.1f}, medians of {len(next(iter(runs.values())))}")
    medians = medians_of(runs)
    base = medians.get("sql stored", next(iter(medians.values())))
    for name, run in medians.items():
        print(
            f"{name:16} wall {run.wall:7.2f} s  CPU {run.cpu:7.2f} s  peak {run.peak:6.0f} MiB  "
            f"wall x{run.wall / base.wall:.2f}  CPU x{run.cpu / base.cpu:.2f}"
        )


if __name__ == "__main__":
    main()
