"""The README's table of edits and what each costs, made by making every edit and planning."""

import contextlib
import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from bench import CONTACTS, Bench, bench
from scripted_agent import Ask, ScriptedAgent

from vernctl.workflow.outcome import SpecOutcome

README = Path(__file__).parents[2] / "README.md"
HEAD = "| You change | after a plan | after an apply | and it runs |\n|---|---|---|---|\n"

Edit = Callable[[Bench], None]


def _edit(old: str, new: str) -> Edit:
    return lambda made: made.spec_text((old, new))


def _connected(made: Bench) -> None:
    with contextlib.closing(sqlite3.connect(made.root / "data" / "crm.db")) as crm, crm:
        crm.execute("CREATE TABLE people (Email TEXT)")
        crm.execute("INSERT INTO people VALUES ('c@x.test')")
    block = "connection: {source_key: sqlite, config: {path: data/crm.db}}\n"
    made.spec_text(("files: ", f"{block}files: "))


EDITS: dict[str, Edit] = {
    "nothing": lambda made: None,
    "a check, `export`, `review.backup`, an answer rule that nothing asks for": _edit(
        "export: {to: out/acme}\n",
        '  "Nobody asks this": Fine\n'
        "checks: {rows: {min: 1}}\nreview: {backup: true}\nexport: {to: out/other}\n",
    ),
    "the order of messages": _edit(
        "  - upper Name\n  - be brief\n", "  - be brief\n  - upper Name\n"
    ),
    "a new message, wherever it stands": _edit(
        "  - upper Name\n", "  - upper Note\n  - upper Name\n"
    ),
    "a message, edited or removed": _edit("  - be brief\n", "  - be short\n"),
    "`knowledge`": _edit("version: 1\n", "version: 1\nknowledge: Amounts are USD.\n"),
    "`connection`, but for its credentials": _connected,
    "an answer that was given": _edit(": Work\n", ": Private\n"),
    "a file's content, its name, one file more": lambda made: made.data(CONTACTS + "d@x.test,D,\n"),
    "`epoch`": _edit("source: Salesforce\n", "source: Salesforce\n  epoch: 2\n"),
}


def _cost(root: Path, edit: Edit, *, applied: bool) -> SpecOutcome:
    agent = ScriptedAgent(asks=[Ask("Which column is Email?", ("Work", "Private"))])
    with bench(root, agent=agent) as made:
        made.spec_text(("  - upper Name\n", "  - upper Name\n  - be brief\n"))
        made.approved()
        if applied:
            made.apply()
        edit(made)
        return made.plan()


def _words(outcome: SpecOutcome) -> str:
    cost = outcome.cost
    if not cost.agent:
        return "0"
    dear = [
        f"{kind} {n}" for kind, n in (("create", cost.create), ("generate", cost.generate)) if n
    ]
    calls = f"{cost.agent} agent call{'' if cost.agent == 1 else 's'}"
    return f"{calls} ({', '.join(dear)})" if dear else calls


def _row(root: Path, number: int, name: str) -> str:
    planned = _cost(root / f"{number}-planned", EDITS[name], applied=False)
    applied = _cost(root / f"{number}-applied", EDITS[name], applied=True)
    assert not (planned.error or applied.error), (name, planned.error, applied.error)
    kinds = ", ".join(step.kind for step in applied.steps) or "reads alone"
    if not applied.steps and planned.steps:
        kinds = ", ".join(step.kind for step in planned.steps)
    return f"| {name} | {_words(planned)} | {_words(applied)} | {kinds} |\n"


def test_the_table_of_costs_is_what_plans_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    rows = [_row(tmp_path, number, name) for number, name in enumerate(EDITS)]
    table = HEAD + "".join(rows)
    text = README.read_text(encoding="utf-8")
    section = re.search(r"(?ms)^\| You change \|.*?(?=^$)", text)
    assert section is not None
    if os.environ.get("VERNCTL_UPDATE_DOCS") == "1":
        text = text[: section.start()] + table + text[section.end() :]
        README.write_text(text, encoding="utf-8")
        return
    assert section[0] == table
