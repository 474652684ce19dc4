"""summary.md: what became of the customer's rows, for the customer. No digests, no internals."""

from __future__ import annotations

from vernctl.render.escape import markdown_code
from vernctl.render.markdown.build import prose, table
from vernctl.render.words import counted, moment, number
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.rows import Heal
from vernctl.workflow.outcome import SpecOutcome


def summary_markdown(outcome: SpecOutcome, snapshot: Snapshot) -> str:
    """Rows in, rows out, what was left out and why, decisions taken, the file of rows to fix."""
    lines = [f"# Import of {prose(outcome.title)}", ""]
    if outcome.status != "applied":
        lines += ["**This import is not as it was approved; see the end of this page.**", ""]
    if outcome.live is not None:
        when = outcome.live.last_read
        read = f", last read {prose(moment(when))}" if when else ""
        lines += [f"Rows come from the live source {prose(outcome.live.source_key)}{read}.", ""]
    lines += _sheets(outcome, snapshot)
    lines += _left_out(outcome, snapshot)
    lines += _healed(snapshot)
    lines += _decisions(snapshot)
    if snapshot.inputs.refinements:
        lines += ["## Changes that were asked for", ""]
        lines += [f"1. {prose(message)}" for message in snapshot.inputs.refinements]
        lines += [""]
    if outcome.verification is not None and outcome.verification.problems:
        lines += ["## Not as approved", ""]
        lines += [f"- {prose(problem)}" for problem in outcome.verification.problems]
        lines += [""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _sheets(outcome: SpecOutcome, snapshot: Snapshot) -> list[str]:
    names = {sheet.slug: sheet.name for sheet in snapshot.sheets}
    rows = [
        [
            prose(names.get(sheet.slug, sheet.slug), 60),
            "not told" if sheet.rows_read is None else number(sheet.rows_read),
            number(sheet.rows),
            number(sheet.invalid_rows),
            f"`{sheet.slug}.invalid.csv`" if sheet.invalid_rows else "",
        ]
        for sheet in outcome.imported
    ]
    head = ["Sheet", "Rows read", "Rows imported", "Rows to fix", "They are in"]
    return [*table(head, rows), ""]


def _left_out(outcome: SpecOutcome, snapshot: Snapshot) -> list[str]:
    names = {sheet.slug: sheet.name for sheet in snapshot.sheets}
    lines = [
        f"- {prose(names.get(sheet.slug, sheet.slug), 60)}: {number(count)} rows, {prose(reason)}"
        for sheet in outcome.imported
        for reason, count in sorted(sheet.dropped.items())
        if count
    ]
    return ["## Left out", "", *lines, ""] if lines else []


def _healed(snapshot: Snapshot) -> list[str]:
    lines = [
        f"- {prose(sheet.name, 60)}, {prose(heal.column, 60)}: "
        f"{counted(heal.cells, 'cell')}, {prose(heal.what, 80)}{_example(heal)}"
        for sheet in snapshot.sheets
        for heal in sheet.heals
    ]
    return ["## Put right on the way", "", *lines, ""] if lines else []


def _example(heal: Heal) -> str:
    if heal.before is None or heal.after is None:
        return ""
    return f", such as {markdown_code(heal.before, 60)} → {markdown_code(heal.after, 60)}"


def _decisions(snapshot: Snapshot) -> list[str]:
    if not snapshot.questions:
        return []
    lines = ["## Decisions taken", ""]
    for question in snapshot.questions:
        lines += [f"- {prose(question.question)}", f"  → {prose(question.answer)}"]
    return [*lines, ""]
