"""``init``: a first project from the files that lie in a folder. Nothing is ever overwritten."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from vernctl.engine.inspect import InspectedTable, inspect_file
from vernctl.engine.model import EngineError
from vernctl.engine.profile import ColumnProfile
from vernctl.errors import InputError
from vernctl.spec.schema import json_schema

ENDINGS = (".csv", ".tsv", ".xlsx")
GITIGNORE = ("/data/", "/out/", "/.vernctl/", "*.snapshot.pending/")
GITATTRIBUTES = ("*.csv -text", "*.snapshot/** -text -merge")

_SLUG = re.compile(r"[^a-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*[A-Za-z0-9]")
_YAML_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
_KEY_WORDS = frozenset({"id", "key", "code", "no", "nr", "number", "email", "mail", "sku", "uuid"})


@dataclass(frozen=True)
class Scaffolded:
    """What ``init`` wrote, and which files it found and left as they are."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


@dataclass(frozen=True)
class Customer:
    """One spec to be: its name and the files that it imports."""

    name: str
    files: tuple[Path, ...]


def scaffold(directory: Path, targets: Mapping[str, Path]) -> Scaffolded:
    """Write vernctl.yaml, catalog.yaml, a spec per customer, and git's files into ``directory``.

    Customers are the folders under ``data/``, else ``data/`` or ``directory`` itself. Templates
    come from ``targets`` (slug → an import file of one's own product), else from the customers'
    files. Raises InputError for a file that cannot be read.
    """
    directory = directory.resolve()
    own = {path.resolve() for path in targets.values()}
    customers = _customers(directory, own)
    if targets:
        tables = [(slug, _tables(path)[0]) for slug, path in targets.items()]
    else:
        tables = _by_slug(table for c in customers for path in c.files for table in _tables(path))
    files = {
        "vernctl.yaml": _PROJECT,
        "catalog.yaml": _catalog(tables),
        "specs/schema.json": json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
        ".gitignore": "".join(f"{line}\n" for line in GITIGNORE),
        ".gitattributes": "".join(f"{line}\n" for line in GITATTRIBUTES),
    }
    for customer in customers or [Customer("customer", ())]:
        files[f"specs/{customer.name}.yaml"] = _spec(customer, directory)
    return _write(directory, files)


def _write(directory: Path, files: Mapping[str, str]) -> Scaffolded:
    written, kept = [], []
    for name, text in files.items():
        path = directory / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            kept.append(path)
        except OSError as error:
            raise InputError(f"{name} cannot be written: {error.strerror}.") from error
        else:
            written.append(path)
    return Scaffolded(tuple(written), tuple(kept))


def _customers(directory: Path, targets: set[Path]) -> list[Customer]:
    data = directory / "data"
    if data.is_dir():
        folders = sorted(path for path in data.iterdir() if path.is_dir() and path.name[0] != ".")
        found = [Customer(_name(folder.name), _files(folder, targets)) for folder in folders]
        found.append(Customer(_name(directory.name), _files(data, targets)))
    else:
        found = [Customer(_name(directory.name), _files(directory, targets))]
    customers: dict[str, Customer] = {}
    for customer in found:
        if customer.files:
            same = customers.get(customer.name)
            files = (same.files if same else ()) + customer.files
            customers[customer.name] = Customer(customer.name, files)
    return list(customers.values())


def _files(folder: Path, targets: set[Path]) -> tuple[Path, ...]:
    return tuple(
        path
        for path in sorted(folder.iterdir())
        if path.is_file()
        and path.suffix.lower() in ENDINGS
        and path.name[0] not in ".~"
        and path.resolve() not in targets
    )


def _tables(path: Path) -> Sequence[InspectedTable]:
    try:
        tables = inspect_file(path).tables
    except (EngineError, OSError) as error:
        raise InputError(f"{path.name}: {error}") from error
    if not tables:
        raise InputError(f"{path.name} holds no table.")
    return tables


def _by_slug(tables: Iterable[InspectedTable]) -> list[tuple[str, InspectedTable]]:
    found: dict[str, InspectedTable] = {}
    for table in tables:
        name = table.table.sheet or Path(table.table.file).stem
        found.setdefault(_name(name), table)
    return list(found.items())


def _name(text: str) -> str:
    return _SLUG.sub("-", text.lower()).strip("-")[:60] or "customer"


def _catalog(tables: Sequence[tuple[str, InspectedTable]]) -> str:
    lines = [_CATALOG_HEAD]
    for slug, table in tables:
        name = slug.replace("-", " ").capitalize()
        lines.append(f"  - slug: {_scalar(slug)}\n    name: {_scalar(name)}\n    columns:\n")
        unique_seen = False
        for column in table.profile.columns:
            lines.append(f"      - name: {_scalar(column.name)}\n")
            if column.filled == table.profile.rows and column.filled:
                lines.append("        required: true\n")
            if _identifies(column, table.profile.rows, first=not unique_seen):
                lines.append("        unique: true\n")
                unique_seen = True
    return "".join(lines if tables else [*lines, _EXAMPLE_TEMPLATE])


def _identifies(column: ColumnProfile, rows: int, *, first: bool) -> bool:
    """Unique in the file, and the first such column or one that is named like a key.

    In a short file nearly every column is unique; that a sum or a name is so means nothing.
    """
    named = not _KEY_WORDS.isdisjoint(_SLUG.sub(" ", column.name.lower()).split())
    return rows > 1 and column.filled == rows and column.unique and (first or named)


def _spec(customer: Customer, directory: Path) -> str:
    patterns = _patterns(customer, directory) or ["../data/*.csv"]
    title = customer.name.replace("-", " ").title()
    return _SPEC.format(
        name=_scalar(title),
        external_id=customer.name,
        files="".join(f"  - {_scalar(pattern)}\n" for pattern in patterns),
        to=customer.name,
    )


def _patterns(customer: Customer, directory: Path) -> list[str]:
    """A glob per folder and ending, where it means exactly the customer's files; else their names.

    Relative to the folder of the specs.
    """
    patterns: dict[str, None] = {}
    for path in customer.files:
        where = path.parent.relative_to(directory).as_posix()
        prefix = "../" if where == "." else f"../{glob.escape(where)}/"
        meant = {file for file in customer.files if file.parent == path.parent}
        here = {file for file in path.parent.glob(f"*{path.suffix}") if file.is_file()}
        name = f"*{path.suffix}" if here <= meant else glob.escape(path.name)
        patterns[prefix + name] = None
    return list(patterns)


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    dumped: str = yaml.safe_dump(text, allow_unicode=True, default_style='"', width=2**20)
    return dumped.strip()


_PROJECT = """\
# The project. Paths are relative to this file.

# Where imports run. `embedded` is vernctl's own server and import engine: no account, no network.
# For Vern's service: `endpoint: us` (or au), with the key in the environment as VERN_API_KEY.
endpoint: embedded

# One YAML file per customer; plan and apply without arguments take every active one.
specs: specs

embedded:
  catalog: catalog.yaml         # sources and templates that the embedded server knows
  data: .vernctl/embedded       # its files and databases; local, never committed
"""

_CATALOG_HEAD = """\
# What the embedded server knows: the systems that customers come from, and the target sheets.
# Against Vern's service this file is not used; there the account's own templates hold.
#
# The columns were read off files, and so were their rules: check them. A column can have
#   description: what it means (the engine reads it)     required: true      unique: true
#   strict: a regular expression that a value must match     one_of: [Open, Closed]
#   link: slug.Column, where the value must exist
sources: []

templates:
"""

_EXAMPLE_TEMPLATE = """\
  - slug: contacts
    name: Contacts
    columns:
      - name: Email
        required: true
        unique: true
      - name: Name
"""

_SPEC = """\
# yaml-language-server: $schema=schema.json
version: 1

migration:
  name: {name}
  external_id: {external_id}       # unique over all specs; the same one finds the same migration
  # source: Salesforce      # the system migrated from, by its name in the catalog or account
  # templates: [contacts]   # default: every template

files:                      # paths and globs, relative to this file
{files}
# What whoever reads the files should know before the first look at them.
# knowledge: |
#   Amounts are always USD.

# In plain language, applied in this order.
# refine:
#   - Trim whitespace in every column.

# A question is prose: it is met by a phrase (* is any text), or by a /regular expression/.
# When a plan meets a question without an answer, it prints the line to add here.
# answers:
#   "Which of two columns is Email": Work Email

# Refused when exceeded.
# checks:
#   removed_rows: 5%
#   invalid_rows: {{count: 12}}

export:
  to: out/{to}
"""
