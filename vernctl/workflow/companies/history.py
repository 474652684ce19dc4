"""The history of a company's imports, as a page for people: the dialect keeps no session log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from vernctl.api.models import Import


def as_markdown(company_id: str, runs: Sequence[Import]) -> str:
    """Every import, newest first, exactly as the service tells it. Ends with a newline."""
    lines = [f"# Imports of company {company_id}", ""]
    if not runs:
        lines += ["None yet.", ""]
    for run in runs:
        lines += [f"## {run.created_at or 'an import'}: {run.status}", "", f"- run {run.run_id}"]
        lines += [f"- {text}" for text in _told(run)]
        lines.append("")
    return "\n".join(lines)


def _told(run: Import) -> Iterator[str]:
    if run.idempotency_key:
        yield f"idempotency key {run.idempotency_key}"
    if run.report is not None:
        yield f"{run.report.inserted} rows inserted, {run.report.invalid_cell_count} rows invalid"
    if run.error:
        yield f"error: {run.error}"
    for correction in run.corrections or ():
        yield f"corrected: {correction}"
    for question in run.questions:
        yield f"waits for an answer: {question.question}"
    if run.answers is not None:
        yield f"answers: {json.dumps(run.answers, ensure_ascii=False)}"
