"""A recipe that a catalog names: taken from one customer's log, kept in git, used for the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOURCES = "sources: [{name: Salesforce}]"
NAMED = "sources: [{name: Salesforce, recipe: salesforce.yaml}]"


@pytest.fixture
def spec(project: Path) -> Callable[..., None]:
    """Writes a customer: its spec and its one file."""

    def write(name: str, rows: str, *lines: str) -> None:
        (project / "data" / f"{name}.csv").write_text(rows, encoding="utf-8")
        head = [
            "version: 1",
            f"migration: {{name: {name}, external_id: {name}, source: Salesforce}}",
        ]
        text = "\n".join([*head, f"files: [../data/{name}.csv]", *lines])
        (project / "specs" / f"{name}.yaml").write_text(f"{text}\n", encoding="utf-8")

    return write


def test_the_next_customer_of_a_source_starts_from_the_recipe_that_the_catalog_names(
    project: Path, spec: Any, vernctl: Any
) -> None:
    rows = "Login,Stage,Called\n{0}@x.test,{1},{0}\n"
    settled = [
        "answers:",
        """  "* the column Email?": Login""",
        """  "* Status values aren't one of *": {say: "map won to Open and lost to Closed"}""",
    ]
    spec("first", rows.format("a", "won") + "b@x.test,lost,b\n", *settled)
    spec("second", rows.format("c", "lost"))
    assert vernctl("plan", "specs/second.yaml").code == 3, "nothing says what lost is"
    assert vernctl("plan", "specs/first.yaml").code == 2
    assert vernctl("log", "specs/first.yaml", "--recipe", "-o", "salesforce.yaml").code == 0
    catalog = (project / "catalog.yaml").read_text()
    (project / "catalog.yaml").write_text(catalog.replace(SOURCES, NAMED))
    vernctl("cancel", "specs/second.yaml")
    assert vernctl("plan", "specs/second.yaml").code == 2
    [row] = (project / "specs/second.snapshot.pending/contacts.csv").read_text().splitlines()[1:]
    assert row == "c@x.test,,Closed"


def test_a_log_without_a_recipe_says_so(project: Path, vernctl: Any) -> None:
    told = vernctl("log", "specs/acme.yaml", "--recipe")
    assert told.code == 1 and "no migration at this endpoint" in told.err
