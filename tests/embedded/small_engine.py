"""A small import engine behind the server's own seam: CSV only, held and failed at will.

Run as a program it serves with this engine, for tests that kill a real process.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

from vernctl.embedded.engine_work import Inputs, Proposal, RowFilter
from vernctl.engine.model import (
    EngineError,
    EngineQuestion,
    ExecuteReport,
    FlaggedCell,
    Progress,
    SheetCount,
    SheetPreview,
    Template,
    question_key,
)

KEEP = "Leave them as they are"


class SmallEngine:
    """``gate``: while this file exists, work waits (and gives signs of life)."""

    version = 1

    def __init__(self, gate: Path) -> None:
        self.gate = gate

    def hold(self) -> None:
        self.gate.touch()

    def let_go(self) -> None:
        self.gate.unlink(missing_ok=True)

    def author(self, inputs: Inputs, progress: Progress) -> Proposal:
        self._wait("profile", "Reading the files", progress)
        questions = [_unclear(text, inputs) for text in inputs.messages]
        questions += [_outside(template, inputs) for template in inputs.templates]
        asked = tuple(question for question in questions if question is not None)
        sheets = tuple(_sheet(template, inputs) for template in inputs.templates)
        state = json.dumps([sheet.model_dump(mode="json") for sheet in sheets])
        return Proposal(state, "columns by name", asked, () if asked else sheets)

    def execute(
        self, state: str, inputs: Inputs, database: Path, progress: Progress
    ) -> ExecuteReport:
        database.write_text("half")
        self._wait("execute", "Writing the rows", progress)
        database.write_text(state)
        counts = []
        for sheet in _sheets(state):
            invalid = len({cell.row for cell in sheet.invalid})
            rows = len(sheet.rows)
            counts.append(
                SheetCount(
                    slug=sheet.slug,
                    name=sheet.name,
                    rows=rows,
                    invalid_rows=invalid,
                    rows_read=rows,
                )
            )
        return ExecuteReport(sheets=tuple(counts), coverage={})

    def clarify(self, state: str, question: str) -> str:
        return f"You asked: {question}. There are {len(_sheets(state))} sheets."

    def count_rows(self, database: Path, slug: str, row_filter: RowFilter) -> int:
        return len(_chosen(database, slug, row_filter)[1])

    def stream_csv(
        self,
        database: Path,
        slug: str,
        row_filter: RowFilter,
        fields: tuple[str, ...] | None,
        omit_empty: bool,
    ) -> Iterator[bytes]:
        while self.gate.with_suffix(".export").exists():
            time.sleep(0.01)
        header, rows = _chosen(database, slug, row_filter)
        keep = [i for i, name in enumerate(header) if fields is None or name in fields]
        keep = [i for i in keep if not omit_empty or any(row[i] for row in rows)]
        for row in (header, *rows):
            text = io.StringIO()
            csv.writer(text, lineterminator="\r\n").writerow([row[i] for i in keep])
            yield text.getvalue().encode()

    def _wait(self, phase: str, text: str, progress: Progress) -> None:
        progress(phase, text)
        while self.gate.exists():
            time.sleep(0.01)
            progress(phase, text)


def _unclear(text: str, inputs: Inputs) -> EngineQuestion | None:
    if text == "fail":
        raise EngineError("This file cannot be read.")
    if text == "crash":
        raise RuntimeError("a bug")
    key = question_key("message", text)
    if text.startswith("upper ") or key in inputs.answers:
        return None
    return EngineQuestion(key=key, question=f"What does “{text}” mean?")


def _outside(template: Template, inputs: Inputs) -> EngineQuestion | None:
    for column in template.columns:
        key = question_key("one_of", template.slug, column.name)
        values = {row[column.name] for row in _rows(template, inputs)} - {"", *column.one_of}
        if column.one_of and values and key not in inputs.answers:
            return EngineQuestion(
                key=key,
                question=f"{len(values)} {column.name} values aren't one of the allowed options.",
                context=", ".join(sorted(values)),
                options=(f"Map them all to '{column.one_of[0]}'", KEEP),
                allow_custom=False,
            )
    return None


def _rows(template: Template, inputs: Inputs) -> list[dict[str, str]]:
    found = []
    for file in inputs.files:
        with file.path.open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened):
                if any(column.name in row for column in template.columns):
                    found.append({c.name: row.get(c.name) or "" for c in template.columns})
    return found


def _sheet(template: Template, inputs: Inputs) -> SheetPreview:
    rows = _rows(template, inputs)
    invalid = []
    for number, row in enumerate(rows):
        for column in template.columns:
            if f"upper {column.name}" in inputs.messages:
                row[column.name] = row[column.name].upper()
            answer = inputs.answers.get(question_key("one_of", template.slug, column.name), KEEP)
            if column.one_of and row[column.name] not in column.one_of and answer != KEEP:
                row[column.name] = column.one_of[0]
            if column.required and not row[column.name].strip():
                message = "Required field is empty"
                invalid.append(FlaggedCell(row=number, column=column.name, message=message))
    names = tuple(column.name for column in template.columns)
    cells = tuple(tuple(row.values()) for row in rows)
    return SheetPreview(
        slug=template.slug,
        name=template.name,
        columns=names,
        rows=cells,
        invalid=tuple(invalid),
        of=len(cells),
    )


def _sheets(state: str) -> list[SheetPreview]:
    return [SheetPreview.model_validate(one) for one in json.loads(state)]


def _chosen(
    database: Path, slug: str, row_filter: RowFilter
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    sheet = next(sheet for sheet in _sheets(database.read_text()) if sheet.slug == slug)
    bad = {cell.row for cell in sheet.invalid}
    wanted = {"all": (True, False), "valid": (False,), "invalid": (True,)}[row_filter]
    return sheet.columns, [row for n, row in enumerate(sheet.rows) if (n in bad) in wanted]


def main() -> None:
    from vernctl.embedded.serve import serve

    parser = argparse.ArgumentParser()
    parser.add_argument("--gate", type=Path)
    parser.add_argument("--port", type=int)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--catalog", type=Path)
    parser.add_argument("--api-key")
    given = parser.parse_args()
    engine = SmallEngine(given.gate)
    serve("127.0.0.1", given.port, given.data, given.catalog, given.api_key, engine=engine)


if __name__ == "__main__":
    main()
