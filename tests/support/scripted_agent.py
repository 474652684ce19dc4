"""An agent that does what a test scripts: asks, drifts, fails. It reads one CSV per template.

It stands behind the embedded server's own seam, so that everything between it and the workflow
under test is the real thing: HTTP, runs, thread, exports.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vernctl.embedded.engine_work import Inputs, Proposal, RowFilter
from vernctl.embedded.work import DroppedError
from vernctl.engine.model import (
    EngineError,
    EngineQuestion,
    ExecuteReport,
    FlaggedCell,
    Progress,
    SheetCount,
    SheetPreview,
    question_key,
)
from vernctl.workflow.messages import split_message


@dataclass(frozen=True)
class Ask:
    """A question that is asked until its answer is there; ``again`` asks it after any answer,
    ``after`` so many answers at the earliest, ``at_execute`` by an execute."""

    text: str
    options: tuple[str, ...] = ()
    context: str = ""
    again: bool = False
    after: int = 0
    at_execute: bool = False


@dataclass
class ScriptedAgent:
    """``asks`` block a generate; ``drift`` is put into every Note cell, so that equal inputs give
    another output; ``loses`` rows at execute, and ``rewrites`` those it keeps (sheet, row number,
    cells); ``fails`` ends the next run of that kind."""

    asks: list[Ask] = field(default_factory=list)
    drift: str = ""
    loses: int = 0
    rewrites: Callable[[str, int, tuple[str, ...]], tuple[str, ...]] = lambda sheet, n, row: row
    fails: str = ""
    calls: list[str] = field(default_factory=list)
    version: int = 1
    block: Callable[[tuple[EngineQuestion, ...]], None] | None = None

    def author(self, inputs: Inputs, progress: Progress) -> Proposal:
        """Sheets by header names; ``upper COLUMN`` is the one message it understands."""
        progress("author", "Reading the files")
        self.calls.append("author")
        if self.fails == "author":
            raise EngineError("The scripted agent fails.")
        open_questions = self._open(inputs, at_execute=False)
        if open_questions:
            return Proposal(state="", plan=None, questions=open_questions)
        messages = [part for text in inputs.messages for part in split_message(text)]
        sheets = tuple(self._sheet(inputs, slug, messages) for slug in _slugs(inputs))
        return Proposal(
            state=json.dumps([sheet.model_dump(mode="json") for sheet in sheets]),
            plan="by header",
            sheets=sheets,
        )

    def execute(
        self, state: str, inputs: Inputs, database: Path, progress: Progress
    ) -> ExecuteReport:
        """Keep the proposal's rows, but for those that a test wants lost, or otherwise."""
        self.calls.append("execute")
        asked = self._open(inputs, at_execute=True)
        if asked:
            assert self.block is not None
            self.block(asked)
            raise DroppedError
        if self.fails == "execute":
            raise EngineError("The scripted agent fails to execute.")
        sheets = [
            sheet.model_copy(
                update={
                    "rows": tuple(
                        self.rewrites(sheet.slug, n, row)
                        for n, row in enumerate(sheet.rows[: len(sheet.rows) - self.loses])
                    )
                }
            )
            for sheet in _sheets(state)
        ]
        database.write_text(json.dumps([sheet.model_dump(mode="json") for sheet in sheets]))
        counts = tuple(
            SheetCount(
                slug=sheet.slug,
                name=sheet.name,
                rows=len(sheet.rows),
                invalid_rows=len({cell.row for cell in sheet.invalid}),
                rows_read=len(sheet.rows),
            )
            for sheet in sheets
        )
        return ExecuteReport(sheets=counts, coverage={})

    def clarify(self, state: str, question: str) -> str:
        """It has little to say."""
        return f"You asked: {question}"

    def count_rows(self, database: Path, slug: str, row_filter: RowFilter) -> int:
        """Rows of a sheet, valid, invalid or all."""
        return len(_filtered(database, slug, row_filter)[1])

    def stream_csv(
        self,
        database: Path,
        slug: str,
        row_filter: RowFilter,
        fields: tuple[str, ...] | None,
        omit_empty: bool,
    ) -> Iterator[bytes]:
        """A sheet as CSV."""
        columns, rows = _filtered(database, slug, row_filter)
        text = io.StringIO()
        csv.writer(text).writerows([columns, *rows])
        yield text.getvalue().encode()

    def _open(self, inputs: Inputs, *, at_execute: bool) -> tuple[EngineQuestion, ...]:
        answered = len(inputs.answers)
        return tuple(
            question
            for ask in self.asks
            if ask.at_execute == at_execute
            and ask.after <= answered
            and (question := _question(ask, answered)).key not in inputs.answers
        )

    def _sheet(self, inputs: Inputs, slug: str, messages: list[str]) -> SheetPreview:
        template = next(t for t in inputs.templates if t.slug == slug)
        names = tuple(column.name for column in template.columns)
        rows = []
        for record in _records(inputs, slug):
            cells = {name: record.get(name, "") for name in names}
            for name in names:
                if f"upper {name}" in messages:
                    cells[name] = cells[name].upper()
            if self.drift and "Note" in cells:
                cells["Note"] = self.drift
            rows.append(tuple(cells.values()))
        required = [i for i, column in enumerate(template.columns) if column.required]
        invalid = tuple(
            FlaggedCell(row=n, column=names[i], message="Required field is empty")
            for n, row in enumerate(rows)
            for i in required
            if not row[i]
        )
        return SheetPreview(
            slug=slug,
            name=template.name,
            columns=names,
            rows=tuple(rows),
            invalid=invalid,
            of=len(rows),
        )


def _question(ask: Ask, answered: int) -> EngineQuestion:
    turn = str(answered) if ask.again else ""
    return EngineQuestion(
        key=question_key("scripted", ask.text, turn),
        question=ask.text,
        context=ask.context,
        options=ask.options,
    )


def _slugs(inputs: Inputs) -> list[str]:
    return sorted(template.slug for template in inputs.templates)


def _records(inputs: Inputs, slug: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for file in inputs.files:
        if file.name.startswith(slug):
            with file.path.open(newline="", encoding="utf-8") as stream:
                # a live source's rows come as lines of JSON
                is_live = file.name.endswith(".jsonl")
                found += map(json.loads, stream) if is_live else csv.DictReader(stream)
    return found


def _sheets(state: str) -> list[SheetPreview]:
    return [SheetPreview.model_validate(sheet) for sheet in json.loads(state)]


def _filtered(
    database: Path, slug: str, row_filter: RowFilter
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    sheet = next(s for s in _sheets(database.read_text()) if s.slug == slug)
    bad = {cell.row for cell in sheet.invalid}
    wanted = {"all": (True, False), "valid": (False,), "invalid": (True,)}[row_filter]
    return sheet.columns, [row for n, row in enumerate(sheet.rows) if (n in bad) in wanted]
